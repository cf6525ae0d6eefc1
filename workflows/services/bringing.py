"""Brings signals to the instances that wait for them, and starts what they start: once each, some at a time.

Each instance hears it in a transaction of its own: no step holds thousands of them, a process that dies leaves the rest
to be brought, and one who cannot take it stops alone. Many workers may do so at once.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from workflows import engine
from workflows.models import (
    Heard,
    HistoryEntry,
    HistoryKind,
    InstanceState,
    ProcessInstance,
    Signal,
    SignalDelivery,
    SignalStart,
    SignalState,
    SignalSubscription,
)
from workflows.services import incidents, instances, signals, steps, turns

log = logging.getLogger(__name__)

BATCH = 20  # receivers of one signal before the next signal has its turn
AT_ONCE = 20  # signals in one round
MOST_HOPS = 20
ENDLESS = "Signalen har startat förlopp som sänder den igen, gång på gång. Kedjan bröts. Förloppen behöver ritas om."


def bring_waiting(*, now: datetime) -> bool:
    """Bring every signal that is under way some of the way, the oldest first; whether any came further."""
    under_way = Signal.objects.filter(state=SignalState.SENDING).select_related("individual").order_by("pk")
    return sum(bring(signal, now=now) for signal in list(under_way[:AT_ONCE])) > 0


def bring(signal: Signal, *, now: datetime, limit: int = BATCH) -> int:
    """Bring a signal to some of those who are left; how many. It is done when none are."""
    keys = list(_left(signal)[:limit])
    starts = list(_starts_left(signal))
    if not keys and not starts:
        Signal.objects.filter(pk=signal.pk, state=SignalState.SENDING).update(state=SignalState.DONE, ended_at=now)
        return 0
    brought = sum(_bring_or_tell(signal, key, now=now) for key in keys)
    return brought + sum(_start(signal, start, now=now) for start in starts)


@turns.again
def release(*, delivery_id: int, now: datetime) -> bool:
    """Bring what was held for an instance that was paused, when it has gone on; whether it had."""
    with transaction.atomic():
        found = SignalDelivery.objects.select_related("signal").get(pk=delivery_id)
        if found.instance_id is None:
            return False
        instance = steps.locked(found.instance_id)
        if instance.is_suspended or not SignalDelivery.objects.filter(pk=delivery_id, state=Heard.HELD).exists():
            return False
        state = _hear(found.signal, instance, now=now)
        SignalDelivery.objects.filter(pk=delivery_id).update(state=state, at=now)
        if state == Heard.MISSED:
            _note(found.signal, instance, "", without_effect=True, now=now)
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _left(signal: Signal) -> QuerySet[SignalSubscription, int]:
    """The instances to which nothing has been brought yet, always in the same order."""
    told = SignalDelivery.objects.filter(signal=signal, instance=OuterRef("instance"))
    rows = signals.receivers(signal).filter(instance__state=InstanceState.ACTIVE).exclude(Exists(told))
    return rows.order_by("instance").values_list("instance", flat=True).distinct()


def _starts_left(signal: Signal) -> QuerySet[SignalStart]:
    """The förlopp that it starts and has not: each is about a person, so one that is about nobody starts none."""
    if signal.individual is None:
        return SignalStart.objects.none()
    told = SignalDelivery.objects.filter(signal=signal, definition=OuterRef("definition"))
    return signals.starts_for(signal.name, signal.individual).exclude(Exists(told)).order_by("definition")


def _bring_or_tell(signal: Signal, instance_id: int, *, now: datetime) -> bool:
    """Bring it to one; one that cannot even be read stops alone."""
    try:
        return _bring(signal, instance_id, now=now)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("a signal could not be brought: %s", type(error).__name__)
        with transaction.atomic():
            instance = steps.locked(instance_id)
            text = f"Signalen ”{signal.name}” kunde inte tas emot ({type(error).__name__}). Den kan provas igen."
            _stop(signal, engine.EngineError("", "signal", text), instance, now=now)
            return _tell(signal, instance, Heard.STOPPED, now=now)


@turns.again
def _bring(signal: Signal, instance_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        if not _is_free(instance_id):
            return False  # the one who holds it will be done before the next round
        instance = steps.locked(instance_id)
        if SignalDelivery.objects.filter(signal=signal, instance=instance).exists():
            return False
        return _tell(signal, instance, _hear(signal, instance, now=now), now=now)


def _is_free(instance_id: int) -> bool:
    if not connection.features.has_select_for_update_skip_locked:
        return True
    rows = ProcessInstance.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return bool(rows.filter(pk=instance_id).values_list("pk", flat=True))


def _tell(signal: Signal, instance: ProcessInstance, state: Heard, *, now: datetime) -> bool:
    SignalDelivery.objects.create(signal=signal, instance=instance, state=state, at=now)
    return True


def _hear(signal: Signal, instance: ProcessInstance, *, now: datetime) -> Heard:
    """Let a locked instance hear it where it waited for it; what came of it."""
    if not instance.is_active:
        return Heard.MISSED
    if instance.is_suspended:
        return Heard.HELD
    rows = list(signals.receivers(signal).filter(instance=instance).order_by("pk"))
    tasks = {row.engine_task_id for row in rows}

    def act(execution: engine.Execution) -> None:
        execution.hear(signal.name, signal.payload, task_ids=tasks, now=now)

    try:
        steps.take(instance_id=instance.pk, held=instance, act=act, by=None, now=now)
    except engine.NotWaiting:
        return Heard.MISSED
    except engine.EngineError as error:
        _stop(signal, error, instance, now=now)
        return Heard.STOPPED
    _note(signal, instance, rows[0].element_id, now=now)
    return Heard.HEARD


@turns.again
def _start(signal: Signal, start: SignalStart, *, now: datetime) -> bool:
    """Start what it starts for the person it is about; whether it was left to us."""
    with transaction.atomic():
        told = SignalDelivery(signal=signal, definition=start.definition, state=Heard.STARTED, at=now)
        try:
            with transaction.atomic():
                told.save(force_insert=True)
        except IntegrityError:
            return False  # another worker was first
        try:
            told.instance = _started(signal, start, now=now)
        except engine.EngineError as error:
            text = f"Signalen ”{signal.name}” skulle ha startat {start.definition.title}, men det gick inte: "
            _stop(signal, engine.EngineError(error.element, error.code, text + error.message), None, now=now)
            told.state = Heard.STOPPED
        except instances.NotPublished:
            told.state = Heard.MISSED
        told.save(update_fields=["instance", "state"])
    return True


def _started(signal: Signal, start: SignalStart, *, now: datetime) -> ProcessInstance:
    if signal.hops >= MOST_HOPS:
        raise engine.EngineError(start.start_event, "endless", ENDLESS)
    if signal.individual is None:
        raise RuntimeError("a signal about nobody starts nothing")
    instance = instances.start(
        definition_key=start.definition.key,
        individual=signal.individual,
        by=None,
        now=now,
        start_event=start.start_event,
        answers=signal.payload,
    )
    Signal.objects.filter(sender=instance).update(hops=signal.hops + 1)  # thrown on the way to its first wait
    _note(signal, instance, start.start_event, now=now)
    return instance


def _stop(signal: Signal, error: engine.EngineError, instance: ProcessInstance | None, *, now: datetime) -> None:
    incidents.open_incident(
        code=error.code,
        text=error.message,
        group=incidents.IT,
        instance=instance,
        signal=signal,
        element_id=error.element[:200],
        now=now,
    )


def _note(
    signal: Signal, instance: ProcessInstance, element_id: str, *, now: datetime, without_effect: bool = False
) -> None:
    """What came is told with the reason, when a person sent it."""
    detail = {"reason": signal.reason} if signal.reason else {}
    HistoryEntry.objects.create(
        instance=instance,
        at=now,
        by=signal.sent_by,
        kind=HistoryKind.SIGNAL,
        element_id=element_id,
        element_type="signal",
        name=signal.name,
        detail={**detail, "without_effect": True} if without_effect else detail,
    )
