"""Whether what we sent has been read over there; what has not is a matter for the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from integrations.models import AwaitedReceipt
from integrations.region.earlier import SOURCE
from integrations.region.schemas import RECEIPT
from workflows import connectors
from workflows.models import InboxMessage, Incident, IncidentState, OutboxMessage
from workflows.services import incidents

UNREAD, REFUSED = "inte_last", "avvisad_kvittens"
AT_ONCE = 500
# What a person has been asked to telephone about, and nobody has read since, is not looked for for ever.
FORGET = timedelta(days=30)
_REFUSALS = {"felaktig_mottagare": "säger att det kom fel", "avvisad": "har avvisat det"}


def expect(key: UUID, *, at: datetime) -> None:
    """It has been sent: somebody over there is to read it."""
    AwaitedReceipt.objects.get_or_create(key=key, defaults={"system": SOURCE, "sent_at": at})


def judge(*, now: datetime, patience: timedelta | None) -> None:
    """Close what has been read, stop at what was refused, and ask somebody to telephone after `patience`."""
    AwaitedReceipt.objects.filter(system=SOURCE, sent_at__lt=now - FORGET).delete()
    waiting = list(AwaitedReceipt.objects.filter(system=SOURCE).order_by("sent_at")[:AT_ONCE])
    told = _told(row.key for row in waiting)
    for row in waiting:
        status = told.get(str(row.key), "")
        if status == "last":
            _resolve(row, now=now)
            row.delete()
        elif status in _REFUSALS:
            _stop(row, REFUSED, f"{_REFUSALS[status]}. Ta reda på vem det ska till och skicka igen, eller ring.", now)
            row.delete()
        elif patience and row.told_at is None and now - row.sent_at >= patience:
            hours = patience.total_seconds() / 3600
            _stop(row, UNREAD, f"har inte läst det inom {hours:.0f} timmar. Ring mottagaren.", now)
            AwaitedReceipt.objects.filter(pk=row.pk).update(told_at=now)


def _told(keys: Iterable[UUID]) -> dict[str, str]:
    """The latest status by what we sent; "mottagen" is a machine's word, and never takes back what a person said."""
    wanted = [f"meddelande_id:{key}" for key in keys]
    rows = InboxMessage.objects.filter(source=SOURCE, name=RECEIPT, correlation__in=wanted).order_by("sent_at", "pk")
    told: dict[str, str] = {}
    for payload in rows.values_list("payload", flat=True):
        if payload and payload["status"] != "mottagen":
            told[payload["meddelande_id"]] = payload["status"]
    return told


def _stop(row: AwaitedReceipt, code: str, text: str, now: datetime) -> None:
    sent = OutboxMessage.objects.select_related("instance").filter(key=row.key).first()
    if sent is None:
        return
    operation = connectors.operations().get(sent.operation)
    title = operation.title if operation else sent.operation
    incidents.open_incident(
        code=code,
        text=f"”{title}”: regionen {text}",
        group=incidents.COORDINATOR,
        instance=sent.instance,
        outbox=sent,
        element_id=sent.element_id,
        now=now,
    )


def _resolve(row: AwaitedReceipt, *, now: datetime) -> None:
    if row.told_at is None:
        return
    for incident in Incident.objects.filter(outbox__key=row.key, code=UNREAD, state=IncidentState.OPEN):
        incidents.resolve(incident=incident, by=None, now=now, note="Regionen har läst det")
