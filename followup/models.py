"""What has happened, counted by the day; no person is in it, and it costs the same to read however long history is."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class What(models.TextChoices):
    """What was counted; `element_id` is a step, a flow, or how an ärende ended."""

    DONE = "done", "Klart"
    NEEDLESS = "needless", "Behövdes inte längre"
    FOLLOWED = "followed", "Väg som följdes"
    STARTED = "started", "Startade"
    ENDED = "ended", "Avslutades"
    LATE = "late", "Blev försenad"
    RULED_OUT = "ruled_out", "Ej aktuellt"
    SKIPPED = "skipped", "Hoppades över"
    MOVED = "moved", "Flyttades till ett annat steg"
    BY_HAND = "by_hand", "Togs för hand"
    CHANGED = "changed", "Uppgifter ändrades"
    MIGRATED = "migrated", "Flyttades till en annan version"
    BROKEN_OFF = "broken_off", "Avbröts av en person"
    RETRIED = "retried", "Försöktes igen efter ett stopp"
    PAUSED = "paused", "Pausades"


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


class Trail(models.Model):
    """The way of an ärende that is under way, as far as history has been counted; gone when the ärende has ended.

    `steps` are the elements that were done, with 2 for more than once; `flows` those that were chosen; `off` what has
    been counted of it that the diagram did not foresee, each "what:element" once. `last` is the task that a person did
    last, '' before the first, and `last_at` when; None where it was not followed then.
    """

    instance = models.OneToOneField(
        "workflows.ProcessInstance", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=16)
    steps = models.JSONField()
    flows = models.JSONField()
    off = models.JSONField()
    last = models.CharField(max_length=200, blank=True, default="")
    last_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["version", "digest"], name="trails_by_way")]

    def __str__(self) -> str:
        return f"{self.instance_id}: {self.digest}"


class Variant(models.Model):
    """A way that ärenden of a version have gone from start to end; '' is all those that are told apart no more."""

    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=16, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    steps = models.JSONField()
    flows = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "digest"], name="variant_once")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.digest}"


class VariantCount(models.Model):
    """How many went a way and ended in a month, how long it took, and whether all of it was drawn and in time."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="counts", db_index=False)
    month = models.DateField()
    bucket = models.SmallIntegerField(help_text="From start to end, by `followup.buckets`.")
    is_off = models.BooleanField(help_text="Whether a person led it past what is drawn.")
    is_late = models.BooleanField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "month", "bucket", "is_off", "is_late"], name="variant_count_once"
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="variant_counts_something"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} {self.month}: {self.count}"


class PaceCount(models.Model):
    """How many went from one person's task to the next in so many days; '' is the start before and the end after."""

    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=50, blank=True, help_text="Profession whose task `after` was.")
    days = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "before", "after", "group", "days"], name="pace_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="pace_counts_something"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.before}-{self.after}: {self.count}"


class Forecast(models.Model):
    """When it was last reckoned what the ärenden of a förlopp that are under way will ask for."""

    definition = models.OneToOneField(
        "workflows.ProcessDefinition", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.definition_id} {self.at}"


class Expected(models.Model):
    """How many tasks a profession is expected to do in a week for the ärenden under way in an area.

    `instances` are the ärenden of the area that it is reckoned from. Those of protected persons are not among them.
    """

    definition = models.ForeignKey(
        "workflows.ProcessDefinition", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    week = models.DateField(help_text="Its Monday.")
    element_id = models.CharField(max_length=200)
    group = models.CharField(max_length=50, blank=True)
    area = models.CharField(max_length=120, blank=True)
    tasks = models.FloatField()
    instances = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "week", "element_id", "group", "area"], name="expected_once"),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} {self.week} {self.element_id}"


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


class Effect(models.Model):
    """What came of one ärende by one measure, from what is known in it; told anew when that is corrected.

    `value` and `base` are as the measure's kind says: after and before, what is divided and by what, or a value alone.
    """

    instance = models.ForeignKey(
        "workflows.ProcessInstance", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(max_length=40)
    part = models.CharField(max_length=40, blank=True)
    occasion = models.PositiveSmallIntegerField(default=0, help_text="Which time, of a measure that is told each time.")
    day = models.DateField()
    unit = models.CharField(max_length=60, blank=True, help_text="Key of the unit of who did it; '' when not known.")
    age = models.CharField(max_length=20, blank=True, help_text="The age band's words; '' when not known.")
    value = models.FloatField()
    base = models.FloatField(default=0)
    is_first = models.BooleanField(default=True, help_text="Whether it is the first of its ärende in the month.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "measure", "part", "occasion"], name="effect_once"),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.measure}"


class EffectSum(models.Model):
    """The effects of a month together: how many, their sums and the sums of their squares, of which all else is made.

    It is changed in the transaction that writes the effects, and kept when the ärenden are not.
    """

    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    measure = models.CharField(max_length=40)
    part = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    age = models.CharField(max_length=20, blank=True)
    instances = models.IntegerField(help_text="How many ärenden they are of.")
    count = models.IntegerField()
    value = models.FloatField()
    base = models.FloatField()
    value_value = models.FloatField()
    base_base = models.FloatField()
    value_base = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "month", "measure", "part", "unit", "age"], name="effect_sum_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.month} {self.measure}"


class AssumptionRevision(models.Model):
    """What the municipality reckons with in place of what a förlopp came with: by whom, since when and why."""

    definition = models.ForeignKey("workflows.ProcessDefinition", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField(
        help_text="Counts those of the same assumption: of two at once one is told."
    )
    value = models.FloatField()
    why = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "key", "number"], name="assumption_once"),
            models.CheckConstraint(condition=~Q(why=""), name="assumption_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class Screen(models.Model):
    """A screen on a unit's wall: let in once by a code, then known by a key, of which there are hashes alone.

    Kept when it has ended: it can be asked who let it in, and until when it showed something.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60, help_text="Where it hangs.")
    code_key = models.CharField(max_length=64, blank=True, help_text="'' when it has been used.")
    code_until = models.DateTimeField()
    key_hash = models.CharField(max_length=64, blank=True, help_text="'' until it has been let in.")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code_key"], condition=~Q(code_key=""), name="screen_code_once"),
            models.UniqueConstraint(fields=["key_hash"], condition=~Q(key_hash=""), name="screen_key_once"),
            models.CheckConstraint(
                condition=Q(opened_at=None, key_hash="") | Q(opened_at__isnull=False) & ~Q(key_hash=""),
                name="screen_let_in_has_key",
            ),
        ]

    def __str__(self) -> str:
        return f"screen {self.public_id}"


class MonthlyReport(models.Model):
    """A unit's month as PDF, made once; without it until then, and tried again after a day when it failed."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="Its first day.")
    at = models.DateTimeField(null=True, help_text="When it was made.")
    pdf = models.BinaryField(null=True)
    try_after = models.DateTimeField()

    class Meta:
        ordering = ["-month", "unit__name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="monthly_report_once"),
            models.CheckConstraint(
                condition=Q(at=None, pdf=None) | Q(at__isnull=False, pdf__isnull=False), name="monthly_report_is_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month}"


class ReportWish(models.Model):
    """A chef who wants a letter when the report of a unit that they lead is made: of those made since."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    try_after = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.staff_id)


class ReportTold(models.Model):
    """That a chef has been told of a report."""

    report = models.ForeignKey(MonthlyReport, on_delete=models.CASCADE, related_name="told")
    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "staff"], name="report_told_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.staff_id}"
