"""Everything that is known somewhere in a förlopp, with shapes, and what of it has no value yet at a step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from lxml import etree

from workflows import diagram
from workflows.diagram import COULD_NOT, GONE_WRONG, NOT_DONE, NOT_NEEDED, local
from workflows.variables import decisions, places, producers
from workflows.variables.course import Course
from workflows.variables.order import Order
from workflows.variables.producers import Produced
from workflows.variables.reading import Reader
from workflows.variables.shapes import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    TEXT,
    Shape,
    context,
    join,
    join_all,
    of_value,
    stored,
)

CODES = (COULD_NOT, NOT_NEEDED)
_ROUNDS = 8
_COUNTS = (
    "loopCounter",
    "numberOfInstances",
    "numberOfCompletedInstances",
    "numberOfActiveInstances",
    "numberOfTerminatedInstances",
)
_PERSON = context({"ref": TEXT, "alder": NUMBER, "skyddad": BOOLEAN}, origin="personen")
_NOT_DONE = context({"kod": Shape("text", values=frozenset(CODES)), "skal": TEXT, "forsok": NUMBER})
_WRONG = context({"steg": TEXT, "vad": TEXT}, origin="det som har gått fel")
_CASE = context({"ref": TEXT, "startad": Shape("text", written="datetime"), "start": TEXT}, origin="ärendet")


def _of_gateway(node: etree._Element | None) -> dict[str, Shape]:
    """What a complex gateway counts: all tokens that have come, and those of each flow."""
    if node is None or local(node) != "complexGateway":
        return {}
    scope = node.getparent()
    flows = scope.findall("./bpmn:sequenceFlow", diagram.NAMESPACES) if scope is not None else []
    into = [flow.get("id", "") for flow in flows if flow.get("targetRef") == node.get("id")]
    return {**dict.fromkeys(["activationCount", *into], NUMBER), "waitingForStart": BOOLEAN}


class Knowledge:
    def __init__(self, course: Course) -> None:
        self.course = course
        self.order = Order(course.diagrams.values())
        self.produced = producers.of_course(course)
        tasks = [node.get("id", "") for root in course.diagrams.values() for node in root.iter(diagram.tag("userTask"))]
        not_done = context(dict.fromkeys(tasks, _NOT_DONE), closed=course.is_whole, origin="det som inte blev gjort")
        self.given: dict[str, Shape] = {"person": _PERSON, "arende": _CASE, NOT_DONE: not_done, GONE_WRONG: _WRONG}
        self.given |= course.given
        parameters = course.config.get("parameters", {})
        if course.is_whole or isinstance(parameters, Mapping):
            self.given["parametrar"] = of_value(parameters, "[parameters] i process.toml") if course.is_whole else ANY
        self.shapes = self._shapes()
        self._by_name: dict[str, list[Produced]] = defaultdict(list)
        for item in self.produced:
            self._by_name[item.name].append(item)

    @cached_property
    def is_open(self) -> bool:
        """Whether there may be names that cannot be seen: parts of a förlopp, or a script that is no context."""
        return not self.course.is_whole or any(_sets_anything(node) for node in self.order.nodes.values())

    def not_yet(self, node: str, name: str, *, done: bool = False, own_scripts: bool = True) -> str:
        """Why a known name never has a value when the step is entered (or left), in Swedish; '' when it can have."""
        items = self._by_name.get(name)
        if not items or name in self.given or not self.course.is_whole or not self.order.is_reached(node):
            return ""
        earlier = self.order.before(node, done=done) | ({node} if done else set())
        has_come = any(self._has_come(item, node, earlier, own_scripts) for item in items)
        return "" if has_come else self._reason(name, items)

    def local_names(self, node: str, within: frozenset[str] = frozenset()) -> dict[str, Shape]:
        """The names that steps done several times give what is inside them, the innermost winning.

        What is inside a call is also what is in the process it calls; `within` are those that we come from.
        """
        found: dict[str, Shape] = {}
        current: etree._Element | None = self.order.nodes.get(node)
        while current is not None and diagram.is_bpmn(current):
            found = {**self._of_loop(current), **found}
            if local(current) == "process" and (process := current.get("id", "")) not in within:
                found = {**self.in_all(self.order.calls_of(process), within | {process}), **found}
            current = current.getparent()
        return {**_of_gateway(self.order.nodes.get(node)), **found}

    def in_all(self, steps: list[str], within: frozenset[str] = frozenset()) -> dict[str, Shape]:
        """The local names of several steps; what is not alike in all of them may be anything."""
        found = [self.local_names(step, within) for step in steps]
        together = {name for names in found for name in names}
        return {name: join_all(names.get(name, self.shapes.get(name, NULL)) for names in found) for name in together}

    def scope_of(self, node: str) -> str:
        """The step around a step; '' when there is none."""
        parent = self.order.nodes[node].getparent() if node in self.order.nodes else None
        return parent.get("id", "") if parent is not None else ""

    def _of_loop(self, node: etree._Element) -> dict[str, Shape]:
        several = places.loop_of(node, "multiInstance")
        if several is None:
            return {"loopCounter": NUMBER} if places.loop_of(node, "standard") is not None else {}
        found = dict.fromkeys(_COUNTS, NUMBER)
        source = several.find("./bpmn:loopDataInputRef", diagram.NAMESPACES)
        tree = producers.script_tree((source.text or "") if source is not None else "")
        every = Reader(self.shapes, is_open=True).shape(tree) if tree is not None else ANY
        for tag, shape in (("inputDataItem", every.item or ANY), ("outputDataItem", ANY)):
            for item in several.findall(f"./bpmn:{tag}", diagram.NAMESPACES):
                found |= dict.fromkeys({item.get("id", ""), item.get("name", "")} - {""}, shape)
        answered = self.shapes.get(node.get("id", ""))
        if local(node) == "userTask" and answered is not None:
            found[node.get("id", "")] = answered.item or ANY
        return found

    @staticmethod
    def _has_come(item: Produced, node: str, earlier: frozenset[str], own_scripts: bool) -> bool:
        return not item.node or item.node in earlier or (own_scripts and item.node == node and item.tree is not None)

    def _reason(self, name: str, items: list[Produced]) -> str:
        steps = sorted({self.name_of(item.node) for item in items})
        whose = f"steget {steps[0]}" if len(steps) == 1 else "stegen " + ", ".join(steps[:3])
        return (
            f"”{name}” har aldrig något värde här: {whose} kommer inte före på någon väg. Flytta steget eller fråga "
            "efter något som redan är känt."
        )

    def name_of(self, node: str) -> str:
        element = self.order.nodes.get(node)
        name = " ".join((element.get("name") or "").split()) if element is not None else ""
        return f"”{name}”" if name else node

    def _shapes(self) -> dict[str, Shape]:
        """Least fixed point: scripts and decisions read each other, so they are asked until nothing changes."""
        known = dict(self.given)
        for item in self.produced:
            known[item.name] = NULL if item.tree is not None or item.decision else known.get(item.name, NULL)
        for _ in range(_ROUNDS):
            found = self._round(known)
            if found == known:
                return known
            known = found
        return {name: shape if name in self.given else ANY for name, shape in known.items()}

    def _round(self, known: Mapping[str, Shape]) -> dict[str, Shape]:
        found: dict[str, Shape] = dict(self.given)
        for item in self.produced:
            found[item.name] = join(found.get(item.name, NULL), self._shape(item, known))
        return found

    def _shape(self, item: Produced, known: Mapping[str, Shape]) -> Shape:
        if item.tree is not None:
            return stored(Reader(known, is_open=True).shape(item.tree))
        return stored(self._decided(item.decision, known)) if item.decision else item.shape

    def _decided(self, decision_id: str, known: Mapping[str, Shape]) -> Shape:
        if decision_id not in self.course.decisions:
            return ANY
        model = self.course.decisions[decision_id][1]
        decision = model.decisions.get(decision_id)
        # A decision service answers like a function; its decisions are read, its answer is not known.
        return decisions.shape(decision, model, Reader(known, is_open=True)) if decision is not None else ANY


def _sets_anything(node: etree._Element) -> bool:
    if local(node) == "scriptTask" and diagram.result_variable(node):
        return False
    trees = [producers.script_tree(text) for text in places.scripts_of(node)]
    return any(tree is not None and producers.is_opaque(tree) for tree in trees)
