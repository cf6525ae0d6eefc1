"""The vendor-neutral vocabulary of dispenser events, and what each kind is worth."""

from datetime import timedelta

# Only data rows: nothing for a case to wait for.
ROWS = frozenset({"puls", "dos_tillganglig", "dos_forsenad", "pafylld", "lucka_oppnad"})

# Something for a person or an open alarm.
MESSAGES = frozenset(
    {
        "dos_missad",
        "dos_tagen",
        "dos_avbojd",
        "dos_last_i_behallare",
        "doser_slut",
        "pafyllning_behovs",
        "batteri_lagt",
        "stromavbrott",
        "frankopplad",
        "ateransluten",
        "mekaniskt_fel",
        "utrustning_fel",
    }
)

# What the care content waits for by another name: a dose that was refused or locked away is a dose missed, and a
# dispenser that cannot hand out doses has a fault whatever the reason.
ALARMS = {
    "dos_avbojd": "dos_missad",
    "dos_last_i_behallare": "dos_missad",
    "doser_slut": "utrustning_fel",
    "stromavbrott": "utrustning_fel",
    "mekaniskt_fel": "utrustning_fel",
}

TITLES = {
    "dos_missad": "Missad dos",
    "dos_tagen": "Dos tagen",
    "pafyllning_behovs": "Behöver fyllas på",
    "batteri_lagt": "Lågt batteri",
    "frankopplad": "Frånkopplad",
    "ateransluten": "Ansluten igen",
    "utrustning_fel": "Fel på medicingivaren",
}

FIELDS = {
    "planerad_dt": "moment",
    "intraffad_dt": "moment!",
    "allvar": "word:info|varning|larm",
    "detalj": "text",
}

# An all-clear, and the alarms it clears. Without them it is a row: 1 200 doses a day are taken as they should be.
CLEARS = {
    "dos_tagen": frozenset({"dos_missad", "dos_avbojd", "dos_last_i_behallare"}),
    "ateransluten": frozenset({"frankopplad"}),
}

# The same alarm again within this time is the vendor reminding us, unless what ends it came in between.
REPEATED = {
    "dos_missad": timedelta(seconds=900),
    "dos_avbojd": timedelta(seconds=900),
    "batteri_lagt": timedelta(seconds=3600),
    "pafyllning_behovs": timedelta(days=1),
}
ENDS = {"dos_missad": "dos_tagen", "dos_avbojd": "dos_tagen", "pafyllning_behovs": "pafylld"}
