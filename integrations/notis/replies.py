"""What people answer: STOPP is obeyed at once, everything else is for a person to read."""

from __future__ import annotations

import json
from datetime import datetime

from integrations.models import Dispatch, OptOut
from integrations.notis import numbers
from workflows.models import InboxMessage, InboxState, Incident
from workflows.services import inbox, incidents

REPLY = "sms_svar"
STOP, GO_ON = frozenset({"stopp", "stop"}), frozenset({"start", "starta"})


def take(*, reply_id: str, sender: str, text: str, now: datetime) -> str:
    """What was done of it: stopp, start, or what the inbox says. Safely stored when this has returned."""
    address = numbers.mobile(sender)
    digest = numbers.digest(address) if address else ""
    word = text.strip().strip(".!\"'”").casefold()
    if address and word in STOP:
        OptOut.objects.get_or_create(address=address, defaults={"at": now})
        return "stopp"
    if address and word in GO_ON:
        OptOut.objects.filter(address=address).delete()
        return "start"
    answered = Dispatch.objects.filter(digest=digest).order_by("-created_at").first() if digest else None
    # Without a time of ours, so that a copy is the same. The number stays in what came, which is opened with a reason.
    body = {"typ": REPLY, "text": text} | ({"notis_id": str(answered.key)} if answered else {"fran": sender})
    raw = json.dumps(body, ensure_ascii=False).encode()
    receipt = inbox.receive(source="notis", message_id=reply_id, raw=raw, now=now)
    _show(receipt.message, now=now)
    return receipt.outcome


def _show(message: InboxMessage, *, now: datetime) -> None:
    """No förlopp has asked for it: then a coordinator reads it. Once, however often it comes."""
    if message.state == InboxState.IGNORED and not Incident.objects.filter(message=message).exists():
        text = "Någon har svarat på ett sms. Läs svaret, och ta kontakt om det behövs."
        incidents.open_incident(code=REPLY, text=text, group=incidents.COORDINATOR, message=message, now=now)
