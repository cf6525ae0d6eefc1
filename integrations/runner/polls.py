"""Sees to it that every job is done in time: by Prefect's schedules, and without them when they fail."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from integrations import health, jobs
from integrations.jobs import JobFailed, Scheduled
from integrations.runner import house
from integrations.runner.lane import Loop, Probe
from workflows.services import pausing

if TYPE_CHECKING:
    from integrations.runner.schedule import Plan

log = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
RESTART_SECONDS = 3.0
READ_PLANS_SECONDS = 15.0
LOOK_SECONDS = 10.0
# A notice is to be here one interval and five seconds after it lay ready, Prefect or no Prefect. That long after the
# last question Prefect has had its chance; two polls at once do no harm, for the inbox stores a message once.
PATIENCE = timedelta(seconds=3)
# What goes by the clock is heavy and never urgent to the second.
CLOCK_PATIENCE = timedelta(minutes=3)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass
class Watch:
    """Decides when a job must be done without Prefect. What IT has paused on purpose stays paused."""

    plans: dict[str, Plan] = field(default_factory=dict)
    is_reachable: bool = False

    def overdue(self, job: Scheduled, *, asked_at: datetime | None, since: datetime, now: datetime) -> bool:
        """`since` is when this process began to watch: Prefect gets an interval from there too."""
        plan = self.plans.get(job.key)
        if plan is not None and not plan.is_active:
            return False
        last = max(asked_at, since) if asked_at else since
        seconds = plan.seconds if plan is not None and plan.seconds is not None else job.seconds
        if seconds is not None and (plan is None or plan.seconds is not None or not self.is_reachable):
            return now - last > timedelta(seconds=seconds) + PATIENCE
        if self.is_reachable or "cron" not in job.schedule:
            # A schedule of clock times: only Prefect can say when it is late.
            return False
        due = next(CronSim(job.schedule["cron"], (asked_at or since).astimezone(STOCKHOLM)))
        return now - due > CLOCK_PATIENCE


class Polls:
    """The process behind `run_integrations flows`."""

    def __init__(self, api_url: str, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self._probe = Probe(api_url)
        self._loop = Loop()
        self._clock = clock
        self._since = clock()
        self._watch = Watch()
        self._stopping = threading.Event()
        self._worker: Future[None] | None = None
        self._restart_at = 0.0
        self._is_loaded = False
        self._remembered: dict[str, Plan] = {}

    def stop(self) -> None:
        self._stopping.set()

    def serve(self) -> None:
        """Until `stop`."""
        threading.Thread(target=self._load, name="load", daemon=True).start()
        threading.Thread(target=self._look, name="health", daemon=True).start()
        while not self._stopping.wait(WATCH_SECONDS):
            self._keep_worker()
            try:
                self._remember_plans()
                self._empty_overdue()
            except (DatabaseError, InterfaceError) as problem:
                log.warning("polls: the database does not answer: %s", type(problem).__name__)
                house.close_connections()
        self._loop.stop()

    def _load(self) -> None:
        house.prepare_prefect()
        try:
            from integrations.runner import schedule, worker  # noqa: F401
        except Exception:
            log.exception("Prefect cannot be loaded; mailboxes are emptied without it")
        else:
            self._is_loaded = True

    def _look(self) -> None:
        """Asks the systems how they are, in a thread of its own: one that is slow must hold up no mailbox."""
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                health.look(clock=self._clock)
            except Exception as problem:  # noqa: BLE001 - asked again soon
                log.warning("health: %s", type(problem).__name__)
            finally:
                house.close_connections()

    def _remember_plans(self) -> None:
        """Where the operations page reads it: it asks Prefect nothing."""
        plans = self._watch.plans
        for job in jobs.scheduled():
            plan = plans.get(job.key)
            if plan is not None and plan != self._remembered.get(job.key):
                jobs.remember_plan(
                    job,
                    every_seconds=None if plan.seconds is None else round(plan.seconds),
                    next_at=plan.next_at,
                    is_off=not plan.is_active,
                    deployment_id=plan.deployment_id,
                )
                self._remembered[job.key] = plan

    def _keep_worker(self) -> None:
        """Start the worker when Prefect answers, and again whenever it has ended: servers come and go."""
        self._watch.is_reachable = self._is_loaded and self._probe.answers()
        if self._worker is not None and self._worker.done():
            log.warning("polls: the Prefect worker ended: %s", _kind(self._worker.exception()))
            self._worker, self._restart_at = None, time.monotonic() + RESTART_SECONDS
        if self._worker is None and self._watch.is_reachable and time.monotonic() >= self._restart_at:
            self._worker = self._loop.start(self._work())

    async def _work(self) -> None:
        from integrations.runner import schedule, worker

        self._watch.plans = await schedule.sync(jobs.scheduled())
        warm = worker.WarmWorker(work_pool_name=schedule.POOL, prefetch_seconds=0, create_pool_if_not_found=False)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(warm.start(printer=log.info))
            tasks.create_task(self._follow())

    async def _follow(self) -> None:
        """What IT changes in Prefect's pages is known here within seconds."""
        from integrations.runner import schedule

        while True:
            await asyncio.sleep(READ_PLANS_SECONDS)
            if self._probe.answers():
                self._watch.plans = await schedule.read(self._watch.plans)
                await schedule.bury_zombies(self._watch.plans)

    def _empty_overdue(self) -> None:
        paused, states = pausing.open_pauses(), jobs.states()
        for job in jobs.scheduled():
            if job.system.key in paused:
                continue
            asked_at, wanted_at = states.get((job.system.key, job.job.key), (None, None))
            is_overdue = self._watch.overdue(job, asked_at=asked_at, since=self._since, now=self._clock())
            if not (is_overdue or wanted_at):
                continue
            log.warning("%s: done without Prefect", job.key)
            try:
                jobs.run(job.system.key, job.job.key)
            except JobFailed:
                continue


def _kind(problem: BaseException | None) -> str:
    """The innermost failure's class: its text may hold addresses."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return type(problem).__name__


def main(api_url: str) -> None:
    """Until SIGTERM or SIGINT."""
    polls = Polls(api_url)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        polls.stop()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    polls.serve()
