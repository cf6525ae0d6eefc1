"""The rows of what an instance waits for, written by difference: only what has come or gone since the last step.

What the rows hold is kept beside the engine's state, which is read anyway, so that nothing is asked of the tables
of tasks, subscriptions, timers and calls. The instance's row is locked and its revision checked; nobody else writes
these rows but to end a task, put a timer off or end a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from people.models import Staff
from workflows import engine
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    MessageSubscription,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import offers, statements

KEY = "rows"
"""Where in the stored state it is kept."""


@dataclass(frozen=True)
class Rows:
    """What the rows of an instance hold: engine task ids, timers with their due time, subscriptions."""

    tasks: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    timers: dict[str, str] = field(default_factory=dict)
    messages: frozenset[tuple[str, str, str]] = frozenset()  # engine task id, message name, key value

    @classmethod
    def of(cls, instance: ProcessInstance) -> Rows:
        """As the last step left them; read from the tables for a state that was stored before this was kept."""
        stored = instance.engine_state.get(KEY)
        if stored is not None:
            return cls(
                frozenset(stored["tasks"]),
                frozenset(stored["calls"]),
                dict(stored["timers"]),
                frozenset((task, name, value) for task, name, value in stored["messages"]),
            )
        return read(instance) if instance.pk else cls()

    def as_json(self) -> dict[str, Any]:
        return {
            "tasks": sorted(self.tasks),
            "calls": sorted(self.calls),
            "timers": self.timers,
            "messages": sorted(self.messages),
        }


def wanted(waiting: engine.Waiting, subscriptions: Iterable[MessageSubscription]) -> Rows:
    """What the rows are to hold now."""
    return Rows(
        frozenset(str(task.id) for task in waiting.user_tasks),
        frozenset(str(task.id) for task in waiting.service_tasks),
        {str(timer.id): timer.due_at.isoformat() for timer in waiting.timers},
        frozenset(map(message_key, subscriptions)),
    )


def message_key(row: MessageSubscription) -> tuple[str, str, str]:
    return (str(row.engine_task_id), row.message_name, row.key_value)


def read(instance: ProcessInstance) -> Rows:
    """What the tables hold; of calls also some that ended with a no, which changes nothing."""
    ids = instance.user_tasks.filter(state=TaskState.OPEN).values_list("engine_task_id", flat=True)
    calls = instance.outbox.filter(state__in=(OutboxState.PENDING, OutboxState.FAILED))
    asked = frozenset(map(str, calls.values_list("engine_task_id", flat=True)))
    return Rows(
        frozenset(map(str, ids)) - asked,
        asked,
        {str(row.engine_task_id): row.due_at.isoformat() for row in instance.timers.all()},
        frozenset(map(message_key, instance.subscriptions.all())),
    )


def write_user_tasks(
    instance: ProcessInstance, execution: engine.Execution, waiting: engine.Waiting, before: Rows, *, now: datetime
) -> list[UserTask]:
    """Offer what has appeared; the new rows."""
    new = [
        offers.user_task(instance, execution, task, now=now)
        for task in waiting.user_tasks
        if str(task.id) not in before.tasks
    ]
    statements.insert(new, with_keys=True)
    return new


def end_user_tasks(
    instance: ProcessInstance,
    execution: engine.Execution,
    before: Rows,
    after: Rows,
    *,
    by: Staff | None,
    now: datetime,
) -> None:
    """Take away what is no longer to be done: also what a person was to do in the place of a system."""
    done = {str(key) for key in execution.completed}
    gone = (before.tasks - after.tasks - done) | (before.calls - after.calls)
    if not gone:
        return
    rows = list(instance.user_tasks.filter(state=TaskState.OPEN, engine_task_id__in=map(UUID, gone)))
    if not rows:
        return
    UserTask.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=TaskState.CANCELLED, ended_at=now, changed_at=now
    )
    statements.insert(
        [
            HistoryEntry(
                instance=instance,
                at=now,
                by=by,
                kind=HistoryKind.CANCELLED,
                element_id=row.element_id,
                element_type="userTask",
                name=row.name,
            )
            for row in rows
        ]
    )


def write_subscriptions(
    instance: ProcessInstance, subscriptions: Sequence[MessageSubscription], before: Rows, after: Rows
) -> None:
    for task, name, value in before.messages - after.messages:
        instance.subscriptions.filter(engine_task_id=task, message_name=name, key_value=value).delete()
    statements.insert([row for row in subscriptions if message_key(row) not in before.messages])


def write_timers(instance: ProcessInstance, timers: Iterable[engine.WaitingTimer], before: Rows, after: Rows) -> None:
    """A timer that was put off after a failure stays so until the engine gives it another due time."""
    gone = [key for key, due in before.timers.items() if after.timers.get(key) != due]
    if gone:
        instance.timers.filter(engine_task_id__in=gone).delete()
    statements.insert(
        [
            TimerJob(instance=instance, engine_task_id=timer.id, element_id=timer.element_id, due_at=timer.due_at)
            for timer in timers
            if before.timers.get(str(timer.id)) != after.timers[str(timer.id)]
        ]
    )


def write_calls(
    instance: ProcessInstance,
    execution: engine.Execution,
    calls: Iterable[engine.WaitingTask],
    before: Rows,
    after: Rows,
    *,
    now: datetime,
) -> None:
    """Ask systems for what has appeared; withdraw what nobody needs and has not gone out."""
    gone = before.calls - after.calls - {str(key) for key in execution.completed}
    if gone:
        pending = instance.outbox.filter(engine_task_id__in=map(UUID, gone), state=OutboxState.PENDING)
        pending.update(state=OutboxState.WITHDRAWN, ended_at=now)
    statements.insert(
        [
            OutboxMessage(
                instance=instance,
                individual_id=instance.individual_id,
                engine_task_id=task.id,
                element_id=task.element.id,
                operation=task.operation,
                params=task.params,
                next_try_at=now,
                created_at=now,
            )
            for task in calls
            if str(task.id) not in before.calls
        ]
    )
