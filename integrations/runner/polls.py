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

from integrations import configuration, health, jobs
from integrations.jobs import JobFailed, Scheduled
from integrations.pools import Pool
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
# last question our own worker has had its chance (`Pool.grace`); two polls at once do no harm, for the inbox stores a
# message once. What goes by the clock is heavy and never urgent to the second.
CLOCK_PATIENCE = timedelta(minutes=3)
# Prefect may begin a little before the minute; that is no earlier time.
EARLY = timedelta(seconds=30)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass
class Watch:
    """Decides when a job must be done without Prefect. What IT has paused on purpose stays paused."""

    plans: dict[str, Plan] = field(default_factory=dict)
    is_reachable: bool = False
    grace: timedelta = Pool.grace
    _changed: dict[str, datetime] = field(default_factory=dict)

    def overdue(self, job: Scheduled, *, asked_at: datetime | None, since: datetime, now: datetime) -> bool:
        """`since` is when this process began to watch: Prefect gets an interval from there too."""
        plan = self.plans.get(job.key)
        if plan is not None and not plan.is_active:
            return False
        seconds: float | None = job.seconds
        cron = job.schedule.get("cron", "")
        if plan is not None and (self.is_reachable or plan.seconds is not None or plan.cron):
            # What IT has said in Prefect counts, also while Prefect is away.
            seconds, cron = plan.seconds, plan.cron
        if seconds is not None:
            return now - max(asked_at or since, since) > timedelta(seconds=seconds) + self.grace
        if not cron:
            # A schedule of another kind: only Prefect can say when it is late.
            return False
        last = max(asked_at or since, self._changed.get(job.key, asked_at or since))
        due = next(CronSim(cron, (last + EARLY).astimezone(STOCKHOLM)))
        return now - max(due, since) > CLOCK_PATIENCE + self.grace

    def follow(self, plans: dict[str, Plan], *, now: datetime) -> None:
        """What IT wants now. A job whose clock or switch has changed owes nothing from before."""
        for key, plan in plans.items():
            known = self.plans.get(key)
            if known is None or (known.is_active, known.cron) != (plan.is_active, plan.cron):
                self._changed[key] = now
        self.plans = plans


class Polls:
    """The process behind `run_integrations flows`."""

    def __init__(self, api_url: str, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self._probe = Probe(api_url)
        self._loop = Loop()
        self._clock = clock
        self._since = clock()
        self._pool = configuration.pool()
        self._watch = Watch(grace=self._pool.grace if self._pool else Pool.grace)
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
        is_time = self._watch.is_reachable and time.monotonic() >= self._restart_at
        if self._pool is not None and self._worker is None and is_time:
            self._worker = self._loop.start(self._work(self._pool))

    async def _work(self, pool: Pool) -> None:
        """Be a worker of the pool, unless others alone are, and follow what IT changes."""
        from integrations.runner import schedule, worker

        self._watch.follow(await schedule.sync(jobs.scheduled(), pool), now=self._clock())
        async with asyncio.TaskGroup() as tasks:
            if pool.has_own_worker:
                warm = worker.WarmWorker(work_pool_name=pool.name, prefetch_seconds=0, create_pool_if_not_found=False)
                tasks.create_task(warm.start(printer=log.info))
            tasks.create_task(self._follow(pool))

    async def _follow(self, pool: Pool) -> None:
        """What IT changes in Prefect's pages is known here within seconds."""
        from integrations.runner import schedule

        while True:
            await asyncio.sleep(READ_PLANS_SECONDS)
            if self._probe.answers():
                self._watch.follow(await schedule.read(self._watch.plans), now=self._clock())
                await schedule.bury_zombies(self._watch.plans, pool)

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
    """The innermost failure's class, for its text may hold addresses; of our own the text too."""
    from integrations.runner import schedule

    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    kind = type(problem).__name__
    return f"{kind}: {problem}" if isinstance(problem, schedule.OtherPool) else kind


def main(api_url: str) -> None:
    """Until SIGTERM or SIGINT."""
    polls = Polls(api_url)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        polls.stop()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    polls.serve()
