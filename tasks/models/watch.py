"""That somebody follows a task which is another's to do."""

from __future__ import annotations

from django.db import models

from people.models import Staff
from workflows.models import UserTask


class Watch(models.Model):
    """One per task and member of staff, until it is dropped; gives no right to see what the task is about."""

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="watches")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="When the watcher was shown that the task had ended.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "task"], name="watch_once")]
        indexes = [models.Index(fields=["told_at"], condition=models.Q(told_at__isnull=False), name="watch_told")]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.by_id}"
