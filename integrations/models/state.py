"""How each system is doing, and how much passes."""

from __future__ import annotations

from django.db import models


class SystemState(models.Model):
    """When a job of a system was last done and last went well, and what its webhook (no job) has refused.

    The watchdog and the operations page read it. `since` is when it began to go as it does now, well or not.
    """

    system = models.SlugField(max_length=50)
    job = models.SlugField(max_length=50, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True, help_text="While it is being done; held on to, so a death shows soon.")
    hold = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    error_code = models.CharField(max_length=100, blank=True, default="")
    error_text = models.CharField(max_length=500, blank=True, default="")
    since = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True, help_text="Somebody has asked for it to be done now.")
    every_seconds = models.PositiveIntegerField(null=True, help_text="By Prefect's schedule; none by the clock.")
    next_at = models.DateTimeField(null=True, help_text="By Prefect's schedule, where that goes by the clock.")
    is_off = models.BooleanField(default=False, help_text="Turned off in Prefect.")
    deployment_id = models.UUIDField(null=True, help_text="In Prefect.")
    run_id = models.UUIDField(null=True, help_text="Of the last run in Prefect; none when it was done without.")
    refused = models.PositiveBigIntegerField(default=0, help_text="Webhook calls that could not be trusted.")
    refused_at = models.DateTimeField(null=True)
    refused_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "job"], name="system_state_once")]

    def __str__(self) -> str:
        return f"{self.system}/{self.job}"


class SystemHour(models.Model):
    """What passed to and from a system in an hour, counted by the worker so that no page counts history."""

    hour = models.DateTimeField()
    system = models.SlugField(max_length=50)
    received = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0, help_text="Stops about what was received.")
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0, help_text="Calls that a person had to do instead.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "system"], name="system_hour_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.hour:%Y-%m-%d %H}"
