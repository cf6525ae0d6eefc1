"""A receipt as SDK writes it: UBL ApplicationResponse, DIGG's message specification Meddelandekvittens 1.0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from lxml import etree

from workflows import safe_xml

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOT = f"{{{_UBL}ApplicationResponse-2}}ApplicationResponse"
_AGGREGATE, _BASIC = f"{_UBL}CommonAggregateComponents-2", f"{_UBL}CommonBasicComponents-2"
_NAMES = {"a": _AGGREGATE, "b": _BASIC}
ACCEPTED, REJECTED = "ACCEPTED", "REJECTED"
# Of the specification's own: what a refusal of ours may be, and what one of theirs is called here.
WORDS = {
    "not-found": "mottagaren finns inte",
    "not-supported": "de tar inte emot filtypen",
    "too-long": "meddelandet är för stort",
    "duplicate": "de har redan ett meddelande med samma id",
    "forbidden": "skadlig kod i en bilaga",
    "security": "avsändaren gick inte att styrka",
    "structure": "meddelandet är fel skrivet",
    "invariant": "meddelandet är fel skrivet",
}


class UnreadableReceipt(Exception):
    """Kvittensen går inte att läsa."""


@dataclass(frozen=True)
class Reason:
    """`kind` is SV (schema), BV (rules) or SIG (signature), `detail` one of WORDS."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.detail}"


@dataclass(frozen=True)
class Receipt:
    """The receiver's word about one message; accepted when there is no `reason`."""

    message_id: UUID
    reason: Reason | None = None

    @property
    def is_accepted(self) -> bool:
        return self.reason is None


def write(receipt: Receipt, *, sender: str, recipient: str, at: datetime) -> bytes:
    """From one organisation to another; nothing of what the message said is in it."""
    spaces = {"r": f"{_UBL}ApplicationResponse-2", "cac": _AGGREGATE, "cbc": _BASIC}
    root = etree.Element(ROOT, nsmap=spaces)
    moment = at.astimezone(UTC)
    _put(root, "b:CustomizationID", "urn:fdc:digg.se:edelivery:messagetype:response:1")
    _put(root, "b:ProfileID", "bdx:noprocess")
    _put(root, "b:ID", str(uuid5(receipt.message_id, str(receipt.reason or ACCEPTED))))
    _put(root, "b:IssueDate", moment.date().isoformat())
    _put(root, "b:IssueTime", f"{moment:%H:%M:%S}Z")
    for name, party in (("a:SenderParty", sender), ("a:ReceiverParty", recipient)):
        _put(_put(root, name), "b:EndpointID", party).set("schemeID", "iso6523-actorid-upis")
    answer = _put(root, "a:DocumentResponse")
    _put(_put(answer, "a:Response"), "b:ResponseCode", ACCEPTED if receipt.is_accepted else REJECTED)
    _put(_put(answer, "a:DocumentReference"), "b:ID", str(receipt.message_id))
    if receipt.reason:
        line = _put(answer, "a:LineResponse")
        _put(_put(line, "a:LineReference"), "b:LineID", "NA")
        why = _put(line, "a:Response")
        _put(why, "b:ResponseCode", receipt.reason.kind)
        _put(_put(why, "a:Status"), "b:StatusReasonCode", receipt.reason.detail)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def read(raw: bytes) -> Receipt:
    """Raises UnreadableReceipt. Reasons in words are not read: they are whatever their sender has written."""
    try:
        root = safe_xml.parse(raw)
        answer = root.find("a:DocumentResponse", _NAMES) if root.tag == ROOT else None
        if answer is None:
            raise UnreadableReceipt
        message_id = UUID(answer.findtext("a:DocumentReference/b:ID", "", _NAMES).strip())
    except (safe_xml.UnsafeXml, ValueError):
        raise UnreadableReceipt from None
    match answer.findtext("a:Response/b:ResponseCode", "", _NAMES).strip():
        case "ACCEPTED":
            return Receipt(message_id)
        case "REJECTED":
            kind = answer.findtext("a:LineResponse/a:Response/b:ResponseCode", "", _NAMES).strip()
            detail = answer.findtext("a:LineResponse/a:Response/a:Status/b:StatusReasonCode", "", _NAMES).strip()
            return Receipt(message_id, Reason(kind[:10] or "?", detail.lower()[:30] or "?"))
    raise UnreadableReceipt


def _put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    prefix, _, local = name.partition(":")
    made = etree.SubElement(parent, f"{{{_NAMES[prefix]}}}{local}")
    made.text = text
    return made
