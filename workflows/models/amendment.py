"""What has been written once and was wrong, or lacked something: corrected, added to, or left as it was though asked.

Nothing that is written here is changed, and what it is about stays as it was written: the database refuses both. What
holds now is read by `workflows.amended`.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from workflows.models.waiting import UserTask


class AmendmentKind(models.TextChoices):
    CORRECTED = "corrected", "Rättelse"
    ADDED = "added", "Komplettering"
    REFUSED = "refused", "Rättades inte"


class AmendedPart(models.TextChoices):
    """`key` is the row of the task, comment or file, or the thread of what is the person's."""

    ANSWERS = "answers", "Svaren"
    COMMENT = "comment", "En anteckning"
    FILE = "file", "En fil"
    GOAL = "goal", "Ett mål"
    CONTACT = "contact", "En kontakt"
    CONSENT = "consent", "Ett samtycke"
    AGREEMENT = "agreement", "En överenskommelse"


OF_TASKS = (AmendedPart.ANSWERS, AmendedPart.COMMENT, AmendedPart.FILE)
MOST_TEXT = 5_000
MOST_REASON = 2_000


class Amendment(models.Model):
    """One correction, addition or refusal; `number` counts those of the same thing, so of two at once one is told.

    A correction of answers holds all of them as they should have been, one of a comment or file its new text or name;
    of what is the person's own the next revision holds it. `is_mistake`: all of it was written by mistake, and what
    should have stood is nothing.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(UserTask, null=True, on_delete=models.CASCADE, related_name="amendments")
    part = models.CharField(max_length=10, choices=AmendedPart.choices)
    key = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=AmendmentKind.choices)
    answers = models.JSONField(null=True)
    text = models.TextField(blank=True, max_length=MOST_TEXT)
    is_mistake = models.BooleanField(default=False)
    is_asked = models.BooleanField(default=False, help_text="The person, or who speaks for them, asked for it.")
    view = models.TextField(blank=True, max_length=MOST_TEXT, help_text="What the person says is so.")
    reason = models.TextField(max_length=MOST_REASON)
    sphere = models.CharField(max_length=4, blank=True, help_text="Of a goal; a task tells its own.")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.CharField(max_length=320, blank=True, default="")
    action_id = models.UUIDField(null=True, unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "key", "number"], name="amendment_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="amendment_from_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_says_why"),
            models.CheckConstraint(condition=Q(kind__in=AmendmentKind.values), name="amendment_kind"),
            models.CheckConstraint(
                condition=Q(part__in=OF_TASKS, task__isnull=False)
                | Q(part__in=[part for part in AmendedPart.values if part not in OF_TASKS], task=None),
                name="amendment_of_a_task_or_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind="refused") | Q(is_asked=True) & ~Q(view=""), name="amendment_refused_tells_their_view"
            ),
            models.CheckConstraint(condition=~Q(kind="added") | ~Q(text=""), name="amendment_added_something"),
            models.CheckConstraint(
                condition=Q(kind="corrected") | Q(answers=None, is_mistake=False), name="amendment_only_one_corrects"
            ),
        ]
        indexes = [models.Index(fields=["individual", "-at"], name="amendment_of_individual")]

    def __str__(self) -> str:
        return f"{self.part}:{self.key}:{self.number}"
