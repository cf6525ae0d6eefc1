"""What our processes count while they work, for Prometheus: the web, the worker, the executor and the jobs together.

In the lowest room, so that everything above may count. With PROMETHEUS_MULTIPROC_DIR each process keeps its numbers in
files there, and the web's page adds them up. A file belongs to a slot rather than to a process id: a process takes the
first slot that is free and the next one goes on from its numbers, so there are never more files than processes.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

PREFIX = "forlopp_"
FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
_slots: dict[int, tuple[str, object]] = {}


def _slot() -> str:
    """This process's, held until it is gone: the kernel lets go of the lock."""
    mine = _slots.get(os.getpid())
    if mine is None:
        mine = _slots[os.getpid()] = _free_slot()
    return mine[0]


def _free_slot() -> tuple[str, object]:
    number = 0
    while True:
        held = Path(FOLDER, f"slot{number}.lock").open("a", encoding="ascii")  # noqa: SIM115 - open as long as we live
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            number += 1
        else:
            return f"slot{number}", held


if FOLDER:
    Path(FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(_slot)  # type: ignore[no-untyped-call]

REQUESTS = Counter("forlopp_http_requests_total", "Requests by page and answer.", ["view", "status"])
REQUEST_SECONDS = Histogram(
    "forlopp_http_request_seconds", "How long a page took.", ["view"], buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10)
)
RECEIVED = Counter(
    "forlopp_inbox_messages_total", "Messages from systems: stored, duplicate, conflict.", ["system", "outcome"]
)
SIGN_IN_LOCKS = Counter("forlopp_sign_in_locks_total", "Too many wrong log-ins, by what was locked.", ["kind"])
DELIVERIES = Counter("forlopp_deliveries_total", "Calls to systems by how they went.", ["system", "outcome"])
DELIVERY_SECONDS = Histogram(
    "forlopp_delivery_seconds", "How long a call took.", ["system"], buckets=(0.1, 0.25, 0.5, 1, 3, 10, 30)
)
JOBS = Counter("forlopp_jobs_total", "Jobs done by how they went.", ["system", "job", "outcome"])


def registry() -> CollectorRegistry:
    """Our own numbers, of all processes where they share a folder."""
    found = CollectorRegistry()
    found.register(_Ours(MultiProcessCollector(None, FOLDER) if FOLDER else REGISTRY))  # type: ignore[no-untyped-call]
    return found


class _Ours(Collector):
    """Leaves out what libraries count: they share the files."""

    def __init__(self, numbers: Collector) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        return (metric for metric in self._numbers.collect() if metric.name.startswith(PREFIX))
