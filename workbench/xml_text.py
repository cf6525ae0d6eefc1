"""An XML file as text with places: what is changed is cut in, and every other byte stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from workflows import safe_xml

_START = re.compile(rb"<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_END = re.compile(rb"</[^>]*>")
_LINE = re.compile(rb"\r?\n[ \t]*\Z")


class Unreadable(ValueError):
    """The file is no XML; the message is Swedish."""


@dataclass(eq=False)
class Node:
    """An element: `start` to `opened` is its first tag, `closing` to `end` its last; `raw` is its name with prefix."""

    raw: str
    namespace: str
    attributes: dict[str, str]
    prefixes: dict[str, str]
    start: int
    opened: int
    parent: Node | None = None
    closing: int = 0
    end: int = 0
    is_empty: bool = False
    text: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.raw.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """With its colon, to write another of the same language."""
        return self.raw[: -len(self.name)]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def child(self, name: str) -> Node | None:
        return next((each for each in self.children if each.name == name), None)

    def walk(self) -> Iterator[Node]:
        yield self
        for each in self.children:
            yield from each.walk()

    def prefix_of(self, namespace: str) -> str | None:
        """With its colon; None when the language has none here."""
        found = next((prefix for prefix, uri in self.prefixes.items() if uri == namespace), None)
        return None if found is None else f"{found}:" if found else ""


class Text:
    """One file. Changes gather and are made by `written`; the places are those of the text that was read."""

    def __init__(self, text: str) -> None:
        self.data = text.removeprefix("\ufeff").encode()
        try:
            safe_xml.parse(self.data)
        except safe_xml.UnsafeXml as problem:
            raise Unreadable(problem.message) from None
        self.root = _read(self.data)
        self._attributes: dict[Node, dict[str, str | None]] = {}
        self._texts: dict[Node, str] = {}
        self._last: dict[Node, list[str]] = {}
        self._first: dict[Node, list[str]] = {}
        self._after: dict[Node, list[str]] = {}
        self._gone: set[Node] = set()

    # -- changes -------------------------------------------------------------------------------------------------------

    def set(self, node: Node, name: str, value: str | None) -> None:
        """An attribute without prefix; None takes it away."""
        if node.attributes.get(name) != value:
            self._attributes.setdefault(node, {})[name] = value

    def put_text(self, node: Node, text: str) -> None:
        """Instead of all that stands in the element."""
        if node.text.strip() != text:
            self._texts[node] = text

    def put_last(self, node: Node, xml: str) -> None:
        self._last.setdefault(node, []).append(xml)

    def put_first(self, node: Node, xml: str) -> None:
        self._first.setdefault(node, []).append(xml)

    def put_after(self, node: Node, xml: str) -> None:
        """After an element that stays."""
        self._after.setdefault(node, []).append(xml)

    def remove(self, node: Node) -> None:
        self._gone.add(node)

    # -- the text ------------------------------------------------------------------------------------------------------

    def written(self) -> str:
        cuts = sorted(self._cuts(), key=lambda cut: (cut[0], cut[1]))
        parts, at = [], 0
        for start, end, new in cuts:
            if start < at:
                continue  # inside what is gone
            parts += [self.data[at:start], new]
            at = end
        parts.append(self.data[at:])
        return b"".join(parts).decode()

    def _cuts(self) -> Iterator[tuple[int, int, bytes]]:
        for node in self._gone:
            before = _LINE.search(self.data, max(0, node.start - 200), node.start)
            yield (before.start() if before else node.start), node.end, b""
        for node, changed in self._attributes.items():
            yield from self._changed(node, changed)
        for node, text in self._texts.items():
            yield from self._filled(node, escape(text).encode())
        for node in {**self._first, **self._last}:
            yield from self._put(node)
        for node, parts in self._after.items():
            yield node.end, node.end, "".join(self.indent(node) + part for part in parts).encode()

    def _changed(self, node: Node, changed: dict[str, str | None]) -> Iterator[tuple[int, int, bytes]]:
        tag = self.data[node.start : node.opened]
        for name, value in changed.items():
            found = re.search(rb"\s+" + re.escape(name.encode()) + rb"\s*=\s*(\"[^\"]*\"|'[^']*')", tag)
            new = b"" if value is None else f" {name}={_quoted(value)}".encode()
            if found:
                yield node.start + found.start(), node.start + found.end(), new
            elif value is not None:
                at = node.start + len(f"<{node.raw}".encode())
                yield at, at, new

    def _filled(self, node: Node, new: bytes) -> Iterator[tuple[int, int, bytes]]:
        if node.is_empty:
            yield node.opened - 2, node.opened, b">" + new + f"</{node.raw}>".encode()
        else:
            yield node.opened, node.closing, new

    def _put(self, node: Node) -> Iterator[tuple[int, int, bytes]]:
        first, last = self._first.get(node, []), self._last.get(node, [])
        inner = self.indent(node.children[0]) if node.children else self.indent(node) + "  "
        if node.is_empty:
            new = "".join(inner + part for part in (*first, *last))
            yield node.opened - 2, node.opened, f">{new}{self.indent(node)}</{node.raw}>".encode()
            return
        if first:
            yield node.opened, node.opened, "".join(inner + part for part in first).encode()
        if last:
            at = node.children[-1].end if node.children else node.opened
            close = "" if node.children or self.data[node.opened : node.closing].strip() else self.indent(node)
            yield at, at if node.children else node.closing, ("".join(inner + part for part in last) + close).encode()

    def indent(self, node: Node) -> str:
        """What stands before an element that begins its line: the new line and its blanks; nothing elsewhere."""
        before = _LINE.search(self.data, max(0, node.start - 200), node.start)
        return before[0].decode() if before else ""


def _quoted(value: str) -> str:
    """As XML writes it, lines kept."""
    return quoteattr(value, {"\n": "&#10;", "\t": "&#9;"})


def _read(data: bytes) -> Node:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    stack: list[Node] = []
    roots: list[Node] = []

    def start(raw: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        tag = _START.match(data, at)
        if tag is None:
            raise Unreadable("Filen är skriven på ett sätt som inte går att ändra här.")
        parent = stack[-1] if stack else None
        own = {name[6:]: uri for name, uri in attributes.items() if name.startswith("xmlns:")}
        own |= {"": attributes["xmlns"]} if "xmlns" in attributes else {}
        known = parent.prefixes if parent is not None else {}
        prefixes = {**known, **own} if own else known
        uri = prefixes.get(raw.rpartition(":")[0], "")
        node = Node(raw, uri, attributes, prefixes, at, tag.end(), parent, is_empty=tag[0].endswith(b"/>"))
        (parent.children if parent is not None else roots).append(node)
        stack.append(node)

    def end(_raw: str) -> None:
        node = stack.pop()
        node.closing = node.opened if node.is_empty else parser.CurrentByteIndex
        tag = None if node.is_empty else _END.match(data, node.closing)
        node.end = node.opened if tag is None else tag.end()

    def told(text: str) -> None:
        if stack:
            stack[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, told
    parser.Parse(data, True)  # noqa: FBT003  the last there is
    return roots[0]
