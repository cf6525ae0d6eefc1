"""Lets time pass for the instances that have something due; nobody looks at the others."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F

from workflows import engine
from workflows.models import InstanceState, TimerJob
from workflows.services import incidents, settle, steps, turns

log = logging.getLogger(__name__)

BACK_OFF = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]


def fire_due(*, now: datetime, limit: int = 100) -> int:
    """Fire what is due, oldest first; how many instances moved."""
    due = TimerJob.objects.filter(due_at__lte=now, instance__state=InstanceState.ACTIVE)
    instance_ids = list(dict.fromkeys(due.order_by("due_at").values_list("instance_id", flat=True)[:limit]))
    return sum(fire(instance_id=instance_id, now=now) for instance_id in instance_ids)


@turns.again
def fire(*, instance_id: int, now: datetime) -> bool:
    """Fire what is due in one instance. A failure becomes a stopp and waits before the next try."""
    try:
        steps.take(instance_id=instance_id, act=lambda execution: execution.fire(now=now), by=None, now=now)
    except (steps.InstanceEnded, settle.Conflict):
        return False
    except engine.EngineError as error:
        _put_off(instance_id, now)
        incidents.from_engine(instance_id=instance_id, error=error, now=now)
        return False
    return True


def _put_off(instance_id: int, now: datetime) -> None:
    for job in TimerJob.objects.filter(instance_id=instance_id, due_at__lte=now):
        wait = BACK_OFF[min(job.failures, len(BACK_OFF) - 1)]
        TimerJob.objects.filter(pk=job.pk).update(due_at=now + wait, failures=F("failures") + 1)
