"""What people do with tasks: take, hand back, complete; and what happens when nobody does."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from people import statements
from people.models import Staff
from people.reading import EVERY, Reading
from workflows import engine, published, rights
from workflows.forms import answers as form_answers
from workflows.models import (
    EventKind,
    HistoryEntry,
    HistoryKind,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskKind,
    TaskState,
    UserTask,
)
from workflows.services import becoming, events, steps, turns

FRESH = Reading(UserTask, "task", EVERY, claimed_by=EVERY, completed_by=EVERY)


class TaskGone(Exception):
    """Uppgiften är inte längre aktuell."""


class NotAllowed(Exception):
    """Uppgiften hör till en annan profession."""


class AlreadyCompleted(Exception):
    """Redan klar, av …"""

    def __init__(self, by_name: str, at: datetime) -> None:
        super().__init__("already completed")
        self.by_name = by_name
        self.at = at


class ClaimedByOther(Exception):
    """Uppgiften är tagen av …"""

    def __init__(self, by_name: str) -> None:
        super().__init__("claimed by other")
        self.by_name = by_name


class NeedsSignatures(Exception):
    """Uppgiften blir klar när den är underskriven."""


class InvalidAnswers(Exception):
    """Formuläret är inte rätt ifyllt."""

    def __init__(self, errors: Sequence[form_answers.FieldError]) -> None:
        super().__init__("invalid answers")
        self.errors = list(errors)


@dataclass(frozen=True)
class Completed:
    """The task as it became, and the tasks of the same ärende that are next for anyone."""

    task: UserTask
    next_tasks: list[UserTask]


def may_work(task: UserTask, staff: Staff) -> bool:
    """Whether the task is offered to one of the staff member's professions, and no spärr keeps them out."""
    if (task.is_restricted and not staff.may_see_protected) or task.individual_id in staff.kept_from:
        return False
    return rights.holds(staff, task.group, task.escalated_to, *task.signers.split())


def on_behalf_of(task: UserTask, staff: Staff) -> str:
    """Whose place they stand in with the task: of the profession they may do it by, when it is lent; '' else."""
    lent = staff.behalves
    if not lent:
        return ""
    held = next((key for key in (task.group, task.escalated_to, *task.signers.split()) if key in staff.roles), "")
    return lent.get(held, "")


@turns.again
def claim(*, task: UserTask, by: Staff, now: datetime, take_over: bool = False) -> UserTask:
    """Take a task; `take_over` takes it from a colleague.

    Raises NotAllowed, ClaimedByOther, AlreadyCompleted, TaskGone.
    """
    require_right(task, by)
    with transaction.atomic():
        rows = UserTask.objects.filter(pk=task.pk, state=TaskState.OPEN)
        if not take_over:
            rows = rows.filter(claimed_by=None) | rows.filter(claimed_by=by)
        hit = rows.update(claimed_by=by, claimed_at=now, on_behalf_of=on_behalf_of(task, by), changed_at=now)
        row = fresh(task)
        if hit != 1:
            raise_lost(row)
        if task.claimed_by_id != by.pk:
            record(row, HistoryKind.CLAIMED, by=by, now=now)
    return row


def release(*, task: UserTask, by: Staff, now: datetime) -> UserTask:
    """Hand a task back to the group. Raises ClaimedByOther when it is another's, AlreadyCompleted, TaskGone."""
    require_right(task, by)
    with transaction.atomic():
        hit = UserTask.objects.filter(pk=task.pk, state=TaskState.OPEN, claimed_by=by).update(
            claimed_by=None, claimed_at=None, on_behalf_of="", changed_at=now
        )
        row = fresh(task)
        if hit != 1:
            if row.is_open and row.claimed_by is None:
                return row
            raise_lost(row)
        record(row, HistoryKind.RELEASED, by=by, now=now)
    return row


@turns.again
def complete(
    *,
    task: UserTask,
    answers: dict[str, Any],
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None = None,
    also: Callable[[], object] | None = None,
) -> Completed:
    """Complete a task with the answers to its form and move the ärende on, in one transaction; `also` is done in it.

    The same `action_id` again (a double click) gives the earlier answer. Two people at once: one wins, the other
    gets AlreadyCompleted. Raises NotAllowed, InvalidAnswers, ClaimedByOther, TaskGone, NeedsSignatures,
    steps.Suspended, engine.EngineError.
    """
    require_right(task, by)
    if task.to_sign:
        raise NeedsSignatures
    with transaction.atomic():
        instance = steps.locked(task.instance_id)
        task = copy.copy(task)  # the caller's stays as it was if nothing is saved
        task.instance = instance
        # The lock keeps others from ending it in between; what the page showed may be old, the row decides.
        cleaned = checked(task, answers, now=now) if instance.is_active else {}
        if not ended(task, TaskState.COMPLETED, cleaned, by=by, now=now, action_id=action_id):
            return Completed(earlier(task, action_id), next_tasks(instance))
        if task.kind == TaskKind.FALLBACK:
            _withdraw_call(task, now=now)
        appeared = go_on(task, cleaned, by=by, now=now)
        if also is not None:
            also()
    return Completed(task, appeared)


def go_on(task: UserTask, answers: dict[str, Any], *, by: Staff, now: datetime) -> list[UserTask]:
    """The ärende goes on from a task that has just been done, in the caller's transaction; what appears."""
    events.of_task(task, EventKind.TASK_DONE, now=now)
    settled = steps.move(task.instance, _act(task, answers, now), by=by, now=now)
    becoming.write(
        instance=task.instance,
        version=published.of(task.instance.version.public_id),
        step=task.element_id,
        group=task.group,
        answers=answers,
        by=by,
        now=now,
    )
    return settled.appeared


