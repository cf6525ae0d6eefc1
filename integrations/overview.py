"""How each system is doing: a fixed number of questions, none of which counts history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min
from django.utils import timezone

from integrations import configuration, health, jobs, systems
from integrations.models import SystemHour, SystemState
from integrations.systems import Job, System
from workflows.models import InboxMessage, InboxState, Incident, IncidentState, OutboxMessage, OutboxState, SystemPause
from workflows.services import pausing, turnstile

WEEK = 7
Verdict = tuple[str, str]  # the kind of its tag, and the word
WELL, ILL, PAUSED, OFF, UNKNOWN = (
    ("done", "Fungerar"),
    ("late", "Svarar inte"),
    ("today", "Pausat"),
    ("plain", "Används inte"),
    ("plain", "Inte prövat än"),
)


@dataclass(frozen=True)
class Passed:
    """What passed in a day."""

    day: date
    received: int = 0
    stopped: int = 0
    sent: int = 0
    failed: int = 0

    @property
    def volume(self) -> int:
        return self.received + self.sent

    @property
    def wrong(self) -> int:
        return self.stopped + self.failed

    @property
    def height(self) -> int:
        """Of its bar."""
        return self.volume + self.wrong


@dataclass(frozen=True)
class Waiting:
    """What has not been dealt with: how many, and since when the oldest."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """One of a system's jobs. `due_at` may have passed; `next_text` is for those whose next time cannot be told."""

    key: str
    title: str
    last_at: datetime | None
    is_failing: bool
    due_at: datetime | None
    next_at: datetime | None
    next_text: str
    is_wanted: bool
    prefect_url: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """One system."""

    system: System
    is_enabled: bool
    pause: SystemPause | None
    states: Sequence[SystemState]
    incoming: Waiting
    outgoing: Waiting
    stops: int
    week: Sequence[Passed]
    now: datetime

    @property
    def verdict(self) -> Verdict:
        if not self.is_enabled:
            return OFF
        if self.pause is not None:
            return PAUSED
        if self._failing:
            return ILL
        return WELL if any(state.answered_at for state in self._asked) else UNKNOWN

    @property
    def since(self) -> datetime | None:
        """When it began to be so."""
        if self.pause is not None:
            return self.pause.paused_at
        moments = [state.since for state in self._failing or self._asked if state.since]
        # Down since the first that failed, well since the last that came back.
        return (min if self._failing else max)(moments, default=None)

    @property
    def trouble(self) -> str:
        """What the first that fails says."""
        return next((state.error_text or f"Felkod {state.error_code}." for state in self._failing), "")

    @property
    def today(self) -> Passed:
        return self.week[-1]

    @property
    def error_rate(self) -> str:
        """Of today's, in per cent with a Swedish comma; empty when nothing has passed."""
        of = self.today.volume + self.today.failed
        return f"{100 * self.today.wrong / of:.1f}".replace(".0", "").replace(".", ",") if of else ""

    @cached_property
    def jobs(self) -> list[JobLine]:
        states = {state.job: state for state in self.states}
        found = [self._line(job, states.get(job.key)) for job in self.system.jobs]
        check = states.get(health.JOB)
        return found + ([_check_line(check)] if check else [])

    @property
    def last_at(self) -> datetime | None:
        return max((line.last_at for line in self.jobs if line.last_at), default=None)

    @property
    def next_at(self) -> datetime | None:
        return min((line.next_at for line in self.jobs if line.next_at), default=None)

    @property
    def refused(self) -> SystemState | None:
        """What its webhook has turned away."""
        return next((state for state in self.states if not state.job and state.refused), None)

    @property
    def _asked(self) -> list[SystemState]:
        return [state for state in self.states if state.job]

    @property
    def _failing(self) -> list[SystemState]:
        return [state for state in self._asked if state.failures]

    def _line(self, job: Job, state: SystemState | None) -> JobLine:
        due_at, text = self._due(job, state)
        return JobLine(
            key=job.key,
            title=job.title,
            last_at=state.asked_at if state else None,
            is_failing=bool(state and state.failures),
            due_at=due_at,
            next_at=max(due_at, self.now) if due_at else None,
            next_text=text,
            is_wanted=bool(state and state.wanted_at),
            prefect_url=prefect_url(state) if state else "",
        )

    def _due(self, job: Job, state: SystemState | None) -> tuple[datetime | None, str]:
        """By Prefect's schedule as last read, else by our own."""
        if self.pause is not None or not self.is_enabled:
            return None, "inte medan det är pausat" if self.pause else "inte"
        if state and state.is_off:
            return None, "avstängt i Prefect"
        if state and state.next_at:
            return state.next_at, ""
        own = next(item for item in jobs.scheduled() if item.system is self.system and item.job is job)
        seconds = (state.every_seconds if state else None) or own.seconds
        if seconds is None:
            return None, f"enligt schemat {own.schedule['cron']}"
        last = state.asked_at if state and state.asked_at else self.now
        return last + timedelta(seconds=seconds), ""


