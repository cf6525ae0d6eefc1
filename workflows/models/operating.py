"""What IT does with a whole system: lets people do its work for a while, and handles a period of its messages anew."""

from __future__ import annotations

import uuid

from django.db import models


class SystemPause(models.Model):
    """While it is open people do what the system would: no call goes out and nothing is fetched."""

    system = models.CharField(max_length=100)
    paused_at = models.DateTimeField()
    paused_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    resume_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system"], condition=models.Q(resumed_at=None), name="system_paused_once")
        ]
        indexes = [models.Index(fields=["system", "-paused_at"], name="system_pauses")]

    def __str__(self) -> str:
        return self.system


class ReplayState(models.TextChoices):
    RUNNING = "running", "Pågår"
    DONE = "done", "Klar"
    STOPPED = "stopped", "Stoppad"


class Replay(models.Model):
    """The messages of a system from a period, handled once more by the workers; with `is_trial` nothing is written.

    `counts` has by what became of them how many, `reasons` by text how many stopped and why. `last_at` and `last` are
    the arrival and the key of the message that the workers have come to.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=50)
    since = models.DateTimeField()
    until = models.DateTimeField()
    is_trial = models.BooleanField()
    with_ignored = models.BooleanField(help_text="Also what had no effect when it came.")
    state = models.CharField(max_length=10, choices=ReplayState.choices, default=ReplayState.RUNNING)
    total = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    last_at = models.DateTimeField(null=True)
    last = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="running"), name="replays_running"),
            models.Index(fields=["source", "-created_at"], name="replays_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.since:%Y-%m-%d}"

    @property
    def seen(self) -> int:
        return sum(self.counts.values())
