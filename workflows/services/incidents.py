"""Stops: raise one, mend it, close it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from people.models import Staff
from workflows import engine
from workflows.models import InboxMessage, Incident, IncidentState, OutboxMessage, ProcessInstance

IT = "it_drift"
COORDINATOR = "samordnare"


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
    element_id: str = "",
) -> Incident:
    """A stopp for a group; the same one again is counted, not repeated."""
    same = Incident.objects.filter(
        state=IncidentState.OPEN, code=code, instance=instance, message=message, outbox=outbox, element_id=element_id
    )
    if same.update(attempts=F("attempts") + 1, text=text[:2000]):
        return same.order_by("pk")[0]
    individual = instance.individual if instance else message.individual if message else None
    return Incident.objects.create(
        code=code,
        text=text[:2000],
        group=group,
        instance=instance,
        message=message,
        outbox=outbox,
        element_id=element_id,
        is_restricted=bool(individual and individual.is_protected),
        created_at=now,
    )


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
    values = {"state": IncidentState.RESOLVED, "resolved_at": now, "resolved_by": by, "note": note[:2000]}
    if Incident.objects.filter(pk=incident.pk, state=IncidentState.OPEN).update(**values) != 1:
        raise AlreadyResolved
    incident.refresh_from_db()
    return incident


def retry(*, incident: Incident, by: Staff, now: datetime) -> Incident:
    """Try again what stopped: the message, the call or the timers. A new failure opens the stopp anew."""
    from workflows.services import inbox, outbox, timers

    with transaction.atomic():
        resolve(incident=incident, by=by, now=now, note="Provade igen")
        if incident.outbox is not None:
            outbox.retry(row=incident.outbox, now=now)
    if incident.message is not None:
        inbox.handle(message=incident.message, now=now)
    elif incident.instance is not None and incident.outbox is None:
        timers.fire(instance_id=incident.instance.pk, now=now)
    incident.refresh_from_db()
    return incident


def resolve_for_message(*, message: InboxMessage, by: Staff | None, now: datetime, note: str) -> None:
    """Close what is open about a message that has found its place."""
    open_ones = Incident.objects.filter(message=message, state=IncidentState.OPEN)
    open_ones.update(state=IncidentState.RESOLVED, resolved_at=now, resolved_by=by, note=note[:2000])
