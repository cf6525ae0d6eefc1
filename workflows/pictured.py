"""A diagram on paper, from the drawing that the browser made of it: only lines, shapes and letters are let through."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from lxml import etree

from web.paper import Picture
from workflows import safe_xml, strict_json

SIZES = {"a4": "A4", "a3": "A3"}
MOST_BYTES = 20_000_000
MOST_PICTURES = 60
POINTS = 0.75
SVG = "http://www.w3.org/2000/svg"
NAMES = ("g", "defs", "marker", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan")
DRAWN = frozenset(f"{{{SVG}}}{name}" for name in NAMES)


class NotDrawn(Exception):
    """Det gick inte att göra en PDF av bilden. Läs om sidan och försök igen."""


@dataclass(frozen=True)
class Sent:
    size: str
    pictures: list[Picture]


def read(body: bytes) -> Sent:
    """Gzip of JSON: {size, pictures: [{title, svg}]}. Raises NotDrawn."""
    told = _unpacked(body)
    pictures = told.get("pictures") if isinstance(told, dict) else None
    if not isinstance(pictures, list) or not 0 < len(pictures) <= MOST_PICTURES or told.get("size") not in SIZES:
        raise NotDrawn
    return Sent(told["size"], [_picture(one) for one in pictures])


def _unpacked(body: bytes) -> Any:
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = unpacking.decompress(body, MOST_BYTES)
        if unpacking.unconsumed_tail:
            raise NotDrawn
        return strict_json.parse(text)
    except (zlib.error, ValueError) as problem:
        raise NotDrawn from problem


def _picture(told: Any) -> Picture:
    if not isinstance(told, dict) or not isinstance(told.get("title"), str) or not isinstance(told.get("svg"), str):
        raise NotDrawn
    try:
        root = safe_xml.parse(told["svg"].encode())
    except safe_xml.UnsafeXml as problem:
        raise NotDrawn from problem
    if root.tag != f"{{{SVG}}}svg":
        raise NotDrawn
    _keep_what_is_drawn(root)
    try:
        width, height = (float(root.get(side, "")) * POINTS for side in ("width", "height"))
    except ValueError as problem:
        raise NotDrawn from problem
    if not (0 < width < MOST_BYTES and 0 < height < MOST_BYTES):
        raise NotDrawn
    title = " ".join(told["title"].split())[:200] or "Diagram"
    return Picture(title=title, svg=etree.tostring(root, encoding="unicode"), width=width, height=height)


def _keep_what_is_drawn(root: etree._Element) -> None:
    """Nothing that is fetched from elsewhere, and nothing that runs."""
    for node in list(root.iter()):
        parent = node.getparent()
        if parent is not None and node.tag not in DRAWN:
            parent.remove(node)
            continue
        for name in map(str, node.keys()):
            if name.rpartition("}")[2] in ("href", "base") or name.startswith("on"):
                del node.attrib[name]
