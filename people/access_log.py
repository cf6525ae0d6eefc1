"""The access log: who did or saw what about whom. Written before the page is sent, never changed."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

LISTED = "listed"
"""The action of a row that tells that a person was shown in a list: once a day and list. `object_id` is the day."""

EMERGENCY = "Nödöppning"
"""The reason of what one saw of a person whom one had opened in an emergency; why, stands in the row that opened it."""


class AppendOnlyError(Exception):
    """The access log is never changed: add a new row instead."""


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    """Refuses the bulk ways around the model."""

    def update(self, **_values: object) -> NoReturn:
        raise AppendOnlyError

    def bulk_update(self, *_args: object, **_options: object) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError


class AccessLog(models.Model):
    """Who did or saw what about whom, when, and in which professions and units they worked then (HSLF-FS 2016:40 4:9).

    `units` and `professions` are keys with commas between; NULL in rows from before they were written down.
    """

    class Outcome(models.TextChoices):
        ALLOWED = "allowed", "Tillåten"
        DENIED = "denied", "Nekad"

    at = models.DateTimeField()
    # No index of their own: those below begin with the same column.
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_name = models.CharField(max_length=320, blank=True, default="")
    individual = models.ForeignKey(
        "people.Individual", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60, blank=True, default="")
    object_id = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.ALLOWED)
    # May be null because SQLite would otherwise make the table anew, without the triggers that protect it.
    reason = models.CharField(max_length=500, null=True, help_text="Why they looked, where that is asked.")  # noqa: DJ001
    units = models.TextField(null=True)  # noqa: DJ001
    professions = models.TextField(null=True)  # noqa: DJ001

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.CheckConstraint(condition=~Q(action=""), name="people_accesslog_action"),
            models.CheckConstraint(condition=Q(outcome__in=("allowed", "denied")), name="people_accesslog_outcome"),
            models.UniqueConstraint(
                fields=("staff", "individual", "object_type", "object_id"),
                condition=Q(action=LISTED),
                name="people_accesslog_listed_once",
            ),
        )
        indexes = (
            models.Index(fields=("individual", "-at"), name="people_accesslog_individual"),
            models.Index(fields=("staff", "-at"), name="people_accesslog_staff"),
            models.Index(fields=("at",), name="people_accesslog_at"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_type}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **options)

    def delete(self, *_args: object, **_options: object) -> NoReturn:
        raise AppendOnlyError
