"""What a step of an ärende led to, asked in few and short statements: a year has some hundred thousand steps."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from people import reading
from people.reading import Reading
from workflows.models import OutboxMessage, ProcessDefinition, ProcessInstance, Signal, TaskState, TimerJob, UserTask

TASK = Reading(UserTask, "task")


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


@dataclass(frozen=True)
class Offered:
    """An open task that is somebody's to do, by what one needs to know of it before."""

    pk: int
    instance_id: int
    element_id: str
    group: str
    priority: int
    due_at: datetime | None


def tasks(after: int) -> list[Offered]:
    """Those that have come since."""
    text = f"""SELECT id, instance_id, element_id, "group", priority, due_at FROM {reading.table(UserTask)}
        WHERE id > %s AND state = %s AND joint_of_id IS NULL ORDER BY id"""
    found = reading.rows(text, [after, TaskState.OPEN.value])
    return [
        Offered(pk, instance, element, group, priority, reading.as_moment(due))
        for pk, instance, element, group, priority, due in found
    ]


def task(key: int) -> UserTask | None:
    """If it is still open."""
    return next(iter(TASK.rows("WHERE task.id = %s AND task.state = %s", [key, TaskState.OPEN.value])), None)


def first_due(instances: list[int]) -> tuple[datetime, int] | None:
    """The first timer of these ärenden, and whose it is."""
    if not instances:
        return None
    text = f"""SELECT due_at, instance_id FROM {reading.table(TimerJob)}
        WHERE instance_id IN ({reading.places(instances)}) ORDER BY due_at LIMIT 1"""
    found = reading.rows(text, instances)
    return next(((at, key) for told, key in found if (at := reading.as_moment(told))), None)
