"""What waits costs nothing: the inbox and the tick of time beside a thousand and beside a million."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, connections
from django.utils import timezone

from benchmarks import eleven
from benchmarks.table import Figure, milliseconds
from people.models import Individual, Staff
from workflows import selectors
from workflows.management.commands.work import PAUSE_SECONDS
from workflows.models import HistoryEntry, HistoryKind, TimerJob
from workflows.services import timers

READS = 30
WORKERS = 2


@dataclass(frozen=True)
class Scale:
    """How many wait, and how hard time presses."""

    tasks: tuple[tuple[str, int], ...]
    timers: tuple[tuple[str, int], ...]
    waiting: int
    per_second: int
    seconds: int


QUICK = Scale((("1k", 1_000), ("100k", 100_000)), (("1k", 1_000), ("100k", 100_000)), 10_000, 50, 4)
FULL = Scale(
    (("1k", 1_000), ("100k", 100_000), ("1m", 1_000_000)), (("1k", 1_000), ("1m", 1_000_000)), 100_000, 200, 10
)


def figures(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    yield from _inbox(scale, by, individual)
    yield from _ticks(scale, by, individual)
    yield _lateness(scale, by, individual)


def _inbox(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    """The first page for a person of three groups."""
    pattern = eleven.open_task(eleven.start("elva", individual, by)).pk
    there = 1
    for name, count in scale.tasks:
        _more_tasks(pattern, there, count)
        there = count
        _analyse()
        selectors.inbox_tasks(by)
        yield Figure(f"inbox_ms_at_{name}", "ms", milliseconds([lambda: selectors.inbox_tasks(by)] * READS))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_usertask WHERE name = 'En till'")


def _more_tasks(pattern: int, first: int, last: int) -> None:
    """Copies of one open task, due over the years to come, spread over the professions."""
    is_postgresql = connection.vendor == "postgresql"
    uuid = "md5('%s' || n)::uuid" if is_postgresql else "printf('%s%%031x', n)"
    due = (
        "timestamptz '2027-01-01' + n * interval '1 minute'"
        if is_postgresql
        else "datetime('2027-01-01', n || ' minutes')"
    )
    changed = {
        "public_id": uuid % "a",
        "engine_task_id": uuid % "b",
        "name": "'En till'",
        "group": f"CASE n %% 3 WHEN 0 THEN '{eleven.PROFESSIONS[0]}' WHEN 1 THEN '{eleven.PROFESSIONS[1]}' "
        f"ELSE '{eleven.PROFESSIONS[2]}' END",
        "due_at": due,
        "due_sort": due,
    }
    columns = [column for column in _columns("workflows_usertask") if column != "id"]
    chosen = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    text = f"INSERT INTO workflows_usertask ({names}) SELECT {chosen} FROM workflows_usertask t, {{}} WHERE t.id = %s"
    _repeat(text, first, last, [pattern])


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _repeat(text: str, first: int, last: int, values: list[int]) -> None:
    """Run an INSERT … SELECT over the numbers n from first to last."""
    numbers = f"generate_series({first}, {last - 1}) n"
    if connection.vendor == "sqlite":
        more = f"SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last - 1}"
        numbers = f"(WITH RECURSIVE s(n) AS ({more}) SELECT n FROM s)"
    with connection.cursor() as cursor:
        cursor.execute(text.format(numbers), values)


def _analyse() -> None:
    """As a database in use is: its statistics known, its indexes in memory."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ticks(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    """A look at the clock when nothing is due."""
    instance = eleven.start("elva", individual, by)
    uuid = "md5('t' || n)::uuid" if connection.vendor == "postgresql" else "printf('c%%031x', n)"
    due = (
        "timestamptz '2030-01-01' + n * interval '1 second'"
        if connection.vendor == "postgresql"
        else "datetime('2030-01-01', n || ' seconds')"
    )
    text = (
        "INSERT INTO workflows_timerjob (instance_id, engine_task_id, element_id, due_at, failures) "
        f"SELECT %s, {uuid}, 'vantar', {due}, 0 FROM {{}}"
    )
    there = 0
    for name, count in scale.timers:
        _repeat(text, there, count, [instance.pk])
        there = count
        _analyse()
        yield Figure(f"tick_ms_at_{name}", "ms", milliseconds([lambda: timers.fire_due(now=timezone.now())] * READS))
    # So many go on waiting beside those that come due.
    keep = TimerJob.objects.filter(element_id="vantar").order_by("due_at").values_list("pk", flat=True)
    last = list(keep[scale.waiting : scale.waiting + 1])
    if last:
        TimerJob.objects.filter(element_id="vantar", pk__gte=last[0]).delete()


def _lateness(scale: Scale, by: Staff, individual: Individual) -> Figure:
    """How late the 99th of a hundred deadlines rings, two workers at it; a clock that is set ahead makes them due."""
    count, first = scale.per_second * scale.seconds, timezone.now()
    begun = [first + timedelta(seconds=number / scale.per_second) for number in range(count)]
    due = {eleven.start("ring", individual, by, now=moment).pk: moment + eleven.PATIENCE for moment in begun}
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ahead = first + eleven.PATIENCE - timezone.now() - timedelta(seconds=1)
    processes = [context.Process(target=_work, args=(ahead, scale.seconds + 30)) for _ in range(WORKERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    rang = HistoryEntry.objects.filter(instance_id__in=due, kind=HistoryKind.COMPLETED, element_id="t")
    late = sorted((at - due[pk]).total_seconds() for pk, at in rang.values_list("instance_id", "at"))
    if len(late) != count:
        raise RuntimeError(f"{len(late)} of {count} deadlines rang")
    return Figure("timer_lateness_p99_s", "s", late[int(len(late) * 0.99)])


def _work(ahead: timedelta, seconds: float) -> None:
    """As the worker does: one round after another while something is due, else a pause."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and TimerJob.objects.exclude(element_id="vantar").exists():
        if not timers.fire_due(now=timezone.now() + ahead, limit=1):
            time.sleep(PAUSE_SECONDS)
    connections.close_all()
    os._exit(0)
