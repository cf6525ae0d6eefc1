"""What reaches an ärende of SDK: nothing of a message before a person has said whom it is about, and receipts."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from integrations import reading
from integrations.sdk import addresses
from integrations.sdk.addresses import Address
from integrations.sdk.outgoing import SOURCE
from people import selectors as people
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, PermanentError, Unreadable, translator
from workflows.services import restricted

MESSAGE, REPLY, RECEIPT = "sdk_meddelande", "sdk_svar", "sdk_kvittens"
TO_REGISTER = "registrera"
_ABOUT = {
    "sdk_id": "ref!",
    "konversation_id": "ref!",
    "svar_pa": "ref",
    "amne": "text",
    "text": "text",
    "avsandare": "text!",
    "avsandare_adress": "ref!",
    "mottagare": "text!",
    "konfidentiell": "flag!",
    "antal_bilagor": "number!",
    "skickad_dt": "moment!",
    "hor_till": "text",
    "hor_till_ref": "ref",
}
FIELDS = {
    MESSAGE: ("SDK-meddelande, registrerat", _ABOUT),
    REPLY: ("SDK-svar, registrerat", _ABOUT),
    RECEIPT: (
        "Kvittens på ett SDK-meddelande",
        {"skickat_id": "ref!", "status": "word:levererad|misslyckad|ingen_kvittens!", "orsak": "text", "dt": "moment!"},
    ),
}

connectors.incoming(SOURCE, keys=("sdk_id", "konversation_id", "skickat_id", "person_ref"), kinds=FIELDS)


@translator(SOURCE)
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """A message always raises Unreadable: nothing that is read by machine says whom free text is about."""
    if payload.get("typ") == RECEIPT:
        told = reading.payload(payload, FIELDS[RECEIPT][1], reading.Identity())
        return IncomingMessage(RECEIPT, {"skickat_id": told["skickat_id"]}, told, reading.moment(told["dt"], "dt"))
    message_id = reading.identifier(payload, "meddelande_id")
    try:
        own, sender = parties(payload)
        told = _told(payload, message_id, own, sender)
        page = reverse("integrations:sdk_message", args=[UUID(message_id)])
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Unreadable("olasligt", "Meddelandet är inte skrivet som ett SDK-meddelande.") from None
    sent_at = reading.moment(told["skickad_dt"], "skapad_dt")
    keys = {key: told[key] for key in ("sdk_id", "konversation_id")}
    group = own.profession if own else ""
    place = f"{own.name}, {own.unit}" if own and own.unit else told["mottagare"]
    raise Unreadable(
        TO_REGISTER,
        f"Registrera inkommet SDK-meddelande till {place} från {sender}.",
        IncomingMessage(MESSAGE, keys, told, sent_at),
        group=_registers(group, payload, now=now),
        page=page,
    )


def _registers(group: str, payload: Json, *, now: datetime) -> str:
    """Who, where it tells the number of somebody whom nobody in the profession of the address may see."""
    today = timezone.localdate(now)
    (known,) = people.mentioned([json.dumps(payload, ensure_ascii=False)], today=today)
    others = [other for one in known if (other := restricted.stand_in(group, individual=one, on=today))]
    return others[0] if others else group


def _told(payload: Json, message_id: str, own: Address | None, sender: str) -> Json:
    """What an ärende learns of it, but for its words: those are cleared when it is known whom they are about."""
    return {
        "sdk_id": message_id,
        "konversation_id": payload["konversation_id"],
        "svar_pa": payload["svar_pa"],
        "avsandare": sender,
        "avsandare_adress": payload["avsandare"]["adress"],
        "mottagare": own.name if own else payload["mottagare"]["adress"],
        "konfidentiell": payload["konfidentiell"],
        "antal_bilagor": len(payload["bilagor"]),
        "skickad_dt": payload["skapad_dt"],
    }


def parties(payload: Json) -> tuple[Address | None, str]:
    """Ours that it came to, and what the book calls who sent it; what senders call themselves is not repeated."""
    told = payload["avsandare"]
    try:
        book = addresses.book()
    except PermanentError:
        return None, str(told["organisation"])
    sender = book.others.get(told["adress"])
    known = sender is not None and sender.organisation == told["organisation"]
    name = sender.name if sender and known else told["organisation"].removeprefix("0203:")
    return book.own.get(payload["mottagare"]["adress"]), name
