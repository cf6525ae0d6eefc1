"""One step of one instance: lock, restore, act, settle, pass messages on. All other services step through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from people import reading
from people.models import Staff
from people.reading import EVERY, Reading
from workflows import engine, published
from workflows.models import InstanceState, ProcessInstance
from workflows.services import events, settle, signals

log = logging.getLogger(__name__)

LIGHT = ("id", "public_id", "definition_id", "number")  # of a version; the rest is read once, by `published`
INSTANCE = Reading(ProcessInstance, "instance", version=LIGHT, individual=EVERY, extra={"is_heard": events.LISTENED})
Act = Callable[[engine.Execution], None]


class InstanceEnded(Exception):
    """Ärendet är avslutat."""


class Suspended(Exception):
    """Ärendet är pausat."""


def take(
    *,
    instance_id: int,
    act: Act,
    by: Staff | None,
    now: datetime,
    held: ProcessInstance | None = None,
    even_suspended: bool = False,
) -> tuple[ProcessInstance, settle.Settled]:
    """Let `act` move the instance on and write down what follows, in one transaction.

    `held` is the instance when the caller has locked it already in this transaction. Raises InstanceEnded,
    Suspended, engine.EngineError (nothing is written) and settle.Conflict.
    """
    with transaction.atomic():
        instance = held or locked(instance_id)
        settled = move(instance, act, by=by, now=now, even_suspended=even_suspended)
    return instance, settled


def move(
    instance: ProcessInstance, act: Act, *, by: Staff | None, now: datetime, even_suspended: bool = False
) -> settle.Settled:
    """The same for an instance that the caller has locked, in the caller's transaction: an error must end it."""
    if instance.state != InstanceState.ACTIVE:
        raise InstanceEnded
    if instance.is_suspended and not even_suspended:
        raise Suspended
    version = published.of(instance.version.public_id)
    execution = restored(instance, version)
    with _stopping_alone(instance):
        act(execution)
        settled = settle.settle(instance, execution, version, by=by, now=now)
        pass_on(instance, settled, now=now)
    return settled


@contextmanager
def _stopping_alone(instance: ProcessInstance) -> Iterator[None]:
    """What nobody foresaw stops this instance and no other, as what the engine refuses does."""
    try:
        yield
    except (engine.EngineError, settle.Conflict, OperationalError, InterfaceError):
        raise
    except Exception as error:
        kind = type(error).__name__
        log.exception("instance %s could not take a step", instance.public_id)
        text = f"Ärendet kom inte vidare: något i systemet gick sönder ({kind}). Inget har ändrats i ärendet."
        raise engine.EngineError("", "internal", text) from error


def locked(instance_id: int) -> ProcessInstance:
    """The instance, its row locked until the transaction ends; not against rows that only point to it (no_key)."""
    # PostgreSQL finds nothing when the row came to point elsewhere while the lock was waited for: ask once more.
    found = all_locked([instance_id]) or all_locked([instance_id])
    if not found:
        raise ProcessInstance.DoesNotExist
    return found[0]


def all_locked(instance_ids: Sequence[int]) -> list[ProcessInstance]:
    """The same for many, in the order of their keys; one that was moved meanwhile may be left out."""
    lock = " FOR NO KEY UPDATE OF instance" if connection.features.has_select_for_no_key_update else ""
    places = reading.places(instance_ids)
    return INSTANCE.rows(f"WHERE instance.id IN ({places}) ORDER BY instance.id{lock}", instance_ids)


def restored(instance: ProcessInstance, version: published.Published) -> engine.Execution:
    """The instance's execution as it was stored."""
    try:
        return engine.Execution.restore(version.definition, instance.engine_state, decide=version.decide)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # One whose state is broken stops alone, as one whose step fails does.
        text = "Ärendets sparade läge går inte att läsa. Inget har ändrats; de som sköter systemet behöver se över det."
        raise engine.EngineError("", "state", text) from error


def pass_on(instance: ProcessInstance, settled: settle.Settled, *, now: datetime, is_new: bool = False) -> None:
    """Messages that a diagram throws reach other instances in the same transaction, or are kept until one waits.

    Signals are stored in it, and brought to those who wait by the workers; so are events for those who listen outside.
    """
    events.stepped(
        instance,
        withdrawn=settled.withdrawn,
        appeared=settled.appeared,
        has_ended=settled.ended,
        is_new=is_new,
        now=now,
    )
    for signalled in settled.signalled:
        signals.throw(sender=instance, signalled=signalled, now=now)
    if not settled.thrown:
        return
    from workflows.services import inbox  # it steps through here too

    for thrown in settled.thrown:
        inbox.throw(sender=instance, thrown=thrown, now=now)


def variables_of(instance: ProcessInstance, waiting: UUID | None = None) -> dict[str, Any]:
    """The instance's variables as last stored; as one waiting step sees them, with what is its own, when told which."""
    if waiting is not None:
        return engine.seen_in(instance.engine_state, waiting)
    found: dict[str, Any] = instance.engine_state.get("variables", {})
    return found
