"""A message as SDK writes it: MessageWithAttachments 3, DIGG's content specification B1.3.3 (1.5.2)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from lxml import etree

from integrations.sdk.receipt import Reason
from workflows import safe_xml

NAMESPACE = "urn:riv:infrastructure:messaging:MessageWithAttachments:3"
ORGANISATION, ADDRESS = "iso6523-actorid-upis", "urn:riv:infrastructure:messaging:functionalAddress"
PERSONNUMMER = "1.2.752.129.2.1.3.1"
XHE = "{http://docs.oasis-open.org/bdxr/ns/XHE/1/ExchangeHeaderEnvelope}XHE"
LONGEST_LABEL = 256
_IN_NAMESPACE = {"m": NAMESPACE}
_ROOM_FOR_BASE64 = 1.4
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What XML 1.0 cannot hold, and what no text has.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Rejected(Exception):
    """A message that cannot be used. `reason` is told to the sender, `text` is Swedish and for our own people.

    `message_id` and `sender`, an organisation, are missing where they could not be read, so that nobody can be told.
    """

    def __init__(self, reason: Reason, text: str, message_id: UUID | None = None, sender: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.text = reason, text
        self.message_id, self.sender = message_id, sender


@dataclass(frozen=True)
class Named:
    """An id of somebody's (HL7's II: `root` says whose), and what it is called."""

    root: str
    value: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Party:
    """One of the two: an organisation and a function in it. `references` are its own, to be sent back to it."""

    organisation: str
    address: str
    name: str = ""
    unit: str = ""
    persons: tuple[Named, ...] = ()
    references: tuple[Named, ...] = ()


@dataclass(frozen=True)
class File:
    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Message:
    """`created_at` in UTC and whole milliseconds; `reply_to` is the id of the message it answers."""

    message_id: UUID
    conversation_id: UUID
    created_at: datetime
    subject: str
    text: str
    is_confidential: bool
    sender: Party
    recipient: Party
    reply_to: UUID | None = None
    files: tuple[File, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of what it says and carries, by which the federation's limit of 30 MB is counted."""
        return len(self.text.encode()) + sum(len(file.content) for file in self.files)


def cleaned(text: str) -> str:
    """Without what no XML can hold."""
    return _UNWRITABLE.sub("", text)


# -- writing -----------------------------------------------------------------------------------------------------------


def write(message: Message) -> bytes:
    """The inverse of `read`."""
    root = etree.Element(f"{{{NAMESPACE}}}messagePayload", nsmap={"m": NAMESPACE})
    whole = _put(root, "message")
    head = _put(whole, "messageHeader")
    moment = message.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    _put(head, "creationDateTime", moment)
    _put(head, "messageId", str(message.message_id))
    _put(head, "conversationId", str(message.conversation_id))
    if message.reply_to:
        _put(head, "refToMessageId", str(message.reply_to))
    _put(head, "label", message.subject)
    _put(head, "confidentiality", "true" if message.is_confidential else "false")
    _named(head, "generatingSystem", Named("un-encoded", "Förlopp"))
    _party(head, "recipient", "recipientID", message.recipient)
    _party(head, "sender", "senderID", message.sender)
    document = _put(_put(whole, "messageBody"), "documents")
    _put(document, "documentID", str(message.message_id))
    _put(document, "index", "1")
    for file in message.files:
        content = _put(document, "ContentFiles")
        _put(content, "fileName", file.name)
        _put(content, "contentType", file.type)
        _put(content, "content", base64.b64encode(file.content).decode())
    if message.text:
        _put(_put(document, "ContentText"), "characterSequence", message.text)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    made.text = text
    return made


def _named(parent: etree._Element, name: str, told: Named) -> None:
    made = _put(parent, name)
    _put(made, "root", told.root)
    _put(made, "extension", told.value)


