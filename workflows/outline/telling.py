"""Tells a drawing: every step once with who, when and with what, and every flow as what follows or where to go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from workflows import diagram
from workflows.diagram import Element
from workflows.outline import facts, happenings
from workflows.outline.arranging import Edge, Item, Way, arranged
from workflows.outline.conditions import Known, said
from workflows.outline.drawing import Drawing
from workflows.outline.shapes import Around, Fact, Outline, Part, Reference, Section, Step, Turn

_UNNUMBERED = frozenset({"startEvent", "boundaryEvent"})
_KINDS = {
    "userTask": "Uppgift",
    "manualTask": "Görs utanför systemet",
    "task": "Steg",
    "serviceTask": "System",
    "scriptTask": "Uträkning",
    "businessRuleTask": "Beslut",
    "sendTask": "Skicka",
    "receiveTask": "Vänta",
    "callActivity": "Annat förlopp",
    "subProcess": "Del",
    "transaction": "Del",
    "adHocSubProcess": "Del, i valfri ordning",
    "startEvent": "Start",
    "endEvent": "Slut",
    "intermediateCatchEvent": "Vänta",
    "intermediateThrowEvent": "Händelse",
    "boundaryEvent": "Under tiden",
}
_GATES = {
    "exclusiveGateway": ("Val", "En av vägarna:"),
    "inclusiveGateway": ("Ett eller flera val", "Alla vägar som stämmer:"),
    "parallelGateway": ("Samtidigt", "Samtidigt:"),
    "eventBasedGateway": ("Det som händer först", "Det som händer först avgör:"),
    "complexGateway": ("Val", "Vägarna:"),
}
_MEETS = {
    "exclusiveGateway": "Vägarna går ihop",
    "parallelGateway": "Här inväntas alla vägar hit",
    "inclusiveGateway": "Här inväntas de vägar som pågår",
    "eventBasedGateway": "Här inväntas det som händer",
    "complexGateway": "Vägarna går ihop",
}
CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})


def told(root: etree._Element, around: Around, only: Sequence[str] = ()) -> Outline:
    """The processes of a diagram, those named in `only` when any are; never fails on what another tool has drawn."""
    return _Teller(Drawing(root), around).outline(only)


class _Teller:
    def __init__(self, drawing: Drawing, around: Around) -> None:
        self.drawing = drawing
        self.around = around
        self.known = Known(
            questions=facts.questions(drawing, around),
            decisions=facts.decisions(drawing, around),
            messages=frozenset(diagram.message_names(drawing.root).values()),
        )
        self.numbers: dict[str, str] = {}
        self.order: dict[str, int] = {}
        self.lists: dict[tuple[str, str], tuple[list[Item], list[str]]] = {}

    def outline(self, only: Sequence[str]) -> Outline:
        found = [node for node in diagram.processes(self.drawing.root) if not only or node.get("id") in only]
        for node in found:
            self._number(node.get("id", ""), node.get("id", ""), "")
        sections = tuple(self._section(node) for node in found)
        return Outline(
            sections=sections,
            others=tuple(facts.between_pools(self.drawing)),
            notes=tuple(Fact(label="Anteckning", text=text) for text in self.drawing.beside.get("", ())),
            loose=tuple(self._loose()) if not only else (),
        )

    def _section(self, node: etree._Element) -> Section:
        key = node.get("id", "")
        names = (" ".join(name.split()) for name in (node.get("name") or "", self.drawing.pools.get(key, "")))
        title = next(filter(None, names), key)
        return Section(id=key, title=title, part=self._part(key, key))

    def _loose(self) -> Iterator[Fact]:
        for flow in self.drawing.loose():
            ends = [self.drawing.name_of(flow.get(end, "")) or "inget" for end in ("sourceRef", "targetRef")]
            yield Fact(label=flow.get("id", ""), text=f"{ends[0]} → {ends[1]}")

    # -- order ---------------------------------------------------------------------------------------------------------

    def _number(self, scope: str, process: str, before: str) -> None:
        """Arranges a scope and those inside it, and gives the steps their numbers in the order of reading."""
        keys, anytime = self.drawing.keys(scope, process), self.drawing.anytime(scope, process)
        items = arranged(keys, self.drawing.edges(scope), self.drawing.starts(keys))
        self.lists[scope, process] = (items, anytime)
        count = 0
        for key in (*_reading(items), *anytime):
            self.order[key] = len(self.order)
            if self.drawing.elements[key].type not in _UNNUMBERED:
                count += 1
                self.numbers[key] = f"{before}{count}"
            if self.drawing.elements[key].type in diagram.SCOPES:
                self._number(key, process, f"{self.numbers[key]}.")

    def _part(self, scope: str, process: str) -> Part:
        items, anytime = self.lists[scope, process]
        return Part(steps=self._steps(items), anytime=self._steps(Item(key) for key in anytime))

    def _steps(self, items: Iterable[Item]) -> tuple[Step, ...]:
        return tuple(self._step(item) for item in items)

    # -- a step --------------------------------------------------------------------------------------------------------

    def _step(self, item: Item) -> Step:
        one = self.drawing.elements[item.key]
        node = self.drawing.nodes[item.key]
        kind, lead = self._kind(one, item)
        form_key = facts.form_key(one)
        return Step(
            element=one,
            number=self.numbers.get(one.id, ""),
            kind=kind,
            lead=lead,
            title=self._title(one, kind),
            who=facts.profession(one.lane, self.drawing, self.around) if one.type in facts.DONE_BY else "",
            facts=tuple(facts.of(one, node, self.drawing, self.around, self.known)),
            form_key=form_key,
            form=self.around.forms.get(form_key),
            edges=tuple(self._turn(one, way) for way in item.ways if way.edge.is_beside),
            ways=tuple(self._turn(one, way) for way in item.ways if not way.edge.is_beside),
            inside=self._part(one.id, one.process) if one.type in diagram.SCOPES else None,
            decision=(decision := diagram.extension_text(node, "calledDecisionId")),
            result=diagram.result_variable(node) or decision,
            calls=one.called,
            calls_at=self._place(one.called),
            calls_title=self.around.processes.get(one.called, one.called),
        )

    def _place(self, process: str) -> str:
        known = f"#forlopp-{process}" if process in self.around.processes else ""
        return self.around.places.get(process, known)

    def _kind(self, one: Element, item: Item) -> tuple[str, str]:
        ways = [way for way in item.ways if not way.edge.is_beside]
        if one.type in _GATES:
            kind, lead = _GATES[one.type]
            return (kind, lead) if len(ways) > 1 or one.type == "eventBasedGateway" else ("", "")
        if one.is_event_subprocess:
            return "När som helst", ""
        return _KINDS.get(one.type, one.type), "Samtidigt:" if len(ways) > 1 else ""

    def _title(self, one: Element, kind: str) -> str:
        if one.type in _GATES and not kind:
            return one.name or _MEETS[one.type]
        if one.type == "boundaryEvent":
            return self._on_the_edge(one)
        if one.is_event_subprocess:
            return self._at_any_time(one)
        what = self._happens(one)
        if not what or (one.type == "startEvent" and not one.event):
            return one.name or ("" if one.type in _UNNUMBERED | {"endEvent"} | _GATES.keys() else "Steg utan namn")
        return f"{one.name}: {what}" if one.name else what

    def _happens(self, one: Element) -> str:
        node = self.drawing.nodes[one.id]
        events = self.drawing.events.of(node)
        if not events:
            return ""
        if one.type in {"endEvent", "intermediateThrowEvent", "sendTask"}:
            return happenings.thrown(events)
        awaited = happenings.awaited(events, self.known, is_all=node.get("parallelMultiple") == "true")
        return f"tills {awaited}" if one.type != "startEvent" else f"när {awaited}"

    def _on_the_edge(self, one: Element) -> str:
        events = self.drawing.events.of(self.drawing.nodes[one.id])
        text = happenings.on_the_edge(events, self.known, interrupts=one.is_interrupting)
        does = "steget avbryts" if one.is_interrupting else "steget fortsätter"
        if one.event == "compensate":
            return f"{text}{f' ({one.name})' if one.name else ''}"
        return f"{text} ({one.name}, {does})" if one.name else f"{text} ({does})"

    def _at_any_time(self, one: Element) -> str:
        start = next((each for each in self.drawing.elements.values() if each.scope == one.id and each.event), None)
        if start is None:
            return one.name or "Del utan namn"
        awaited = happenings.awaited(self.drawing.events.of(self.drawing.nodes[start.id]), self.known)
        does = "resten avbryts" if start.is_interrupting else "resten fortsätter"
        return f"{one.name}: om {awaited} ({does})" if one.name else f"Om {awaited} ({does})"

    # -- ways ----------------------------------------------------------------------------------------------------------

    def _turn(self, source: Element, way: Way) -> Turn:
        edge = way.edge
        words = said(edge.condition, self.known) if edge.condition else ""
        return Turn(
            flow=edge.flow,
            name=edge.name,
            condition=edge.condition,
            code="" if words else edge.condition,
            is_default=edge.is_default,
            said="" if edge.is_beside else self._said(source, edge, words),
            steps=self._steps(way.items),
            to=None if way.items or way.is_next else self._reference(edge),
        )

    def _said(self, source: Element, edge: Edge, words: str) -> str:
        """How a way begins: Om ja, alltså om …; Annars; or only what the flow is called."""
        if edge.is_default and source.type in CHOOSES:
            return f"Annars ({edge.name})" if edge.name else "Annars"
        if words:
            return f"{edge.name}, om {words}" if edge.name else f"Om {words}"
        if edge.condition:
            return f"{edge.name}, om" if edge.name else "Om"
        return edge.name

    def _reference(self, edge: Edge) -> Reference:
        target = self.drawing.elements[edge.target]
        kind, _ = self._kind(target, Item(edge.target))
        title = self._title(target, kind) or kind
        is_back = self.order.get(edge.target, 0) <= self.order.get(edge.source, 0)
        return Reference(id=edge.target, number=self.numbers.get(edge.target, ""), title=title, is_back=is_back)


def _reading(items: Iterable[Item]) -> Iterator[str]:
    """The steps of a list in the order in which they are read: what lies on the edge of one before its ways."""
    for item in items:
        yield item.key
        for way in sorted(item.ways, key=lambda one: not one.edge.is_beside):
            yield from _reading(way.items)
