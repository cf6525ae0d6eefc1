"""The files of a task as its page shows them, and what one needs to add another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.conf import settings

from people.models import Staff
from tasks import together
from workflows import selectors
from workflows.attachments import kinds
from workflows.models import Attachment, UserTask
from workflows.services.attachments import Problem

MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Files:
    """`may_add` while the task is open, for those who may do it."""

    listed: list[Attachment]
    may_add: bool
    action_id: uuid.UUID = field(default_factory=uuid.uuid4)
    problems: list[Problem] = field(default_factory=list)
    accepted: str = kinds.ACCEPTED

    @property
    def most_bytes(self) -> int:
        return most_bytes()

    @property
    def most_files(self) -> int:
        return int(settings.FORLOPP_FILES_PER_TASK)


def of(task: UserTask, viewer: Staff, *, problems: list[Problem] | None = None) -> Files:
    """Asks the database only when there is something: the task brought the number with it."""
    return Files(
        listed=selectors.attachments_of(task) if task.attachment_count else [],
        may_add=task.is_open and together.may_work(task, viewer),
        problems=problems or [],
    )


def most_bytes() -> int:
    """Of one file."""
    return int(settings.FORLOPP_FILE_MEGABYTES) * MEGABYTE