def _withdraw_call(task: UserTask, *, now: datetime) -> None:
    """It may have been sent anew meanwhile: what a person has done is not to be done by a system too."""
    calls = OutboxMessage.objects.filter(instance=task.instance_id, engine_task_id=task.engine_task_id)
    calls.filter(state=OutboxState.PENDING).update(state=OutboxState.WITHDRAWN, ended_at=now, lease_until=None)


def earlier(task: UserTask, action_id: uuid.UUID | None) -> UserTask:
    """The task as the same action left it. Raises what stands in the way of another."""
    row = fresh(task)
    if action_id is None or row.action_id != action_id:
        raise_lost(row)
    return row


def checked(task: UserTask, answers: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The answers cleaned by the task's form. Raises InvalidAnswers."""
    version = published.of(task.instance.version.public_id)
    if not version.has_form(task.form_key):
        # The page may have been drawn before the ärende was moved to a version that calls the step something else.
        task.form_key = UserTask.objects.values_list("form_key", flat=True).get(pk=task.pk)
    if not version.has_form(task.form_key):
        return {}
    variables = steps.variables_of(task.instance, task.engine_task_id)
    cleaned = form_answers.clean(version.form(task.form_key), answers, variables, now=now)
    if cleaned.errors:
        raise InvalidAnswers(cleaned.errors)
    return dict(cleaned.answers)


def escalate_due(*, now: datetime, limit: int = 100) -> int:
    """Show late tasks to the profession that helps out; how many."""
    rows = UserTask.objects.filter(state=TaskState.OPEN, escalate_at__lte=now).exclude(escalation_group="")
    rows = rows.filter(instance__suspended_at=None)
    done = 0
    for task in rows.order_by("escalate_at")[:limit]:
        with transaction.atomic():
            same = UserTask.objects.filter(pk=task.pk, state=TaskState.OPEN, escalate_at=task.escalate_at)
            # Who stands in since the profession may not see the person keeps the task.
            to = task.escalated_to or task.escalation_group
            if same.update(escalated_to=to, escalate_at=None, priority=1, changed_at=now) == 1:
                record(task, HistoryKind.ESCALATED, by=None, now=now)
                done += 1
    return done


def touch(*, task: UserTask, now: datetime) -> None:
    """What a list says of it has changed, though not the task: open pages look again."""
    UserTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(changed_at=now)


def next_tasks(instance: ProcessInstance) -> list[UserTask]:
    """The open tasks of an ärende, most urgent first."""
    return list(instance.user_tasks.filter(state=TaskState.OPEN).order_by("due_sort", "pk"))


def _act(task: UserTask, answers: dict[str, Any], now: datetime) -> steps.Act:
    def act(execution: engine.Execution) -> None:
        if task.kind == TaskKind.FALLBACK:
            execution.answer(task.engine_task_id, {"manuellt": True, **answers}, now=now)
        else:
            execution.complete(task.engine_task_id, answers, now=now)

    return act


def ended(
    task: UserTask,
    state: TaskState,
    answers: dict[str, Any] | None,
    *,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None,
) -> bool:
    """Whether it was open and free, or taken by the same person; then it is `state` now."""
    values = {
        "state": state,
        "ended_at": now,
        "completed_by_id": by.pk,
        "answers": answers,
        "action_id": action_id,
        "claimed_by_id": by.pk,
        "on_behalf_of": on_behalf_of(task, by),
        "changed_at": now,
    }
    return changed(task, values, by=by)


def changed(task: UserTask, values: dict[str, Any], *, by: Staff) -> bool:
    """Whether it was open and free, or taken by the same person; then it has these values."""
    free = f"(claimed_by_id IS NULL OR claimed_by_id = {int(by.pk)})"
    if statements.update(UserTask, {"id": task.pk, "state": TaskState.OPEN}, values, also=free) != 1:
        return False
    for name, value in values.items():
        setattr(task, name, value)
    return True


def require_right(task: UserTask, by: Staff) -> None:
    if not may_work(task, by):
        raise NotAllowed


def fresh(task: UserTask) -> UserTask:
    row = FRESH.one("WHERE task.id = %s", [task.pk])
    if row is None:
        raise UserTask.DoesNotExist
    return row


def raise_lost(task: UserTask) -> None:
    """Say why an action did not hit: who was first, or that nobody needs it any more."""
    if task.state == TaskState.COMPLETED and task.completed_by is not None and task.ended_at is not None:
        raise AlreadyCompleted(task.done_by, task.ended_at)
    if not task.is_open:
        raise TaskGone
    raise ClaimedByOther(task.taken_by)


def record(
    task: UserTask,
    kind: HistoryKind,
    *,
    by: Staff | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
    action_id: uuid.UUID | None = None,
) -> None:
    """A row of history about a task, and in whose place it was done."""
    lent = on_behalf_of(task, by) if by else ""
    entry = HistoryEntry(
        instance_id=task.instance_id,
        at=now,
        by=by,
        kind=kind,
        element_id=task.element_id,
        element_type="userTask",
        name=task.name,
        detail=({"for": lent} if lent else {}) | (detail or {}),
        action_id=action_id,
    )
    statements.insert([entry])
