"""What must be true of every database, whatever was done to the product: a sentence for each thing that is not.

`python -m tests.invariants` looks at the database of DATABASE_URL and ends with 1 when something is broken.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if __name__ == "__main__":
    # As a program it is the first to need Django; imported, it runs where the tests have made it ready.
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from django.db import connection
from django.utils import timezone

from workflows import engine, published
from workflows.models import (
    INTERNAL,
    BufferedKey,
    HistoryEntry,
    HistoryKind,
    InboxMessage,
    InboxState,
    Incident,
    InstanceState,
    MessageDelivery,
    MessageSubscription,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskKind,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import settle, steps, waits

if TYPE_CHECKING:
    from django.db.models import Model


def broken(*, at_rest: bool = False) -> list[str]:
    """What is not as it must be. `at_rest`: nothing is on its way any more, so nothing may be half handled either."""
    rows = _Rows.read()
    found = [*_database()]
    for instance in ProcessInstance.objects.select_related("version", "individual").order_by("pk").iterator():
        found += [f"instance {instance.pk}: {what}" for what in _instance(instance, rows)]
    return [*found, *_tasks(), *_messages(at_rest=at_rest)]


@dataclass
class _Rows:
    """All rows that belong to an instance, by instance."""

    tasks: dict[int, list[UserTask]]
    calls: dict[int, list[OutboxMessage]]
    timers: dict[int, list[TimerJob]]
    subscriptions: dict[int, list[MessageSubscription]]
    history: dict[int, list[HistoryEntry]]
    stopped_calls: set[int]

    @classmethod
    def read(cls) -> _Rows:
        stopped = set(Incident.objects.exclude(outbox=None).values_list("outbox_id", flat=True))
        return cls(
            _by_instance(UserTask),
            _by_instance(OutboxMessage),
            _by_instance(TimerJob),
            _by_instance(MessageSubscription),
            _by_instance(HistoryEntry),
            stopped,
        )


def _by_instance(model: type[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in model.objects.order_by("pk"):
        found[row.instance_id].append(row)
    return found


def _database() -> Iterator[str]:
    """SQLite can tell of damage itself; PostgreSQL looks whenever it reads."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for pragma in ("integrity_check", "foreign_key_check"):
            cursor.execute(f"PRAGMA {pragma}")
            yield from (f"{pragma}: {row}" for row in cursor.fetchall() if row != ("ok",))


# ── one instance against its rows ────────────────────────────────────────────────────────────────────────────────────


def _instance(instance: ProcessInstance, rows: _Rows) -> Iterator[str]:
    yield from _history(instance, rows.history.get(instance.pk, []), rows.tasks.get(instance.pk, []))
    version = published.of(instance.version.public_id)
    try:
        execution = steps.restored(instance, version)
    except engine.EngineError as error:
        yield f"the stored state cannot be read ({error.code})"
        return
    if execution.is_completed == instance.is_active:
        yield f"the engine says completed={execution.is_completed}, the row {instance.state}"
    waiting = execution.waiting()
    subscriptions = settle._subscriptions(instance, execution, version, timezone.now())
    if not instance.is_active and any(
        (waiting.user_tasks, waiting.service_tasks, waiting.timers, waiting.messages, waiting.signals)
    ):
        yield "it has ended and the engine still waits"
    timers = {str(timer.id): timer.due_at.isoformat() for timer in waiting.timers}
    signals = frozenset(map(waits.signal_key, waiting.signals))
    wanted = waits.Rows(timers, frozenset(map(waits.message_key, subscriptions)), signals)
    yield from _same("what the state says of the rows", waits.Rows.of(instance), wanted)
    yield from _same("signals waited for", waits.Rows.read(instance).signals, signals)
    yield from _open_tasks(waiting, rows.tasks.get(instance.pk, []))
    yield from _calls(instance, waiting, rows)
    yield from _timers(waiting, rows.timers.get(instance.pk, []))
    if any(row.is_paused != instance.is_suspended for row in rows.timers.get(instance.pk, [])):
        yield f"paused={instance.is_suspended}, and a timer says otherwise"
    yield from _same(
        "subscriptions",
        sorted(map(waits.message_key, rows.subscriptions.get(instance.pk, []))),
        sorted(map(waits.message_key, subscriptions)),
    )


