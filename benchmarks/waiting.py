"""What waits costs nothing: the inbox and the tick of time beside a thousand and beside a million."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.utils import timezone

from benchmarks import eleven, limits, naive, rows
from benchmarks.clients import milliseconds
from benchmarks.figures import SIZES, Figure
from people.models import Individual, Staff
from tasks import lists
from tasks.wanted import Wanted
from workflows.models import TimerJob
from workflows.services import timers

READS, NAIVE_READS = 50, 5
PATTERNS = 90
PARKED = "vantar"
NAIVE_LOADS = 1_000


def inbox(naive_most: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    """The first page for a person of three groups; its limit is the database's own time for the same questions."""
    started = [eleven.start("elva", individual, by) for _ in range(PATTERNS)]
    first = min(eleven.open_task(instance).pk for instance in started)
    theirs = naive.Inbox()
    there = PATTERNS
    look = partial(lists.tasks, by, Wanted(), limit=50, now=timezone.now())
    for name, count in SIZES.items():
        more_tasks(first, range(there, count))
        other = None
        if count <= naive_most:
            theirs.add(range(theirs.count, count))
            other = milliseconds([theirs.first_page] * NAIVE_READS)
        there = count
        rows.tidy()
        look()
        yield Figure(f"inbox_ms_at_{name}", milliseconds([look] * READS), other, limits.database_ms(look))


def more_tasks(first: int, numbers: range) -> None:
    """Copies of the open tasks, due over the years to come, spread over the professions."""
    professions = " ".join(f"WHEN {place} THEN '{name}'" for place, name in enumerate(eleven.PROFESSIONS))
    changed = {
        "public_id": rows.unique("a"),
        "engine_task_id": rows.unique("b"),
        "group": f"CASE n % {len(eleven.PROFESSIONS)} {professions} END",
        "due_at": rows.moment("2027-01-01", "minute"),
        "due_sort": rows.moment("2027-01-01", "minute"),
    }
    rows.copy("workflows_usertask", first, numbers, changed, patterns=PATTERNS)


def ticks(by: Staff, individual: Individual) -> Iterator[Figure]:
    """A look at the clock when nothing is due; the naive build must load every ärende to see what time it is for it."""
    theirs, there = naive.deadline(), 0
    for _ in range(NAIVE_LOADS):
        theirs.start()
    look = partial(_tick, timezone.now())
    for name, count in SIZES.items():
        park(range(there, count), by, individual)
        there = count
        rows.tidy()
        other = milliseconds([theirs.look_at_all]) if count == NAIVE_LOADS else None
        note = "" if other else "naive loads every ärende, so that it grows with their number"
        yield Figure(f"tick_ms_at_{name}", milliseconds([look] * READS), other, limits.database_ms(look), note)


def _tick(now: datetime) -> None:
    if timers.fire_due(now=now):
        raise RuntimeError("something was due beside what waits")


def park(numbers: range, by: Staff, individual: Individual) -> None:
    """Timers that ring years from now."""
    pattern = TimerJob.objects.get(instance=eleven.start("ring", individual, by)).pk
    changed = {
        "engine_task_id": rows.unique("a"),
        "element_id": f"'{PARKED}'",
        "due_at": rows.moment("2030-01-01", "second"),
    }
    rows.copy("workflows_timerjob", pattern, numbers, changed)