def _labelled(parent: etree._Element, name: str, inner: str, told: Named) -> etree._Element:
    made = _put(parent, name)
    _named(made, inner, told)
    if told.label:
        _put(made, "label", told.label)
    return made


def _party(head: etree._Element, name: str, inner: str, party: Party) -> None:
    made = _labelled(head, name, inner, Named(ORGANISATION, party.organisation, party.name))
    attention = _put(made, "attention")
    for person in party.persons:
        _labelled(attention, "person", "personId", person)
    _labelled(attention, "subOrganization", "organizationId", Named(ADDRESS, party.address, party.unit))
    for reference in party.references:
        _labelled(attention, "reference", "referenceId", reference)


# -- reading -----------------------------------------------------------------------------------------------------------


def read(raw: bytes, *, most_bytes: int) -> Message:
    """Raises Rejected. `most_bytes` is of what it says and carries; written down it is longer."""
    root = _root(raw, int(most_bytes * _ROOM_FOR_BASE64) + safe_xml.MAX_BYTES)
    message_id = _uuid(root, "m:message/m:messageHeader/m:messageId")
    sender = root.findtext("m:message/m:messageHeader/m:sender/m:senderID/m:extension", "", _IN_NAMESPACE)
    try:
        message = _read(root, message_id)
    except Rejected as rejected:
        raise Rejected(rejected.reason, rejected.text, message_id, sender) from None
    if message.size > most_bytes:
        text = f"Meddelandet är större än {most_bytes // 1_000_000} MB."
        raise Rejected(Reason("BV", "too-long"), text, message_id, sender)
    return message


def _root(raw: bytes, most_bytes: int) -> etree._Element:
    try:
        root = safe_xml.parse(raw, most_bytes=most_bytes)
    except safe_xml.UnsafeXml as error:
        kind = Reason("BV", "too-long") if error.code == "too-large" else Reason("SV", "structure")
        raise Rejected(kind, error.message) from None
    if root.tag == XHE:
        root = next(root.iter(f"{{{NAMESPACE}}}messagePayload"), root)
    if root.tag != f"{{{NAMESPACE}}}messagePayload":
        raise Rejected(Reason("SV", "structure"), "Filen är inget SDK-meddelande av version 3, eller är krypterad.")
    return root


def _read(root: etree._Element, message_id: UUID) -> Message:
    head = root.find("m:message/m:messageHeader", _IN_NAMESPACE)
    body = root.find("m:message/m:messageBody", _IN_NAMESPACE)
    if head is None or body is None:
        raise _malformed("huvud eller innehåll")
    texts, files = _content(body)
    if not texts and not files:
        raise Rejected(Reason("BV", "invariant"), "Meddelandet har varken text eller bilaga.")
    return Message(
        message_id=message_id,
        conversation_id=_uuid(head, "m:conversationId"),
        reply_to=_uuid(head, "m:refToMessageId") if _has(head, "m:refToMessageId") else None,
        created_at=_moment(_text(head, "m:creationDateTime")),
        subject=_label(head),
        text="\n\n".join(texts),
        is_confidential=_flag(_text(head, "m:confidentiality")),
        sender=_read_party(head, "m:sender", "m:senderID"),
        recipient=_read_party(head, "m:recipient", "m:recipientID"),
        files=tuple(files),
    )


def _content(body: etree._Element) -> tuple[list[str], list[File]]:
    """Texts and files of all documents, in the order that their sender has given them."""
    documents = sorted(body.iterfind("m:documents", _IN_NAMESPACE), key=_index)
    path = "m:ContentText/m:characterSequence"
    texts = [part.text or "" for each in documents for part in each.iterfind(path, _IN_NAMESPACE)]
    return [text for text in texts if text], list(_files(documents))