def _open_tasks(waiting: engine.Waiting, tasks: list[UserTask]) -> Iterator[str]:
    mine = sorted(row.engine_task_id for row in tasks if row.is_open and row.kind == TaskKind.USER)
    yield from _same("open tasks", mine, sorted(task.id for task in waiting.user_tasks))
    by_hand = {row.engine_task_id for row in tasks if row.is_open and row.kind == TaskKind.FALLBACK}
    if lost := by_hand - {task.id for task in waiting.service_tasks}:
        yield f"to be done by hand though nothing waits for it: {_ids(lost)}"


def _calls(instance: ProcessInstance, waiting: engine.Waiting, rows: _Rows) -> Iterator[str]:
    """A call that the engine waits for is on its way, or with a person; and nothing else is on its way."""
    calls = {row.engine_task_id: row for row in rows.calls.get(instance.pk, [])}
    by_hand = {row.engine_task_id for row in rows.tasks.get(instance.pk, []) if row.is_open}
    asked = {task.id for task in waiting.service_tasks}
    for key in asked:
        row = calls.get(key)
        state = row.state if row else "missing"
        with_person = state == OutboxState.FAILED and key in by_hand
        kept = row is not None and row.state == OutboxState.DONE and row.result is not None
        explained = kept and row is not None and (instance.is_suspended or row.pk in rows.stopped_calls)
        if not (state == OutboxState.PENDING or with_person or explained):
            yield f"waits for a call that is {state}: {key}"
    pending = {key for key, row in calls.items() if row.state == OutboxState.PENDING}
    if lost := pending - asked:
        yield f"calls on their way that nothing waits for: {_ids(lost)}"


def _timers(waiting: engine.Waiting, timers: list[TimerJob]) -> Iterator[str]:
    due = {timer.id: timer.due_at for timer in waiting.timers}
    yield from _same("timers", sorted(row.engine_task_id for row in timers), sorted(due))
    for row in timers:
        moment = due.get(row.engine_task_id)
        # One that was put off is due later than the diagram says.
        if moment and not (row.due_at == moment or (row.failures and row.due_at > moment)):
            yield f"timer at {row.element_id} is due {row.due_at}, the engine says {moment}"


def _history(instance: ProcessInstance, history: list[HistoryEntry], tasks: list[UserTask]) -> Iterator[str]:
    kinds = Counter(row.kind for row in history)
    if kinds[HistoryKind.STARTED] != 1:
        yield f"started {kinds[HistoryKind.STARTED]} times"
    if kinds[HistoryKind.ENDED] != (not instance.is_active):
        yield f"{instance.state}, ended {kinds[HistoryKind.ENDED]} times"
    completed = [row for row in tasks if row.state == TaskState.COMPLETED]
    # It was written once at the start and once for each that was completed: else a later step overwrote an earlier.
    # The signatures of a joint task are one step with it.
    steps = sum(row.kind != TaskKind.SIGNATURE for row in completed)
    if instance.revision < 2 + steps:
        yield f"revision {instance.revision} with {steps} completed tasks"
    told = Counter(
        (row.element_id, row.at, row.by_id)
        for row in history
        if row.kind == HistoryKind.COMPLETED and row.by_id is not None
    )
    done = Counter(
        (row.element_id, row.ended_at, row.completed_by_id) for row in completed if row.kind == TaskKind.USER
    )
    if told != done:
        yield f"the history tells {_differences(told, done)} otherwise than the completed tasks"
    by_machine = {(row.element_id, row.at) for row in history if row.kind == HistoryKind.COMPLETED and not row.by_id}
    for row in completed:
        if row.kind == TaskKind.FALLBACK and (row.element_id, row.ended_at) not in by_machine:
            yield f"{row.element_id} was done by hand and the history does not tell"


# ── all tasks, all messages ──────────────────────────────────────────────────────────────────────────────────────────


