"""Förlopp as published: a definition, and its immutable versions."""

from __future__ import annotations

import uuid

from django.db import models

from people.models import LONGEST_AREA


class ProcessDefinition(models.Model):
    """One förlopp (care course), known by the name of its folder."""

    key = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    current = models.ForeignKey(
        "ProcessVersion", null=True, on_delete=models.PROTECT, related_name="+", help_text="New instances start here."
    )

    chosen_by = models.ForeignKey(
        "people.Staff",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who made the version current in the workbench; empty when it was read from a folder.",
    )
    since = models.DateTimeField(null=True, blank=True, help_text="When the current version became it.")

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.key


HEAVY = ("sources", "compiled", "config")
"""Read once per process through `published.of`; every other query leaves them in the database."""


class ProcessVersion(models.Model):
    """One published version; never changed, instances point here until they end."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(
        max_length=64, help_text="SHA-256 over all files: publishing the same twice is one version."
    )
    sources = models.JSONField(help_text="File name -> text, exactly as published.")
    config = models.JSONField(help_text="process.toml as data.")
    compiled = models.JSONField(help_text="The engine's compiled form of the diagrams.")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")

    is_heard: bool  # read along when it is to start an ärende: whether anybody listens for events

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["definition", "digest"], name="version_content_once"),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id}:{self.number}"


class AreaVersion(models.Model):
    """A version that is tried in an area: new ärenden of those who live there start in it, and not in the current."""

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.CASCADE, related_name="tried")
    version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="tried")
    area = models.CharField(max_length=LONGEST_AREA, help_text="As the units say it.")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "area"], name="one_version_tried_in_an_area"),
            models.CheckConstraint(condition=~models.Q(area=""), name="version_is_tried_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.area}"


class Papers(models.Model):
    """What lies beside a version's diagrams: README, samples, scenarios. Told anew each time the version is read in."""

    version = models.OneToOneField(ProcessVersion, on_delete=models.CASCADE, primary_key=True, related_name="papers")
    files = models.JSONField(help_text="File name -> text.")

    def __str__(self) -> str:
        return str(self.version_id)


class StartSubscription(models.Model):
    """A message that starts an instance of a version that applies to somebody."""

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.CASCADE, related_name="start_subscriptions")
    version = models.ForeignKey(ProcessVersion, on_delete=models.CASCADE, related_name="+")
    message_name = models.CharField(max_length=100, db_index=True)
    start_event = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "message_name"], name="start_message_once_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.message_name} -> {self.definition_id}"
