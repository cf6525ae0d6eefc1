"""A file or photo that somebody has added to a task, or that came with a message."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from people.models import Staff
from workflows.attachments.kinds import KINDS, Kind
from workflows.models.queue import InboxMessage
from workflows.models.waiting import UserTask


class AttachmentState(models.TextChoices):
    KEPT = "kept", "Finns"
    UNSCANNED = "unscanned", "Väntar på viruskontroll"
    STOPPED = "stopped", "Stoppad av viruskontrollen"
    WITHDRAWN = "withdrawn", "Borttagen"


class Attachment(models.Model):
    """Never changed; who added it may withdraw it while the task is open, and then file and name are gone.

    One that came with a message has no task until a person has said what the message is about, and is theirs who said
    it from then on; it is somebody else's word and is never withdrawn.

    The file itself lies on the shelf (`workflows.attachments.shelf`) under `public_id`, and is there before this row.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.ForeignKey(UserTask, null=True, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(InboxMessage, null=True, on_delete=models.CASCADE, related_name="attachments")
    by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10, choices=[(kind.key, kind.word) for kind in KINDS.values()])
    size = models.PositiveIntegerField(help_text="Bytes, as it is kept.")
    sha256 = models.CharField(max_length=64, help_text="Of what is kept; stays when it is withdrawn.")
    state = models.CharField(max_length=10, choices=AttachmentState.choices, default=AttachmentState.KEPT)
    withdrawn_at = models.DateTimeField(null=True)
    action_id = models.UUIDField(help_text="The sending that brought it: a repeated click is known by it.")
    number = models.PositiveSmallIntegerField(help_text="Its place among those sent together.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["action_id", "number"], name="attachment_once"),
            models.CheckConstraint(
                condition=Q(state="withdrawn", name="", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & ~Q(name="") & Q(withdrawn_at=None),
                name="attachment_named_until_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(task__isnull=False, by__isnull=False) | Q(message__isnull=False, task=None, by=None),
                name="attachment_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["kept", "unscanned", "stopped", "withdrawn"]), name="attachment_state"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="unscanned"), name="attachment_unscanned")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def what(self) -> Kind:
        return KINDS[self.kind]

    @property
    def is_kept(self) -> bool:
        return self.state == AttachmentState.KEPT
