"""Sends a message once, and remembers it until its receiver has said what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.models import SdkSent
from integrations.sdk import access_point, addresses, document
from integrations.sdk.addresses import Address, Book
from integrations.sdk.document import File, Message, Named, Party
from workflows.attachments import shelf
from workflows.connectors import BusinessError, Delivery, Json, PermanentError, TransientError
from workflows.models import Attachment, AttachmentState, InboxMessage, OutboxMessage, ProcessInstance

SOURCE = "sdk"
OURS = "forlopp"
"""The root of our own reference, the ärende: an answer brings it back."""
ERRORS = {
    "okand_adress": "Funktionsadressen finns inte i adressboken.",
    "tomt": "Meddelandet har varken text eller bilaga.",
    "bilaga_saknas": "Det finns ingen fil på det steg som bilagan skulle tas från.",
    "for_stort": "Meddelandet med bilagor är större än vad som får skickas.",
}


def send(delivery: Delivery) -> Json:
    """Raises DeliveryError. Once: what has been written down as sent is not sent again."""
    known = SdkSent.objects.filter(key=delivery.key).first()
    if known is None:
        message = _message(delivery, addresses.book())
        with access_point.connected(message.sender.organisation) as point:
            point.send(message)
        told = {
            "conversation": message.conversation_id,
            "address": message.recipient.address,
            "sent_at": timezone.now(),
        }
        known, _ = SdkSent.objects.get_or_create(key=delivery.key, defaults=told)
    return {
        "meddelande_id": str(known.key),
        "konversation_id": str(known.conversation),
        "dt": known.sent_at.isoformat(),
    }


def answered(*, reply_to: object, conversation: object, references: list[str]) -> ProcessInstance | None:
    """The ärende that sent what this is said to answer: by the message's id, our own reference, or the conversation."""
    rows = OutboxMessage.objects.select_related("instance__individual", "instance__definition")
    found = None
    if (key := _uuid(reply_to)) is not None:
        found = rows.filter(key=key, system=SOURCE).first()
    if found is None and (refs := [ref for told in references if (ref := _uuid(told))]):
        found = rows.filter(instance__public_id__in=refs, system=SOURCE).order_by("-pk").first()
    if found is None and (thread := _uuid(conversation)) is not None:
        sent = SdkSent.objects.filter(conversation=thread).order_by("-pk").values_list("key", flat=True)[:1]
        found = rows.filter(key__in=list(sent)).first()
    return found.instance if found else None


def _message(delivery: Delivery, book: Book) -> Message:
    told = delivery.params
    recipient = book.others.get(str(told.get("funktionsadress") or "").strip())
    if recipient is None:
        raise BusinessError("okand_adress", ERRORS["okand_adress"])
    reply_to = _uuid(told.get("referens"))
    answering = _answering(reply_to)
    message = Message(
        message_id=delivery.key,
        conversation_id=_uuid(answering.get("konversation_id")) or delivery.key,
        reply_to=reply_to,
        created_at=_milliseconds(delivery.asked_at),
        subject=_subject(told.get("amne")),
        text=document.cleaned(str(told.get("text") or "")),
        is_confidential=told.get("konfidentialitet") is not False,
        sender=_sender(delivery.key, book),
        recipient=Party(
            organisation=recipient.organisation,
            address=recipient.address,
            unit=recipient.name,
            references=_theirs(answering),
        ),
        files=tuple(_files(delivery.key, told.get("bilagor"))),
    )
    if not message.text.strip() and not message.files:
        raise BusinessError("tomt", ERRORS["tomt"])
    if message.size > access_point.most_bytes():
        raise BusinessError("for_stort", ERRORS["for_stort"])
    return message


def _subject(told: Any) -> str:
    written = " ".join(document.cleaned(str(told or "")).split())
    return written[: document.LONGEST_LABEL] or "Meddelande"


def _sender(key: UUID, book: Book) -> Party:
    own: Address = book.sender
    ref = OutboxMessage.objects.filter(key=key).values_list("instance__public_id", flat=True).first()
    references = (Named(OURS, str(ref), "Ärende"),) if ref else ()
    return Party(
        organisation=book.organisation,
        address=own.address,
        name=book.organisation_name,
        unit=own.name,
        references=references,
    )


def _answering(reply_to: UUID | None) -> Json:
    """What came under that id, as it was stored."""
    from integrations.sdk import stored

    row = InboxMessage.objects.filter(source=SOURCE, message_id=str(reply_to)).first() if reply_to else None
    return stored.of(row) if row else {}


def _theirs(answering: Json) -> tuple[Named, ...]:
    """The sender's own references go back with the answer (B1.3.3, 4.3.2.3)."""
    told = answering.get("avsandare", {}).get("referenser", [])
    return tuple(Named(one["slag"], one["id"], one["namn"]) for one in told if one["slag"] and one["id"])


def _files(key: UUID, steps: Any) -> list[File]:
    """Those that staff have added to these steps of the ärende; what came with a message stays where it is."""
    wanted = [steps] if isinstance(steps, str) else list(steps or [])
    if not wanted:
        return []
    rows = Attachment.objects.filter(task__instance__outbox__key=key, task__element_id__in=wanted, message=None)
    found = list(rows.exclude(state=AttachmentState.WITHDRAWN).order_by("pk"))
    if not found:
        raise BusinessError("bilaga_saknas", ERRORS["bilaga_saknas"])
    if any(file.state == AttachmentState.STOPPED for file in found):
        raise PermanentError("stoppad_bilaga", "En bilaga är stoppad av viruskontrollen.")
    if not all(file.is_kept for file in found):
        raise TransientError("vantar_pa_kontroll", "En bilaga väntar på viruskontroll.")
    return [File(file.name, file.what.type, _content(file)) for file in found]


def _content(file: Attachment) -> bytes:
    try:
        return shelf.path_of(file.public_id).read_bytes()
    except OSError:
        raise PermanentError("fil_saknas", "En bilaga går inte att läsa. Skicka meddelandet på annat sätt.") from None


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _uuid(told: object) -> UUID | None:
    try:
        return uuid.UUID(str(told))
    except ValueError:
        return None
