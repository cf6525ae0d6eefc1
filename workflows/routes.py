"""The ways through a förlopp in words: why a task has come, and what comes after it. Pure; read from its diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import etree

from workflows import diagram
from workflows.diagram import Element

PASSED = frozenset({"scriptTask", "businessRuleTask", "task", "intermediateThrowEvent", "sendTask"}) | diagram.GATEWAYS
CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
WAITS = frozenset({"intermediateCatchEvent", "receiveTask"})
BESIDE = "+"
"""What is awaited is what goes on beside."""
MOST_TOLD = 8
MOST_WAYS = 200
MOST_DECISIONS = 2


@dataclass(frozen=True)
class Flow:
    source: str
    target: str
    name: str


@dataclass(frozen=True)
class Decision:
    """A question that the diagram asks, and the answer that was or will be followed."""

    question: str
    answer: str


@dataclass(frozen=True)
class Next:
    """What comes after a step, no `name` when the ärende ends. `awaits` is a phase to be done first, or BESIDE."""

    name: str
    lane: str = ""
    kind: str = ""
    decisions: tuple[Decision, ...] = ()
    awaits: str = ""


@dataclass(frozen=True)
class Cause:
    """What a task came of: the step that did it, and what was decided on the way."""

    element: Element | None
    decisions: tuple[Decision, ...] = ()
    is_done: bool = True


@dataclass
class Routes:
    """Of one version; `lanes` are what its lanes are called, by profession."""

    elements: Mapping[str, Element]
    out: dict[str, list[Flow]] = field(default_factory=dict)
    into: dict[str, list[Flow]] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)
    _known: dict[str, tuple[Next, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, elements: Mapping[str, Element], roots: Iterable[etree._Element]) -> Routes:
        """`elements` are those of the diagrams."""
        routes = cls(elements)
        for root in roots:
            routes.lanes |= diagram.lane_names(root)
            for node in root.iter(diagram.tag("sequenceFlow")):
                name = " ".join((node.get("name") or "").split())
                flow = Flow(node.get("sourceRef", ""), node.get("targetRef", ""), name)
                routes.out.setdefault(flow.source, []).append(flow)
                routes.into.setdefault(flow.target, []).append(flow)
        return routes

    # -- why -----------------------------------------------------------------------------------------------------------

    def cause(self, element_id: str, happened: Sequence[str], calls: Sequence[str] = ()) -> Cause:
        """Back from a step that has come, along what happened in the same moment, to what set it off.

        `calls` are those that the step is in, the innermost first: the beginning of a part is not where it ends.
        """
        order = {key: number for number, key in enumerate(happened)}
        decisions: list[Decision] = []
        seen: set[str] = set()
        key = element_id
        while key not in seen:
            seen.add(key)
            flow = max(self.into.get(key, ()), key=lambda one: order.get(one.source, -1), default=None)
            if flow is None:
                element = self.elements.get(key)
                around = self._around(element, calls) if element and element.type == "startEvent" else ""
                if not around:
                    return self._cause(self._first(happened, element), decisions, order)
                key = around
                continue
            decisions += self._decided(flow)
            source = self.elements.get(flow.source)
            is_passed = source is not None and (source.type in PASSED or self._opens(source, calls))
            if not is_passed:
                return self._cause(self._acted(source, happened), decisions, order)
            key = flow.source
        return self._cause(self._first(happened), decisions, order)

    def part_of(self, cause: Cause, calls: Sequence[str]) -> int | None:
        """Which of the calls around a step, by number, its cause lies in; None when it lies outside of all of them."""
        if cause.element is None or not calls:
            return None
        process = cause.element.process
        if process == self.elements[calls[-1]].process:
            return None
        return next((number for number, call in enumerate(calls) if self.elements[call].called == process), 0)

    def starts_of(self, call: str) -> list[str]:
        """Where the part begins that is called."""
        return self._starts(self.elements[call].called)

    def _around(self, start: Element, calls: Sequence[str]) -> str:
        """The phase that begins here, or the call of the part that does; '' for the förlopp itself."""
        if start.scope in self.elements:
            return start.scope
        return next((call for call in calls if self.elements[call].called == start.scope), "")

    def _opens(self, source: Element, calls: Sequence[str]) -> bool:
        """The plain beginning of a part: what led to it lies outside."""
        is_plain = source.type == "startEvent" and not source.event and source.scope not in self.elements
        return is_plain and bool(self._around(source, calls))

    @staticmethod
    def _cause(element: Element | None, decisions: list[Decision], order: Mapping[str, int]) -> Cause:
        return Cause(element, tuple(reversed(decisions)), element is not None and element.id in order)

    def _acted(self, source: Element | None, happened: Sequence[str]) -> Element | None:
        """A phase that is done was ended by what set the moment off; a start inside one lies in what is around."""
        is_scope = source is not None and (source.type in diagram.SCOPES or bool(source.called))
        if source is None or is_scope or (source.type == "startEvent" and source.scope in self.elements):
            return self._first(happened, source)
        return source

    def _first(self, happened: Sequence[str], otherwise: Element | None = None) -> Element | None:
        known = (self.elements[key] for key in happened if key in self.elements)
        acted = (one for one in known if one.type not in PASSED and one.type not in diagram.SCOPES)
        return next(acted, otherwise)

    def _decided(self, flow: Flow) -> list[Decision]:
        gateway = self.elements.get(flow.source)
        if gateway is None or gateway.type not in CHOOSES or len(self.out.get(gateway.id, ())) < 2:
            return []
        return [Decision(gateway.name, flow.name)] if gateway.name and flow.name else []

    # -- what then -----------------------------------------------------------------------------------------------------

    def after(self, element_id: str) -> tuple[Next, ...]:
        """What people, systems and time do next, each once, in the order of the diagram."""
        if element_id not in self._known:
            self._known[element_id] = self._after(element_id)
        return self._known[element_id]

    def _after(self, element_id: str) -> tuple[Next, ...]:
        """What is reached by several answers to a question does not hang on it."""
        found: dict[tuple[str, str], Next] = {}
        for one in islice(self._onward(element_id, (), "", frozenset({element_id})), MOST_WAYS):
            known = found.setdefault((one.name, one.kind), one)
            both = tuple(decision for decision in known.decisions if decision in one.decisions)
            found[one.name, one.kind] = replace(known, decisions=both)
        return tuple(replace(one, decisions=one.decisions[-MOST_DECISIONS:]) for one in [*found.values()][:MOST_TOLD])

    def _onward(self, key: str, told: tuple[Decision, ...], awaits: str, seen: frozenset[str]) -> Iterator[Next]:
        flows = self.out.get(key, [])
        if not flows:
            yield from self._out_of(key, told, awaits, seen)
        for flow in flows:
            if flow.target not in seen:
                decided = (*told, *self._decided(flow))
                yield from self._at(flow.target, decided, awaits, seen | {flow.target})

    def _at(self, key: str, told: tuple[Decision, ...], awaits: str, seen: frozenset[str]) -> Iterator[Next]:
        element = self.elements.get(key)
        if element is None:
            return
        if element.type in PASSED or element.type == "endEvent":
            joins = element.type == "parallelGateway" and len(self.into.get(key, ())) > 1
            yield from self._onward(key, told, awaits or (BESIDE if joins else ""), seen)
        elif element.type in diagram.SCOPES and not element.is_event_subprocess:
            for start in self._starts(key):
                yield from self._onward(start, told, awaits, seen | {start})
        else:
            kind = "waits" if element.type in WAITS else "does"
            yield Next(element.name or element.id, element.lane, kind, told, awaits)

    def _out_of(self, key: str, told: tuple[Decision, ...], awaits: str, seen: frozenset[str]) -> Iterator[Next]:
        """The end of a phase leads on from it, when all in it is done; that of the förlopp ends the ärende."""
        element = self.elements.get(key)
        scope = self.elements.get(element.scope) if element is not None else None
        if scope is None:
            yield Next("", kind="ends", decisions=told, awaits=awaits)
        elif told and awaits in ("", BESIDE):
            # What a phase has decided settles much of what comes after it: a drawing cannot tell which.
            yield Next(scope.name or scope.id, kind="phase", decisions=told)
        elif not scope.is_event_subprocess and scope.id not in seen:
            yield from self._onward(scope.id, told, scope.name or awaits, seen | {scope.id})

    def _starts(self, scope: str) -> list[str]:
        inside = [one for one in self.elements.values() if one.scope == scope]
        starts = [one.id for one in inside if one.type == "startEvent"]
        return starts or [one.id for one in inside if one.id not in self.into and one.type in diagram.TASKS]


def because(cause: Cause, *, at: str, by_name: str, part: Element | None = None) -> str:
    """A sentence: Därför att ”Planera hemgång” blev klar 27 november 14.10 (Lena Berg) och svaret på … blev …

    Of a `part` that is called it says what led to that: Delen ”SIP” började därför att …
    """
    if cause.element is None or not (said := _said(cause, cause.element, at, by_name)):
        return ""
    answers = [f"svaret på ”{one.question}” blev ”{one.answer}”" for one in cause.decisions[-MOST_DECISIONS:]]
    begins = f"Delen ”{part.name or part.id}” började därför att" if part else "Därför att"
    return f"{begins} {' och '.join([said, *answers])}."


def _said(cause: Cause, element: Element, at: str, by_name: str) -> str:
    name = f"”{element.name or element.id}”"
    who = f" ({by_name})" if by_name else ""
    if not cause.is_done:
        return f"ärendet gick vidare från {name} {at}{who}"
    if element.type in {"userTask", "manualTask"}:
        return f"{name} blev klar {at}{who}"
    if element.event == "timer":
        return f"tiden för {name} gick ut {at}" if element.name else f"en tid gick ut {at}"
    if element.message:
        return f"meddelandet {name} kom {at}"
    if element.type == "startEvent":
        return f"ärendet startade {at}{who}"
    return f"{name} blev klar {at}" if element.type == "serviceTask" else f"det här hände {at}: {name}"
