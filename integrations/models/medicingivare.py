"""Medicine dispensers, whose they are, and what they have told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Dispenser(models.Model):
    """A medicine dispenser and whose it is now. An event from one that is not here goes to a person to sort out."""

    vendor = models.CharField(max_length=60)
    serial = models.CharField(max_length=100)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="dispensers")
    is_active = models.BooleanField(default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True, help_text="Silent if not heard of by then.")
    offline_since = models.DateTimeField(null=True, blank=True, help_text="When it was known to be out of reach.")
    tell_at = models.DateTimeField(null=True, blank=True, help_text="When the care side is to know of that.")
    # A default of the database too: rows are also written by those who do not know of it.
    is_told = models.BooleanField(
        default=False, db_default=False, help_text="The care side knows that it is out of reach."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor", "serial"], name="dispenser_once"),
            models.CheckConstraint(condition=~Q(serial=""), name="dispenser_has_serial"),
        ]
        indexes = [
            models.Index(fields=["expected_at"], condition=Q(expected_at__isnull=False), name="dispensers_expected"),
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="dispensers_to_tell"),
            models.Index(
                fields=["vendor", "offline_since"], condition=Q(offline_since__isnull=False), name="dispensers_offline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.serial}"


class DispenserVendor(models.Model):
    """A vendor whose dispensers are here: where we have read to, and whether it is in order."""

    vendor = models.CharField(max_length=60, unique=True)
    cursor = models.CharField(max_length=200, blank=True, default="", help_text="The vendor's own; where to go on.")
    expected_at = models.DateTimeField(null=True, help_text="Silent if it gives no sign of life by then.")
    silent_since = models.DateTimeField(null=True)
    outage_since = models.DateTimeField(
        null=True, help_text="So many dispensers at once that the fault is the vendor's."
    )

    def __str__(self) -> str:
        return self.vendor


class DispenserEvent(models.Model):
    """One event from a vendor: a data row, of which only deviations become messages to a case."""

    vendor = models.CharField(max_length=60)
    event_id = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200, help_text="The webhook that brought it; its id in the inbox.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body: same id with another body is a conflict.")
    dispenser = models.ForeignKey(Dispenser, null=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    planned_at = models.DateTimeField(null=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    held_back = models.BinaryField(
        null=True, help_text="The body of what is not told yet: an all-clear without its alarm, a lost connection."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "event_id"], name="dispenser_event_once")]
        indexes = [models.Index(fields=["dispenser", "kind", "occurred_at"], name="dispenser_events")]

    def __str__(self) -> str:
        return self.event_id
