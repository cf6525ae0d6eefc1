"""What is done on a schedule: which jobs there are, how each went, and how to do one now."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations import configuration, systems
from integrations.models import SystemState
from integrations.systems import Job, System
from workflows.connectors import DeliveryError

log = logging.getLogger(__name__)

# In the demo somebody sits and waits.
DEMO_SECONDS = 15
# As long as a mailbox waits after a process has died in the middle of it.
HOLD = timedelta(seconds=10)


class JobFailed(Exception):
    """A job ended early; holds the kind of failure and nothing of its content, for Prefect stores the text."""


@dataclass(frozen=True)
class Scheduled:
    """A job of an enabled system and when a new installation does it."""

    system: System
    job: Job
    schedule: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Its name in Prefect: "region/hamta"."""
        return f"{self.system.key}/{self.job.key}"

    @property
    def seconds(self) -> int | None:
        """The interval; None for one that goes by the clock."""
        return self.schedule.get("every_seconds")


def scheduled() -> list[Scheduled]:
    """Every job of every system that is in use."""
    return [
        Scheduled(system, job, _schedule(values.schedules, job))
        for system in systems.systems()
        if (values := configuration.of(system.key)).is_enabled
        for job in system.jobs
    ]


def run(system: str, job: str, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Do it now, unless another process is at it. Raises JobFailed; what it had done before stays done."""
    doing = systems.get(system).job(job)
    state = SystemState.objects.filter(system=system, job=job)
    try:
        with _held(state, system, job, clock) as is_ours:
            if not is_ours:
                return
            doing.run()
    except Exception as problem:  # noqa: BLE001 - whatever broke, Prefect is told its kind only
        code = problem.code if isinstance(problem, DeliveryError) else type(problem).__name__
        log.warning("%s/%s: failed: %s", system, job, code)
        state.update(failures=F("failures") + 1, error_code=code[:100])
        raise JobFailed(code) from None
    state.update(answered_at=clock(), failures=0, error_code="")


@contextmanager
def _held(state: QuerySet[SystemState], system: str, job: str, clock: Callable[[], datetime]) -> Iterator[bool]:
    """Whether it is ours to do; the hold is renewed meanwhile, and a process that dies lets go within HOLD."""
    now, token, ended = clock(), uuid.uuid4(), threading.Event()
    state.get_or_create(system=system, job=job)
    # A hold longer than any was given by a clock that has been put back since.
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_until__gt=now + 2 * HOLD)
    if not state.filter(free).update(asked_at=now, held_until=now + HOLD, hold=token):
        log.info("%s/%s: another process is at it", system, job)
        yield False
        return
    renewal = threading.Thread(target=_renew, args=(state.filter(hold=token), ended, clock), name="hold", daemon=True)
    renewal.start()
    try:
        yield True
    finally:
        ended.set()
        renewal.join()
        state.filter(hold=token).update(held_until=None, hold=None)


def _renew(mine: QuerySet[SystemState], ended: threading.Event, clock: Callable[[], datetime]) -> None:
    while not ended.wait(HOLD.total_seconds() / 3):
        try:
            mine.update(held_until=clock() + HOLD)
        except Exception as error:  # noqa: BLE001 - tried again; the hold may still last
            log.warning("hold not renewed: %s", type(error).__name__)
    connections.close_all()


def run_alone(system: str, job: str) -> None:
    """As `run`, for a thread that nobody else tidies up after."""
    try:
        run(system, job)
    finally:
        connections.close_all()


def _schedule(chosen: Mapping[str, Mapping[str, Any]], job: Job) -> Mapping[str, Any]:
    if told := chosen.get(job.key):
        return told
    if job.cron:
        return {"cron": job.cron}
    return {"every_seconds": min(job.every_seconds, DEMO_SECONDS) if settings.FORLOPP_DEMO else job.every_seconds}
