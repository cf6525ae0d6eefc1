"""The XML of a decision file as a tree that keeps what it does not know: comments, other namespaces, the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from workflows import dmn, safe_xml
from workflows.dmn.document import ELEMENTS, NAMESPACES

_DECLARATION = re.compile(r"\s*(<\?xml[^>]*\?>)\s*")
FORMS = (
    *("decisionTable", "literalExpression", "context", "invocation", "list", "relation", "functionDefinition"),
    *("conditional", "filter", "for", "some", "every"),
)


IN, OUT = "input", "output"


class Impossible(ValueError):
    """The edit cannot be made here; the message is Swedish and says why."""


class NotATable(ValueError):
    """The file is no decision file that can be edited; the message is Swedish and for the one who opened it."""


class Sheet:
    """One file: its tree, and how to find and make elements of DMN in it."""

    def __init__(self, text: str, *, any_root: bool = False) -> None:
        data = text.removeprefix("\ufeff").encode()
        try:
            safe_xml.parse(data, most_elements=dmn.MAX_ELEMENTS)
        except safe_xml.UnsafeXml as problem:
            raise NotATable(problem.message) from None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
        self.root = etree.fromstring(data, parser)
        name = etree.QName(self.root)
        if not any_root and (name.localname != "definitions" or name.namespace not in NAMESPACES):
            raise NotATable("Filen är ingen DMN-modell av version 1.1–1.5.")
        self.namespace: str = name.namespace or ""
        self._ids: set[str] = set()
        found = _DECLARATION.match(text)
        self.declaration = f"{found[1]}\n" if found else ""

    def written(self) -> str:
        """The file as text; what was not changed is the same to every reader of XML."""
        body = etree.tostring(self.root.getroottree(), encoding="unicode")
        return f"{self.declaration}{body}\n"

    # ---- finding

    def tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"

    def kind(self, element: etree._Element) -> str:
        """The element's name; nothing when it is not of DMN."""
        tag: object = element.tag  # of a comment it is no text
        if not isinstance(tag, str):
            return ""
        name = etree.QName(tag)
        return name.localname if name.namespace == self.namespace else ""

    def children(self, parent: etree._Element, name: str) -> list[etree._Element]:
        return list(parent.iterchildren(self.tag(name)))

    def child(self, parent: etree._Element, *names: str) -> etree._Element | None:
        return next(parent.iterchildren(*(self.tag(name) for name in names)), None)

    def text(self, parent: etree._Element | None) -> str:
        """What stands in the <text> of an element."""
        inside = self.child(parent, "text") if parent is not None else None
        return "".join(map(str, inside.itertext())).strip() if inside is not None else ""

    def elements(self) -> Iterator[etree._Element]:
        """Those of the requirements graph."""
        return self.root.iterchildren(*(self.tag(name) for name in ELEMENTS))

    def decisions(self) -> list[etree._Element]:
        return self.children(self.root, "decision")

    def decision(self, decision_id: str) -> etree._Element | None:
        return next((found for found in self.decisions() if found.get("id") == decision_id), None)

    def logic(self, decision: etree._Element) -> etree._Element | None:
        return self.child(decision, *FORMS)

    # ---- making

    def make(self, kind: str, text: str | None = None, /, **attributes: str) -> etree._Element:
        made = self.root.makeelement(self.tag(kind), {key: value for key, value in attributes.items() if value})
        if text is not None:
            self.put_text(made, text)
        return made

    def put_text(self, parent: etree._Element, text: str) -> None:
        """Writes the <text>, unless it says the same already: then the file stays as it is."""
        inside = self.child(parent, "text")
        if inside is None:
            inside = self.make("text")
            parent.append(inside)
        elif self.text(parent) == text:
            return
        for part in list(inside):
            inside.remove(part)
        inside.text = text

    def free_id(self, stem: str) -> str:
        """A new id; given once, also when it has not been put into the file yet."""
        if not self._ids:
            self._ids = {str(element.get("id")) for element in self.root.iterdescendants("{*}*") if element.get("id")}
        number = 1
        while f"{stem}_{number}" in self._ids:
            number += 1
        self._ids.add(f"{stem}_{number}")
        return f"{stem}_{number}"

    def put(self, parent: etree._Element, number: int, child: etree._Element) -> None:
        """Puts a child at a place among all the children, in the indentation that is there."""
        before = parent[number - 1] if number else None
        if before is not None:
            child.tail, before.tail = before.tail, (parent.text if number < len(parent) else self._inner(parent))
        else:
            child.tail, parent.text = (parent.text if len(parent) else self._outer(parent)), self._inner(parent)
        parent.insert(number, child)

    def take(self, child: etree._Element) -> None:
        """Takes a child out; what follows keeps its indentation."""
        parent = child.getparent()
        if parent is None:
            return
        before = child.getprevious()
        if before is not None and child.getnext() is None:
            before.tail = child.tail
        child.tail = None
        parent.remove(child)

    @staticmethod
    def _inner(parent: etree._Element) -> str | None:
        if len(parent):
            return parent.text
        return f"\n{'  ' * (sum(1 for _ in parent.iterancestors()) + 1)}"

    @staticmethod
    def _outer(parent: etree._Element) -> str:
        return f"\n{'  ' * sum(1 for _ in parent.iterancestors())}"


class Table:
    """One table in its file."""

    def __init__(self, sheet: Sheet, element: etree._Element) -> None:
        self.sheet = sheet
        self.element = element

    @property
    def inputs(self) -> list[etree._Element]:
        return self.sheet.children(self.element, IN)

    @property
    def outputs(self) -> list[etree._Element]:
        return self.sheet.children(self.element, OUT)

    @property
    def columns(self) -> list[etree._Element]:
        return [*self.inputs, *self.outputs]

    @property
    def rules(self) -> list[etree._Element]:
        return self.sheet.children(self.element, "rule")

    def rule(self, row: int) -> etree._Element:
        rules = self.rules
        if not 0 <= row < len(rules):
            raise Impossible("Raden finns inte längre.")
        return rules[row]

    def column(self, number: int) -> etree._Element:
        columns = self.columns
        if not 0 <= number < len(columns):
            raise Impossible("Kolumnen finns inte längre.")
        return columns[number]

    def cells(self, rule: etree._Element) -> list[etree._Element]:
        return [*self.sheet.children(rule, "inputEntry"), *self.sheet.children(rule, "outputEntry")]

    def stem(self) -> str:
        return self.element.get("id") or "tabell"

    def note(self, rule: etree._Element) -> str:
        """What stands under Varför: the annotation, else the description that other tools write."""
        found = [self.sheet.text(part) for part in self.sheet.children(rule, "annotationEntry")]
        description = self.sheet.child(rule, "description")
        return found[0] if found else ((description.text or "").strip() if description is not None else "")
