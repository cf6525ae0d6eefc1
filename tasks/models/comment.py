"""What colleagues tell each other about a task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Staff
from workflows.models import UserTask

MAX_LENGTH = 2_000


class Comment(models.Model):
    """Never edited; who wrote it may withdraw it, and then its text is gone. No part of the journal."""

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=MAX_LENGTH, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    mentioned = models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", help_text="The colleague whom it calls."
    )
    seen_at = models.DateTimeField(null=True, help_text="When the one it mentions opened the task.")
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text="", withdrawn_at__isnull=False) | ~Q(text="") & Q(withdrawn_at=None),
                name="comment_text_until_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None) | Q(mentioned__isnull=False), name="comment_seen_by_mentioned"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mentioned", "id"],
                condition=Q(seen_at=None, withdrawn_at=None, mentioned__isnull=False),
                name="comment_mentions_unseen",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.pk}"
