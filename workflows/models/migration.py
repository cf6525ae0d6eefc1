"""A move of ärenden to another version of their förlopp: what was decided, and what became of each of them."""

from __future__ import annotations

import uuid

from django.db import models

from workflows.models.definition import ProcessVersion
from workflows.models.instance import ProcessInstance


class MigrationState(models.TextChoices):
    RUNNING = "running", "Pågår"
    STOPPED = "stopped", "Stoppad"
    DONE = "done", "Klar"


class Migration(models.Model):
    """All active instances of one version to another. `mapping` holds the elements that are given another id."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    from_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    to_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MigrationState.choices, default=MigrationState.RUNNING)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_version"], condition=~models.Q(state="done"), name="one_migration_from_a_version"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Trial(models.Model):
    """What a move of every active instance of a version would give, tried by the workers a batch at a time.

    `refusals` holds each reason with how many it stops. Everything up to `last` has been tried.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    from_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    to_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MigrationState.choices, default=MigrationState.RUNNING)
    total = models.PositiveIntegerField(default=0, help_text="How many there were when it began.")
    moved = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict)
    last = models.PositiveBigIntegerField(default=0, help_text="Key of the latest instance that was tried.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(state="running"), name="trials_running")]

    def __str__(self) -> str:
        told = f"{self.moved} flyttas, {self.refused} kan inte"
        reasons = " ".join(f"{reason} ({count})" for reason, count in self.reasons)
        return f"{told}, därför: {reasons}" if reasons else told

    @property
    def tried(self) -> int:
        return self.moved + self.refused

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why some cannot be moved, the most common first."""
        return sorted(self.refusals.items(), key=lambda pair: (-pair[1], pair[0]))


class MoveState(models.TextChoices):
    MOVED = "moved", "Flyttat"
    REFUSED = "refused", "Kan inte flyttas"
    UNDONE = "undone", "Flyttat tillbaka"


class InstanceMove(models.Model):
    """What became of one instance. `earlier` is its state before, as long as the move can be undone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="moves")
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="moves")
    state = models.CharField(max_length=10, choices=MoveState.choices)
    element_id = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    earlier = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=0, help_text="Of the instance after the move.")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["migration", "instance"], name="moved_once_per_migration")]
        indexes = [models.Index(fields=["id"], condition=models.Q(earlier__isnull=False), name="moves_to_undo")]

    def __str__(self) -> str:
        return f"{self.migration_id}:{self.instance_id}"
