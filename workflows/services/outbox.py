"""Calls to systems: claimed under a lease, delivered at least once, retried when transient, then done by a person.

The executor that calls the system lives in `integrations`; these verbs are all it may do to the rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from people.models import Staff
from workflows import connectors, engine, published
from workflows.diagram import Element
from workflows.models import (
    EventKind,
    HistoryEntry,
    HistoryKind,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskState,
    UserTask,
)
from workflows.services import events, incidents, offers, steps, turns, turnstile

BACK_OFF = [timedelta(seconds=seconds) for seconds in (2, 10, 60, 300)] + [turnstile.LONGEST_WAIT]
MAX_ATTEMPTS = len(BACK_OFF)


class AlreadyEnded(Exception):
    """Anropet är redan avslutat."""


@dataclass(frozen=True)
class Claimed:
    """A call that is yours until the lease ends. Give `token` back with the outcome."""

    key: uuid.UUID
    operation: str
    params: dict[str, Any]
    individual_ref: uuid.UUID | None
    attempt: int
    token: uuid.UUID
    asked_at: datetime
    trace: str = ""


def claim(
    *, worker: str, now: datetime, lease: timedelta, limit: int = 10, at_once: Mapping[str, int] | None = None
) -> list[Claimed]:
    """Take calls that are due and not leased by anyone alive; an expired lease is taken over.

    `at_once`: how many calls a system may have in hand, of all workers together.
    """
    with transaction.atomic():
        rows = turnstile.next_rows(now=now, lease=lease, limit=limit, at_once=at_once or {})
        return [_lease(row, worker, now=now, lease=lease) for row in rows]


def take(*, row: OutboxMessage, worker: str, now: datetime, lease: timedelta) -> Claimed:
    """Take this one and no other, for who knows of it already and holds its instance: nobody else may have it."""
    return _lease(row, worker, now=now, lease=lease)


def renew(*, key: uuid.UUID, token: uuid.UUID, now: datetime, lease: timedelta) -> bool:
    """Hold on to a slow call; False when somebody else has taken it over."""
    return bool(_mine(key, token).update(lease_until=now + lease))


@turns.again
def succeed(*, key: uuid.UUID, token: uuid.UUID, result: dict[str, Any], now: datetime) -> bool:
    """The system has answered: the instance goes on with `result`. False for a stale token.

    An answer after a person has taken over is kept beside and changes nothing.
    """
    with transaction.atomic():
        row = _held(key, token)
        if row is None:
            _keep_late(key, result)
            return False
        _end(row, OutboxState.DONE, now=now, result=result)
        return _move(row, lambda run: run.answer(row.engine_task_id, result, now=now), now=now)


@turns.again
def fail(*, key: uuid.UUID, token: uuid.UUID, error: connectors.DeliveryError, now: datetime) -> bool:
    """The call failed. Transient: again later, a limited number of times. Else, and then, a person. False if stale."""
    with transaction.atomic():
        row = _held(key, token)
        if row is None:
            return False
        row.error_code, row.error_text = error.code[:100], error.message[:1000]
        if row.instance.is_suspended:
            row.attempt -= 1  # nothing follows of it now: asked again when the instance goes on
            _try_later(row, now=now)
        elif isinstance(error, connectors.NotYet):
            _wait(row, error.at, now=now)
        elif isinstance(error, connectors.TransientError) and row.attempt < MAX_ATTEMPTS:
            _try_later(row, now=now)
        elif isinstance(error, connectors.Withheld):
            hand_over(row, why=error.message, now=now)
        elif isinstance(error, connectors.BusinessError) and _refused(row, error.code, now=now):
            pass
        else:
            _hand_over(row, error, now=now)
    return True


def wake(*, system: str, now: datetime) -> int:
    """A system has come back: what waited for its next try there is due at once; how many."""
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING, attempt__gt=0, lease_until=None)
    return waiting.filter(system=system, next_try_at__gt=now).update(next_try_at=now)


def retry(*, row: OutboxMessage, now: datetime) -> None:
    """Send again what a person would otherwise do by hand; the hand task goes away when the system answers.

    An answer that came but could not be taken by the instance is kept with the row and given to it again. What a
    person has done by hand, or nobody needs any more, is not sent.
    """
    if row.state == OutboxState.DONE and row.result is not None:
        result = row.result
        row.instance = steps.locked(row.instance_id)
        _move(row, lambda run: run.answer(row.engine_task_id, result, now=now), now=now)
        return
    send_again(OutboxMessage.objects.filter(pk=row.pk), now=now)


def send_again(rows: Any, *, now: datetime) -> int:
    """Of these rows, send those that a person was to do by hand and has not done; how many."""
    # Whoever had it in hand has it no longer: what they say of the earlier try is not said of this one.
    values = {"state": OutboxState.PENDING, "attempt": 0, "next_try_at": now, "ended_at": None}
    values |= {"lease_until": None, "lease_token": None}
    by_hand = UserTask.objects.filter(
        instance=OuterRef("instance"), engine_task_id=OuterRef("engine_task_id"), state=TaskState.OPEN
    )
    return int(rows.filter(Exists(by_hand), state=OutboxState.FAILED).update(**values))


@turns.again
def hurry(*, row: OutboxMessage, by: Staff, now: datetime, action_id: uuid.UUID | None = None) -> None:
    """Send now what waits for its next try, or what a person was to do by hand. Raises AlreadyEnded, Suspended."""
    with transaction.atomic():
        held = _begun(row, action_id)
        if held is None:
            return
        if held.state == OutboxState.PENDING:
            OutboxMessage.objects.filter(turnstile.is_free(now), pk=held.pk).update(next_try_at=now)
        elif not send_again(OutboxMessage.objects.filter(pk=held.pk), now=now):
            raise AlreadyEnded
        incidents.resolve_for_outbox(outbox=held, by=by, now=now, note="Skickade igen")
        _note(held, HistoryKind.RETRIED, "", by, now, action_id)


@turns.again
def take_over(*, row: OutboxMessage, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None = None) -> None:
    """Let a person do what waits to be sent. What the system answers after all is kept beside and changes nothing.

    Raises AlreadyEnded and Suspended.
    """
    with transaction.atomic():
        held = _begun(row, action_id)
        if held is None:
            return
        if held.state != OutboxState.PENDING:
            raise AlreadyEnded
        held.error_code = "tas_for_hand"
        why = f"IT har valt att det görs för hand: {reason.strip()} Gör det på annat sätt och skriv vad du gjorde."
        hand_over(held, why=why, now=now)
        _note(held, HistoryKind.BY_HAND, reason, by, now, action_id)


def waiting(key: int, instance: ProcessInstance, *, now: datetime) -> OutboxMessage | None:
    """The row, locked, if it waits and nobody has it in hand; its instance is locked already."""
    rows = OutboxMessage.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(turnstile.is_free(now), pk=key, state=OutboxState.PENDING).first()
    if row is not None:
        row.instance = instance
    return row


def hand_over(row: OutboxMessage, *, why: str, now: datetime) -> Element:
    """A person does the step by hand; call with instance and row locked. The step."""
    _end(row, OutboxState.FAILED, now=now)
    instance = row.instance
    element = published.of(instance.version.public_id).definition.elements[row.element_id]
    if not instance.user_tasks.filter(engine_task_id=row.engine_task_id, state=TaskState.OPEN).exists():
        task = offers.fallback_task(instance, element, row.engine_task_id, why=why, now=now)
        UserTask.objects.bulk_create([task])
        events.of_task(task, EventKind.TASK_CREATED, now=now)
    return element


# -- inside ------------------------------------------------------------------------------------------------------------


def _lease(row: OutboxMessage, worker: str, *, now: datetime, lease: timedelta) -> Claimed:
    row.attempt += 1
    row.leased_by, row.lease_token, row.lease_until = worker[:100], uuid.uuid4(), now + lease
    row.save(update_fields=["attempt", "leased_by", "lease_token", "lease_until"])
    ref = row.individual.ref if row.individual else None
    return Claimed(row.key, row.operation, row.params, ref, row.attempt, row.lease_token, row.created_at, row.trace)


def _mine(key: uuid.UUID, token: uuid.UUID) -> Any:
    return OutboxMessage.objects.filter(key=key, lease_token=token, state=OutboxState.PENDING)


def _held(key: uuid.UUID, token: uuid.UUID) -> OutboxMessage | None:
    """The row, if it is still ours. The instance is locked first, as everywhere, so that no two wait for each other."""
    found: OutboxMessage | None = _mine(key, token).first()
    if found is None:
        return None
    instance = steps.locked(found.instance_id)
    held: OutboxMessage | None = _mine(key, token).select_for_update(of=("self",), no_key=True).first()
    if held is not None:
        held.instance = instance
    return held


def _begun(row: OutboxMessage, action_id: uuid.UUID | None) -> OutboxMessage | None:
    """The row with its instance, both locked; None when the action has been done already."""
    instance = steps.locked(row.instance_id)
    if incidents.is_repeated(action_id):
        return None
    if not instance.is_active:
        raise AlreadyEnded
    if instance.is_suspended:
        raise steps.Suspended
    held = OutboxMessage.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    held.instance = instance
    return held


def _note(
    row: OutboxMessage, kind: HistoryKind, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None
) -> None:
    element = published.of(row.instance.version.public_id).definition.elements[row.element_id]
    HistoryEntry.objects.create(
        instance=row.instance,
        at=now,
        by=by,
        kind=kind,
        element_id=row.element_id,
        name=element.name[:300],
        detail={"reason": reason.strip()[:2000]} if reason else {},
        action_id=action_id,
    )


def _keep_late(key: uuid.UUID, result: dict[str, Any]) -> None:
    handed_over = OutboxMessage.objects.filter(key=key, state=OutboxState.FAILED)
    handed_over.update(late_result=result)


def _end(row: OutboxMessage, state: OutboxState, *, now: datetime, result: dict[str, Any] | None = None) -> None:
    row.state, row.ended_at, row.result, row.lease_until = state, now, result, None
    row.save()


def _try_later(row: OutboxMessage, *, now: datetime) -> None:
    # Spread by its key, so that those that failed together do not come back together.
    wait = BACK_OFF[min(row.attempt, len(BACK_OFF)) - 1]
    row.next_try_at = now + wait * (0.75 + 0.25 * (row.key.int % 1000) / 1000)
    row.lease_until, row.lease_token = None, None
    row.save()


def _wait(row: OutboxMessage, at: datetime, *, now: datetime) -> None:
    """Asked again when it may be made, and meanwhile now and then: a clock put back must not hold it for ever."""
    row.attempt, row.next_try_at = 0, max(now, min(at, now + turnstile.LONGEST_WAIT))
    row.lease_until, row.lease_token = None, None
    row.save()


def _move(row: OutboxMessage, act: steps.Act, *, now: datetime) -> bool:
    """Move the instance on; what the engine cannot do becomes a stopp and the answer stays with the row."""
    try:
        steps.take(instance_id=row.instance_id, held=row.instance, act=act, by=None, now=now)
    except (engine.NotWaiting, steps.InstanceEnded, steps.Suspended):
        return True  # a paused one gets the answer, which is kept with the row, when it goes on
    except engine.EngineError as error:
        incidents.from_engine(instance_id=row.instance_id, error=error, outbox=row, now=now)
    return True


def _refused(row: OutboxMessage, code: str, *, now: datetime) -> bool:
    """Whether the diagram itself says what happens when the system says no."""
    taken = False

    def act(execution: engine.Execution) -> None:
        nonlocal taken
        taken = execution.refuse(row.engine_task_id, code, now=now)

    try:
        steps.take(instance_id=row.instance_id, held=row.instance, act=act, by=None, now=now)
    except (engine.EngineError, steps.InstanceEnded):
        return False
    if taken:
        OutboxMessage.objects.filter(pk=row.pk).update(state=OutboxState.FAILED, ended_at=now, lease_until=None)
    return taken


def _hand_over(row: OutboxMessage, error: connectors.DeliveryError, *, now: datetime) -> None:
    """A person does the step by hand, and IT gets to know. The care path does not wait for IT."""
    why = f"Systemet svarade inte eller sade nej: {error.message} Gör det på annat sätt och skriv vad du gjorde."
    element = hand_over(row, why=why, now=now)
    instance = row.instance
    operation = connectors.operations().get(row.operation)
    title = operation.title if operation else row.operation
    text = f"”{title}” gick inte att skicka efter {row.attempt} försök: {error.message} Någon gör det för hand."
    group = incidents.IT
    incidents.open_incident(
        code=error.code, text=text, group=group, instance=instance, outbox=row, element_id=element.id, now=now
    )


def is_waiting(*, now: datetime) -> bool:
    """Whether any call is due."""
    return OutboxMessage.objects.filter(turnstile.is_due(now), state=OutboxState.PENDING).exists()


def pending(*, now: datetime) -> int:
    """How many calls wait to be sent and are overdue; for the health page."""
    return OutboxMessage.objects.filter(turnstile.is_due(now), state=OutboxState.PENDING).count()
