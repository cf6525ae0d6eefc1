"""What can have happened before a step: a graph over the flows of all diagrams, where being beside counts as before.

Each flow node is two points, entered and done. Sub-processes and called processes lie between the two points of the
step that holds them. Data is shared by all branches, so what runs beside a step may have come before it; but what
came before that need not have come before this, so being beside is kept apart from the edges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from lxml import etree

from workflows import diagram
from workflows.diagram import local

Point = tuple[str, str]
_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
_CHOICES = frozenset({"exclusiveGateway", "eventBasedGateway"})  # all else sends a token on every flow


class Order:
    """Element ids are taken as unique over the diagrams of a förlopp."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        self.nodes: dict[str, etree._Element] = {}
        self.inner: dict[str, list[str]] = defaultdict(list)
        self.flows: dict[str, list[str]] = defaultdict(list)
        self._before: dict[Point, set[Point]] = defaultdict(set)
        self._besides: dict[str, set[str]] = defaultdict(set)
        self._known: dict[Point, frozenset[str]] = {}
        for root in roots:
            self._read(root)
        for node_id, inside in self.inner.items():
            self.inner[node_id] = [name for name in inside if name in self.nodes]
        for node_id in list(self.nodes):
            self._link(node_id)
        for node_id in list(self.nodes):
            self._beside(node_id)

    def before(self, node_id: str, *, done: bool = False) -> frozenset[str]:
        """All steps that can be done before the step is entered (or, with `done`, before it is left)."""
        start = (node_id, "done" if done else "in")
        if start not in self._known:
            points = self._ancestors(start)
            finished = {name for name, point in points if point == "done"}
            beside = set().union(*(self._besides.get(name, set()) for name in {node_id, *(name for name, _ in points)}))
            self._known[start] = frozenset(finished | beside)
        return self._known[start]

    def is_reached(self, node_id: str) -> bool:
        """Whether a start leads here at all; what nothing reaches is another finding."""
        return (node_id, "in") in self._from_starts

    @cached_property
    def _from_starts(self) -> set[Point]:
        later: dict[Point, list[Point]] = defaultdict(list)
        for point, earlier in self._before.items():
            for other in earlier:
                later[other].append(point)
        seen: set[Point] = set()
        waiting = [(name, "in") for name, node in self.nodes.items() if local(node) == "process"]
        while waiting:
            point = waiting.pop()
            if point not in seen:
                seen.add(point)
                waiting += later.get(point, ())
        return seen

    def _ancestors(self, start: Point) -> set[Point]:
        seen: set[Point] = set()
        waiting = [start]
        while waiting:
            for point in self._before.get(waiting.pop(), ()):
                if point not in seen:
                    seen.add(point)
                    waiting.append(point)
        return seen

    # -- the graph ---------------------------------------------------------------------------------------------------

    def _read(self, root: etree._Element) -> None:
        for process in diagram.processes(root):
            self.nodes.setdefault(process.get("id", ""), process)
        for node in diagram.flow_nodes(root):
            self.nodes[node.get("id", "")] = node
            parent = node.getparent()
            if parent is not None:
                self.inner[parent.get("id", "")].append(node.get("id", ""))
        for flow in root.iter(diagram.tag("sequenceFlow")):
            self.flows[flow.get("sourceRef", "")].append(flow.get("targetRef", ""))
        for call in root.iter(diagram.tag("callActivity")):
            self.inner[call.get("id", "")].append(call.get("calledElement", ""))

    def _edge(self, earlier: Point, later: Point) -> None:
        self._before[later].add(earlier)

    def _link(self, node_id: str) -> None:
        node = self.nodes[node_id]
        kind = local(node)
        if kind != "callActivity" and not self.inner.get(node_id):
            self._edge((node_id, "in"), (node_id, "done"))
        for target in self.flows.get(node_id, ()):
            self._edge((node_id, "done"), (target, "in"))
        if kind == "boundaryEvent":
            self._boundary(node, node_id)
        elif kind == "intermediateThrowEvent":
            self._link_events(node, node_id)
        self._contents(node, node_id)
        if _repeats(node):
            self._edge((node_id, "done"), (node_id, "in"))

    def _contents(self, node: etree._Element, node_id: str) -> None:
        incoming = {target for source in self.inner.get(node_id, ()) for target in self.flows.get(source, ())}
        loose = local(node) == "adHocSubProcess"
        for inner_id in self.inner.get(node_id, ()):
            inner = self.nodes[inner_id]
            if inner.get("triggeredByEvent") == "true":
                self._event_subprocess(inner_id, node_id)
                continue
            if loose or (inner_id not in incoming and local(inner) != "boundaryEvent"):
                self._edge((node_id, "in"), (inner_id, "in"))
            if loose or not self.flows.get(inner_id):
                self._edge((inner_id, "done"), (node_id, "done"))
            if loose:
                self._all_beside(self.members(node_id), self.members(node_id))
            if inner.get("isForCompensation") == "true":
                self._all_before(self.members(node_id), (inner_id, "in"))

    def calls_of(self, process: str) -> list[str]:
        """The steps that call a process."""
        inside = (name for name, inner in self.inner.items() if process in inner)
        return [name for name in inside if local(self.nodes[name]) == "callActivity"]

    def members(self, node_id: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """A step and everything inside it, called processes too."""
        if node_id in seen:
            return
        yield node_id
        for inner_id in self.inner.get(node_id, ()):
            yield from self.members(inner_id, seen | {node_id})

    def _boundary(self, node: etree._Element, node_id: str) -> None:
        host = node.get("attachedToRef", "")
        self._edge((host, "in"), (node_id, "in"))
        inside = [name for name in self.members(host) if name != host]
        self._all_before(inside, (node_id, "in"))
        if node.get("cancelActivity") == "false":
            self._edge((node_id, "done"), (node_id, "in"))

    def _link_events(self, node: etree._Element, node_id: str) -> None:
        definition = diagram.event_definition(node)
        if definition is None or local(definition) != "linkEventDefinition":
            return
        for other_id, other in self.nodes.items():
            caught = diagram.event_definition(other) if local(other) == "intermediateCatchEvent" else None
            if (
                caught is not None
                and local(caught) == "linkEventDefinition"
                and _link_name(caught) == _link_name(definition)
            ):
                self._edge((node_id, "done"), (other_id, "in"))

    def _event_subprocess(self, handler: str, scope: str) -> None:
        own = set(self.members(handler))
        rest = [name for name in self.members(scope) if name not in own and name != scope]
        self._edge((scope, "in"), (handler, "in"))
        self._all_before(rest, (handler, "in"))
        self._edge((handler, "done"), (scope, "done"))
        if not self._interrupts(handler):
            self._edge((handler, "done"), (handler, "in"))
            self._all_beside(own, rest)

    def _interrupts(self, handler: str) -> bool:
        starts = [self.nodes[name] for name in self.inner.get(handler, ()) if local(self.nodes[name]) == "startEvent"]
        return not starts or starts[0].get("isInterrupting", "true") != "false"

    # -- what runs at the same time ----------------------------------------------------------------------------------

    def _beside(self, node_id: str) -> None:
        """Branches of a fork, and a step beside the branch of its boundary event that does not interrupt."""
        node = self.nodes[node_id]
        branches: list[list[str]] = []
        if local(node) == "boundaryEvent" and node.get("cancelActivity") == "false":
            host = node.get("attachedToRef", "")
            branches = [[host, *self.flows.get(host, ())], [node_id]]
        elif local(node) not in _CHOICES:
            branches = [[target] for target in self.flows.get(node_id, ())]
        reached = [self._reached(branch, frozenset()) for branch in branches]
        for first in range(len(branches)):
            for second in range(first + 1, len(branches)):
                common = frozenset(
                    name for name in reached[first] & reached[second] if local(self.nodes[name]) in _JOINS
                )
                self._all_beside(self._reached(branches[first], common), self._reached(branches[second], common))

    def _reached(self, starts: Iterable[str], barriers: frozenset[str]) -> set[str]:
        """Steps that flows lead to, and what is inside them, without passing a barrier."""
        found: set[str] = set()
        waiting = [name for name in starts if name in self.nodes]
        while waiting:
            name = waiting.pop()
            if name in found or name in barriers:
                continue
            found.add(name)
            waiting += [target for target in self.flows.get(name, ()) if target in self.nodes]
        inside = {name for outer in found for name in self.members(outer) if name in self.nodes}
        return found | inside

    def _all_beside(self, first: Iterable[str], second: Iterable[str]) -> None:
        one, other = set(first), set(second)
        for name in one:
            self._besides[name] |= other
        for name in other:
            self._besides[name] |= one

    def _all_before(self, earlier: Iterable[str], later: Point) -> None:
        for name in earlier:
            self._edge((name, "done"), later)


def _repeats(node: etree._Element) -> bool:
    return any(local(child).endswith("LoopCharacteristics") for child in node if diagram.is_bpmn(child))


def _link_name(definition: etree._Element) -> str:
    return definition.get("name", "")
