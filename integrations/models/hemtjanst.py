"""What home care has told: orders, visits, absence. Of these only deviations become messages to an ärende."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models.batch import Told


class HomeCareOrder(Told):
    """`bestallning`: what is to be done, by whom, and how much a week."""

    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=200, blank=True, default="")
    provider = models.CharField(max_length=20, blank=True, default="", help_text="Organisation number.")
    unit = models.CharField(max_length=200, blank=True, default="")
    service = models.CharField(max_length=60, blank=True, default="")
    goal = models.CharField(max_length=200, blank=True, default="")
    minutes_a_week = models.PositiveIntegerField(null=True)
    is_double_staffed = models.BooleanField(default=False)
    weekdays = models.CharField(max_length=60, blank=True, default="")
    window_start = models.TimeField(null=True)
    window_end = models.TimeField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    status = models.CharField(max_length=20)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "revision"], name="home_care_order_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(is_current=True), name="home_care_order_current"),
        ]
        indexes = [models.Index(fields=["individual", "starts_on"], name="home_care_orders")]


class HomeCareVisit(Told):
    """`besok`: the part of a visit that fell on `day`; one that passes midnight has more than one part.

    Kundtid is `minutes` (time in the home); travel is beside it.
    """

    part = models.PositiveSmallIntegerField(default=0)
    order_key = models.CharField(max_length=200, blank=True, default="")
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    planned_start = models.DateTimeField(null=True)
    planned_minutes = models.PositiveIntegerField(null=True, help_text="Of this part.")
    planned_staff = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(null=True, help_text="Performed, of this part.")
    staff_hsa = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=20)
    reason = models.CharField(max_length=500, blank=True, default="")
    staff_count = models.PositiveSmallIntegerField(default=1)
    travel_minutes = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=20, blank=True, default="", help_text="app, nyckel or manuell.")
    is_double_staffed = models.BooleanField(default=False, help_text="As told, or two at the same time.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "revision", "part"], name="home_care_visit_once"),
            models.UniqueConstraint(
                fields=["key", "part"], condition=Q(is_current=True), name="home_care_visit_current"
            ),
        ]
        indexes = [
            models.Index(fields=["individual", "day"], name="home_care_visits"),
            models.Index(fields=["batch", "individual", "day"], name="home_care_visits_of"),
        ]


class HomeCareAbsence(Told):
    """`franvaro`: the person is away from home; its key is whose and from when."""

    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "revision"], name="home_care_absence_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(is_current=True), name="home_care_absence_current"),
        ]
        indexes = [models.Index(fields=["individual", "starts_at"], name="home_care_absences")]
