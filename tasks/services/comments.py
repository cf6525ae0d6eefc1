"""What colleagues tell each other about a task: written, withdrawn, and seen by the one it calls."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from people.models import Staff
from tasks import together
from tasks.models import Comment, CommentKind
from tasks.models.comment import MAX_LENGTH
from workflows.models import AmendedPart, Amendment, UserTask
from workflows.services import user_tasks


class Unacceptable(Exception):
    """Texten är tom, för lång eller innehåller tecken som inte kan sparas."""


class UnknownColleague(Exception):
    """Den som nämns kan inte göra uppgiften."""


def add(
    *,
    task: UserTask,
    text: str,
    mentioned: str = "",
    for_shift: bool = False,
    by: Staff,
    now: datetime,
    action_id: UUID,
) -> None:
    """Write to the colleagues; `mentioned` is the public id of one who may do the task, who finds it in the inbox.

    `for_shift` takes it along to the unit's handover for as long as the task is open.
    The same `action_id` again writes nothing. Raises user_tasks.NotAllowed, Unacceptable, UnknownColleague.
    """
    if not user_tasks.may_work(task, by):
        raise user_tasks.NotAllowed
    text = cleaned(text)
    called = next((one for one in together.colleagues(task, by) if str(one.public_id) == mentioned), None)
    if mentioned and called is None:
        raise UnknownColleague
    try:
        with transaction.atomic():
            Comment.objects.create(
                task=task, by=by, at=now, text=text, mentioned=called, for_shift=for_shift, action_id=action_id
            )
    except IntegrityError:
        if not Comment.objects.filter(task=task, by=by, action_id=action_id).exists():
            raise


def cleaned(text: str, *, is_required: bool = True) -> str:
    """The text as it is kept. Raises Unacceptable."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if (is_required and not text) or len(text) > MAX_LENGTH or "\0" in text:
        raise Unacceptable
    return text


def withdraw(*, task: UserTask, comment_id: int, by: Staff, now: datetime) -> None:
    """Take back one's own: that it was there stays, its text does not. What somebody has corrected stays to be read."""
    if Amendment.objects.filter(part=AmendedPart.COMMENT, key=str(comment_id)).exists():
        return
    mine = Comment.objects.filter(pk=comment_id, task=task, by=by, withdrawn_at=None)
    mine.update(text="", withdrawn_at=now)
    user_tasks.touch(task=task, now=now)


def saw(*, task: UserTask, by: Staff, now: datetime) -> None:
    """The one who was mentioned has opened the task; a question waits for its answer."""
    called = Comment.objects.filter(task=task, mentioned=by, seen_at=None)
    called.exclude(kind=CommentKind.QUESTION).update(seen_at=now)
