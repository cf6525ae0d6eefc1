"""A task that is not done: somebody tried in vain and will try again, or it is not needed.

Neither is done, and neither is the other. Both are told in the history with a reason, by the code that is counted.
They raise user_tasks.NotAllowed, InvalidAnswers, ClaimedByOther, AlreadyCompleted, TaskGone, steps.Suspended,
steps.InstanceEnded, settle.Conflict and engine.EngineError; the same `action_id` again changes nothing more.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from people.models import Staff
from workflows import engine, published
from workflows.diagram import COULD_NOT, DEVIATION, NOT_NEEDED
from workflows.engine import clock
from workflows.forms import answers as form_answers
from workflows.forms import not_done as forms
from workflows.forms.definition import Form
from workflows.models import EventKind, HistoryEntry, HistoryKind, TaskKind, TaskState, UserTask
from workflows.services import events, steps, turns, user_tasks, waits

MORNING = 8
FIRST_PRIORITY = 1


def could_not_form(task: UserTask) -> Form:
    """What is asked of one who tried in vain."""
    version = published.of(task.instance.version.public_id)
    return version.could_not_form(task.form_key, is_urgent=task.priority == FIRST_PRIORITY)


def not_needed_form(task: UserTask) -> Form | None:
    """What is asked when it is not needed, where that is allowed. What a system asked for nobody lets be."""
    version = published.of(task.instance.version.public_id)
    return version.not_needed_form(task.form_key, task.element_id) if task.kind == TaskKind.USER else None


@turns.again
def could_not(
    *, task: UserTask, answers: Mapping[str, Any], by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> UserTask:
    """Keep the attempt, hand the task back and put it off; `answers` are to `could_not_form`.

    When colleagues are called for help does not move with it: who puts off does not put that off.
    """
    user_tasks.require_right(task, by)
    with transaction.atomic():
        instance = steps.locked(task.instance_id)
        row = user_tasks.fresh(task)
        if _is_told(row, action_id):
            return row
        row.instance = instance
        form = could_not_form(row)
        said = _cleaned(form, answers, now=now)
        again_at = _again_at(said, now)
        if not user_tasks.changed(row, _put_off(row, again_at, now), by=by):
            user_tasks.raise_lost(user_tasks.fresh(row))
        detail = _detail(row, form, said) | {"until": again_at.isoformat()}
        user_tasks.record(row, HistoryKind.ATTEMPTED, by=by, now=now, detail=detail, action_id=action_id)
        if row.kind == TaskKind.USER:
            steps.move(instance, _telling(row, COULD_NOT, said, now), by=by, now=now)
            row.refresh_from_db(fields=["state", "ended_at"])  # what is drawn may have ended it
    return row


@turns.again
def not_needed(
    *, task: UserTask, answers: Mapping[str, Any], by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> user_tasks.Completed:
    """End the task without doing it and move the ärende on; `answers` are to `not_needed_form`."""
    user_tasks.require_right(task, by)
    with transaction.atomic():
        instance = steps.locked(task.instance_id)
        row = user_tasks.fresh(task)
        row.instance = instance
        form = not_needed_form(row)
        if form is None:
            raise user_tasks.NotAllowed
        said = _cleaned(form, answers, now=now)
        if not user_tasks.ended(row, TaskState.NOT_NEEDED, None, by=by, now=now, action_id=action_id):
            return user_tasks.Completed(user_tasks.earlier(row, action_id), user_tasks.next_tasks(instance))
        waits.withdraw_invitations([row], now=now)
        detail = _detail(row, form, said)
        user_tasks.record(row, HistoryKind.NOT_NEEDED, by=by, now=now, detail=detail, action_id=action_id)
        events.of_task(row, EventKind.TASK_WITHDRAWN, now=now)
        settled = steps.move(instance, _telling(row, NOT_NEEDED, said, now), by=by, now=now)
    return user_tasks.Completed(row, settled.appeared)


def _is_told(task: UserTask, action_id: uuid.UUID | None) -> bool:
    if action_id is None:
        return False
    return HistoryEntry.objects.filter(instance=task.instance_id, action_id=action_id).exists()


def _cleaned(form: Form, answers: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    cleaned = form_answers.clean(form, answers, {}, now=now)
    if cleaned.errors:
        raise user_tasks.InvalidAnswers(cleaned.errors)
    return dict(cleaned.answers)


def _again_at(said: Mapping[str, Any], now: datetime) -> datetime:
    if said["nar"] == forms.CHOSEN:
        return clock.parse_moment(said["tid"])
    if said["nar"] == forms.TOMORROW:
        tomorrow = now.astimezone(clock.ZONE) + timedelta(days=1)
        return tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return now + timedelta(hours=1 if said["nar"] == forms.SOON else 4)


def _put_off(task: UserTask, again_at: datetime, now: datetime) -> dict[str, Any]:
    free = {"claimed_by_id": None, "claimed_at": None, "on_behalf_of": ""}
    return free | {"attempts": task.attempts + 1, "due_at": again_at, "due_sort": again_at, "changed_at": now}


def _detail(task: UserTask, form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    words = {choice.value: choice.label for choice in form.fields[0].choices}
    told = {"code": said["skal"], "reason": words[said["skal"]], "task": str(task.public_id)}
    gone_wrong = {DEVIATION: True} if said.get(DEVIATION) else {}
    return told | gone_wrong | ({"text": said["beskriv"]} if said["beskriv"] else {})


def _telling(task: UserTask, code: str, said: Mapping[str, Any], now: datetime) -> steps.Act:
    """The ärende knows the reason by its code. What somebody wrote stays with the history, unless it is a deviation."""
    known = {"skal": said["skal"], "forsok": task.attempts, **forms.gone_wrong(said)}

    def act(execution: engine.Execution) -> None:
        execution.tell(task.engine_task_id, code, known, now=now)

    return act
