"""What somebody has written in a task's form but not sent."""

from __future__ import annotations

from django.db import models

from people.models import Staff
from web.secrecy import SealedJson
from workflows.models import UserTask


class Draft(models.Model):
    """One per task and member of staff; answers about a person's health, so read by those who may do the task only."""

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="drafts")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written = SealedJson(help_text="The answers as they were posted, valid or not, blank rows included.")
    page = models.UUIDField(help_text="The opened page that wrote it last.")
    number = models.BigIntegerField(help_text="Rises with each save of a page: one that arrives late changes nothing.")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "by"], name="draft_once")]
        indexes = [models.Index(fields=["changed_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.by_id}"
