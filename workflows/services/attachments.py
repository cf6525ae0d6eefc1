"""Adds files and photos to tasks, takes them back, keeps what came with messages, and the shelf as its rows say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from people.models import Staff
from people.services import access
from workflows.attachments import kinds, names, pictures, scanning, shelf
from workflows.attachments.kinds import Kind, Refused
from workflows.attachments.scanning import Verdict
from workflows.models import (
    AmendedPart,
    Amendment,
    Attachment,
    AttachmentState,
    InboxMessage,
    ProcessInstance,
    TaskState,
    UserTask,
)
from workflows.services import user_tasks

BATCH = 20
INFECTED = "Viruskontrollen stoppade filen. Lägg inte till den igen, och berätta för IT."
TOO_MANY = "Uppgiften kan inte ha fler filer än {}."
LASTING = (AttachmentState.KEPT, AttachmentState.UNSCANNED)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file as it came: `path` holds its bytes, unless `refused` tells why they were not kept."""

    name: str
    path: Path
    size: int
    refused: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A file that was not taken, and why."""

    name: str
    text: str
    status: int


@dataclass(kw_only=True)
class Added:
    """What became of the files that were sent together."""

    kept: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A file that has been looked at, as it is to be kept."""

    key: UUID
    name: str
    kind: Kind
    path: Path
    small: Path | None
    state: AttachmentState


def add(*, task: UserTask, received: Sequence[Received], by: Staff, now: datetime, action_id: UUID) -> Added:
    """Keep what can be kept of the files that were sent, and tell why the others were not.

    They are on disk before their rows are committed. The same `action_id` again adds nothing and tells what it added.
    Raises user_tasks.NotAllowed, user_tasks.TaskGone.
    """
    if not user_tasks.may_work(task, by):
        raise user_tasks.NotAllowed
    earlier = _earlier(task, by, action_id)
    if earlier:
        return Added(kept=earlier)
    added, ready = Added(), []
    for sent in received:
        try:
            ready.append(looked_at(sent))
        except Refused as refused:
            added.problems.append(Problem(name=sent.name, text=refused.text, status=refused.status))
    for file in ready:
        shelf.put(file.key, file.path, file.small)
    try:
        added.kept = _insert(task, ready, added, by=by, now=now, action_id=action_id)
    except IntegrityError:
        # The same press, twice at once: the other one was first.
        added.kept = _earlier(task, by, action_id)
        if not added.kept:
            raise
    finally:
        kept = {attachment.public_id for attachment in added.kept}
        shelf.remove(file.key for file in ready if file.key not in kept)
    return added


def keep_with_message(*, message: InboxMessage, ready: Sequence[Ready], now: datetime) -> None:
    """Keep what came with a message until somebody has said what it is about; what is kept already stays as it was."""
    with transaction.atomic():
        InboxMessage.objects.select_for_update().only("pk").get(pk=message.pk)
        if message.attachments.exists():
            return
        for file in ready:
            shelf.put(file.key, file.path, file.small)
        for number, file in enumerate(ready):
            # A message's own id is the sending that brought its files.
            row = _row(file, number, now=now, action_id=message.public_id)
            row.message = message
            row.save(force_insert=True)


def hand_over(*, message: InboxMessage, to: ProcessInstance, by: Staff, now: datetime) -> None:
    """The files of a message become those of what it led to: the task that came of it, else the latest of the ärende.

    They stay with the message where the ärende has no task at all.
    """
    tasks = UserTask.objects.filter(instance=to)
    task = tasks.filter(state=TaskState.OPEN).order_by("-pk").first() or tasks.order_by("-pk").first()
    if task is None:
        return
    for file in message.attachments.filter(task=None):
        Attachment.objects.filter(pk=file.pk).update(task=task, by=by, at=now)
        _record(task, file.public_id, "add", by=by, now=now)


def withdraw(*, task: UserTask, key: UUID, by: Staff, now: datetime) -> bool:
    """Take back one's own while the task is open: that it was there stays, the file and its name do not. What somebody
    has corrected stays to be read."""
    if not user_tasks.may_work(task, by):
        raise user_tasks.NotAllowed
    mine = Attachment.objects.filter(task=task, public_id=key, by=by, message=None, task__state=TaskState.OPEN)
    if Amendment.objects.filter(
        part=AmendedPart.FILE, key__in=[str(pk) for pk in mine.values_list("pk", flat=True)]
    ).exists():
        return False
    with transaction.atomic():
        gone = {"state": AttachmentState.WITHDRAWN, "name": "", "withdrawn_at": now}
        if not mine.exclude(state=AttachmentState.WITHDRAWN).update(**gone):
            return False
        _record(task, key, "withdraw", by=by, now=now)
    shelf.remove([key])
    return True