def of_all(*, now: datetime) -> list[Overview]:
    """Every system that a connector has registered."""
    return _made(systems.systems(), now)


def of(key: str, *, now: datetime) -> Overview:
    """Raises UnknownSystem."""
    return _made([systems.get(key)], now)[0]


def prefect_url(state: SystemState) -> str:
    """The last run in Prefect's pages, or all of the job's; empty when Prefect does not know it."""
    base = settings.PREFECT_API_URL.removesuffix("/").removesuffix("/api")
    if state.run_id:
        return f"{base}/runs/flow-run/{state.run_id}"
    return f"{base}/deployments/deployment/{state.deployment_id}" if state.deployment_id else ""


# -- inside ------------------------------------------------------------------------------------------------------------


def _made(wanted: Sequence[System], now: datetime) -> list[Overview]:
    keys = [system.key for system in wanted]
    states: dict[str, list[SystemState]] = defaultdict(list)
    for state in SystemState.objects.filter(system__in=keys).order_by("job"):
        states[state.system].append(state)
    pauses, stops = pausing.open_pauses(), _stops()
    incoming, outgoing, weeks = _incoming(), _outgoing(now), _weeks(keys, now)
    return [
        Overview(
            system=system,
            is_enabled=configuration.of(system.key).is_enabled,
            pause=pauses.get(system.key),
            states=states[system.key],
            incoming=incoming.get(system.key, Waiting()),
            outgoing=outgoing.get(system.key, Waiting()),
            stops=stops[system.key],
            week=weeks[system.key],
            now=now,
        )
        for system in wanted
    ]


def _incoming() -> dict[str, Waiting]:
    left = InboxMessage.objects.filter(state=InboxState.RECEIVED)
    return _waiting(left.values_list("source").annotate(count=Count("pk"), since=Min("received_at")))


def _outgoing(now: datetime) -> dict[str, Waiting]:
    left = OutboxMessage.objects.filter(state=OutboxState.PENDING).exclude(turnstile.is_held(now))
    return _waiting(left.values_list("system").annotate(count=Count("pk"), since=Min("created_at")))


def _waiting(rows: Any) -> dict[str, Waiting]:
    return {key: Waiting(count, since) for key, count, since in rows}


def _stops() -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    open_ones = Incident.objects.filter(state=IncidentState.OPEN)
    for by in ("message__source", "outbox__system"):
        for key, count in open_ones.exclude(**{by: None}).values_list(F(by)).annotate(count=Count("pk")):
            found[key] += count
    return found


def _weeks(keys: Sequence[str], now: datetime) -> Mapping[str, list[Passed]]:
    """The last seven days in Sweden, today last."""
    today = timezone.localdate(now)
    days = [today - timedelta(days=ago) for ago in range(WEEK - 1, -1, -1)]
    sums: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    rows = SystemHour.objects.filter(system__in=keys, hour__gte=now - timedelta(days=WEEK + 1))
    for key, hour, *counts in rows.values_list("system", "hour", "received", "stopped", "sent", "failed"):
        told = sums[(key, timezone.localdate(hour))]
        for index, count in enumerate(counts):
            told[index] += count
    return {key: [Passed(day, *sums[(key, day)]) for day in days] for key in keys}


def _check_line(state: SystemState) -> JobLine:
    return JobLine(
        key="",
        title="Frågar om systemet svarar",
        last_at=state.asked_at,
        is_failing=bool(state.failures),
        due_at=None,
        next_at=None,
        next_text="varannan minut",
        is_wanted=False,
        prefect_url="",
    )
