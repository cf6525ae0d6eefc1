"""A question to a colleague about a task: asked, answered, and the task stays with the one who asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from people.models import Staff
from tasks import together
from tasks.models import Comment, CommentKind
from tasks.services import comments, handovers
from workflows.models import UserTask
from workflows.services import handover, turns, user_tasks


class AskedAlready(Exception):
    """Du har redan en fråga till kollegan som inte är besvarad."""


class Withdrawn(Exception):
    """Frågan är tillbakatagen."""


class AnsweredAlready(Exception):
    """Du har redan svarat på frågan."""


@turns.again
def ask(*, task: UserTask, to: str, text: str, by: Staff, now: datetime, action_id: UUID) -> None:
    """Ask the colleague with the public id `to`, who may see the ärende; the task becomes the asker's.

    The same `action_id` again does nothing more. Raises comments.Unacceptable, comments.UnknownColleague, AskedAlready,
    user_tasks.NotAllowed, ClaimedByOther, AlreadyCompleted, TaskGone.
    """
    if not together.may_work(task, by):
        raise user_tasks.NotAllowed
    text = comments.cleaned(text)
    colleague = next((one for one in together.askable(task, by) if str(one.public_id) == to), None)
    if colleague is None:
        raise comments.UnknownColleague
    key = uuid5(action_id, str(task.public_id))
    if Comment.objects.filter(action_id=key, by=by).exists():
        return
    try:
        with transaction.atomic():
            handovers.require_given(handover.give(tasks=[task], to=by, by=by, now=now, action_id=action_id))
            Comment.objects.create(
                task=task, by=by, at=now, kind=CommentKind.QUESTION, text=text, mentioned=colleague, action_id=key
            )
            user_tasks.touch(task=task, now=now)
    except IntegrityError:
        if not Comment.objects.filter(action_id=key, by=by).exists():
            raise AskedAlready from None


@turns.again
def answer(*, task: UserTask, question_id: int, text: str, by: Staff, now: datetime, action_id: UUID) -> None:
    """Answer a question that one was asked; the one who asked is told.

    The same `action_id` again does nothing more. Raises comments.Unacceptable, user_tasks.NotAllowed, Withdrawn,
    AnsweredAlready.
    """
    text = comments.cleaned(text)
    with transaction.atomic():
        mine = Comment.objects.select_for_update().filter(
            pk=question_id, task=task, kind=CommentKind.QUESTION, mentioned=by
        )
        question = mine.first()
        if question is None:
            raise user_tasks.NotAllowed
        if Comment.objects.filter(action_id=action_id, by=by, question=question).exists():
            return
        if question.withdrawn_at is not None:
            raise Withdrawn
        if question.seen_at is not None:
            raise AnsweredAlready
        mine.update(seen_at=now)
        Comment.objects.create(
            task=task,
            by=by,
            at=now,
            kind=CommentKind.ANSWER,
            text=text,
            mentioned_id=question.by_id,
            question=question,
            action_id=action_id,
        )
        user_tasks.touch(task=task, now=now)
