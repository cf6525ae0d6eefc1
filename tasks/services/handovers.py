"""A task handed to a colleague or back to the group, with a note; many given out at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from people.models import Staff
from tasks import together
from tasks.models import Comment, CommentKind
from tasks.services import comments
from workflows import rights
from workflows.models import UserTask
from workflows.services import handover, user_tasks
from workflows.services.handover import Fate, Outcome


def hand_over(*, task: UserTask, to: str, note: str, by: Staff, now: datetime, action_id: UUID) -> None:
    """To the colleague with the public id `to`, told why, or to the group ('') with or without a word.

    The same `action_id` again does nothing more. Two at once: one wins, the other gets ClaimedByOther. Raises
    comments.Unacceptable, comments.UnknownColleague, user_tasks.NotAllowed, ClaimedByOther, AlreadyCompleted, TaskGone.
    """
    if not together.may_work(task, by):
        raise user_tasks.NotAllowed
    text = comments.cleaned(note, is_required=bool(to))
    colleague = next((one for one in together.colleagues(task, by) if str(one.public_id) == to), None)
    if to and colleague is None:
        raise comments.UnknownColleague
    receiver = Staff.objects.get(pk=colleague.pk) if colleague else None
    also = partial(_tell, to=receiver, text=text, by=by, now=now, action_id=action_id) if to or text else None
    outcomes = handover.give(tasks=[task], to=receiver, by=by, now=now, action_id=action_id, also=also)
    require_given(outcomes)


def give_out(*, tasks: Sequence[UserTask], to: Staff, by: Staff, now: datetime, action_id: UUID) -> list[Outcome]:
    """Many tasks to one colleague, who finds them in the inbox, or to oneself; how it went with each.

    Raises user_tasks.NotAllowed for who does not give out work.
    """
    if not rights.may_give_out(by):
        raise user_tasks.NotAllowed
    to = Staff.objects.get(pk=to.pk)  # what was read for a list of names knows no rights
    also = None if to == by else partial(_tell, to=to, text="", by=by, now=now, action_id=action_id)
    return handover.give(tasks=tasks, to=to, by=by, now=now, action_id=action_id, also=also)


def require_given(outcomes: Sequence[Outcome]) -> None:
    """Raises what `user_tasks` raises, when the one task could not be given."""
    if not outcomes:
        raise user_tasks.TaskGone
    if outcomes[0].fate == Fate.CANNOT:
        raise user_tasks.NotAllowed
    if outcomes[0].fate != Fate.GIVEN:
        user_tasks.raise_lost(outcomes[0].task)


def _tell(tasks: Sequence[UserTask], *, to: Staff | None, text: str, by: Staff, now: datetime, action_id: UUID) -> None:
    """Kept with the task, and told to the one who has it now."""
    Comment.objects.bulk_create(
        [
            Comment(
                task=task,
                by=by,
                at=now,
                kind=CommentKind.HANDOVER,
                text=text,
                mentioned=to,
                action_id=uuid5(action_id, str(task.public_id)),
            )
            for task in tasks
        ],
        ignore_conflicts=True,  # what nobody had goes to the group without a trace, and is then told of once
    )
