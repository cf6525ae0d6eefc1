"""What has happened, counted by the day; no person is in it, and it costs the same to read however long history is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class What(models.TextChoices):
    """What was counted; `element_id` is a step, a flow, or how an ärende ended."""

    DONE = "done", "Klart"
    NEEDLESS = "needless", "Behövdes inte längre"
    FOLLOWED = "followed", "Väg som följdes"
    STARTED = "started", "Startade"
    ENDED = "ended", "Avslutades"


class Tally(models.Model):
    """How many times it happened on a day, to whom it was given and where it was done, and how long it had waited.

    The same is counted for each month, told as its first day, so that a year costs what twelve days do.
    """

    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_month = models.BooleanField(default=False)
    day = models.DateField()
    what = models.CharField(max_length=10, choices=What.choices)
    element_id = models.CharField(max_length=200)
    group = models.CharField(max_length=50, help_text="Profession whose task it was; '' when no person did it.")
    unit = models.CharField(max_length=60, help_text="Key of the unit of who did it; '' when that is not known.")
    bucket = models.SmallIntegerField(help_text="How long it waited, by `followup.buckets`; -1 when it did not.")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "is_month", "day", "what", "element_id", "group", "unit", "bucket"],
                name="tally_once",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="tally_counts_something"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.day} {self.what}:{self.element_id}"


class Counted(models.Model):
    """How far history has been counted: every row up to `upto`, and none after it.

    A transaction that has not ended may have numbered its rows before those that can be seen: `looked` is the last row
    there was when one looked, and it is counted to there when the `writers` that there were then are done.
    """

    upto = models.BigIntegerField(default=0)
    looked = models.BigIntegerField(default=0)
    writers = models.JSONField(default=list)
    at = models.DateTimeField(null=True, help_text="When everything there was had been counted.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="counted_is_one")]

    def __str__(self) -> str:
        return str(self.upto)