def _tasks() -> Iterator[str]:
    """One owner each; a completed one has one action, one person and its answers."""
    actions = Counter(UserTask.objects.exclude(action_id=None).values_list("action_id", flat=True))
    yield from (f"action {key} completed {count} tasks" for key, count in actions.items() if count > 1)
    for row in UserTask.objects.order_by("pk").iterator():
        if row.state == TaskState.COMPLETED and (row.completed_by_id is None or row.answers is None):
            yield f"task {row.pk} is completed, by {row.completed_by_id}, with answers {row.answers is not None}"
        if row.state == TaskState.COMPLETED and row.claimed_by_id != row.completed_by_id:
            yield f"task {row.pk} is {row.claimed_by_id}'s and was completed by {row.completed_by_id}"
        by_hand = {TaskState.COMPLETED, TaskState.NOT_NEEDED}
        if row.state == TaskState.NOT_NEEDED and (row.completed_by_id is None or row.answers is not None):
            yield f"task {row.pk} is not needed, by {row.completed_by_id}, with answers {row.answers is not None}"
        has_answers = row.answers is not None and not (row.signed and row.is_open)  # what is being signed stands there
        if row.state not in by_hand and (row.completed_by_id or has_answers or row.action_id):
            yield f"task {row.pk} is {row.state} and half completed"
        if row.is_open and (row.claimed_by_id is None) != (row.claimed_at is None):
            yield f"task {row.pk} is taken by {row.claimed_by_id} at {row.claimed_at}"


def _messages(*, at_rest: bool) -> Iterator[str]:
    """Each has had its effect, waits for its instance, or is a stop that a person sees."""
    delivered = set(MessageDelivery.objects.values_list("message_id", flat=True))
    seen = set(Incident.objects.exclude(message=None).values_list("message_id", flat=True))
    keys = set(BufferedKey.objects.values_list("message_id", flat=True))
    for row in InboxMessage.objects.defer("raw").prefetch_related("held").order_by("pk"):
        what = f"message {row.pk} ({row.state})"
        if (row.pk in keys) != (row.state == InboxState.BUFFERED):
            yield f"{what} has keys by which it is found: {row.pk in keys}"
        if row.state == InboxState.BUFFERED and row.expires_at is None:
            yield f"{what} would wait for ever"
        if row.state == InboxState.STOPPED and row.pk not in seen:
            yield f"{what} and nobody can see it"
        if row.state == InboxState.DONE and row.pk not in delivered and not _had_effect(row):
            yield f"{what} and no instance got it"
        if at_rest and row.state == InboxState.RECEIVED:
            yield f"{what} has not been handled after {row.attempts} tries"
    if at_rest:
        yield from _missed()


def _had_effect(row: InboxMessage) -> bool:
    """Kept for an instance that is paused, or given back by one that did not want it any more, which says so."""
    told = HistoryEntry.objects.filter(kind=HistoryKind.MESSAGE, name=row.name, detail__without_effect=True)
    return bool(row.held.all()) or told.exists()


def _missed() -> Iterator[str]:
    """An early message that somebody waits for; what an instance threw is not for itself."""
    waited_for: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    rows = MessageSubscription.objects.filter(instance__state=InstanceState.ACTIVE, instance__suspended_at=None)
    for row in rows.select_related("instance"):
        waited_for[row.message_name, row.key_name, row.key_value].add(str(row.instance.public_id))
    for key in BufferedKey.objects.select_related("message"):
        receivers = waited_for[key.message_name, key.key_name, key.key_value]
        if key.message.source == INTERNAL:
            receivers = receivers - {key.message.message_id.partition(":")[0]}
        if receivers:
            yield f"message {key.message_id} lies there though an instance waits for it"


def _same(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found}, the engine says {wanted}"


def _differences(one: Counter[Any], other: Counter[Any]) -> str:
    return str([*(one - other), *(other - one)])


def _ids(found: Iterable[UUID]) -> str:
    return ", ".join(sorted(map(str, found)))


def counted(*models: type[Model]) -> str:
    """What there was to look at: an empty database breaks no promise."""
    return ", ".join(f"{model._default_manager.count()} {model._meta.verbose_name_plural}" for model in models)


if __name__ == "__main__":
    told = broken(at_rest="--at-rest" in sys.argv)
    looked_at = counted(ProcessInstance, UserTask, OutboxMessage, TimerJob, InboxMessage)
    sys.stdout.write("\n".join([*told, f"{len(told)} broken; looked at {looked_at}", ""]))
    sys.exit(1 if told else 0)
