"""Lets time pass for the instances that have something due; nobody looks at the others.

Many workers may do so side by side, on several machines and without a leader: each takes the oldest due timer whose
instance nobody holds, in the transaction that fires it; or several, where only one writes at a time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from people import reading
from workflows import engine
from workflows.models import ProcessInstance, TimerJob
from workflows.services import incidents, steps, turns

BACK_OFF = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]
TOGETHER = 10
"""Instances in a transaction where one writes at a time: flushing it to the disk takes longer than a step. Where many
write it is one: others would wait for what it holds."""


def fire_due(*, now: datetime, limit: int = 100) -> int:
    """Fire what is due, oldest first; how many instances moved. `limit` instances are looked at."""
    moved = looked = 0
    while looked < limit and (fired := _fire_next(now=now, limit=limit - looked)):
        moved += sum(fired)
        looked += len(fired)
    return moved


@turns.again
def fire(*, instance_id: int, now: datetime) -> bool:
    """Fire what is due in one instance. A failure becomes a stopp and waits before the next try."""
    with transaction.atomic():
        return _fire(steps.locked(instance_id), now=now)


@turns.again
def _fire_next(*, now: datetime, limit: int) -> list[bool]:
    """Whether each of the next instances that nobody holds moved. One that fails is rolled back and stops alone."""
    several = not connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        claimed = _claim(now, min(limit, TOGETHER) if several else 1)
        return [_fire(steps.locked(instance_id), now=now) for instance_id in claimed]


def _claim(now: datetime, limit: int) -> list[int]:
    """The instances with the oldest due timers, held until the transaction ends; what is held already is left."""
    return list(dict.fromkeys(pk for (pk,) in reading.rows(claim_text(), [now, limit])))


def claim_text() -> str:
    """The statement that finds them by an index without the timers of paused ärenden; ended ones have no timers."""
    job, instance = reading.table(TimerJob), reading.table(ProcessInstance)
    due = "WHERE NOT t.is_paused AND t.due_at <= %s ORDER BY t.due_at LIMIT %s"
    if not connection.features.has_select_for_update_skip_locked:
        # Nobody else holds anything. Asked to join, SQLite may begin with every ärende there is.
        return f"SELECT t.instance_id FROM {job} t {due}"  # noqa: S608 - our own names
    # The timer too: else one that another worker has fired and deleted meanwhile would be claimed once more.
    return (
        f"SELECT i.id FROM {job} t JOIN {instance} i ON i.id = t.instance_id {due} "  # noqa: S608
        "FOR NO KEY UPDATE OF i, t SKIP LOCKED"
    )


def _fire(instance: ProcessInstance, *, now: datetime) -> bool:
    try:
        steps.take(
            instance_id=instance.pk, held=instance, act=lambda execution: execution.fire(now=now), by=None, now=now
        )
    except (steps.InstanceEnded, steps.Suspended):
        _put_off(instance.pk, now)
        return False
    except engine.EngineError as error:
        _put_off(instance.pk, now)
        incidents.from_engine(instance_id=instance.pk, error=error, now=now)
        return False
    # What fired is gone; what is left (put off after an earlier failure, or due by another clock) is not due again.
    _put_off(instance.pk, now)
    return True


def _put_off(instance_id: int, now: datetime) -> None:
    text = f"SELECT id, failures FROM {reading.table(TimerJob)} WHERE instance_id = %s AND due_at <= %s"  # noqa: S608
    for pk, failures in reading.rows(text, [instance_id, now]):
        wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
        TimerJob.objects.filter(pk=pk).update(due_at=now + wait, failures=F("failures") + 1)
