"""What a start and a completed task cost: in CPU, statements and bytes, alone and beside others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import eleven, limits, naive, rows
from benchmarks.clients import CLIENTS, Pace, seconds_together
from benchmarks.figures import Figure
from people.models import Individual, Staff
from workflows.models import ProcessInstance, UserTask

BATCHES = 3
SWEEPS = 5


def figures(instances: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    """`instances` in each of the batches, in which ours, the naive build and the database take turns."""
    theirs = naive.eleven_tasks()
    tasks, blobs = _offered(2, by, individual), [theirs.start() for _ in range(2)]
    state = json.dumps(ProcessInstance.objects.get(pk=tasks[0].instance_id).engine_state)
    finish, finish_naive = partial(_finish_all, by=by), partial(_finish_all_naive, theirs)
    finish(tasks)  # warm
    finish_naive(blobs)
    count = instances * eleven.TASKS
    ours, other, limit = [], [], []
    for _ in range(BATCHES):
        tasks, blobs = _offered(instances, by, individual), [theirs.start() for _ in range(instances)]
        ours.append(Pace.of(partial(finish, tasks), count))
        other.append(Pace.of(partial(finish_naive, blobs), count))
        limit.append(Pace.of(partial(limits.completions, state, count), count))
    one, naive_one, limit_one = map(Pace.typical, (ours, other, limit))
    yield Figure("completion_cpu_ms", one.cpu_ms, naive_one.cpu_ms, limit_one.cpu_ms)
    yield Figure("completion_statements", _statements(by, individual), _naive_statements(theirs))
    bench = limits.pgbench(1)
    yield Figure(
        "completions_per_s_1", one.per_second, naive_one.per_second, bench or limit_one.per_second, _note(bench)
    )
    shares = [_offered(instances, by, individual) for _ in range(CLIENTS)]
    blob_shares = [[theirs.start() for _ in range(instances)] for _ in range(CLIENTS)]
    bench = limits.pgbench(CLIENTS)
    yield Figure(
        "completions_per_s_4",
        _together(finish, shares),
        _together(finish_naive, blob_shares),
        bench or limits.completions_together(state, count),
        _note(bench),
    )


def starts(count: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    """The same for ärenden that are begun."""
    theirs = naive.eleven_tasks()
    state = json.dumps(eleven.start("elva", individual, by).engine_state)
    ours, other, limit = [], [], []
    for batch in range(BATCHES):
        ours.append(Pace.of(lambda: _offered(count, by, individual), count))
        other.append(Pace.of(lambda: [theirs.start() for _ in range(count)], count))
        limit.append(Pace.of(partial(limits.starts, state, batch * count, count), count))
    one, naive_one, limit_one = map(Pace.typical, (ours, other, limit))
    bench = limits.pgbench(1)
    yield Figure("starts_per_s", one.per_second, naive_one.per_second, bench or limit_one.per_second, _note(bench))


def sizes(count: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    """What one finished ärende takes of the database, indexes and history included, swept now and then."""
    theirs = naive.eleven_tasks()
    share = count // SWEEPS
    taken = []
    # The first round of each is not counted: it is what empty tables and their maps of free space take.
    for finish in (lambda: _finish_all(_offered(share, by, individual), by), lambda: _finish_naive_new(theirs, share)):
        grown = [_grown(finish) for _ in range(SWEEPS + 1)]
        taken.append(sum(grown[1:]) / share / SWEEPS)
    ours, other = taken
    yield Figure("bytes_per_instance", ours, other)


def _grown(act: Callable[[], object]) -> int:
    before = _bytes()
    act()
    rows.tidy()
    return _bytes() - before


def _finish_naive_new(theirs: naive.Naive, count: int) -> None:
    _finish_all_naive(theirs, [theirs.start() for _ in range(count)])


def _bytes() -> int:
    """Of all tables of the database with their indexes."""
    questions = [
        "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)"
    ]
    questions += ["SELECT page_size FROM pragma_page_size"]
    if connection.vendor == "postgresql":
        of_all = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        questions = [f"{of_all} WHERE c.relkind = 'r' AND n.nspname = current_schema()"]
    product = 1
    with connection.cursor() as cursor:
        for text in questions:
            cursor.execute(text)
            product *= int(cursor.fetchone()[0])
    return product


def _note(bench: float | None) -> str:
    return limits.PGBENCH_NOTE if bench else ""


def _offered(count: int, by: Staff, individual: Individual) -> list[UserTask]:
    return [eleven.open_task(eleven.start("elva", individual, by)) for _ in range(count)]


def _statements(by: Staff, individual: Individual) -> int:
    """Of one completion that has a next task."""
    task = _offered(1, by, individual)[0]
    with CaptureQueriesContext(connection) as queries:
        eleven.complete(task, by)
    return len(queries)


def _naive_statements(theirs: naive.Naive) -> int:
    blob = theirs.start()
    with CaptureQueriesContext(connection) as queries:
        theirs.complete(blob)
    return len(queries)


def _finish_all(tasks: Sequence[UserTask], by: Staff) -> None:
    for task in tasks:
        following: UserTask | None = task
        while following is not None:
            following = eleven.complete(following, by)


def _finish_all_naive(theirs: naive.Naive, blobs: Sequence[int]) -> None:
    for blob in blobs:
        while theirs.complete(blob):
            pass


def _together(finish: Callable[[Any], object], shares: Sequence[Sequence[Any]]) -> float:
    """Completions a second of several processes at once, each with ärenden of its own."""
    return sum(map(len, shares)) * eleven.TASKS / seconds_together(finish, shares)
