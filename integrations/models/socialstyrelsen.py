"""Statistics to Socialstyrelsen: a month's rows, what a person decided about them, and the files that went."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class StatisticsMonth(models.Model):
    """What a regulation wants of a month. `period` is its first day."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    regulation = models.SlugField(max_length=40, help_text="Its version: the module that wrote it.")
    period = models.DateField()
    due_on = models.DateField()
    prepared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["regulation", "period"], name="statistics_month_once")]

    def __str__(self) -> str:
        return f"{self.regulation} {self.period:%Y-%m}"


class FileState(models.TextChoices):
    APPROVED = "approved", "Godkänd"
    SENT = "sent", "Lagd i katalogen"
    RECEIVED = "received", "Kvitterad"


class StatisticsFile(models.Model):
    """One delivery, as it was approved; the same bytes at every try. `number` counts those of its month and layout."""

    month = models.ForeignKey(StatisticsMonth, on_delete=models.PROTECT, related_name="files")
    layout = models.SlugField(max_length=20)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256.")
    content = models.BinaryField(help_text="gzip")
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.APPROVED)
    approved_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True, default="", help_text="The receiver's own number.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "layout", "number"], name="statistics_file_once"),
            models.CheckConstraint(
                condition=Q(state="approved") | Q(sent_at__isnull=False), name="statistics_file_sent"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="approved"), name="statistics_to_send")]

    def __str__(self) -> str:
        return self.name


class RowState(models.TextChoices):
    WAITING = "waiting", "Väntar på godkännande"
    DEVIATING = "deviating", "Avviker"
    EXCLUDED = "excluded", "Lämnas inte"
    DELIVERED = "delivered", "Lämnad"


class StatisticsRow(models.Model):
    """One row, without whose number it is: that is read when the file is written. A decided row is a person's."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    month = models.ForeignKey(StatisticsMonth, on_delete=models.PROTECT, related_name="rows")
    layout = models.SlugField(max_length=20)
    key = models.CharField(max_length=200)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.WAITING)
    deviation = models.CharField(max_length=500, blank=True, default="", help_text="Swedish; no value in it.")
    note = models.CharField(max_length=500, blank=True, default="", help_text="Why a person decided as they did.")
    is_looked_at = models.BooleanField(default=False, help_text="A protected person's: may go all the same.")
    decided_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    file = models.ForeignKey(StatisticsFile, null=True, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField(null=True, help_text="In the file it last went in.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "layout", "key"], name="statistics_row_once"),
            models.CheckConstraint(condition=~Q(state="delivered") | Q(file__isnull=False), name="statistics_row_sent"),
        ]
        indexes = [
            models.Index(fields=["month", "state"], name="statistics_rows"),
            models.Index(fields=["file", "line"], condition=Q(file__isnull=False), name="statistics_row_of_file"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
