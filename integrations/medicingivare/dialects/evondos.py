"""Evondos and the like: transactions of a robot, and a test message that says that the way here is open."""

from integrations.medicingivare.dialects.table import Dialect

DIALECT = Dialect(
    key="evondos",
    vendor="evondos",
    kind="messageType",
    event_id="transactionId",
    serial="robot.serialNumber",
    occurred="eventTime",
    planned="dose.scheduledTime",
    detail="description",
    words={
        "DOSE_AVAILABLE": "dos_tillganglig",
        "DOSE_TAKEN": "dos_tagen",
        "DOSE_REMINDER": "dos_forsenad",
        "DOSE_MISSED": "dos_missad",
        "DOSE_REFUSED": "dos_avbojd",
        "DOSE_IN_LOCKED_CONTAINER": "dos_last_i_behallare",
        "REFILL_REQUIRED": "pafyllning_behovs",
        "REFILLED": "pafylld",
        "OUT_OF_DOSES": "doser_slut",
        "BATTERY_LOW": "batteri_lagt",
        "MAINS_FAILURE": "stromavbrott",
        "CONNECTION_LOST": "frankopplad",
        "CONNECTION_RESTORED": "ateransluten",
        "MECHANICAL_FAILURE": "mekaniskt_fel",
        "DOOR_OPENED": "lucka_oppnad",
        "IM_ALIVE": "puls",
    },
    lone=frozenset({"IM_ALIVE"}),
)
