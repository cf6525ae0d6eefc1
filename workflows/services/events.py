"""Tell of what happened to those who listen outside: a row in the same transaction, and nothing when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from people import statements
from workflows.models import Event, EventKind, Incident, Listener, ProcessInstance, TaskKind, UserTask

LISTENED = "EXISTS (SELECT 1 FROM workflows_listener)"
"""SQL, read along with what is locked or started, so that it costs no question of its own."""


def listen(name: str) -> None:
    """From now on events are written for `name`. Call inside a transaction, which then waits for one that leaves."""
    Listener.objects.get_or_create(name=name)
    if not Listener.objects.select_for_update().filter(name=name):
        Listener.objects.create(name=name)  # the last one left in this very moment


def leave(name: str, *, unless: Callable[[], bool]) -> None:
    """`name` listens no more, unless somebody has come meanwhile."""
    with transaction.atomic():
        row = Listener.objects.select_for_update().filter(name=name).first()
        if row is not None and not unless():
            row.delete()


def is_heard(instance: ProcessInstance | None) -> bool:
    """Whether anybody listens; asked of the database only where it was not read along."""
    known = None if instance is None else instance.__dict__.get("is_heard")
    return Listener.objects.exists() if known is None else bool(known)


def cancelled(instance: ProcessInstance, withdrawn: Iterable[UserTask], *, now: datetime) -> None:
    _write(instance, [*_of_tasks(EventKind.TASK_WITHDRAWN, withdrawn), (EventKind.CANCELLED, None)], now=now)


def stepped(
    instance: ProcessInstance,
    *,
    withdrawn: Iterable[UserTask],
    appeared: Iterable[UserTask],
    has_ended: bool,
    is_new: bool,
    now: datetime,
) -> None:
    """What a step led to; of an ärende that `is_new` it was the first."""
    told: Told = [(EventKind.STARTED, None)] if is_new else []
    told += _of_tasks(EventKind.TASK_WITHDRAWN, withdrawn) + _of_tasks(EventKind.TASK_CREATED, appeared)
    _write(instance, told + ([(EventKind.COMPLETED, None)] if has_ended else []), now=now)


def of_task(task: UserTask, kind: EventKind, *, now: datetime) -> None:
    _write(task.instance, _of_tasks(kind, [task]), now=now)


def of_stops(stops: Iterable[Incident], kind: EventKind, *, now: datetime) -> None:
    """Stops are rare, so it may ask; `stops` is looked at only when somebody listens."""
    if Listener.objects.exists():
        for one in stops:
            _insert(one.instance, [(kind, one.public_id)], now=now)


Told = list[tuple[EventKind, UUID | None]]


def _of_tasks(kind: EventKind, tasks: Iterable[UserTask]) -> Told:
    """What one is asked to sign is part of the task that is signed."""
    return [(kind, task.public_id) for task in tasks if task.kind != TaskKind.SIGNATURE]


def _write(instance: ProcessInstance, told: Told, *, now: datetime) -> None:
    if told and is_heard(instance):
        _insert(instance, told, now=now)


def _insert(instance: ProcessInstance | None, told: Told, *, now: datetime) -> None:
    key = instance.pk if instance is not None else None
    statements.insert([Event(kind=kind, at=now, instance_id=key, subject=subject) for kind, subject in told])
