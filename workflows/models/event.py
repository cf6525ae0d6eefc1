"""What others may want to be told of, written in the transaction of what it tells, when anybody listens."""

from __future__ import annotations

import uuid

from django.db import models

from workflows.models.instance import ProcessInstance


class EventKind(models.TextChoices):
    STARTED = "arende.startat", "Ett ärende startade"
    COMPLETED = "arende.avslutat", "Ett ärende nådde sitt slut"
    CANCELLED = "arende.avbrutet", "Ett ärende avbröts"
    TASK_CREATED = "uppgift.skapad", "En uppgift finns att göra"
    TASK_DONE = "uppgift.klar", "En uppgift gjordes"
    TASK_WITHDRAWN = "uppgift.utgick", "En uppgift behövde inte längre göras"
    STOPPED = "stopp.uppstatt", "Något gick inte som det skulle"
    MENDED = "stopp.atgardat", "Ett stopp är åtgärdat"


class Event(models.Model):
    """One thing that happened: its kind, and opaque ids of what it was about. `subject` is a task or a stopp."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    at = models.DateTimeField()
    instance = models.ForeignKey(ProcessInstance, null=True, on_delete=models.CASCADE, related_name="events")
    subject = models.UUIDField(null=True)
    is_handed_out = models.BooleanField(default=False, help_text="Those who listen have it on their lists.")

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_handed_out=False), name="event_to_hand_out"),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Listener(models.Model):
    """Somebody who wants events written. While there is none, no step of any ärende writes or asks anything more."""

    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name
