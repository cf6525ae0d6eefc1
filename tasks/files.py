"""The files of a task as its page shows them, and what one needs to add another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.conf import settings

from people.models import Staff
from people.reading import NOTHING, Reading
from tasks import together
from workflows import amended, published, rights, selectors
from workflows.attachments import kinds
from workflows.models import Attachment, UserTask
from workflows.services.attachments import Problem
from workflows.sight import Sight

MEGABYTE = 1_000_000
MOST = 20
"""Files on a person's page, the latest; each is also with its task and in its ärende."""
ABOUT = Reading(
    Attachment,
    "attachment",
    by=selectors.NAMED,
    task=("public_id", "name", *selectors.READ_BY),
    task__instance=NOTHING,
    task__instance__version=("public_id",),
    extra={"corrected": amended.FILE_NAME},
)


@dataclass(frozen=True, kw_only=True)
class Files:
    """`may_add` while the task is open, for those who may do it; they `may_amend` what has been added, always."""

    listed: list[Attachment]
    may_add: bool
    may_amend: bool = False
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
    may_work = together.may_work(task, viewer)
    return Files(
        listed=selectors.attachments_seen(task, viewer) if task.attachment_count else [],
        may_add=task.is_open and may_work,
        may_amend=may_work,
        problems=problems or [],
    )


def about(sight: Sight) -> list[Attachment]:
    """The latest of all ärenden of a person, as far as the viewer reads the tasks they stand with."""
    visible, values = sight.visible("instance")
    seen = rights.unrestricted(sight.viewer, "task")
    rest = f"""WHERE task.individual_id = %s AND attachment.state <> 'withdrawn' AND {seen}
        AND {visible} ORDER BY attachment.id DESC LIMIT {3 * MOST}"""
    found = ABOUT.rows(rest, [sight.individual.pk, *values])
    return [file for file in found if _is_read(file, sight)][:MOST]


def _is_read(file: Attachment, sight: Sight) -> bool:
    if file.task is None:
        return file.by_id == sight.viewer.pk
    version = published.of(file.task.instance.version.public_id)
    is_theirs = file.by_id == sight.viewer.pk or sight.reads_task(file.task, version)
    return is_theirs and sight.reads_by(file.task, version, by=file.by_id, at=file.at)


def most_bytes() -> int:
    """Of one file."""
    return int(settings.FORLOPP_FILE_MEGABYTES) * MEGABYTE
