"""A förlopp under way for one person (on screen: ärende)."""

from __future__ import annotations

import uuid

from django.db import models


class InstanceState(models.TextChoices):
    ACTIVE = "active", "Pågår"
    COMPLETED = "completed", "Avslutat"
    CANCELLED = "cancelled", "Avbrutet"


class ProcessInstance(models.Model):
    """One run of one version for one individual. `revision` guards the state: it must match to be written."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    definition = models.ForeignKey("ProcessDefinition", on_delete=models.PROTECT, related_name="instances")
    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, related_name="instances")
    business_key = models.CharField(
        max_length=250, blank=True, help_text="The starting message's key: one active instance of a förlopp per key."
    )
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="instances")
    state = models.CharField(max_length=10, choices=InstanceState.choices, default=InstanceState.ACTIVE)
    outcome = models.CharField(max_length=100, blank=True, help_text="Which end was reached, e.g. ordinarie_hemtjanst.")
    engine_state = models.JSONField(help_text="The engine's state without the compiled diagrams.")
    revision = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(
        null=True, help_text="Since when it stands still (Pausat); active all the same."
    )

    is_heard: bool  # of one that is locked or being started, read along: whether anybody listens for events

    class Meta:
        indexes = [
            models.Index(fields=["individual", "state"], name="instance_by_individual"),
            models.Index(fields=["definition", "state", "id"], name="instance_by_definition"),
            models.Index(
                fields=["business_key"], condition=~models.Q(business_key=""), name="instance_by_business_key"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "business_key"],
                condition=models.Q(state="active") & ~models.Q(business_key=""),
                name="one_active_instance_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(state="active", ended_at=None)
                | ~models.Q(state="active") & ~models.Q(ended_at=None),
                name="instance_ended_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(state="active") | models.Q(suspended_at=None), name="instance_suspended_is_active"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_active(self) -> bool:
        return self.state == InstanceState.ACTIVE

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None
