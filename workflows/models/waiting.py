"""What an instance waits for: people (user tasks), messages (subscriptions) and time (timer jobs)."""

from __future__ import annotations

import datetime
import uuid

from django.db import models

from workflows.models.instance import ProcessInstance


class TaskState(models.TextChoices):
    OPEN = "open", "Att göra"
    COMPLETED = "completed", "Klar"
    CANCELLED = "cancelled", "Inte längre aktuell"
    NOT_NEEDED = "not_needed", "Ej aktuell"


class TaskKind(models.TextChoices):
    USER = "user", "Uppgift"
    FALLBACK = "fallback", "Gör för hand"
    SIGNATURE = "signature", "Skriv under"


class UserTask(models.Model):
    """One thing for one person to do, offered to a profession's inbox."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The foreign keys here have no index of their own: those below begin with the same column, and each index that a
    # task stands in is written anew when it is done.
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="user_tasks", db_index=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+", db_index=False)
    engine_task_id = models.UUIDField(help_text="The engine's id of this step in this instance.")
    element_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=TaskKind.choices, default=TaskKind.USER)
    name = models.CharField(max_length=300)
    form_key = models.CharField(max_length=200)
    why = models.CharField(max_length=1000, blank=True, help_text="Why the profession has the task, in a sentence.")
    because = models.CharField(max_length=500, blank=True, help_text="What it came of, in a sentence.")
    group = models.CharField(max_length=50, help_text="Profession whose inbox it is in.")
    escalated_to = models.CharField(
        max_length=50, blank=True, help_text="Profession that also sees it since it is late."
    )
    area = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="The person's, so that a unit can look at its own; '' is all's.",
    )
    is_restricted = models.BooleanField(default=False, help_text="Protected identity: only the restricted group.")
    priority = models.PositiveSmallIntegerField(default=2, help_text="1 high, 2 ordinary, 3 low.")
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    claimed_by = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)
    on_behalf_of = models.CharField(
        max_length=320, blank=True, default="", help_text="Whose place the one who has it, or did it, stood in."
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    escalation_group = models.CharField(max_length=50, blank=True)
    ended_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action_id = models.UUIDField(
        null=True, unique=True, help_text="The completing action: a repeated click is known by it."
    )
    answers = models.JSONField(null=True)
    joint_of = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="invitations",
        help_text="The joint task that this one asks another profession to sign.",
    )
    signers = models.CharField(max_length=500, blank=True, help_text="Professions that may sign, with spaces between.")
    to_sign = models.PositiveSmallIntegerField(default=0, help_text="How many different professions must sign it.")
    signed = models.PositiveSmallIntegerField(default=0, help_text="How many have, what now stands in it.")
    asks_individual = models.BooleanField(default=False, help_text="The person's own agreement is written down too.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How many times somebody tried in vain.")
    changed_at = models.DateTimeField(
        help_text="Last change that an inbox shows; how an open page knows to look again."
    )
    due_sort = models.DateTimeField(help_text="due_at, or far in the future: one ordering for the inbox.")

    process_title: str  # of a task in a list: the title of its förlopp, read along
    profession_name: str  # of a task in a list or on its own page: the name of its group, read along
    suspended_at: datetime.datetime | None  # of a task in a list: since when its ärende is paused, read along
    attachment_count: int  # of a task on its own page, read along: most have none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "engine_task_id"], name="user_task_once_per_step"),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at=None) | ~models.Q(state="open") & ~models.Q(ended_at=None),
                name="user_task_ended_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="completed")
                | ~models.Q(joint_of=None)
                | models.Q(signed__gte=models.F("to_sign")),
                name="user_task_done_when_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="signature", joint_of__isnull=False)
                | ~models.Q(kind="signature") & models.Q(joint_of=None),
                name="user_task_invites_to_joint",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "due_sort", "id"], condition=models.Q(state="open"), name="inbox_by_group"),
            models.Index(
                fields=["group", "area", "due_sort", "id"], condition=models.Q(state="open"), name="inbox_by_area"
            ),
            models.Index(
                fields=["escalated_to", "due_sort", "id"],
                condition=models.Q(state="open") & ~models.Q(escalated_to=""),
                name="inbox_by_escalation",
            ),
            models.Index(
                fields=["claimed_by", "due_sort", "id"], condition=models.Q(state="open"), name="inbox_by_claimant"
            ),
            models.Index(
                fields=["completed_by", "-ended_at"], condition=models.Q(state="completed"), name="task_done_by"
            ),
            models.Index(fields=["group", "-changed_at"], name="inbox_changes"),
            models.Index(
                fields=["escalated_to", "-changed_at"],
                condition=~models.Q(escalated_to=""),
                name="inbox_escalation_changes",
            ),
            models.Index(fields=["escalate_at"], condition=models.Q(state="open"), name="user_task_escalations_due"),
            models.Index(fields=["instance", "state"], name="user_task_by_instance"),
            models.Index(fields=["joint_of"], condition=~models.Q(joint_of=None), name="user_task_invitations"),
            # Stands in for the foreign key's own: the person's open tasks (no end), and the timeline from its end.
            models.Index(fields=["individual", "-ended_at"], name="user_task_by_individual"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN

    @property
    def taken_by(self) -> str:
        """Who has it, and in whose place; '' when nobody has."""
        return in_place_of(self.claimed_by, self.on_behalf_of)

    @property
    def done_by(self) -> str:
        """Who did it, and in whose place; '' when nobody did."""
        return in_place_of(self.completed_by, self.on_behalf_of)


def in_place_of(staff: object, absent: str) -> str:
    """Who, and whom they stand in for by name; '' when it is nobody."""
    return f"{staff} som vikarie för {absent}" if staff and absent else str(staff or "")


class MessageSubscription(models.Model):
    """An instance waits here for a message that carries this key; an empty key never matches."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="subscriptions")
    engine_task_id = models.UUIDField()
    element_id = models.CharField(max_length=200)
    message_name = models.CharField(max_length=100, help_text="The name as it arrives.")
    catch_name = models.CharField(max_length=100, help_text="The name the diagram gives it.")
    key_name = models.CharField(max_length=50)
    key_value = models.CharField(max_length=200)
    deliver_to_all = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "engine_task_id", "message_name"], name="subscription_once"),
            models.CheckConstraint(condition=~models.Q(key_value=""), name="subscription_has_key"),
        ]
        indexes = [models.Index(fields=["message_name", "key_name", "key_value"], name="subscription_by_key")]

    def __str__(self) -> str:
        return f"{self.instance_id}:{self.message_name}"


class TimerJob(models.Model):
    """The moment at which an instance must be looked at again, indexed so that nobody scans instances."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="timers")
    engine_task_id = models.UUIDField()
    element_id = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    is_paused = models.BooleanField(
        default=False, help_text="Its ärende is paused: out of the index, so that no tick walks past it."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "engine_task_id"], name="timer_once_per_step")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(is_paused=False), name="timer_due")]

    def __str__(self) -> str:
        return f"{self.instance_id}:{self.element_id}"
