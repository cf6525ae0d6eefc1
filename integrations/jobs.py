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
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from integrations import configuration, systems
from integrations.models import SystemState
from integrations.systems import Job, System
from web import metrics, tracing
from workflows.connectors import DeliveryError
from workflows.services import pausing

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


def run(system: str, job: str, *, clock: Callable[[], datetime] = timezone.now, run_id: UUID | None = None) -> None:
    """Do it now, unless the system is paused or another process is at it; `run_id` is the run in Prefect.

    Raises JobFailed; what it had done before stays done.
    """
    doing = systems.get(system).job(job)
    if pausing.is_paused(system):
        return
    state = SystemState.objects.filter(system=system, job=job)
    try:
        with _held(state, system, job, clock) as is_ours:
            if not is_ours:
                return
            state.update(run_id=run_id)
            with tracing.span(f"job {system}/{job}"):
                doing.run()
    except Exception as problem:  # noqa: BLE001 - whatever broke, Prefect is told its kind only
        raise JobFailed(note_failure(system, job, problem, now=clock())) from None
    note_answer(system, job, now=clock())


def note_answer(system: str, job: str, *, now: datetime) -> None:
    """It went well: since now, if it did not before."""
    since = Case(When(Q(failures__gt=0) | Q(since=None), then=Value(now)), default=F("since"))
    told = {"answered_at": now, "failures": 0, "error_code": "", "error_text": "", "since": since}
    SystemState.objects.filter(system=system, job=job).update(**told)
    metrics.JOBS.labels(system, job, "done").inc()


def note_failure(system: str, job: str, problem: Exception, *, now: datetime) -> str:
    """It did not: since now, if it did before. The kind of failure."""
    code, text = type(problem).__name__, ""
    if isinstance(problem, DeliveryError):
        code, text = problem.code, problem.message
    log.warning("%s/%s: failed: %s", system, job, code)
    since = Case(When(failures=0, then=Value(now)), default=F("since"))
    told = {"failures": F("failures") + 1, "error_code": code[:100], "error_text": text[:500], "since": since}
    SystemState.objects.filter(system=system, job=job).update(**told)
    metrics.JOBS.labels(system, job, "failed").inc()
    return code


@contextmanager
def _held(state: QuerySet[SystemState], system: str, job: str, clock: Callable[[], datetime]) -> Iterator[bool]:
    """Whether it is ours to do; the hold is renewed meanwhile, and a process that dies lets go within HOLD."""
    now, token, ended = clock(), uuid.uuid4(), threading.Event()
    state.get_or_create(system=system, job=job)
    # A hold longer than any was given by a clock that has been put back since.
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_until__gt=now + 2 * HOLD)
    if not state.filter(free).update(asked_at=now, wanted_at=None, held_until=now + HOLD, hold=token):
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


def run_alone(system: str, job: str, *, run_id: UUID | None = None) -> None:
    """As `run`, for a thread that nobody else tidies up after."""
    try:
        run(system, job, run_id=run_id)
    finally:
        connections.close_all()


def ask_for(system: str, job: str, *, now: datetime) -> None:
    """Have it done within seconds, by the process that looks after jobs."""
    systems.get(system).job(job)
    SystemState.objects.update_or_create(system=system, job=job, defaults={"wanted_at": now})


def states() -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """When each job was last begun, and when somebody asked for it to be done at once; by system and job."""
    rows = SystemState.objects.values_list("system", "job", "asked_at", "wanted_at")
    return {(system, job): (asked_at, wanted_at) for system, job, asked_at, wanted_at in rows}


def remember_plan(job: Scheduled, **told: Any) -> None:
    """What Prefect says of it: `every_seconds`, `next_at`, `is_off` and `deployment_id`."""
    SystemState.objects.update_or_create(system=job.system.key, job=job.job.key, defaults=told)


def _schedule(chosen: Mapping[str, Mapping[str, Any]], job: Job) -> Mapping[str, Any]:
    if told := chosen.get(job.key):
        return told
    if job.cron:
        return {"cron": job.cron}
    return {"every_seconds": min(job.every_seconds, DEMO_SECONDS) if settings.FORLOPP_DEMO else job.every_seconds}
