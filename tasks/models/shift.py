"""What one shift of a unit tells the next."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from people.models import Staff, Unit

MAX_LENGTH = 2_000


class ShiftNote(models.Model):
    """Never edited; who wrote it may withdraw it until it is read by another. No part of the journal."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=MAX_LENGTH)
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="shift_note_says_something")]
        indexes = [
            models.Index(fields=["unit", "-at"], name="shift_note_of_unit"),
            models.Index(fields=["at"], name="shift_note_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ShiftReading(models.Model):
    """That a member of staff has read a note, and when; once each."""

    note = models.ForeignKey(ShiftNote, on_delete=models.CASCADE, related_name="readings")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["note", "by"], name="shift_note_read_once")]

    def __str__(self) -> str:
        return f"{self.note_id}:{self.by_id}"
