"""When a member of staff is away, and who stands in: the substitute's rights are dated assignments like any other."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Absence(models.Model):
    """From a day to a day, both included; kept afterwards, as it tells on whose behalf somebody had a right.

    `starts_at` is when it takes hold: what one takes oneself after that one keeps. `settled_at` is when what the
    substitute may no longer do had been given back.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="standing_in")
    first_on = models.DateField()
    last_on = models.DateField()
    starts_at = models.DateTimeField()
    registered_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    ended_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="When somebody ended it before its time.")
    settled_at = models.DateTimeField(null=True)
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ("first_on", "id")
        constraints = (
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="people_absence_period"),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("staff")), name="people_absence_substitute_is_another"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="people_absence_ended_by_someone",
            ),
        )
        indexes = (
            models.Index(fields=("staff", "last_on"), name="people_absence_of"),
            models.Index(fields=("first_on",), condition=Q(settled_at=None), name="people_absence_unsettled"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
