"""Takes the clock to where someone wants it, stopping at each moment that something is to happen: the worker's part."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q, QuerySet

from practice import exercises
from practice.clock import Clock
from workflows.models import (
    InboxMessage,
    InboxState,
    InstanceState,
    OutboxMessage,
    OutboxState,
    TaskState,
    TimerJob,
    UserTask,
)

PATIENCE = timedelta(seconds=10)
"""How long a moment waits for systems that do not answer."""


def clock() -> Clock:
    return Clock(settings.FORLOPP_VAR)


def go_on(*, now: datetime) -> bool:
    """Let colleagues do their part, then the next step of the clock; whether there is more to do at once."""
    if exercises.let_colleagues_work(now=now):
        return True
    ours = clock()
    target = ours.target
    if target is None or (is_busy(now=now) and ours.rested < PATIENCE):
        return False
    ours.step(next_moment(after=now) or target)
    return True


def next_moment(*, after: datetime) -> datetime | None:
    """When something happens by itself the next time, if everybody rests until then."""
    timers = _timers().filter(due_at__gt=after).aggregate(at=Min("due_at"))
    tasks = UserTask.objects.filter(state=TaskState.OPEN, escalate_at__gt=after, instance__suspended_at=None)
    escalations = tasks.exclude(escalation_group="").aggregate(at=Min("escalate_at"))
    tries = OutboxMessage.objects.filter(state=OutboxState.PENDING, next_try_at__gt=after).aggregate(
        at=Min("next_try_at")
    )
    moments = [found["at"] for found in (timers, escalations, tries) if found["at"]]
    return min(moments, default=None)


def is_busy(*, now: datetime) -> bool:
    """Whether something that is due has not happened yet."""
    calls = OutboxMessage.objects.filter(Q(next_try_at__lte=now) | Q(lease_until__gt=now), state=OutboxState.PENDING)
    received = InboxMessage.objects.filter(state=InboxState.RECEIVED)
    return _timers().filter(due_at__lte=now).exists() or calls.exists() or received.exists()


def waiting(*, now: datetime, until: datetime) -> int:
    """How many timers are due before a moment."""
    return _timers().filter(due_at__gt=now, due_at__lte=until).count()


def _timers() -> QuerySet[TimerJob]:
    return TimerJob.objects.filter(is_paused=False, instance__state=InstanceState.ACTIVE, instance__suspended_at=None)