def scan_waiting() -> int:
    """Let the scanner look at what came while it was away; how many it has seen. A clean one can be read from then."""
    if not settings.FORLOPP_CLAMD:
        return 0
    count = 0
    for waiting in Attachment.objects.filter(state=AttachmentState.UNSCANNED).order_by("id")[:BATCH]:
        path = shelf.path_of(waiting.public_id)
        # One that is missing is told of when it is read.
        verdict = scanning.scan(path) if path.is_file() else Verdict.CLEAN
        if verdict is Verdict.AWAY:
            break
        became = AttachmentState.STOPPED if verdict is Verdict.INFECTED else AttachmentState.KEPT
        count += Attachment.objects.filter(pk=waiting.pk, state=AttachmentState.UNSCANNED).update(state=became)
    return count


def tidy(*, now: datetime) -> int:
    """Clear one of the folders, the clock says which, of files that should not be there; how many.

    What was withdrawn or stopped is removed; what no row knows is laid aside.
    """
    forgotten = shelf.remove_forgotten(now=now)
    found = shelf.keys_in(int(now.timestamp()) // 10 % shelf.FOLDERS, before=now - shelf.UNDER_WAY)
    if not found:
        return forgotten
    known = dict(Attachment.objects.filter(public_id__in=found).values_list("public_id", "state"))
    ended = {key for key, state in known.items() if state not in LASTING}
    shelf.remove(ended)
    shelf.set_aside(found - known.keys())
    return forgotten + len(ended | found - known.keys())


def _earlier(task: UserTask, by: Staff, action_id: UUID) -> list[Attachment]:
    return list(Attachment.objects.filter(task=task, by=by, action_id=action_id))


def looked_at(file: Received) -> Ready:
    """What it is, made safe. Raises Refused."""
    if file.refused is not None:
        raise file.refused
    kind = kinds.of(file.path)
    name = names.cleaned(file.name, kind)
    verdict = scanning.scan(file.path)
    if verdict is Verdict.INFECTED:
        raise Refused(INFECTED)
    state = AttachmentState.UNSCANNED if verdict is Verdict.AWAY else AttachmentState.KEPT
    path, small = file.path, None
    if kind.is_picture:
        path, small = file.path.with_suffix(".gjord"), file.path.with_suffix(".liten")
        kind = pictures.make_anew(file.path, path, small)
    return Ready(key=uuid4(), name=name, kind=kind, path=path, small=small, state=state)


def _insert(
    task: UserTask, ready: Sequence[Ready], added: Added, *, by: Staff, now: datetime, action_id: UUID
) -> list[Attachment]:
    """Rows for as many as the task has room for; what there is no room for becomes a problem."""
    with transaction.atomic():
        if UserTask.objects.select_for_update().only("state").get(pk=task.pk).state != TaskState.OPEN:
            raise user_tasks.TaskGone
        most = settings.FORLOPP_FILES_PER_TASK
        room = max(0, most - Attachment.objects.filter(task=task, state__in=LASTING).count())
        text = TOO_MANY.format(most)
        added.problems += [Problem(name=file.name, text=text, status=422) for file in ready[room:]]
        made = [_row(file, number, now=now, action_id=action_id) for number, file in enumerate(ready[:room])]
        for attachment in made:
            attachment.task, attachment.by = task, by
            attachment.save(force_insert=True)
            _record(task, attachment.public_id, "add", by=by, now=now)
    return made


def _row(file: Ready, number: int, *, now: datetime, action_id: UUID) -> Attachment:
    path = shelf.path_of(file.key)
    with path.open("rb") as kept:
        digest = hashlib.file_digest(kept, "sha256").hexdigest()
    return Attachment(
        public_id=file.key,
        at=now,
        name=file.name,
        kind=file.kind.key,
        size=path.stat().st_size,
        sha256=digest,
        state=file.state,
        action_id=action_id,
        number=number,
    )


def _record(task: UserTask, key: UUID, action: str, *, by: Staff, now: datetime) -> None:
    access.record(
        staff=by, individual=task.individual, action=action, object_type="attachment", object_id=str(key), now=now
    )
