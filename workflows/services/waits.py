"""The rows of what an instance waits for, written by difference: only what has come or gone since the last step.

The engine tells which tasks came and went; what the rows of timers and subscriptions hold is kept beside its state,
which is read anyway, so that nothing is asked of the tables. The instance's row is locked and its revision checked;
nobody else writes these rows but to end a task, put a timer off or end a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from people import statements
from people.models import Staff
from web import tracing
from workflows import engine, published
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    MessageSubscription,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    SignalSubscription,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import offers

KEY = "rows"
"""Where in the stored state it is kept."""

Message = tuple[str, str, str]  # engine task id, message name, key value
Signal = tuple[str, str, bool]  # engine task id, name, whether everyone's is heard


@dataclass(frozen=True)
class Rows:
    """What the rows of timers and subscriptions hold: moments by engine task id, and messages."""

    timers: dict[str, str] = field(default_factory=dict)
    messages: frozenset[Message] = frozenset()
    signals: frozenset[Signal] = frozenset()

    @classmethod
    def of(cls, instance: ProcessInstance) -> Rows:
        """As the last step left them; read from the tables for a state that was stored before this was kept."""
        if not instance.engine_state:
            return cls()  # it is just being started
        stored = instance.engine_state.get(KEY)
        if stored is None:
            return cls.read(instance)
        signals = frozenset((task, name, for_all) for task, name, for_all in stored.get("signals", ()))
        return cls(dict(stored["timers"]), frozenset(map(_message, stored["messages"])), signals)

    @classmethod
    def read(cls, instance: ProcessInstance) -> Rows:
        """What the tables hold."""
        return cls(
            {str(row.engine_task_id): row.due_at.isoformat() for row in instance.timers.all()},
            frozenset(map(message_key, instance.subscriptions.all())),
            frozenset((str(row.engine_task_id), row.name, row.for_all) for row in instance.signal_subscriptions.all()),
        )


def kept(execution: engine.Execution, subscriptions: Iterable[MessageSubscription]) -> dict[str, Any]:
    """What is kept beside the state."""
    timers = {key: due for key, (_, due) in execution.dues().items()}
    found: dict[str, Any] = {"timers": timers, "messages": sorted(map(message_key, subscriptions))}
    signals = sorted(map(signal_key, execution.signals()))
    return found | {"signals": signals} if signals else found


def message_key(row: MessageSubscription) -> Message:
    return (str(row.engine_task_id), row.message_name, row.key_value)


def signal_key(signal: engine.WaitingSignal) -> Signal:
    return (str(signal.id), signal.name, signal.for_all)


def _message(stored: Sequence[str]) -> Message:
    task, name, value = stored
    return (task, name, value)


def write_user_tasks(
    instance: ProcessInstance,
    execution: engine.Execution,
    appeared: Iterable[engine.WaitingTask],
    *,
    by: Staff | None,
    now: datetime,
) -> list[UserTask]:
    """Offer what has appeared; the new rows."""
    new = [offers.user_task(instance, execution, task, now=now) for task in appeared]
    if new:
        offers.explain(new, execution, published.of(instance.version.public_id), by=by, now=now)
    statements.insert(new, with_keys=True)
    statements.insert([invited for task in new if task.to_sign for invited in offers.invitations(task)])
    return new


def withdraw_invitations(tasks: Iterable[UserTask], *, now: datetime) -> None:
    """Nobody is to sign these joint tasks any more; nothing is asked of the database for others."""
    joint = [task.pk for task in tasks if task.to_sign]
    if joint:
        invited = UserTask.objects.filter(joint_of__in=joint, state=TaskState.OPEN)
        invited.update(state=TaskState.CANCELLED, ended_at=now, changed_at=now)


def end_user_tasks(
    instance: ProcessInstance, execution: engine.Execution, changed: engine.Changed, *, by: Staff | None, now: datetime
) -> list[UserTask]:
    """Take away what is no longer to be done: also what a person was to do in the place of a system; those rows."""
    gone = (changed.gone - execution.completed) | changed.gone_calls
    if not gone:
        return []
    rows = list(instance.user_tasks.filter(state=TaskState.OPEN, engine_task_id__in=gone))
    if not rows:
        return []
    UserTask.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=TaskState.CANCELLED, ended_at=now, changed_at=now
    )
    withdraw_invitations(rows, now=now)
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
    return rows


def write_subscriptions(
    instance: ProcessInstance, subscriptions: Sequence[MessageSubscription], before: frozenset[Message]
) -> None:
    for task, name, value in before - set(map(message_key, subscriptions)):
        wanted = {"engine_task_id": UUID(task), "message_name": name, "key_value": value}
        statements.delete(MessageSubscription, {"instance_id": instance.pk, **wanted})
    statements.insert([row for row in subscriptions if message_key(row) not in before])


def write_signals(
    instance: ProcessInstance, signals: Sequence[engine.WaitingSignal], before: frozenset[Signal]
) -> None:
    for task, name, _ in before - set(map(signal_key, signals)):
        wanted = {"instance_id": instance.pk, "engine_task_id": UUID(task), "name": name}
        statements.delete(SignalSubscription, wanted)
    statements.insert(
        [
            SignalSubscription(
                instance=instance,
                engine_task_id=signal.id,
                element_id=signal.element_id,
                name=signal.name,
                for_all=signal.for_all,
            )
            for signal in signals
            if signal_key(signal) not in before
        ]
    )


def write_timers(instance: ProcessInstance, after: dict[str, tuple[str, str]], before: dict[str, str]) -> None:
    """A timer that was put off after a failure stays so until the engine gives it another due time."""
    gone = [key for key, due in before.items() if key not in after or after[key][1] != due]
    if gone:
        statements.delete(TimerJob, {"instance_id": instance.pk}, engine_task_id=[UUID(key) for key in gone])
    statements.insert(
        [
            TimerJob(
                instance_id=instance.pk,
                engine_task_id=UUID(key),
                element_id=element_id,
                due_at=datetime.fromisoformat(due),
                is_paused=instance.is_suspended,
            )
            for key, (element_id, due) in after.items()
            if before.get(key) != due
        ]
    )


def write_calls(
    instance: ProcessInstance, execution: engine.Execution, changed: engine.Changed, *, now: datetime
) -> None:
    """Ask systems for what has appeared; withdraw what nobody needs and has not gone out."""
    gone = changed.gone_calls - execution.completed
    if gone:
        pending = instance.outbox.filter(engine_task_id__in=gone, state=OutboxState.PENDING)
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
                trace=tracing.current(),
            )
            for task in changed.service_tasks
        ]
    )
