"""Lets people do the work of a system for a while: its calls become tasks, and nothing is fetched from it.

What the system sends of its own accord is taken as ever: an alarm does not wait for IT.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from people.models import Staff
from web import swedish
from workflows.models import OutboxMessage, OutboxState, ProcessInstance, SystemPause, TaskState, UserTask
from workflows.services import outbox, steps, turns, turnstile

CODE = "pausat"
BATCH = 100
WHY = "IT har pausat {title} sedan {since}. Gör det på annat sätt och skriv vad du gjorde."


class AlreadyPaused(Exception):
    """Systemet är redan pausat."""


class NotPaused(Exception):
    """Systemet är inte pausat."""


def open_pauses() -> dict[str, SystemPause]:
    """The systems that are paused."""
    rows = SystemPause.objects.filter(resumed_at=None).select_related("paused_by")
    return {row.system: row for row in rows}


def is_paused(system: str) -> bool:
    return SystemPause.objects.filter(system=system, resumed_at=None).exists()


def pause(*, system: str, reason: str, by: Staff, now: datetime) -> SystemPause:
    """What waits to be sent, and what comes to, is done by hand from now on. Raises AlreadyPaused.

    A call that is under way may still be answered; the workers hand over the others within a second.
    """
    row = SystemPause(system=system, reason=reason.strip()[:500], paused_by=by, paused_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyPaused from None
    return row


def resume(*, system: str, reason: str, send_left: bool, by: Staff, now: datetime) -> int:
    """New calls go out again. With `send_left` also what nobody has begun to do by hand; how many. Raises NotPaused.

    Their tasks go away when the system answers.
    """
    with transaction.atomic():
        row = SystemPause.objects.select_for_update(no_key=True).filter(system=system, resumed_at=None).first()
        if row is None:
            raise NotPaused
        row.resumed_at, row.resumed_by, row.resume_reason = now, by, reason.strip()[:500]
        row.save(update_fields=["resumed_at", "resumed_by", "resume_reason"])
        return outbox.send_again(left(row), now=now) if send_left else 0


def left(pause: SystemPause) -> QuerySet[OutboxMessage]:
    """What was handed over in the pause and nobody has begun to do."""
    untouched = UserTask.objects.filter(
        instance=OuterRef("instance"), engine_task_id=OuterRef("engine_task_id"), state=TaskState.OPEN, claimed_by=None
    )
    rows = OutboxMessage.objects.filter(system=pause.system, state=OutboxState.FAILED, error_code=CODE)
    return rows.filter(Exists(untouched), ended_at__gte=pause.paused_at)


def hand_over(*, titles: dict[str, str], now: datetime, limit: int = BATCH) -> int:
    """Make tasks of the calls that wait for a paused system; how many. `titles` names the systems in Swedish."""
    pauses = open_pauses()
    if not pauses:
        return 0
    rows = OutboxMessage.objects.filter(turnstile.is_free(now), state=OutboxState.PENDING, system__in=pauses)
    rows = rows.filter(instance__suspended_at=None).order_by("next_try_at", "pk").only("pk", "system", "instance_id")
    return sum(_handed(row, pauses[row.system], titles.get(row.system, row.system), now=now) for row in rows[:limit])


@turns.again
def _handed(found: OutboxMessage, pause: SystemPause, title: str, *, now: datetime) -> bool:
    """Whether it was still to be done. The pause is held meanwhile, so that nothing is handed over after it."""
    with transaction.atomic():
        still = SystemPause.objects.select_for_update(no_key=True).filter(pk=pause.pk, resumed_at=None)
        if still.first() is None:
            return False
        try:
            instance = steps.locked(found.instance_id)
        except ProcessInstance.DoesNotExist:
            return False
        row = outbox.waiting(found.pk, instance, now=now)
        if row is None or instance.is_suspended or not instance.is_active:
            return False
        row.error_code, row.error_text = CODE, ""
        why = WHY.format(title=title, since=swedish.moment(pause.paused_at, now=now))
        outbox.hand_over(row, why=f"{why} IT skriver: {pause.reason}" if pause.reason else why, now=now)
    return True
