"""Gillie and the like: a platform between vendor and municipality, with times in milliseconds."""

from integrations.medicingivare.dialects.table import Dialect

DIALECT = Dialect(
    key="gillie",
    vendor="gillie",
    kind="event",
    event_id="eventId",
    serial="device.id",
    occurred="timestamp",
    planned="medicine.scheduledAt",
    detail="message",
    words={
        "medicine_available": "dos_tillganglig",
        "medicine_taken": "dos_tagen",
        "client_about_to_miss_medication": "dos_forsenad",
        "medicine_not_taken": "dos_missad",
        "medicine_declined": "dos_avbojd",
        "medicine_locked": "dos_last_i_behallare",
        "medicine_refill_needed": "pafyllning_behovs",
        "medicine_refilled": "pafylld",
        "medicine_out": "doser_slut",
        "medicine_battery": "batteri_lagt",
        "power_failure": "stromavbrott",
        "DEVICE_CONNECTION_ERROR": "frankopplad",
        "DEVICE_CONNECTION_OK": "ateransluten",
        "device_error": "mekaniskt_fel",
        "device_opened": "lucka_oppnad",
        "heartbeat": "puls",
    },
    lone=frozenset({"heartbeat"}),
)
