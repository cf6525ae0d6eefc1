"""What colleagues tell, ask and hand each other about a task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Staff
from workflows.models import UserTask

MAX_LENGTH = 2_000


class CommentKind(models.TextChoices):
    NOTE = "note", "Anteckning"
    HANDOVER = "handover", "Överlämning"
    QUESTION = "question", "Fråga"
    ANSWER = "answer", "Svar"


class Comment(models.Model):
    """Never edited; who wrote it may withdraw it, and then its text is gone. No part of the journal.

    It calls the one it mentions: the colleague who is told, handed the task or asked, and with an answer the one who
    asked. A question waits for its answer, all else to be read.
    """

    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=CommentKind.choices, default=CommentKind.NOTE)
    text = models.CharField(max_length=MAX_LENGTH, blank=True, help_text="A hand-over may be without.")
    for_shift = models.BooleanField(default=False, help_text="To be taken along to the next shift.")
    withdrawn_at = models.DateTimeField(null=True)
    mentioned = models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", help_text="The colleague whom it calls."
    )
    seen_at = models.DateTimeField(
        null=True, help_text="When the one it mentions opened the task, or answered the question."
    )
    question = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="answer", help_text="What it is the answer to."
    )
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text="", withdrawn_at__isnull=False)
                | ~Q(text="") & Q(withdrawn_at=None)
                | Q(kind=CommentKind.HANDOVER, withdrawn_at=None),
                name="comment_text_until_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None) | Q(mentioned__isnull=False), name="comment_seen_by_mentioned"
            ),
            models.CheckConstraint(
                condition=Q(kind=CommentKind.ANSWER, question__isnull=False)
                | ~Q(kind=CommentKind.ANSWER) & Q(question=None),
                name="comment_answers_a_question",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[CommentKind.QUESTION, CommentKind.ANSWER]) | Q(mentioned__isnull=False),
                name="comment_asks_somebody",
            ),
            models.UniqueConstraint(
                fields=["task", "by", "mentioned"],
                condition=Q(kind=CommentKind.QUESTION, seen_at=None, withdrawn_at=None),
                name="comment_asks_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="comment_by_moment"),
            models.Index(fields=["at"], condition=Q(for_shift=True, withdrawn_at=None), name="comment_for_shift"),
            models.Index(
                fields=["mentioned", "id"],
                condition=Q(seen_at=None, withdrawn_at=None, mentioned__isnull=False),
                name="comment_mentions_unseen",
            ),
            models.Index(
                fields=["by", "task"],
                condition=Q(kind=CommentKind.QUESTION, seen_at=None, withdrawn_at=None),
                name="comment_asked_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.pk}"

    @property
    def is_waiting(self) -> bool:
        """A question that nobody has answered or withdrawn."""
        return self.kind == CommentKind.QUESTION and self.seen_at is None and self.withdrawn_at is None
