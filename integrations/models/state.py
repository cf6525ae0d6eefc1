"""How each system is doing."""

from __future__ import annotations

from django.db import models


class SystemState(models.Model):
    """When a job of a system was last done and last went well, and what its webhook (no job) has refused.

    The watchdog and the operations page read it.
    """

    system = models.SlugField(max_length=50)
    job = models.SlugField(max_length=50, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True, help_text="While it is being done; held on to, so a death shows soon.")
    hold = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    error_code = models.CharField(max_length=100, blank=True, default="")
    refused = models.PositiveBigIntegerField(default=0, help_text="Webhook calls that could not be trusted.")
    refused_at = models.DateTimeField(null=True)
    refused_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "job"], name="system_state_once")]

    def __str__(self) -> str:
        return f"{self.system}/{self.job}"
