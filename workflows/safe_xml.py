"""The only way XML enters: no entities, no document types, no network, bounded size."""

from __future__ import annotations

import re

from lxml import etree

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 20_000
MOST_ATTRIBUTES = 200
"""Of one element; diagrams have ten or so."""
# Counted before a tree is built, which takes fifty times the memory of its text. A longer table has more elements, each
# with an attribute or none.
_MOST = {b"=": 10 * MAX_ELEMENTS, b"xmlns": MAX_ELEMENTS}
_DECLARED = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)""")
_OLDER = frozenset(["us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"])
"""Encodings of one byte a letter, in which those of ASCII are themselves: Sparx, Activiti and Open-BPMN write them."""


class UnsafeXml(Exception):
    """The document was refused; `code` is short, `message` Swedish, `line` 1-based or None."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.line = line


def parse(data: bytes, *, most_bytes: int = MAX_BYTES, most_elements: int = MAX_ELEMENTS) -> etree._Element:
    """The root element of an UTF-8 document. Raises UnsafeXml.

    `most_bytes` is for documents that carry files: few elements, one of them long; `most_elements` for long tables.
    Comments and processing instructions
    are dropped; keep the original bytes where they matter.
    """
    if not data.strip():
        raise UnsafeXml("empty", "Filen är tom.")
    if len(data) > most_bytes:
        raise UnsafeXml("too-large", f"Filen är större än {most_bytes // 1_000_000} MB.")
    _require_utf8(data)
    if data.count(b"<") > 3 * most_elements or any(data.count(sign) > most for sign, most in _MOST.items()):
        raise _too_many(most_elements)
    # The library lets no text be longer than 10 MB, unless told: what it fears are entities, which are refused here.
    root = _parsed(data, has_long_texts=most_bytes > MAX_BYTES)
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXml("doctype", "Filen innehåller DOCTYPE, vilket inte är tillåtet.")
    count = 0
    for element in root.iter():
        count += 1
        # To look one up the library walks them all: to read ten thousand takes minutes.
        if len(element.attrib) > MOST_ATTRIBUTES:
            told = f"Ett element har fler än {MOST_ATTRIBUTES} attribut."
            raise UnsafeXml("too-many-attributes", told)
    if count > most_elements:
        raise _too_many(most_elements)
    return root


def in_utf8(data: bytes) -> bytes:
    """The same document in UTF-8, if it says that it is in an older encoding of the West; otherwise as it came."""
    declared = _DECLARED.match(data[:200].decode("ascii", errors="replace"))
    if declared is None or declared[1].lower() not in _OLDER:
        return data
    try:
        text = data.decode(declared[1])
    except UnicodeDecodeError:
        return data
    return f"{text[: declared.start(1)]}UTF-8{text[declared.end(1) :]}".encode()


def _too_many(most: int) -> UnsafeXml:
    return UnsafeXml("too-many-elements", f"Filen har fler än {most} element.")


def _require_utf8(data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnsafeXml("encoding", "Filen är inte UTF-8. Spara den som UTF-8.") from None
    declared = _DECLARED.match(text)
    if declared and declared.group(1).lower() not in ("utf-8", "utf8"):
        raise UnsafeXml("encoding", "Filen säger sig ha en annan teckenkodning än UTF-8. Spara den som UTF-8.")
    if "<!doctype" in text.lower():
        raise UnsafeXml("doctype", "Filen innehåller DOCTYPE, vilket inte är tillåtet.")


def _parsed(data: bytes, *, has_long_texts: bool) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=has_long_texts,
        recover=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        told = f"Filen är inte giltig XML (rad {line}, kolumn {column})."
        raise UnsafeXml("not-xml", told, error.lineno) from None
