"""What a step of an ärende led to, asked in few and short statements: a year has some hundred thousand steps."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from people import reading
from workflows.models import OutboxMessage, ProcessDefinition, ProcessInstance, Signal, TaskState, TimerJob, UserTask


@dataclass(frozen=True)
class Newest:
    """The last number of each kind of row."""

    task: int
    call: int
    instance: int
    signal: int


def newest() -> Newest:
    tables = map(reading.table, (UserTask, OutboxMessage, ProcessInstance, Signal))
    asked = ", ".join(f"(SELECT MAX(id) FROM {table})" for table in tables)
    ((task, call, instance, signal),) = reading.rows(f"SELECT {asked}", [])
    return Newest(task or 0, call or 0, instance or 0, signal or 0)


def instances(after: int) -> list[tuple[int, str]]:
    """Key and förlopp of those begun since."""
    instance, definition = reading.table(ProcessInstance), reading.table(ProcessDefinition)
    text = f"SELECT i.id, d.key FROM {instance} i JOIN {definition} d ON d.id = i.definition_id WHERE i.id > %s"
    return [(key, name) for key, name in reading.rows(f"{text} ORDER BY i.id", [after])]


def definition(instance: int) -> str:
    return ProcessDefinition.objects.filter(instances=instance).values_list("key", flat=True).get()


def tasks(after: int) -> list[UserTask]:
    """The open ones that are somebody's to do, and have come since."""
    return list(UserTask.objects.filter(pk__gt=after, state=TaskState.OPEN, joint_of=None).order_by("pk"))


def first_due(instances: list[int]) -> datetime | None:
    if not instances:
        return None
    text = f"SELECT MIN(due_at) FROM {reading.table(TimerJob)} WHERE instance_id IN ({reading.places(instances)})"
    return _moment(reading.rows(text, instances)[0][0])


def due(instances: list[int], now: datetime) -> list[int]:
    rows = TimerJob.objects.filter(instance__in=instances, due_at__lte=now)
    return sorted(set(rows.values_list("instance_id", flat=True)))


def _moment(told: Any) -> datetime | None:
    """SQLite keeps moments as texts."""
    if not isinstance(told, str):
        return told  # type: ignore[no-any-return]
    return datetime.fromisoformat(told).replace(tzinfo=UTC)
