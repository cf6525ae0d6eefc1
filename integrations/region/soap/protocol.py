"""SOAP 1.1 and 1.2: what is around a message, and the faults each of them has."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from integrations.region.soap.xml import NAMESPACE, local
from workflows import safe_xml

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Version:
    """`codes` are its words for whose fault it was."""

    number: str
    namespace: str
    content_type: str
    codes: dict[str, str]

    def tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"


SOAP_11 = Version(
    "1.1",
    "http://schemas.xmlsoap.org/soap/envelope/",
    "text/xml",
    {"sender": "Client", "receiver": "Server", "understand": "MustUnderstand", "version": "VersionMismatch"},
)
SOAP_12 = Version(
    "1.2",
    "http://www.w3.org/2003/05/soap-envelope",
    "application/soap+xml",
    {"sender": "Sender", "receiver": "Receiver", "understand": "MustUnderstand", "version": "VersionMismatch"},
)
VERSIONS = {version.number: version for version in (SOAP_11, SOAP_12)}


class Fault(Exception):
    """`whose` is sender, receiver, understand or version; `kod` the agreement's own code, when it has one."""

    def __init__(self, whose: str, text: str, *, kod: str = "") -> None:
        super().__init__(whose)
        self.whose = whose
        self.text = text
        self.kod = kod


class NotSoap(Fault):
    """What came is nothing that we can read as SOAP."""


def wrapped(body: etree._Element, version: Version) -> bytes:
    """A whole SOAP message with this body."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.namespace})
    etree.SubElement(envelope, version.tag("Body")).append(body)
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def unwrapped(data: bytes) -> tuple[Version, etree._Element]:
    """The version and what stands in the body. Raises Fault, also the one that it brings."""
    try:
        root = safe_xml.parse(data)
    except safe_xml.UnsafeXml as problem:
        raise NotSoap("sender", f"Anropet går inte att läsa som XML i UTF-8. {problem.message}") from None
    version = next((one for one in VERSIONS.values() if root.tag == one.tag("Envelope")), None)
    if version is None:
        raise NotSoap("version", "Anropet är varken SOAP 1.1 eller SOAP 1.2.")
    _require_understood(root, version)
    body = root.find(version.tag("Body"))
    if body is None or len(body) != 1:
        raise NotSoap("sender", "Anropet ska ha en sak i sin Body.")
    if body[0].tag == version.tag("Fault"):
        raise _told_fault(body[0])
    return version, body[0]


def fault(problem: Fault, version: Version) -> bytes:
    """A whole SOAP message that tells it."""
    made = etree.Element(version.tag("Fault"), nsmap={"soap": version.namespace})
    code = f"soap:{version.codes[problem.whose]}"
    if version is SOAP_11:
        etree.SubElement(made, "faultcode").text = code
        etree.SubElement(made, "faultstring").text = problem.text
        detail = "detail"
    else:
        etree.SubElement(etree.SubElement(made, version.tag("Code")), version.tag("Value")).text = code
        text = etree.SubElement(etree.SubElement(made, version.tag("Reason")), version.tag("Text"))
        text.set(_LANGUAGE, "sv")
        text.text = problem.text
        detail = version.tag("Detail")
    if problem.kod:
        etree.SubElement(etree.SubElement(made, detail), f"{{{NAMESPACE}}}felkod").text = problem.kod
    return wrapped(made, version)


def status(problem: Fault, version: Version) -> int:
    """The HTTP status each binding prescribes."""
    return 400 if version is SOAP_12 and problem.whose == "sender" else 500


def _require_understood(root: etree._Element, version: Version) -> None:
    """We understand no header; one that must be understood is refused, as the standard says."""
    header = root.find(version.tag("Header"))
    for block in header if header is not None else ():
        if block.get(version.tag("mustUnderstand")) in ("1", "true"):
            raise Fault("understand", "Anropet har ett huvud som måste förstås och som inte känns igen.")


def _told_fault(element: etree._Element) -> Fault:
    texts = {local(one): (one.text or "").strip() for one in element.iter()}
    code = (texts.get("faultcode") or texts.get("Value") or "").rpartition(":")[2]
    whose = next(
        (whose for version in VERSIONS.values() for whose, word in version.codes.items() if word == code), "receiver"
    )
    return Fault(whose, texts.get("faultstring") or texts.get("Text") or "", kod=texts.get("felkod", ""))
