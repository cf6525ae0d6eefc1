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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor", "serial"], name="dispenser_once"),
            models.CheckConstraint(condition=~Q(serial=""), name="dispenser_has_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.serial}"


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
    held_back = models.BinaryField(null=True, help_text="The body of an all-clear that no alarm has asked for yet.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "event_id"], name="dispenser_event_once")]
        indexes = [models.Index(fields=["dispenser", "kind", "occurred_at"], name="dispenser_events")]

    def __str__(self) -> str:
        return self.event_id
