"""Which fields of each message of the region's set reach a case; names and kinds as in the agreement's message set."""

SCHEMA = "se.forlopp.samverkan/1"

FIELDS: dict[str, dict[str, str]] = {
    "inskrivningsmeddelande": {
        "beraknad_utskrivning": "day!",
        "inskriven_dt": "moment!",
        "vardenhet": "text",
        "behov": "data",
        "fast_vardkontakt": "text",
        "ansvarig_lakare": "text",
    },
    "andrat_utskrivningsdatum": {"beraknad_utskrivning": "day!", "orsak": "text"},
    "info_uppdatering": {"text": "text", "innehall": "data", "uppdatering": "data"},
    "sip_kallelse": {
        "foreslagen_tid": "moment!",
        "form": "text",
        "deltagare": "data",
        "underlag": "data",
        "samtycke": "data",
    },
    "sip_plan": {"datum": "day", "insatser": "data", "huvudansvarig": "text", "nasta_uppfoljning": "day"},
    "utskrivningsklar": {
        "bedomd_dt": "moment!",
        "bedomd_av": "text!",
        "kan_lamna_fran": "data",
        "behov_efter": "data",
        "sip_behov": "flag",
    },
    "avbrott_utskrivningsklar": {"orsak": "text!", "dt": "moment!"},
    "utskriven": {"utskriven_dt": "moment!", "till": "word:hem|korttid|sarskilt|annat_sjukhus!"},
    "information_vid_utskrivning": {
        "lakemedelslista_ref": "ref!",
        "epikris_ref": "ref!",
        "ansvarsoverforing": "data",
        "uppfoljning": "data",
    },
    "permission_start": {"dt": "moment!"},
    "permission_slut": {"dt": "moment!"},
    "aterinlaggning": {"tidigare_inskrivning_id": "ref!", "beraknad_utskrivning": "day", "inskriven_dt": "moment"},
    "overflyttad_vardenhet": {"ny_enhet": "text!"},
    "makulering": {"orsak": "text!"},
    "avliden": {"avliden_dt": "moment!"},
    "flyttat": {"ny_kommun": "text!", "flyttat_dt": "moment"},
}
