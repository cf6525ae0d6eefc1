"""What a completed task costs: in CPU, statements and bytes, alone and beside others, young and old."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from benchmarks import eleven, naive
from benchmarks.table import Figure, milliseconds
from people.models import Individual, Staff
from workflows.models import ProcessInstance, UserTask

CLIENTS = 4


@dataclass(frozen=True)
class Scale:
    """How much is measured; the quick run is for a person who waits."""

    instances: int
    ages: tuple[int, ...]
    naive_ages: tuple[int, ...]
    laps: int


QUICK = Scale(instances=12, ages=(10, 1_000), naive_ages=(10, 300), laps=15)
FULL = Scale(instances=60, ages=(10, 1_000, 10_000), naive_ages=(10, 700), laps=30)


def figures(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    with naive.tables():
        yield from _completions(scale, by, individual)
        yield from _ages(scale, by, individual)


def _completions(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    theirs = naive.eleven_tasks()
    tasks = [eleven.open_task(eleven.start("elva", individual, by)) for _ in range(scale.instances + 2)]
    blobs = [theirs.start() for _ in range(scale.instances + 2)]
    for task, blob in ((tasks.pop(), blobs.pop()), (tasks.pop(), blobs.pop())):  # warm
        _finish(task, by)
        _finish_naive(theirs, blob)
    count = scale.instances * eleven.TASKS
    finish, finish_naive = partial(_finish, by=by), partial(_finish_naive, theirs)
    ours = _measured(lambda: list(map(finish, tasks)), count)
    other = _measured(lambda: list(map(finish_naive, blobs)), count)
    limit = _measured(lambda: _commits(count, tasks[0].instance_id), count)
    yield Figure("completion_cpu_ms", "ms CPU", ours.cpu_ms, other.cpu_ms, limit.cpu_ms)
    yield Figure("completion_statements", "statements", float(_statements(by, individual)))
    yield Figure("completions_per_s_1", "/s", ours.per_second, other.per_second, limit.per_second)
    yield Figure("completions_per_s_4", "/s", _beside_others(scale, by, individual))


def _statements(by: Staff, individual: Individual) -> int:
    """Of one completion that has a next task."""
    task = eleven.open_task(eleven.start("elva", individual, by))
    with CaptureQueriesContext(connection) as queries:
        eleven.complete(task, by)
    return len(queries)


def _finish(task: UserTask, by: Staff) -> None:
    following: UserTask | None = task
    while following is not None:
        following = eleven.complete(following, by)


def _finish_naive(theirs: naive.Naive, blob: int) -> None:
    while theirs.complete(blob):
        pass


def _commits(count: int, instance_id: int) -> None:
    """The bytes of a completion written by plain statements, a commit each: what the database itself can do."""
    state = "x" * len(str(ProcessInstance.objects.get(pk=instance_id).engine_state))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO naive_instance VALUES (-1, '')")
        for number in range(count):
            cursor.execute("BEGIN")
            cursor.execute("UPDATE naive_instance SET state = %s WHERE id = -1", [state])
            key = f"rad {number}"
            cursor.execute("INSERT INTO naive_task VALUES (%s, -1, 'Uppgift', 'samordnare', NULL)", [key])
            cursor.execute("UPDATE naive_task SET done = 'ja' WHERE id = %s", [key])
            cursor.execute("INSERT INTO naive_history VALUES (-1, '2026-11-23T08:00:00+00:00', 'u1')")
            cursor.execute("COMMIT")


@dataclass(frozen=True)
class _Measured:
    cpu_ms: float
    per_second: float


def _measured(act: Callable[[], object], count: int) -> _Measured:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return _Measured((time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall))


def _beside_others(scale: Scale, by: Staff, individual: Individual) -> float:
    """Completions a second of four processes at once, each with instances of its own."""
    shares = [
        [eleven.open_task(eleven.start("elva", individual, by)) for _ in range(max(scale.instances // CLIENTS, 2))]
        for _ in range(CLIENTS)
    ]
    connections.close_all()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_share, args=(share, by)) for share in shares]
    started = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a client failed")
    return sum(map(len, shares)) * eleven.TASKS / (time.perf_counter() - started)


def _share(tasks: list[UserTask], by: Staff) -> None:
    for task in tasks:
        _finish(task, by)
    connections.close_all()
    os._exit(0)  # a fork has the parent's clean-up registered, which is not its own


def _ages(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    """One completion of an ärende that has gone round so many times."""
    theirs = naive.loop()
    other = dict(zip(scale.ages, [_naive_age(theirs, age, scale.laps) for age in scale.naive_ages], strict=False))
    task: UserTask | None = eleven.open_task(eleven.start("varv", individual, by))
    done = 0
    for age in scale.ages:
        while done < age and task is not None:
            task = eleven.complete(task, by)
            done += 1
        times = []
        for _ in range(scale.laps):
            if task is None:
                raise RuntimeError("the loop ended")
            started = time.perf_counter()
            task = eleven.complete(task, by)
            times.append((time.perf_counter() - started) * 1000)
            done += 1
        yield Figure(f"step_ms_at_{age}", "ms", sorted(times)[len(times) // 2], other.get(age))


def _naive_age(theirs: naive.Naive, age: int, laps: int) -> float:
    """The library stops seeing its tasks at a depth of 1 000, so its oldest is younger than ours."""
    blob = theirs.start()
    for _ in range(age):
        theirs.complete(blob)
    return milliseconds([lambda: theirs.complete(blob)] * laps)
