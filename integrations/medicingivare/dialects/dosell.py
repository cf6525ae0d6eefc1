"""Dosell and the like: dotted events of a unit. Its text messages to relatives are not read: they have no id."""

from integrations.medicingivare.dialects.table import Dialect

DIALECT = Dialect(
    key="dosell",
    vendor="dosell",
    kind="type",
    event_id="id",
    serial="unit.serial",
    occurred="occurred_at",
    planned="dose.planned_at",
    detail="text",
    words={
        "dose.ready": "dos_tillganglig",
        "dose.dispensed": "dos_tagen",
        "dose.reminded": "dos_forsenad",
        "dose.missed": "dos_missad",
        "dose.skipped": "dos_avbojd",
        "dose.retained": "dos_last_i_behallare",
        "roll.low": "pafyllning_behovs",
        "roll.changed": "pafylld",
        "roll.empty": "doser_slut",
        "battery.low": "batteri_lagt",
        "power.lost": "stromavbrott",
        "unit.offline": "frankopplad",
        "unit.online": "ateransluten",
        "unit.jammed": "mekaniskt_fel",
        "unit.opened": "lucka_oppnad",
        "unit.alive": "puls",
    },
)
