"""The access log under seal, and the documented reviews of it that HSLF-FS 2016:40 4 kap. 9 § 5-6 asks for."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value


class Seal(models.Model):
    """That the rows from one id to another were thus: SHA-256 over the seal before it and each row. Never changed."""

    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="following")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True, help_text="In hexadecimal.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Value(1), models.IntegerField()),
                condition=Q(previous=None),
                name="audit_seal_one_first",
            ),
            models.CheckConstraint(condition=Q(last_id__gte=F("first_id")), name="audit_seal_order"),
        ]

    def __str__(self) -> str:
        return self.digest


class SweptDay(models.Model):
    """A day of the log that the rules of suspicion have been held against."""

    day = models.DateField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"


class Round(models.Model):
    """The review of a month at a unit: what is picked out of the log to be looked at by a person."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="Its first day.")
    sampled_at = models.DateTimeField(null=True, help_text="When the random sample was drawn, after the month's end.")
    closed_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    conclusion = models.TextField(blank=True)

    class Meta:
        ordering = ["-month", "unit__name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="audit_round_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="audit_round_closed_by",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(sampled_at__isnull=False), name="audit_round_closed_after_sample"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}@{self.month:%Y-%m}"


class Pick(models.Model):
    """What a member of staff did with a person in a month, or with many (individual None), and why it was picked."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="picks")
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    why = models.JSONField(default=dict, help_text="Key of the rule -> how many rows it caught.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "staff", "individual"], name="audit_pick_once"),
            models.UniqueConstraint(
                fields=["round", "staff"], condition=Q(individual=None), name="audit_pick_of_many_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Verdict(models.TextChoices):
    JUSTIFIED = "befogad", "Befogad"
    INVESTIGATED = "utreds", "Utreds vidare"
    UNJUSTIFIED = "obefogad", "Obefogad"


class Judgement(models.Model):
    """What a reviewer found. Never changed: the last one is what holds, when nothing has come since."""

    pick = models.ForeignKey(Pick, on_delete=models.PROTECT, related_name="judgements")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="audit_judgement_verdict"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.JUSTIFIED) | ~Q(note=""), name="audit_judgement_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.verdict
