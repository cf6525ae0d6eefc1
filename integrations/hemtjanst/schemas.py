"""Which fields of each message from home care planning reach a case, and which orders it takes."""

FIELDS: dict[str, dict[str, str]] = {
    "bestallning_bekraftad": {"bestallning_id": "ref!", "status": "text", "forsta_besok": "moment", "enhet": "text"},
    "utebliven_insats": {
        "besok_id": "ref!",
        "bestallning_id": "ref",
        "planerad_start": "moment",
        "orsak": "text",
        "status": "word:utebliven|avbojd|installd",
    },
    "avvikelse_besok": {
        "besok_id": "ref!",
        "bestallning_id": "ref",
        "planerad_start": "moment",
        "orsak": "text",
        "status": "text",
        "planerad_min": "number",
        "utford_min": "number",
    },
    "hemtjanst_manad": {
        "manad": "text!",
        "beviljad_min": "number!",
        "planerad_min": "number!",
        "utford_min": "number!",
        "avbojd_min": "number!",
        "utebliven_min": "number",
        "dubbelbemanning_min": "number",
        "kringtid_min": "number",
        "veckor_med_avvikelse": "number!",
        "dygnet_runt": "flag",
    },
}

PAUSE, RESUME, ORDER, CANCEL = "insats_paus", "insats_ateruppta", "bestallning", "avbestallning"

_TITLES = {
    "bestallning_bekraftad": "Beställning bekräftad",
    "utebliven_insats": "Utebliven insats",
    "avvikelse_besok": "Avvikelse vid besök",
    "hemtjanst_manad": "Månadens tid",
}
_TYPES = {"moment": "dt", "number": "number", "flag": "bool"}

INCOMING = {
    name: (_TITLES[name], {field: _TYPES.get(kind.rstrip("!"), "str") for field, kind in fields.items()})
    for name, fields in FIELDS.items()
}
"""For the catalogue: title and the fields with their types."""
