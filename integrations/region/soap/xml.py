"""Writes an envelope as XML and reads it back. What XML cannot tell by itself stands in the attribute `typ`."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from integrations.region.schemas import FIELDS, SENT
from workflows import safe_xml
from workflows.connectors import Unreadable

Json = dict[str, Any]

NAMESPACE = "urn:se:forlopp:samverkan:1"
ROOT = f"{{{NAMESPACE}}}meddelande"
# The stubs know no default namespace.
_DEFAULT: dict[Any, str] = {None: NAMESPACE}
_ITEM, _FIELD = "post", "falt"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def written(envelope: Json) -> etree._Element:
    """The element <meddelande>. Signs that XML cannot hold become blanks."""
    root = etree.Element(ROOT, nsmap=_DEFAULT)
    for key, value in envelope.items():
        if value is not None:
            root.append(_element(key, value))
    return root


def read(root: etree._Element) -> Json:
    """The envelope. Raises Unreadable when it is no message; what it says is judged by who reads envelopes."""
    if local(root) != "meddelande":
        raise Unreadable("okand_xml", "Meddelandet är inte XML av det slag som har avtalats.")
    told = _value(root)
    envelope: Json = told if isinstance(told, dict) else {}
    version = envelope.get("version")
    if isinstance(version, str) and version.isdecimal():
        envelope["version"] = int(version)
    content = envelope.get("innehall")
    if isinstance(content, dict):
        _coerce(content, str(envelope.get("typ")))
    elif content == "":
        envelope["innehall"] = {}
    return envelope


def parse(data: bytes) -> etree._Element:
    """The root of a message that came. Raises Unreadable."""
    try:
        return safe_xml.parse(data)
    except safe_xml.UnsafeXml as problem:
        code = "fel_teckenkodning" if problem.code == "encoding" else "olaslig_xml"
        raise Unreadable(code, "Meddelandet går inte att läsa som XML i UTF-8.") from None


def text_of(element: etree._Element) -> str:
    """The same text for the same content, wherever the element stood."""
    return str(etree.tostring(element, method="c14n", exclusive=True).decode())


def element(name: str, *children: etree._Element, **texts: object) -> etree._Element:
    """An element of our namespace with parts that are text, and with others as they are."""
    made = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap=_DEFAULT)
    for key, value in texts.items():
        etree.SubElement(made, f"{{{NAMESPACE}}}{key}").text = _UNWRITABLE.sub(" ", str(value))
    made.extend(children)
    return made


def local(element: etree._Element) -> str:
    """The name without its namespace."""
    return str(etree.QName(element).localname)


# -- inside ------------------------------------------------------------------------------------------------------------


def _element(key: str, value: Any) -> etree._Element:
    is_name = bool(_NAME.fullmatch(key)) and key != _FIELD
    element = etree.Element(f"{{{NAMESPACE}}}{key if is_name else _FIELD}")
    if not is_name:
        element.set("namn", _UNWRITABLE.sub(" ", key))
    match value:
        case None:
            element.set("typ", "null")
        case bool():
            element.set("typ", "bool")
            element.text = "true" if value else "false"
        case int() | float():
            element.set("typ", "heltal" if isinstance(value, int) else "tal")
            element.text = repr(value)
        case list():
            element.set("typ", "lista")
            element.extend(_element(_ITEM, item) for item in value)
        case dict():
            element.set("typ", "objekt")
            element.extend(_element(str(name), item) for name, item in value.items())
        case _:
            element.text = _UNWRITABLE.sub(" ", str(value))
    return element


def _value(element: etree._Element) -> Any:
    children = list(element)
    text = element.text or ""
    match element.get("typ") or _guessed(children):
        case "null":
            return None
        case "bool":
            return text.strip() in _TRUE
        case "heltal" | "tal":
            return _number(text.strip())
        case "lista":
            return [_value(child) for child in children]
        case "objekt":
            return {child.get("namn") or local(child): _value(child) for child in children}
    return text


def _guessed(children: list[etree._Element]) -> str:
    """What a sender means who writes plain XML."""
    if not children:
        return "text"
    return "lista" if all(local(child) == _ITEM for child in children) else "objekt"


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _coerce(content: Json, kind: str) -> None:
    """Flags and numbers of the agreement, whether the sender wrote `typ` or not; blanks around what is no prose."""
    for field, declared in (FIELDS.get(kind) or SENT.get(kind) or {}).items():
        value = content.get(field)
        if not isinstance(value, str):
            continue
        plain = declared.rstrip("!")
        if plain == "flag" and value.strip() in _TRUE + _FALSE:
            content[field] = value.strip() in _TRUE
        elif plain == "number":
            content[field] = _number(value.strip())
