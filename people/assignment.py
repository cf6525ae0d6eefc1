"""Who holds which profession where, from when to when, by whose word and in which uppdrag."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Protocol, Self

from django.db import models
from django.db.models import F, Q

from people.absence import Absence

LONGEST_COMMISSION = 64


class Acting(Protocol):
    """A member of staff as a session lets them: in one uppdrag, or (None) not in a session."""

    pk: int
    commission: str | None

    @property
    def professions(self) -> Sequence[str]: ...


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions about assignments."""

    def current(self, on: datetime.date) -> Self:
        """Those in force on a day; both ends of the period are included."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)

    def acting(self, staff: Acting, on: datetime.date) -> Self:
        """Those of who acts now: of the uppdrag that they have chosen and those of none, as their log-in lets them."""
        held = self.current(on).filter(staff_id=staff.pk)
        if staff.commission is None:
            return held
        return held.filter(commission__in=("", staff.commission), profession__key__in=staff.professions)


class Assignment(models.Model):
    """A member of staff holds a profession at a unit for a time; kept afterwards, as the access log refers to it.

    `source` is who says so and may end it: '' ourselves, else an identity provider or the directory. `commission` is
    the uppdrag in which it is held; one that is of none is held in all.
    """

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="assignments")
    profession = models.ForeignKey("people.Profession", on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    absence = models.ForeignKey(
        Absence,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lent",
        help_text="Held in the place of somebody who is away.",
    )
    on_behalf_of = models.CharField(max_length=320, blank=True, default="", help_text="Whose it is then, by name.")
    source = models.CharField(max_length=40, blank=True, default="")
    commission = models.CharField(max_length=LONGEST_COMMISSION, blank=True, default="")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("staff_id", "profession_id", "valid_from")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="people_assignment_period"
            ),
            models.UniqueConstraint(
                fields=("staff", "profession", "unit", "source", "commission"),
                condition=Q(valid_to__isnull=True),
                name="people_assignment_one_open",
            ),
        )
        indexes = (models.Index(fields=("profession", "valid_from"), name="people_assignment_role"),)

    def __str__(self) -> str:
        return f"{self.staff_id}:{self.profession_id}@{self.unit_id}"
