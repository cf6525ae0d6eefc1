"""How late deadlines ring while many others wait and as many a second come due as two workers are to manage."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from unittest import mock

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from benchmarks import eleven, rows, waiting
from benchmarks.figures import Figure
from people.models import Individual, Staff
from workflows.models import TimerJob

KEY = "snart"
"""Its deadline comes before all others that were begun in this run, so that they are not due beside it."""
WORKERS = 2
POLL_SECONDS = 0.02
GRACE = timedelta(seconds=120)
LEAD = timedelta(seconds=3)
"""For the workers to begin before the first deadline."""


@dataclass(frozen=True)
class Scale:
    """How many wait, how many come due a second, and for how many seconds."""

    waiting: int
    per_second: int
    seconds: int


QUICK = Scale(100_000, 50, 4)
FULL = Scale(100_000, 200, 10)


def figures(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    """A clock that is set ahead in the workers makes them due; one has rung when another process sees it gone."""
    eleven.publish_one(KEY, eleven.DEADLINE.replace("P30D", "P10D"), ["a"])
    waiting.park(range(scale.waiting), by, individual)
    first = timezone.now()
    begun = [first + timedelta(seconds=n / scale.per_second) for n in range(scale.per_second * scale.seconds)]
    started = [eleven.start(KEY, individual, by, now=moment).pk for moment in begun]
    rows.tidy()
    due = dict(TimerJob.objects.filter(instance_id__in=started).values_list("instance_id", "due_at"))
    ahead = min(due.values()) - timezone.now() - LEAD
    connections.close_all()
    with ExitStack() as workers:
        for _ in range(WORKERS):
            workers.callback(_stop, _begin(ahead))
        late = sorted(_lateness(due, ahead))
    TimerJob.objects.filter(element_id=waiting.PARKED).delete()
    yield Figure("timer_lateness_p99_s", late[int(len(late) * 0.99)])


def _lateness(due: dict[int, datetime], ahead: timedelta) -> Iterator[float]:
    """Seconds from each deadline to the first look that does not find it."""
    silent, last = dict(due), max(due.values()) + GRACE
    while silent:
        now = timezone.now() + ahead
        if now > last:
            raise RuntimeError(f"{len(silent)} of {len(due)} deadlines have not rung")
        left = set(TimerJob.objects.filter(due_at__lte=now).values_list("instance_id", flat=True))
        seen = timezone.now() + ahead
        for instance in [pk for pk, at in silent.items() if at <= now and pk not in left]:
            yield (seen - silent.pop(instance)).total_seconds()
        time.sleep(POLL_SECONDS)


def _begin(ahead: timedelta) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_work, args=(ahead,))
    process.start()
    return process


def _work(ahead: timedelta) -> None:
    """The worker of an installation."""
    read = timezone.now
    with mock.patch("django.utils.timezone.now", side_effect=lambda: read() + ahead):
        call_command("work")
    connections.close_all()
    os._exit(0)  # a fork has the parent's clean-up registered, which is not its own


def _stop(process: BaseProcess) -> None:
    process.terminate()
    process.join(20)
    process.kill()
