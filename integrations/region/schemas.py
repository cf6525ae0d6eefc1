"""Which fields of each message of the region's set reach a case; names and kinds as in the agreement's message set."""

SCHEMA = "se.forlopp.samverkan/1"
NOTICE = "inskrivningsmeddelande"
RECEIPT = "kvittens"
STATUSES = ("mottagen", "last", "felaktig_mottagare", "avvisad")

_PLAN = {"datum": "day", "insatser": "data", "huvudansvarig": "text", "nasta_uppfoljning": "day"}

FIELDS: dict[str, dict[str, str]] = {
    NOTICE: {
        "beraknad_utskrivning": "day!",
        "inskriven_dt": "moment!",
        "vardenhet": "text",
        "behov": "data",
        "fast_vardkontakt": "text",
        "ansvarig_lakare": "text",
        "tidigare_inskrivning_id": "ref",
        # Ours: somebody was ready to leave whose admission we had not heard of.
        "preliminar": "flag",
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
    "sip_plan": _PLAN,
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
    RECEIPT: {
        "meddelande_id": "ref!",
        "status": f"word:{'|'.join(STATUSES)}!",
        "orsak": "text",
        "dt": "moment!",
        "av_hsa_id": "ref",
    },
}

TITLES = {
    NOTICE: "Inskrivningsmeddelande",
    "andrat_utskrivningsdatum": "Ändrat utskrivningsdatum",
    "info_uppdatering": "Uppdaterad information",
    "sip_kallelse": "Kallelse till SIP",
    "sip_plan": "Samordnad individuell plan",
    "utskrivningsklar": "Utskrivningsklar",
    "avbrott_utskrivningsklar": "Inte längre utskrivningsklar",
    "utskriven": "Utskriven",
    "information_vid_utskrivning": "Information vid utskrivning",
    "permission_start": "Permission börjar",
    "permission_slut": "Permission slutar",
    "aterinlaggning": "Återinläggning",
    "overflyttad_vardenhet": "Flyttad till annan vårdenhet",
    "makulering": "Makulering",
    "avliden": "Avliden",
    "flyttat": "Flyttat till annan kommun",
    RECEIPT: "Kvittens på det vi har skickat",
}

# What we send.
SENT: dict[str, dict[str, str]] = {
    "klar_att_ta_emot": {"fran_dt": "moment!", "plats": "text!", "villkor": "text"},
    "paminnelse_sip": {"meddelande_id": "ref"},
    "begaran_information": {"saknas": "data", "utskriven_dt": "moment"},
    "sip_svar": {"svar": "text!", "tid": "moment", "deltagare": "data"},
    "sip_plan": _PLAN,
    "felsant": {"meddelande_id": "ref!", "orsak": "text!"},
    "fel_mottagare": {"meddelande_id": "ref!", "orsak": "text!"},
    RECEIPT: FIELDS[RECEIPT],
}
