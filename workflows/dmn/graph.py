"""Reads the elements of one file: each with the logic and the names that its requirements let it see."""

from collections.abc import Iterable

from lxml import etree

from workflows.dmn.boxed import FORMS, Boxes, answer_type
from workflows.dmn.document import Document, attribute
from workflows.dmn.itemtypes import Types
from workflows.dmn.model import (
    Boxed,
    Decision,
    DecisionTable,
    Element,
    InputData,
    Knowledge,
    LiteralExpression,
    Logic,
    Need,
    Service,
)
from workflows.dmn.parts import NULL
from workflows.dmn.requirements import declared, identity, names, needs
from workflows.feel.names import is_plain
from workflows.feel.nodes import TypeRef

Elements = dict[str, Element]


class Graph:
    """Reads one document; `keys` are names that may follow a dot and must be known to be read."""

    def __init__(self, document: Document, documents: Iterable[Document], types: Types, keys: frozenset[str]) -> None:
        self._document = document
        self._types = types
        self._keys = keys
        self._declared = declared(document, documents)
        self._spelled = frozenset(spelled[0] for one in self._declared.values() for spelled in one.names)
        self.tables: list[DecisionTable] = []

    def elements(self) -> Elements:
        found: Elements = {}
        taken: dict[str, str] = {}
        for element in self._document.elements():
            element_id, name = identity(element), attribute(element, "name")
            if not element.get("id"):
                self._document.remark(name, "missing-id", f"{_WORDS[self._document.kind(element)]} saknar id.")
            if name and name in taken:
                message = f"Namnet {name[:60]} har redan {taken[name][:60]}; två kan inte heta lika."
                self._document.say(element_id, "duplicate-name", message)
            taken[name] = element_id
            found.setdefault(self._document.key(element_id), self._element(element, element_id))
        return found

    def _element(self, element: etree._Element, element_id: str) -> Element:
        kind = self._document.kind(element)
        name = attribute(element, "name") or element_id
        key = self._document.key(element_id)
        if kind == "inputData":
            return InputData(key, name, names(self._document, element), self._type(element))
        if kind == "decisionService":
            return self._service(element, name)
        required = needs(self._document, element, self._declared)
        is_function = kind == "businessKnowledgeModel"
        seen = _seen(required) | ({name} if is_function else set())  # a function may call itself
        boxes = Boxes(self._document, self._types, seen, self._keys | _to_know(required))
        made: Element = (self._knowledge if is_function else self._decision)(element, name, required, boxes)
        self.tables += boxes.tables
        self._tell_of_unrequired(element_id, seen, boxes)
        return made

    def _type(self, element: etree._Element) -> TypeRef | None:
        variable = self._document.child(element, "variable")
        if variable is None:
            return None
        return self._types.named(attribute(variable, "typeRef"), identity(element))

    # ---- the kinds

    def _decision(self, element: etree._Element, name: str, required: tuple[Need, ...], boxes: Boxes) -> Decision:
        element_id = identity(element)
        form = self._document.child(element, *FORMS)
        if form is None:
            message = "Beslutet har varken tabell eller uttryck; svaret måste ges utifrån."
            self._document.remark(element_id, "no-logic", message, "warning")
        wanted = self._type(element)
        own = f"{self._document.namespace}#"
        node = boxes.logic(form, element_id) if form is not None else None
        logic = self._logic(form, boxes)
        self._tell_of_single(element_id, logic, wanted)
        return Decision(
            id=element_id,
            name=name,
            logic=logic,
            requires=tuple(n.key.removeprefix(own) for n in required if self._declared[n.key].kind == "decision"),
            key=self._document.key(element_id),
            names=names(self._document, element),
            needs=required,
            type=wanted,
            node=node,
            reads=frozenset(boxes.reads),
        )

    def _tell_of_single(self, element_id: str, logic: Logic | None, wanted: TypeRef | None) -> None:
        if isinstance(logic, DecisionTable) and logic.answers_list and wanted is not None and wanted.name != "list":
            message = f"Tabellen ({logic.hit_policy}) svarar med en lista, men beslutets typ är ingen lista."
            self._document.remark(element_id, "type", message)

    def _logic(self, form: etree._Element | None, boxes: Boxes) -> Logic | None:
        if form is None:
            return None
        kind = self._document.kind(form)
        if kind == "decisionTable":
            return boxes.tables[-1]
        if kind == "literalExpression":
            return LiteralExpression(boxes.literals[-1])
        return Boxed(kind)

    def _knowledge(self, element: etree._Element, name: str, required: tuple[Need, ...], boxes: Boxes) -> Knowledge:
        element_id = identity(element)
        key = self._document.key(element_id)
        logic = self._document.child(element, "encapsulatedLogic")
        if logic is None:
            self._document.remark(element_id, "no-logic", "Kunskapsmodellen saknar innehåll.", "warning")
            return Knowledge(key, name, NULL, required)
        function = boxes.typed_body(boxes.function(logic, element_id, frozenset()), answer_type(self._type(element)))
        return Knowledge(key, name, function, required)

    def _service(self, element: etree._Element, name: str) -> Service:
        element_id = identity(element)
        parameters = [
            *self._referred(element, element_id, "inputData"),
            *self._referred(element, element_id, "inputDecision"),
        ]
        outputs = self._referred(element, element_id, "outputDecision")
        if not outputs:
            self._document.say(element_id, "no-output", "Beslutstjänsten har inget beslut att svara med.")
        wanted = answer_type(self._type(element))
        return Service(element_id, self._document.key(element_id), name, tuple(parameters), tuple(outputs), wanted)

    def _referred(self, element: etree._Element, element_id: str, kind: str) -> list[tuple[str, str]]:
        found = []
        for target in self._document.children(element, kind):
            key = self._document.referred(attribute(target, "href"))
            if key in self._declared:
                found.append((self._declared[key].names[0][-1], key))
            else:
                shown = attribute(target, "href")[:80]
                self._document.say(element_id, "missing-decision", f"Beslutstjänsten pekar på {shown}, som inte finns.")
        return found

    def _tell_of_unrequired(self, element_id: str, seen: frozenset[str], boxes: Boxes) -> None:
        for name in sorted({path[0] for path in boxes.reads if path[0] in self._spelled} - seen):
            message = f"Uttrycket använder {name[:60]}, men inget krav (pil) leder dit; värdet blir tomt."
            self._document.remark(element_id, "missing-requirement", message)


_WORDS = {
    "inputData": "Indata",
    "decision": "Beslutet",
    "businessKnowledgeModel": "Kunskapsmodellen",
    "decisionService": "Beslutstjänsten",
}


def _seen(required: tuple[Need, ...]) -> frozenset[str]:
    return frozenset(spelled[0] for need in required for spelled in need.names)


def _to_know(required: tuple[Need, ...]) -> frozenset[str]:
    """Every part of the names seen, such as an import's and what follows its dot, that must be known to be read."""
    return frozenset(part for need in required for spelled in need.names for part in spelled if not is_plain(part))
