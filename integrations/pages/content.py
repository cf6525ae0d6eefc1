"""The content of a message as a person can read it: JSON and XML laid out, everything else as it came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lxml import etree

from web import swedish
from workflows import safe_xml, strict_json

MOST = 200_000


@dataclass(frozen=True)
class Content:
    """`kind` is JSON, XML or text; `note` what a reader must know; `editable` what is corrected, "" if too long."""

    kind: str
    text: str
    editable: str = ""
    note: str = ""


def of(raw: bytes) -> Content:
    text, note = _decoded(raw)
    if len(text) > MOST:
        return Content("text", text[:MOST], note=f"Bara de första {swedish.number(MOST)} tecknen visas.")
    try:
        laid_out = json.dumps(strict_json.parse(raw), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        pass
    else:
        return Content("JSON", laid_out, laid_out, note)
    try:
        root = safe_xml.parse(raw)
    except safe_xml.UnsafeXml:
        return Content("text", text, text, note)
    etree.indent(root)
    return Content("XML", etree.tostring(root, encoding="unicode"), text, note)


def plain(value: Any) -> Content:
    """What we made ourselves."""
    return Content("JSON", json.dumps(value, ensure_ascii=False, indent=2))


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode(), ""
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "Meddelandet är inte UTF-8. Det visas som ISO 8859-1."
