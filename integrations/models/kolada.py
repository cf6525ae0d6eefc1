"""Key figures of municipalities, as Kolada tells them. Nothing in them is about anyone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeyFigure(models.Model):
    """One that has been chosen. `is_followed` while it is; `gone_at` when the service knew it no more."""

    key = models.CharField(max_length=20, unique=True, help_text="The service's own id, which may change.")
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True, default="")
    is_followed = models.BooleanField(default=True)
    fetched_at = models.DateTimeField(help_text="When its values were last asked for and came.")
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["title"], condition=Q(is_followed=True), name="key_figures_followed")]

    def __str__(self) -> str:
        return self.key


class KeyFigureMunicipality(models.Model):
    """What a municipality is called; the country is one of them."""

    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.code


class KeyFigureValue(models.Model):
    """As it was told then. A value that has changed is a new revision; the one before is kept."""

    figure = models.ForeignKey(KeyFigure, on_delete=models.PROTECT, related_name="values")
    municipality = models.CharField(max_length=20, help_text="Its code.")
    year = models.PositiveSmallIntegerField()
    gender = models.CharField(max_length=1, help_text="T all, K women, M men.")
    value = models.FloatField(null=True, help_text="None when there is none or it is withheld; `status` may say why.")
    status = models.CharField(max_length=40, blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "municipality", "year", "gender", "revision"], name="key_figure_value_once"
            ),
            models.UniqueConstraint(
                fields=["figure", "municipality", "year", "gender"],
                condition=Q(is_current=True),
                name="key_figure_value_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure_id} {self.municipality} {self.year} {self.gender}"
