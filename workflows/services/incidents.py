"""Stops: raise one, mend it, close it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from people.models import Staff
from workflows import engine
from workflows.models import (
    EventKind,
    HistoryEntry,
    HistoryKind,
    InboxMessage,
    Incident,
    IncidentState,
    OutboxMessage,
    ProcessInstance,
    Signal,
)
from workflows.rights import COORDINATOR, IT
from workflows.services import events, signals

__all__ = ["COORDINATOR", "IT"]


class AlreadyResolved(Exception):
    """Stoppet är redan åtgärdat."""


def open_incident(
    *,
    code: str,
    text: str,
    group: str,
    now: datetime,
    instance: ProcessInstance | None = None,
    message: InboxMessage | None = None,
    outbox: OutboxMessage | None = None,
    signal: Signal | None = None,
    element_id: str = "",
    page: str = "",
) -> Incident:
    """A stopp for a group; the same one again is counted, not repeated.

    `page` is an address of ours that shows what it is about, where it is none of the others: rows of a file.
    """
    about: dict[str, Any] = {"instance": instance, "message": message, "outbox": outbox, "signal": signal}
    about |= {"element_id": element_id, "page": page}
    same = Incident.objects.filter(state=IncidentState.OPEN, code=code, **about)
    if same.update(attempts=F("attempts") + 1, text=text[:2000]):
        return same.order_by("pk")[0]
    whose = instance or message or signal
    individual = whose.individual if whose else None
    with transaction.atomic():
        opened = Incident.objects.create(
            code=code,
            text=text[:2000],
            group=group,
            **about,
            is_restricted=bool(individual and individual.is_protected),
            created_at=now,
        )
        events.of_stops([opened], EventKind.STOPPED, now=now)
    return opened


def from_engine(
    *, instance_id: int, error: engine.EngineError, now: datetime, outbox: OutboxMessage | None = None
) -> Incident:
    """A step of an instance could not be taken; its state is as before."""
    instance = ProcessInstance.objects.select_related("individual").get(pk=instance_id)
    return open_incident(
        code=error.code,
        text=error.message,
        group=IT,
        instance=instance,
        outbox=outbox,
        element_id=error.element[:200],
        now=now,
    )


def resolve(*, incident: Incident, by: Staff | None, now: datetime, note: str = "") -> Incident:
    """Close a stopp. Raises AlreadyResolved when a colleague was first."""
    if close(Incident.objects.filter(pk=incident.pk), by=by, now=now, note=note) != 1:
        raise AlreadyResolved
    incident.refresh_from_db()
    return incident


def close(about: QuerySet[Incident], *, by: Staff | None, now: datetime, note: str) -> int:
    """Close those of them that are open; how many."""
    values = {"state": IncidentState.RESOLVED, "resolved_at": now, "resolved_by": by, "note": note[:2000]}
    with transaction.atomic():
        # Told of before, while it can be read which are open; a colleague who was first is told of twice.
        events.of_stops(about.filter(state=IncidentState.OPEN), EventKind.MENDED, now=now)
        return about.filter(state=IncidentState.OPEN).update(**values)


def is_repeated(action_id: uuid.UUID | None) -> bool:
    """Whether a person's action has been carried out already."""
    return action_id is not None and HistoryEntry.objects.filter(action_id=action_id).exists()


def retry(*, incident: Incident, by: Staff, now: datetime, action_id: uuid.UUID | None = None) -> Incident:
    """Try again what stopped: the message, the call or the timers. A new failure opens the stopp anew.

    The same `action_id` again changes nothing. Raises AlreadyResolved and steps.Suspended.
    """
    from workflows.services import inbox, outbox, steps, timers

    with transaction.atomic():
        if is_repeated(action_id):
            return incident
        if incident.instance is not None:
            if steps.locked(incident.instance.pk).is_suspended:
                raise steps.Suspended
            _note_retry(incident, incident.instance, by=by, now=now, action_id=action_id)
        resolve(incident=incident, by=by, now=now, note="Provade igen")
        if incident.outbox is not None:
            outbox.retry(row=incident.outbox, now=now)
    if incident.message is not None:
        inbox.handle(message=incident.message, now=now)
    elif incident.signal is not None:
        signals.try_again(incident)
    elif incident.instance is not None and incident.outbox is None:
        timers.fire(instance_id=incident.instance.pk, now=now)
    incident.refresh_from_db()
    return incident


def _note_retry(
    incident: Incident, instance: ProcessInstance, *, by: Staff, now: datetime, action_id: uuid.UUID | None
) -> None:
    HistoryEntry.objects.create(
        instance=instance,
        at=now,
        by=by,
        kind=HistoryKind.RETRIED,
        element_id=incident.element_id,
        detail={"reason": incident.text},
        action_id=action_id,
    )


def resolve_for_page(*, page: str, now: datetime, note: str, by: Staff | None = None) -> None:
    """Close what is open about what a page shows, when it has been put right."""
    close(Incident.objects.filter(page=page), by=by, now=now, note=note)


def resolve_for_message(*, message: InboxMessage, by: Staff | None, now: datetime, note: str) -> None:
    """Close what is open about a message that has found its place."""
    close(Incident.objects.filter(message=message), by=by, now=now, note=note)


def resolve_for_outbox(*, outbox: OutboxMessage, by: Staff | None, now: datetime, note: str) -> None:
    """Close what is open about a call that is made once more."""
    close(Incident.objects.filter(outbox=outbox), by=by, now=now, note=note)