def _files(documents: Iterable[etree._Element]) -> Iterator[File]:
    for document in documents:
        for part in document.iterfind("m:ContentFiles", _IN_NAMESPACE):
            try:
                content = base64.b64decode("".join(_text(part, "m:content").split()), validate=True)
            except (binascii.Error, ValueError):
                raise Rejected(Reason("BV", "invariant"), "En bilaga är inte giltig base64.") from None
            yield File(_text(part, "m:fileName"), _text(part, "m:contentType"), content)


def _index(document: etree._Element) -> int:
    told = document.findtext("m:index", "", _IN_NAMESPACE).strip()
    return int(told) if told.isdecimal() and len(told) < 6 else 10**6


def _read_party(head: etree._Element, path: str, identity: str) -> Party:
    party = head.find(path, _IN_NAMESPACE)
    if party is None:
        raise _malformed(path.removeprefix("m:"))
    organisation, attention = _identity(party, identity), party.find("m:attention", _IN_NAMESPACE)
    unit = party.find("m:attention/m:subOrganization", _IN_NAMESPACE)
    if organisation.root != ORGANISATION or attention is None or unit is None:
        raise Rejected(Reason("BV", "invariant"), "Organisation eller funktionsadress är inte skriven som den ska.")
    address = _identity(unit, "m:organizationId")
    if address.root != ADDRESS:
        raise Rejected(Reason("BV", "invariant"), "Funktionsadressen är inte skriven som den ska.")
    return Party(
        organisation=organisation.value,
        address=address.value,
        name=party.findtext("m:label", "", _IN_NAMESPACE)[:LONGEST_LABEL],
        unit=unit.findtext("m:label", "", _IN_NAMESPACE)[:LONGEST_LABEL],
        persons=tuple(_all_named(attention, "m:person", "m:personId")),
        references=tuple(_all_named(attention, "m:reference", "m:referenceId")),
    )


def _all_named(attention: etree._Element, path: str, inner: str) -> Iterator[Named]:
    for each in attention.iterfind(path, _IN_NAMESPACE):
        told = _identity(each, inner) if _has(each, inner) else Named("", "")
        yield Named(told.root, told.value, each.findtext("m:label", "", _IN_NAMESPACE)[:LONGEST_LABEL])


def _identity(parent: etree._Element, path: str) -> Named:
    return Named(_text(parent, f"{path}/m:root"), _text(parent, f"{path}/m:extension"))


def _has(parent: etree._Element, path: str) -> bool:
    return parent.find(path, _IN_NAMESPACE) is not None


def _text(parent: etree._Element, path: str) -> str:
    found = parent.findtext(path, "", _IN_NAMESPACE)
    if not found.strip():
        raise _malformed(path.rpartition("m:")[2])
    return found


def _label(head: etree._Element) -> str:
    """The schema lets it be missing, the specification does not; a message is not refused for it."""
    told = head.findtext("m:label", "", _IN_NAMESPACE)
    if len(told) > LONGEST_LABEL:
        raise Rejected(Reason("BV", "structure"), f"Rubriken är längre än {LONGEST_LABEL} tecken.")
    return told


def _uuid(parent: etree._Element, path: str) -> UUID:
    told = parent.findtext(path, "", _IN_NAMESPACE).strip()
    if _UUID.fullmatch(told):
        return UUID(told)
    what = path.rpartition("m:")[2]
    raise Rejected(Reason("BV", "invariant"), f"Uppgiften {what} är inget giltigt id (UUID).")


def _moment(told: str) -> datetime:
    try:
        found = datetime.fromisoformat(told.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Rejected(Reason("BV", "invariant"), "Tidpunkten creationDateTime är inte giltig, eller saknar tidszon.")
    return found.astimezone(UTC)


_FLAGS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}


def _flag(told: str) -> bool:
    if told.strip() not in _FLAGS:
        raise _malformed("confidentiality")
    return _FLAGS[told.strip()]


def _malformed(what: str) -> Rejected:
    return Rejected(Reason("SV", "structure"), f"Uppgiften {what} saknas eller är tom i meddelandet.")
