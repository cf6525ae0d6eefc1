"""What became of what we sent: told to the ärende that waits for it, else to a person when it is not good."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from integrations.models import SdkSent
from integrations.models.sdk import SdkState
from integrations.sdk import receipt
from integrations.sdk.access_point import AccessPoint, Arrived
from integrations.sdk.messages import RECEIPT
from integrations.sdk.outgoing import SOURCE
from integrations.sdk.receipt import WORDS, Receipt, UnreadableReceipt
from workflows import connectors, selectors
from workflows.models import Incident, IncidentState, OutboxMessage
from workflows.rights import IT
from workflows.services import inbox, incidents

UNANSWERED, FAILED, UNREADABLE = "ingen_kvittens", "ej_levererat", "file"
AT_ONCE = 2_000
# A receipt may be faster than the step that waits for it; that a message has arrived is nothing to wait for longer.
TO_BEGIN_WAITING, TO_FORGET = timedelta(minutes=2), timedelta(hours=1)
_STATUS = {SdkState.DELIVERED: "levererad", SdkState.FAILED: "misslyckad", SdkState.SENT: "ingen_kvittens"}


def take(point: AccessPoint, *, now: datetime) -> None:
    """Every receipt that lies there. One about nothing of ours is left for a while: it may be faster than we are."""
    for arrived in point.receipts(now=now):
        if arrived.raw is None:
            continue
        try:
            told = receipt.read(arrived.raw)
        except UnreadableReceipt:
            _set_aside(point, arrived, now=now)
            continue
        if SdkSent.objects.filter(key=told.message_id).exists():
            _note(told, now=now)
            point.take(arrived)
        elif arrived.is_late:
            _set_aside(point, arrived, now=now)


def tell(*, now: datetime, patience: timedelta | None) -> None:
    """Tell what is known and nobody has been told, and ask somebody to telephone after `patience` without a receipt."""
    known = SdkSent.objects.exclude(state=SdkState.SENT).filter(told_at=None).order_by("answered_at")
    rows = list(known[:AT_ONCE])
    if patience:
        silent = SdkSent.objects.filter(state=SdkState.SENT, told_at=None, sent_at__lte=now - patience)
        rows += silent.order_by("sent_at")[:AT_ONCE]
    waited = _waited(rows)
    for row in rows:
        if str(row.key) in waited:
            _tell_instance(row, now=now)
        elif not _tell_person(row, now=now):
            continue
        SdkSent.objects.filter(pk=row.pk, state=row.state).update(told_at=now)


def _waited(rows: Iterable[SdkSent]) -> set[str]:
    return selectors.waited_for(RECEIPT, "skickat_id", [str(row.key) for row in rows])


def _note(told: Receipt, *, now: datetime) -> None:
    """That it arrived stands, whatever is said of copies of it."""
    row = SdkSent.objects.filter(key=told.message_id)
    if told.is_accepted:
        row = row.exclude(state=SdkState.DELIVERED)
        row.update(state=SdkState.DELIVERED, answered_at=now, told_at=None, reason="")
        _resolve(told, now=now)
    else:
        row = row.filter(state=SdkState.SENT)
        row.update(state=SdkState.FAILED, answered_at=now, told_at=None, reason=str(told.reason))


def _tell_instance(row: SdkSent, *, now: datetime) -> None:
    told = {
        "typ": RECEIPT,
        "skickat_id": str(row.key),
        "status": _STATUS[SdkState(row.state)],
        "orsak": _why(row),
        "dt": (row.answered_at or row.sent_at).isoformat(),
    }
    raw = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    inbox.receive(source=SOURCE, message_id=f"kvittens-{row.key}-{row.state}", raw=raw, now=now)


def _tell_person(row: SdkSent, *, now: datetime) -> bool:
    """Whether there is no more to say."""
    if row.state == SdkState.SENT:
        hours = (now - row.sent_at).total_seconds() / 3600
        _stop(row, UNANSWERED, f"har inte kvitterat på {hours:.0f} timmar. Ring och hör om det har kommit.", now)
        return True
    age = now - (row.answered_at or now)
    if row.state == SdkState.FAILED and age >= TO_BEGIN_WAITING:
        _stop(row, FAILED, f"har inte tagit emot det: {_why(row)}. Rätta och skicka igen, eller ring.", now)
        return True
    return row.state == SdkState.DELIVERED and age >= TO_FORGET


def _why(row: SdkSent) -> str | None:
    detail = row.reason.partition(":")[2]
    return WORDS.get(detail, "de säger inte varför") if row.reason else None


def _stop(row: SdkSent, code: str, text: str, now: datetime) -> None:
    sent = OutboxMessage.objects.select_related("instance").filter(key=row.key).first()
    if sent is None:
        return
    title = connectors.get_operation(sent.operation).title
    incidents.open_incident(
        code=code,
        text=f"”{title}”: mottagaren {text}",
        group=incidents.COORDINATOR,
        instance=sent.instance,
        outbox=sent,
        element_id=sent.element_id,
        now=now,
    )


def _resolve(told: Receipt, *, now: datetime) -> None:
    about = Incident.objects.filter(outbox__key=told.message_id, code__in=(UNANSWERED, FAILED))
    for incident in about.filter(state=IncidentState.OPEN):
        incidents.resolve(incident=incident, by=None, now=now, note="Mottagaren har tagit emot det")


def _set_aside(point: AccessPoint, arrived: Arrived, *, now: datetime) -> None:
    text = "En kvittens från accesspunkten går inte att använda: den är oläslig eller gäller inget som vi har skickat."
    incidents.open_incident(code=UNREADABLE, text=f"{text} Filen ligger i karantän.", group=IT, now=now)
    point.refuse(arrived)
