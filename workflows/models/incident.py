"""A stopp: something that did not go as it should and that a person must see and mend."""

from __future__ import annotations

import uuid

from django.db import models

from workflows.models.instance import ProcessInstance
from workflows.models.queue import InboxMessage, OutboxMessage
from workflows.models.signal import Signal


class IncidentState(models.TextChoices):
    OPEN = "open", "Öppet"
    RESOLVED = "resolved", "Åtgärdat"


class Incident(models.Model):
    """One stopp, in a group's list until a person has dealt with it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=100, help_text="What kind, e.g. unmatched, unreadable, engine, down.")
    text = models.CharField(max_length=2000, help_text="Swedish, for the person who mends it; no identity.")
    group = models.CharField(max_length=50, help_text="Profession that sees it first.")
    instance = models.ForeignKey(ProcessInstance, null=True, on_delete=models.CASCADE, related_name="incidents")
    message = models.ForeignKey(InboxMessage, null=True, on_delete=models.CASCADE, related_name="incidents")
    outbox = models.ForeignKey(OutboxMessage, null=True, on_delete=models.CASCADE, related_name="incidents")
    signal = models.ForeignKey(Signal, null=True, on_delete=models.CASCADE, related_name="incidents")
    element_id = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=200, blank=True, default="", help_text="Of ours, that shows what it is about.")
    is_restricted = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=IncidentState.choices, default=IncidentState.OPEN)
    attempts = models.PositiveIntegerField(default=1, help_text="How many times it has happened.")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=2000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["group", "created_at"], condition=models.Q(state="open"), name="incidents_open"),
            models.Index(fields=["created_at"], name="incidents_created"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
