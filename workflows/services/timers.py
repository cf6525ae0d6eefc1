"""Lets time pass for the instances that have something due; nobody looks at the others.

Many workers may do so side by side, on several machines and without a leader: each takes the oldest due timer whose
instance nobody holds, in the transaction that fires it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from people import reading
from workflows import engine
from workflows.models import InstanceState, ProcessInstance, TimerJob
from workflows.services import incidents, steps, turns

BACK_OFF = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]


def fire_due(*, now: datetime, limit: int = 100) -> int:
    """Fire what is due, oldest first; how many instances moved. `limit` instances are looked at."""
    moved = 0
    for _ in range(limit):
        fired = _fire_next(now=now)
        if fired is None:
            break
        moved += fired
    return moved


@turns.again
def fire(*, instance_id: int, now: datetime) -> bool:
    """Fire what is due in one instance. A failure becomes a stopp and waits before the next try."""
    with transaction.atomic():
        return _fire(steps.locked(instance_id), now=now)


@turns.again
def _fire_next(*, now: datetime) -> bool | None:
    """Whether the next instance that nobody holds moved; None when there is none."""
    with transaction.atomic():
        instance_id = _claim(now)
        return None if instance_id is None else _fire(steps.locked(instance_id), now=now)


def _claim(now: datetime) -> int | None:
    """The instance with the oldest due timer, held until the transaction ends; one that is held already is left."""
    found = reading.rows(claim_text(), [now, InstanceState.ACTIVE])
    return found[0][0] if found else None


def claim_text() -> str:
    """The statement that finds it by an index without the timers of paused ärenden, however many of those are due."""
    job, instance = reading.table(TimerJob), reading.table(ProcessInstance)
    text = (
        f"SELECT i.id FROM {job} t JOIN {instance} i ON i.id = t.instance_id "  # noqa: S608 - our own names
        "WHERE NOT t.is_paused AND t.due_at <= %s AND i.state = %s AND i.suspended_at IS NULL ORDER BY t.due_at LIMIT 1"
    )
    if connection.features.has_select_for_update_skip_locked:
        # The timer too: else one that another worker has fired and deleted meanwhile would be claimed once more.
        text += " FOR NO KEY UPDATE OF i, t SKIP LOCKED"
    return text


def _fire(instance: ProcessInstance, *, now: datetime) -> bool:
    try:
        steps.take(
            instance_id=instance.pk, held=instance, act=lambda execution: execution.fire(now=now), by=None, now=now
        )
    except (steps.InstanceEnded, steps.Suspended):
        return False
    except engine.EngineError as error:
        _put_off(instance.pk, now)
        incidents.from_engine(instance_id=instance.pk, error=error, now=now)
        return False
    # What fired is gone; what is left (put off after an earlier failure, or due by another clock) is not due again.
    _put_off(instance.pk, now)
    return True


def _put_off(instance_id: int, now: datetime) -> None:
    for job in TimerJob.objects.filter(instance_id=instance_id, due_at__lte=now):
        wait = BACK_OFF[min(job.failures, len(BACK_OFF) - 1)]
        TimerJob.objects.filter(pk=job.pk).update(due_at=now + wait, failures=F("failures") + 1)
