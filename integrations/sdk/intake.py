"""Takes in what lies at the access point: judged as a whole, stored before it is acknowledged, never half."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from integrations.sdk import access_point, addresses, document, receipts, stored
from integrations.sdk.access_point import MEGABYTE, QUARANTINE, AccessPoint, Arrived
from integrations.sdk.addresses import Book
from integrations.sdk.document import File, Message, Rejected
from integrations.sdk.outgoing import SOURCE
from integrations.sdk.receipt import WORDS, Reason, Receipt
from workflows.attachments import shelf
from workflows.attachments.kinds import Refused
from workflows.connectors import DeliveryError
from workflows.rights import IT
from workflows.services import attachments, inbox, incidents
from workflows.services.attachments import INFECTED, Ready, Received

REFUSED, NOT_WHOLE = "ej_mottaget", "file"
TEXT = "Meddelandet.txt"
# Not in the words of the one who looked: they may hold a part of its name.
UNFIT = "En bilaga är av ett slag som inte tas emot, är skadad, eller heter något annat än den är."


def run() -> None:
    look()


def look(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Everything that lies there. Raises DeliveryError, and last whatever one message broke: the others are taken."""
    book, trouble = addresses.book(), None
    with access_point.connected(book.organisation) as point:
        for arrived in point.fetch(now=clock()):
            try:
                _consider(point, arrived, book, now=clock())
            except DeliveryError:
                raise
            except Exception as problem:  # noqa: BLE001 - it is raised, when all have had their turn
                trouble = problem
        receipts.take(point, now=clock())
    if trouble is not None:
        raise trouble


def _consider(point: AccessPoint, arrived: Arrived, book: Book, *, now: datetime) -> None:
    if arrived.raw is not None or arrived.is_too_large:
        _take(point, arrived, book, now=now)
    elif arrived.is_late:
        stop_at_half(arrived, now=now)


def _take(point: AccessPoint, arrived: Arrived, book: Book, *, now: datetime) -> None:
    try:
        message = _judged(arrived, book)
        _keep(message, now=now)
    except Rejected as rejected:
        _refuse(point, arrived, rejected, now=now)
    else:
        point.acknowledge(Receipt(message.message_id), to=message.sender.organisation, at=now)
        point.take(arrived)
    incidents.resolve_for_page(page=_page(arrived, "fil"), now=now, note="Filen blev hel.")


def _judged(arrived: Arrived, book: Book) -> Message:
    """Raises Rejected, for what DIGG's specification lets a receiver refuse."""
    if arrived.raw is None:
        raise Rejected(Reason("BV", "too-long"), "Det är större än vad som tas emot.")
    message = document.read(arrived.raw, most_bytes=access_point.most_bytes())
    own = book.own.get(message.recipient.address)
    if own is None or message.recipient.organisation != book.organisation:
        text = "Det var ställt till en funktionsadress som inte finns bland våra egna i adressboken."
        raise _rejected(message, "not-found", text)
    most = settings.FORLOPP_FILE_MEGABYTES * MEGABYTE
    if any(len(file.content) > most for file in message.files):
        raise _rejected(message, "too-long", f"En bilaga är större än {settings.FORLOPP_FILE_MEGABYTES} MB.")
    return message


def _rejected(message: Message, detail: str, text: str) -> Rejected:
    return Rejected(Reason("BV", detail), text, message.message_id, message.sender.organisation)


def _keep(message: Message, *, now: datetime) -> None:
    """The message, then its files: a crash in between leaves the file where it lies, and it is taken again."""
    with tempfile.TemporaryDirectory(dir=shelf.incoming()) as place:
        ready = _looked_at(message, Path(place))
        taken = inbox.receive(source=SOURCE, message_id=str(message.message_id), raw=stored.raw(message), now=now)
        if taken.outcome == "conflict":
            text = "Ett annat meddelande med samma id har redan kommit. Det första gäller."
            raise _rejected(message, "duplicate", text)
        attachments.keep_with_message(message=taken.message, ready=ready, now=now)


def _looked_at(message: Message, place: Path) -> list[Ready]:
    """Its text as a file too, whole: what an ärende is told of it is short and blanked. Raises Rejected."""
    text = document.cleaned(message.text)
    files = [File(TEXT, "text/plain", text.encode())] if text.strip() else []
    ready = []
    for number, file in enumerate([*files, *message.files]):
        path = place / str(number)
        path.write_bytes(file.content)
        try:
            ready.append(attachments.looked_at(Received(name=file.name, path=path, size=len(file.content))))
        except Refused as refused:
            detail = "forbidden" if refused.text == INFECTED else "not-supported"
            raise _rejected(message, detail, UNFIT) from None
    return ready


def _refuse(point: AccessPoint, arrived: Arrived, rejected: Rejected, *, now: datetime) -> None:
    """The sender is told when there is somebody to tell; a person here always is."""
    after = "Avsändaren gick inte att läsa och har inget besked fått"
    if rejected.message_id is not None and rejected.sender:
        point.acknowledge(Receipt(rejected.message_id, rejected.reason), to=rejected.sender, at=now)
        after = f"Avsändaren har fått besked: {WORDS.get(rejected.reason.detail, rejected.reason.detail)}"
    text = f"Ett SDK-meddelande togs inte emot. {rejected.text} {after}. Filen ligger i katalogen {QUARANTINE}."
    incidents.open_incident(code=REFUSED, text=text, group=IT, page=_page(arrived, "avvisat"), now=now)
    point.refuse(arrived)


def stop_at_half(arrived: Arrived, *, now: datetime) -> None:
    """Somebody must look: what lies there does not become whole by itself any longer."""
    text = "En fil från accesspunkten har inte blivit hel på en kvart: kontrollsumman saknas eller stämmer inte."
    page = _page(arrived, "fil")
    incidents.open_incident(code=NOT_WHOLE, text=f"{text} Den ligger kvar.", group=IT, page=page, now=now)


def _page(arrived: Arrived, what: str) -> str:
    """Told apart by the name of the file, which others have written and is not repeated."""
    mark = hashlib.sha256(arrived.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{reverse('integrations:system', args=[SOURCE])}?{what}={mark}"
