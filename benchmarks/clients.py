"""Calls made one at a time, and several processes at once on the database of this run."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

CLIENTS = 4
PATIENCE_SECONDS = 60


def milliseconds(calls: Iterable[Callable[[], object]]) -> float:
    """The median time of the calls, each made once."""
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


@dataclass(frozen=True)
class Pace:
    """What one of `count` alike cost."""

    cpu_ms: float
    per_second: float

    @classmethod
    def of(cls, act: Callable[[], object], count: int) -> Pace:
        cpu, wall = time.process_time(), time.perf_counter()
        act()
        return cls((time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall))

    @classmethod
    def typical(cls, paces: Sequence[Pace]) -> Pace:
        """The least CPU, which others on the machine can only add to, and the median pace."""
        return cls(min(pace.cpu_ms for pace in paces), statistics.median(pace.per_second for pace in paces))


def seconds_together(act: Callable[[Any], object], shares: Sequence[Any]) -> float:
    """How long it takes processes that begin at the same moment, each with its share and a connection of its own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(len(shares) + 1)
    processes = [context.Process(target=_client, args=(act, share, gate)) for share in shares]
    for process in processes:
        process.start()
    gate.wait(PATIENCE_SECONDS)
    started = time.perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a client failed")
    return time.perf_counter() - started


def _client(act: Callable[[Any], object], share: Any, gate: Any) -> None:
    connection.ensure_connection()
    gate.wait(PATIENCE_SECONDS)
    act(share)
    connections.close_all()
    os._exit(0)  # a fork has the parent's clean-up registered, which is not its own
