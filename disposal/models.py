"""What is to be destroyed when its time is out, who decided so, what was done, and what must be kept all the same."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Hold(models.Model):
    """That nothing about a person may be destroyed: a dispute, an inspection, a request of the person's own."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["individual"], condition=Q(lifted_at=None), name="disposal_one_hold"),
            models.CheckConstraint(condition=~Q(reason=""), name="disposal_hold_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="disposal_lifted_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Handover(models.Model):
    """That the archive has a file that is kept for research, as it was then: it need not be kept here too.

    `courses` are those of the file then, told as `Item` tells them; what is written in it since makes this void. When
    it has been destroyed here it names nobody.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    sphere = models.CharField(max_length=4)
    courses = models.JSONField()
    receipt = models.CharField(max_length=200, help_text="By what the archive knows the delivery.")
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(receipt=""), name="disposal_handover_has_receipt")]

    def __str__(self) -> str:
        return str(self.ref)


class RunState(models.TextChoices):
    PROPOSED = "proposed", "Att besluta"
    APPROVED = "approved", "Gallras"
    DONE = "done", "Klar"


class Run(models.Model):
    """What was due on a day: proposed by the machine, decided by a person, then carried out."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.DateField()
    state = models.CharField(max_length=8, choices=RunState, default=RunState.PROPOSED)
    proposed_at = models.DateTimeField()
    preserved = models.PositiveIntegerField(default=0, help_text="Files due that are kept for research by birthday.")
    held = models.PositiveIntegerField(default=0, help_text="Files due of persons under a hold.")
    approved_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True, help_text="What the decision leans on: the archive's plan.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=~Q(state="done"), name="disposal_one_run_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="proposed", approved_by=None) | ~Q(state="proposed") & Q(approved_by__isnull=False),
                name="disposal_approved_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Outcome(models.TextChoices):
    WAITING = "waiting", "Att gallra"
    DESTROYED = "destroyed", "Gallrad"
    KEPT = "kept", "Sparad"


class Item(models.Model):
    """One person's file in one sphere: when it was last written in, and what became of it. Names nobody afterwards.

    `courses` tells each ärende: its id, förlopp, version and days. `rows` counts what was removed, by kind.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="items")
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    sphere = models.CharField(max_length=4)
    courses = models.JSONField()
    last_on = models.DateField(help_text="The day of the last note.")
    due_on = models.DateField()
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING)
    why_kept = models.CharField(max_length=200, blank=True)
    rows = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "individual", "sphere"], name="disposal_item_once"),
            models.CheckConstraint(
                condition=~Q(outcome="destroyed") | Q(individual=None), name="disposal_destroyed_names_nobody"
            ),
        ]
        indexes = [models.Index(fields=["run"], condition=Q(outcome="waiting"), name="disposal_to_do")]

    def __str__(self) -> str:
        return f"{self.pk}"
