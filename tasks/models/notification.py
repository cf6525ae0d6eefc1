"""What somebody wants to be told of outside the pages, and what they have been told; nothing in it names a person."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q

from people.models import Device, Staff
from workflows.models import UserTask


class NoticeKind(models.TextChoices):
    URGENT = "urgent", "En brådskande uppgift till min grupp"
    NEW = "new", "En annan ny uppgift till min grupp"
    TOLD = "told", "En kollega skriver till mig, lämnar över eller frågar"
    ANSWERED = "answered", "Personen har svarat inför en uppgift som jag har, eller ingen har tagit"
    LATE = "late", "En uppgift som jag har, eller ingen har tagit, blir försenad"


class Channel(models.TextChoices):
    MAIL = "mail", "E-post"
    PUSH = "push", "Notis i telefonen eller datorn"


class Pace(models.TextChoices):
    NOW = "now", "Direkt"
    HOURLY = "hourly", "Samlat varje timme"
    DAILY = "daily", "Samlat en gång om dagen"


class Notifying(models.Model):
    """How one member of staff is told; made when they first choose. `told_until` is how far we have looked for them.

    A task that was there before `begun_at` is nothing new. `try_after` and `failures` are of e-mail: a device
    has its own.
    """

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="notifying")
    address = models.EmailField(blank=True, default="", help_text="Where the staff's own row has none.")
    daily_at = models.TimeField(default=datetime.time(8), help_text="In Sweden, as the hours below.")
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    begun_at = models.DateTimeField()
    told_until = models.DateTimeField()
    try_after = models.DateTimeField(help_text="Nothing is sent before; also how one of several processes takes it.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False) & ~Q(quiet_from=F("quiet_to")),
                name="notifying_quiet_from_and_to",
            )
        ]

    def __str__(self) -> str:
        return str(self.staff_id)

    @property
    def mail_to(self) -> str:
        return self.staff.email or self.address


class NoticeChoice(models.Model):
    """That somebody wants to be told of one kind by one channel; who has chosen nothing has no rows."""

    notifying = models.ForeignKey(Notifying, on_delete=models.CASCADE, related_name="choices")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    pace = models.CharField(max_length=10, choices=Pace.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notifying", "channel", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.notifying_id}:{self.channel}:{self.kind}"


class Notice(models.Model):
    """One thing to tell one member of staff in one place, once. Settled when it was told or needed no telling."""

    notifying = models.ForeignKey(Notifying, on_delete=models.CASCADE, related_name="notices")
    device = models.ForeignKey(
        Device, null=True, on_delete=models.CASCADE, related_name="notices", help_text="By e-mail when there is none."
    )
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    about = models.UUIDField(help_text="The task's public id; of what a colleague wrote, its action.")
    task = models.ForeignKey(UserTask, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(help_text="By the pace that was chosen.")
    settled_at = models.DateTimeField(null=True)
    is_sent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notifying", "kind", "about"], condition=Q(device=None), name="notice_once_by_mail"
            ),
            models.UniqueConstraint(fields=["device", "kind", "about"], name="notice_once_in_a_device"),
            models.CheckConstraint(condition=Q(is_sent=False) | Q(settled_at__isnull=False), name="notice_sent_at"),
        ]
        indexes = [
            models.Index(fields=["notifying", "due_at"], condition=Q(settled_at=None), name="notice_waiting"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="notice_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.notifying_id}:{self.kind}:{self.about}"
