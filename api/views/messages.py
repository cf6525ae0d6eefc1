"""Messages in: checked, stored, and only then acknowledged."""

from __future__ import annotations

import uuid
from typing import cast

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from api import incoming, problems, selectors
from api.auth import ApiRequest, Needs
from api.edge import IdempotencyKey, identified, leads_to, reused
from api.reach import Reach
from api.shapes import MessageIn, MessageOut, MessageState
from people.services import access
from workflows.models import InboxMessage
from workflows.services import inbox

router = Router(tags=["messages"])
HEAVY = ("instance__engine_state",)


@router.post(
    "/messages",
    response={202: MessageOut, 200: MessageOut},
    auth=Needs("meddelanden:send"),
    summary="Send a message",
    openapi_extra=leads_to(202, "message_id", "messages_message"),
)
def send(request: ApiRequest, body: MessageIn, key: IdempotencyKey, response: HttpResponse) -> Status[object]:
    """202 when it is stored, 200 when it had come already under the same key.

    Only messages that no förlopp beyond the client's reach listens for. What then became of it is at its own address.
    """
    now, caller = timezone.now(), request.auth
    reach = Reach(caller)
    _check(body, reach)
    source = incoming.source_of(caller.client.key)
    receipt = inbox.receive(source=source, message_id=key, raw=request.body, now=now)
    if receipt.outcome == "conflict":
        raise reused()
    access.record(
        staff=caller.staff,
        individual=receipt.message.individual,
        action="send",
        object_type="inbox_message",
        object_id=str(receipt.message.public_id),
        now=now,
    )
    response["Location"] = reverse("api:v1:message", args=[receipt.message.public_id])
    return Status(202 if receipt.outcome == "stored" else 200, _out(receipt.message, reach))


@router.get(
    "/messages/{uuid:message_id}",
    response=MessageOut,
    auth=Needs("meddelanden:send"),
    summary="What became of a message",
    url_name="message",
)
def message(request: ApiRequest, message_id: uuid.UUID) -> MessageOut:
    """One that the client has sent itself."""
    found = selectors.message(incoming.source_of(request.auth.client.key), message_id)
    if found is None:
        raise problems.missing()
    return _out(found, Reach(request.auth))


def _check(told: MessageIn, reach: Reach) -> None:
    """What is certain to be wrong is told at once; the rest becomes a stopp for people here. Raises Problem."""
    now = timezone.now()
    if told.name not in reach.messages():
        raise problems.invalid("/name", "Inget förlopp som klienten når lyssnar efter det meddelandet.")
    if incoming.names_a_number({**told.payload, **told.keys}, now=now):
        raise problems.invalid("/payload", "Ange vem det gäller i person; personnummer får inte stå i innehållet.")
    if told.person is not None:
        identified(told.person, now=now)
    if told.person_ref is not None and selectors.person(reach, told.person_ref) is None:
        raise problems.invalid("/person_ref", "Personen finns inte, eller så får klienten inte nå den.")
    try:
        incoming.sent_at(told, now=now)
    except incoming.BadMoment as bad:
        raise problems.invalid("/sent_at", str(bad.__doc__)) from None


def _out(found: InboxMessage, reach: Reach) -> MessageOut:
    """With those of the ärenden that it reached which the client may know of."""
    rows = found.deliveries.select_related("instance__definition", "instance__individual")
    return MessageOut(
        id=found.public_id,
        name=found.name,
        state=cast(MessageState, found.state),
        received_at=found.received_at,
        handled_at=found.handled_at,
        instances=[one.instance.public_id for one in rows.defer(*HEAVY) if reach.sees(one.instance)],
    )
