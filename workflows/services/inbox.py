"""Everything that comes in: stored as it is first, then understood, then brought to its förlopp. Never lost.

A message is in one of these states: received (stored, not looked at), buffered (early, waits for its instance),
done, ignored (nothing waits for it any more, or a newer version was first), stopped (a person must look), dismissed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from people import statements
from people.models import Individual, Staff
from people.reading import EVERY, Reading
from people.services import individuals
from web import tracing
from workflows import connectors, engine, strict_json
from workflows.connectors import IncomingMessage, Json, Unreadable
from workflows.models import (
    INTERNAL,
    BufferedKey,
    InboxMessage,
    InboxState,
    Incident,
    InstanceState,
    MessageSubscription,
    ProcessInstance,
)
from workflows.services import areas, arrivals, history, incidents, messages, restricted, turns

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
PERSON_KEY = "person_ref"
# All that is not there from the beginning, or counted while it lies there.
FOUND_OUT = (
    *("state", "handled_at", "expires_at"),
    *("name", "keys", "payload", "individual_id", "version", "correlation", "sent_at"),
)
MESSAGE = Reading(InboxMessage, "message", individual=EVERY)
TO_HANDLE = f" AND message.state = '{InboxState.RECEIVED}'"
TO_HANDLE_AGAIN = f" AND message.state IN ('{InboxState.RECEIVED}', '{InboxState.STOPPED}')"
UNFINISHED = (InboxState.RECEIVED, InboxState.BUFFERED, InboxState.STOPPED)


@dataclass(frozen=True)
class Said:
    """What a message is and holds beside its own words, by the person who has read it."""

    name: str
    payload: Json


def receive(*, source: str, message_id: str, raw: bytes, now: datetime) -> arrivals.Receipt:
    """Store a message durably, then handle it. Call outside a transaction; acknowledge when it has returned.

    Trouble with the content never reaches the caller: it becomes a stopp. Only a database that does not answer does.
    """
    with tracing.span("inbox.receive", **{"messaging.source": source}):
        receipt = arrivals.store(source=source, message_id=message_id, raw=raw, now=now)
        if receipt.outcome == "stored":
            handle(message=receipt.message, now=now)
            receipt.message.refresh_from_db()
    return receipt


def throw(*, sender: ProcessInstance, thrown: engine.Thrown, now: datetime) -> InboxMessage:
    """A message from one instance to others, in the transaction of the step that threw it; then as any other message.

    Its keys are the texts of its payload, and the person when the payload names no other.
    """
    keys = {key: value for key, value in thrown.payload.items() if isinstance(value, str) and value}
    keys.setdefault(PERSON_KEY, str(sender.individual.ref))
    raw = json.dumps(thrown.payload, sort_keys=True).encode()
    row = InboxMessage.objects.create(
        source=INTERNAL,
        message_id=f"{sender.public_id}:{uuid.uuid4()}",
        digest=hashlib.sha256(raw).hexdigest(),
        raw=raw,
        name=thrown.name,
        keys=keys,
        payload=thrown.payload,
        individual=sender.individual,
        sent_at=now,
        received_at=now,
    )
    _bring(row, sender=sender, now=now)
    return row


def handle(*, message: InboxMessage, now: datetime, is_free: bool = False) -> None:
    """Understand a stored message and bring it where it belongs, in one transaction; trouble becomes a stopp.

    `is_free`: only if no other process has it in hand.
    """
    try:
        _handle_stored(message, now=now, is_free=is_free)
    except Unreadable as error:
        _stop(message, code=error.code, text=error.message, group=error.group, page=error.page, now=now)
    except Exception as error:
        log.exception("message %s could not be handled", message.public_id)
        _failed(message, error, now=now)


def handle_free(message: InboxMessage, *, now: datetime) -> None:
    """Handle one that was stored and left, unless another process has it in hand or has done it."""
    with tracing.span("inbox.handle", parent=message.trace):
        handle(message=message, now=now, is_free=True)


def handle_received(*, now: datetime, limit: int = 100) -> int:
    """Handle what was stored and then left, because a process died in between or much came at once; how many."""
    received = InboxMessage.objects.filter(state=InboxState.RECEIVED).order_by("received_at", "pk")
    left = list(received.only("public_id", "trace")[:limit])
    for row in left:
        handle_free(row, now=now)
    return len(left)


def bring_waited_for(*, now: datetime, limit: int = 100) -> int:
    """Bring early messages that someone waits for after all; how many.

    The message and the step that waits for it may be written at the same moment, and neither sees the other.
    """
    waits = MessageSubscription.objects.filter(
        message_name=OuterRef("message_name"), key_name=OuterRef("key_name"), key_value=OuterRef("key_value")
    ).filter(instance__state=InstanceState.ACTIVE)
    missed = BufferedKey.objects.filter(Exists(waits)).values("message")
    rows = InboxMessage.objects.filter(pk__in=missed, state=InboxState.BUFFERED).order_by("sent_at", "pk")
    brought = 0
    # Not the first `limit` of them: one that only its own sender waits for lies there until its time is out.
    for row in rows.only("pk"):
        brought += _bring_buffered(row, now=now)
        if brought >= limit:
            break
    return brought


def expire_buffered(*, now: datetime, limit: int = 100) -> int:
    """Early messages whose time is out become stops, unless their instance has ended meanwhile; how many."""
    late = InboxMessage.objects.filter(state=InboxState.BUFFERED, expires_at__lte=now).order_by("expires_at")[:limit]
    return sum(_expire(row, now=now) for row in late)


@turns.again
def match(
    *,
    message: InboxMessage,
    by: Staff,
    now: datetime,
    individual: Individual | None = None,
    instance: ProcessInstance | None = None,
    said: Said | None = None,
) -> InboxMessage:
    """A person says whom a stopped message is about; it is handled again. Raises Unreadable and AlreadyResolved."""
    with transaction.atomic():
        row = locked(message, InboxState.STOPPED)
        person = instance.individual if instance else individual
        go_through(row, now=now, person=person, instance=instance, said=said)
        incidents.resolve_for_message(message=row, by=by, now=now, note="Parades ihop för hand")
    return row


def dismiss(*, message: InboxMessage, reason: str, by: Staff, now: datetime) -> InboxMessage:
    """A person says that a stopped or early message is to have no effect, and why. Raises incidents.AlreadyResolved."""
    with transaction.atomic():
        row = locked(message, *UNFINISHED)
        BufferedKey.objects.filter(message=row).delete()
        _finish(row, InboxState.DISMISSED, now=now)
        incidents.resolve_for_message(message=row, by=by, now=now, note=reason)
    return row


def locked(message: InboxMessage, *states: InboxState) -> InboxMessage:
    """The message, its row locked. Raises incidents.AlreadyResolved when it is in none of the states told."""
    row = _locked(message)
    if row is None:
        raise InboxMessage.DoesNotExist
    if states and row.state not in states:
        raise incidents.AlreadyResolved
    return row


def go_through(
    row: InboxMessage,
    *,
    now: datetime,
    person: Individual | None = None,
    instance: ProcessInstance | None = None,
    is_replay: bool = False,
    said: Said | None = None,
) -> None:
    """Understand a locked message and bring it where it belongs. Raises Unreadable.

    A replay starts no second ärende with the key of an earlier one, whatever its förlopp says.
    """
    incoming = _understood(row, now=now, person=person)
    keys = dict(incoming.keys)
    payload = dict(incoming.payload)
    if said is not None:
        row.name, payload = said.name, payload | said.payload
    if row.individual is not None:
        keys[PERSON_KEY] = payload[PERSON_KEY] = str(row.individual.ref)
    if instance is not None:
        keys = {**keys, **_keys_of(instance)}
    row.keys, row.payload = keys, payload
    if _is_outdated(row, incoming):
        _finish(row, InboxState.IGNORED, now=now)
        return
    _bring(row, now=now, is_replay=is_replay)


def raw_of(row: InboxMessage) -> bytes:
    """What came, or what a person wrote in its place the last time."""
    if row.state == InboxState.RECEIVED:
        return bytes(row.raw)
    corrected = row.corrections.order_by("-number").values_list("raw", flat=True).first()
    return bytes(row.raw if corrected is None else corrected)


# -- inside ------------------------------------------------------------------------------------------------------------


def _locked(message: InboxMessage, condition: str = "", *, skip: str = "") -> InboxMessage | None:
    """`skip` is SKIP LOCKED for who passes by what another has in hand; on SQLite nobody else has anything then."""
    lock = f" FOR NO KEY UPDATE OF message {skip}" if connection.features.has_select_for_no_key_update else ""
    return MESSAGE.one(f"WHERE message.id = %s{condition}{lock}", [message.pk])


@turns.again
def _handle_stored(message: InboxMessage, *, now: datetime, is_free: bool) -> None:
    with transaction.atomic():
        row = _locked(message, TO_HANDLE, skip="SKIP LOCKED") if is_free else _locked(message, TO_HANDLE_AGAIN)
        if row is not None:
            go_through(row, now=now)


@turns.again
def _bring_buffered(message: InboxMessage, *, now: datetime) -> bool:
    """Whether someone took it; one that nobody takes stays as it was, until its time is out."""
    with transaction.atomic():
        row = locked(message)
        if row.state != InboxState.BUFFERED:
            return False
        result = _published(row, sender=_sender(row), now=now)
        if not (result.had_effect or result.has_failed):
            return False
        BufferedKey.objects.filter(message=row).delete()
        _conclude(row, result, now=now)
    return True


def _expire(message: InboxMessage, *, now: datetime) -> bool:
    """Whether it was still waiting: a step may have taken it in the same moment."""
    with transaction.atomic():
        row = locked(message)
        if row.state != InboxState.BUFFERED:
            return False
        if messages.has_ended(row.keys):
            BufferedKey.objects.filter(message=row).delete()
            _finish(row, InboxState.IGNORED, now=now)
        else:
            text = f"Meddelandet ”{row.name}” kom, men inget ärende har väntat på det. "
            text += "Para ihop det för hand eller skriv av det."
            _stop(row, code="unmatched", text=text, group=messages.group(row.name), now=now)
    return True


def _sender(row: InboxMessage) -> ProcessInstance | None:
    """The instance that threw it: it does not get its own message back."""
    if row.source != INTERNAL:
        return None
    return ProcessInstance.objects.filter(public_id=row.message_id.partition(":")[0]).first()


def _bring(row: InboxMessage, *, now: datetime, sender: ProcessInstance | None = None, is_replay: bool = False) -> None:
    """Bring an understood message where it belongs."""
    _conclude(row, _published(row, sender=sender, now=now, is_replay=is_replay), now=now)


def _published(row: InboxMessage, **more: Any) -> messages.Published:
    told = {"name": row.name, "keys": row.keys, "payload": row.payload or {}, "individual": row.individual}
    return messages.publish(**told, message=row, **more)


def _understood(row: InboxMessage, *, now: datetime, person: Individual | None) -> IncomingMessage:
    """The message translated and its person found. Raises Unreadable."""
    if row.source == INTERNAL:
        return IncomingMessage(row.name, row.keys, row.payload or {}, row.sent_at or now, version=row.version)
    translate = connectors.get_translator(row.source)
    if translate is None:
        raise Unreadable("unknown-source", f"Ingen koppling är inställd för avsändaren {row.source}.")
    try:
        incoming = translate(_decoded(raw_of(row)), now=now)
    except Unreadable as error:
        if person is None or error.partial is None:
            raise
        incoming = replace(error.partial, person=None)
    row.name, row.sent_at, row.version = incoming.name, incoming.sent_at, incoming.version
    row.correlation = next((f"{key}:{value}"[:250] for key, value in incoming.keys.items() if value), "")
    row.individual = person or _person(incoming, now=now)
    if row.individual is not None and row.individual.is_protected:
        restricted.restrict(row.individual, now=now)
    elif row.individual is not None and row.individual.updated_at == now:
        areas.follow(individual=row.individual, now=now)
    return incoming


def _person(incoming: IncomingMessage, *, now: datetime) -> Individual | None:
    if incoming.individual_ref is not None:
        found = Individual.objects.filter(ref=incoming.individual_ref).first()
        if found is None:
            raise Unreadable("unknown-person", "Meddelandet gäller en person som inte finns här.", partial=incoming)
        return found
    if incoming.person is None:
        return None
    return individuals.find_or_create(**vars(incoming.person), now=now)[0]


def _conclude(row: InboxMessage, result: messages.Published, *, now: datetime) -> None:
    if result.has_failed:
        text = f"Meddelandet ”{row.name}” kunde inte tas emot av sitt ärende."
        if result.not_started:
            error = result.not_started[0]
            text = f"Meddelandet ”{row.name}” skulle ha startat ett ärende, men det gick inte: {error.message}"
        incidents.open_incident(code="not-taken", text=text, group=incidents.IT, message=row, now=now)
        row.state = InboxState.STOPPED
        _write(row)
    elif result.had_effect:
        _finish(row, InboxState.DONE, now=now)
    elif result.already or not result.ttl:
        for earlier in result.already:
            history.write_message(earlier, "", row.name, without_effect=True, now=now)
        _finish(row, InboxState.IGNORED, now=now)
    else:
        row.state = InboxState.BUFFERED
        messages.keep(message=row, keys=row.keys, ttl=result.ttl, now=now)
        _write(row)


def _finish(row: InboxMessage, state: InboxState, *, now: datetime) -> None:
    row.state, row.handled_at, row.expires_at = state, now, None
    _write(row)


def _write(row: InboxMessage) -> None:
    statements.update(InboxMessage, {"id": row.pk}, {name: row.__dict__[name] for name in FOUND_OUT})


def _is_outdated(row: InboxMessage, incoming: IncomingMessage) -> bool:
    """A newer version of the same message about the same thing has already been taken."""
    if not row.correlation or incoming.version < 1:
        return False
    newer = InboxMessage.objects.filter(
        name=row.name, correlation=row.correlation, source=row.source, version__gt=incoming.version
    )
    return newer.filter(state__in=[InboxState.DONE, InboxState.BUFFERED]).exclude(pk=row.pk).exists()


def _keys_of(instance: ProcessInstance) -> dict[str, str]:
    """The keys by which an instance waits, for a message that a person has matched to it."""
    return dict(instance.subscriptions.values_list("key_name", "key_value"))


def _decoded(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Unreadable."""
    try:
        found = strict_json.parse(raw)
    except ValueError:
        raise Unreadable("unreadable", "Meddelandet går inte att läsa: det är inte giltig JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("unreadable", "Meddelandet går inte att läsa: det är inget JSON-objekt.")
    return found


def _stop(message: InboxMessage, *, code: str, text: str, now: datetime, group: str = "", page: str = "") -> Incident:
    with transaction.atomic():
        BufferedKey.objects.filter(message=message).delete()
        InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.STOPPED, expires_at=None)
        message.refresh_from_db()
        group = group or incidents.COORDINATOR
        return incidents.open_incident(code=code, text=text, group=group, message=message, page=page, now=now)


def _failed(message: InboxMessage, error: Exception, *, now: datetime) -> None:
    """Something of ours broke: tried again by the worker some times, then a stopp. Never an endless retry."""
    InboxMessage.objects.filter(pk=message.pk).update(attempts=F("attempts") + 1)
    message.refresh_from_db()
    if message.attempts >= MAX_ATTEMPTS or message.state == InboxState.STOPPED:
        text = f"Meddelandet kunde inte hanteras ({type(error).__name__}). Det ligger kvar och kan provas igen."
        _stop(message, code="not-handled", text=text, now=now)
