"""Who has signed what stands in a joint task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from workflows.models.waiting import UserTask


class Agreement(models.TextChoices):
    """How the person whom it is about has agreed, or that they have not."""

    WRITTEN = "skriftligt", "Ja, skriftligt"
    SPOKEN = "muntligt", "Ja, muntligt"
    NONE = "nej", "Nej"


class Ended(models.TextChoices):
    WITHDRAWN = "withdrawn", "Togs tillbaka"
    CHANGED = "changed", "Innehållet ändrades"


class Signature(models.Model):
    """One person's, on the answers as they were then; or with `agreement` the individual's own, written down by one.

    It holds until it is withdrawn or the answers change; it is never taken away.
    """

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="signatures")
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    profession = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField()
    agreement = models.CharField(max_length=10, blank=True, choices=Agreement.choices)
    reason = models.CharField(max_length=500, blank=True, help_text="Why the individual has not agreed.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=10, blank=True, choices=Ended.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "by"], condition=Q(ended_at=None, agreement=""), name="signature_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["task"], condition=Q(ended_at=None) & ~Q(agreement=""), name="signature_agreement_once"
            ),
            models.CheckConstraint(
                condition=Q(profession="") & ~Q(agreement="") | ~Q(profession="") & Q(agreement=""),
                name="signature_of_profession_or_individual",
            ),
            models.CheckConstraint(condition=~Q(agreement="nej") | ~Q(reason=""), name="signature_no_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_why="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_why=""),
                name="signature_ended_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.pk}"
