"""A diagram while it is being changed: steps, flows, lanes and picture kept in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workbench.diagram_picture import Picture, meant
from workbench.xml_text import Node, Text
from workflows import diagram
from workflows.diagram import LANE_PREFIX

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_BEFORE_FLOWS = ("documentation", "extensionElements")


class Impossible(ValueError):
    """The edit cannot be made here; the message is Swedish and says why."""


@dataclass
class Flow:
    """`node` is None for one that is new."""

    id: str
    source: str
    target: str
    node: Node | None = None
    name: str = ""
    condition: str = ""


@dataclass
class New:
    """A step that is to be written: `inner` is what stands in it after its flows."""

    id: str
    kind: str
    name: str
    after: Node
    attributes: str = ""
    inner: str = ""


class Work:
    """One file, seen from one step: the picture is that on which the step is drawn."""

    def __init__(self, text: str, element: str) -> None:
        self.text = Text(text)
        self.by_id: dict[str, Node] = {}
        for node in self.text.root.walk():
            if node.namespace == diagram.BPMN and node.get("id"):
                self.by_id.setdefault(node.get("id"), node)
        self.flows = {flow.id: flow for flow in self._read_flows()}
        self.new: dict[str, New] = {}
        self.gone: set[str] = set()
        kinds = {key: node.name for key, node in self.by_id.items()}
        self.picture = Picture(self.text, kinds, element)
        self.home = self.step(element)
        self.prefix = _prefix(self.home)
        self._has_ends = any(node.name in {"incoming", "outgoing"} for node in self.text.root.walk())

    # -- reading -------------------------------------------------------------------------------------------------------

    def step(self, element: str) -> Node:
        node = self.by_id.get(element)
        if node is None or node.name not in diagram.FLOW_NODES or node.parent is None:
            raise Impossible("Steget finns inte längre.")
        return node

    def kind(self, element: str) -> str:
        return self.new[element].kind if element in self.new else self.by_id[element].name

    def into(self, element: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.target == element]

    def out_of(self, element: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.source == element]

    def beside(self, element: str) -> list[Node]:
        """The events on the edge of a step."""
        found = (node for node in self.by_id.values() if node.name == "boundaryEvent")
        return [node for node in found if meant(node, "attachedToRef") == element]

    def lanes(self, element: str) -> list[Node]:
        """Those of the scope that the step is in, the innermost ones too."""
        scope = self.step(element).parent
        sets = [node for node in scope.children if node.name == "laneSet"] if scope is not None else []
        return [node for found in sets for node in found.walk() if node.name == "lane"]

    def lane_of(self, element: str) -> Node | None:
        return next((lane for lane in reversed(self.lanes(element)) if self._ref(lane, element) is not None), None)

    def free_id(self, stem: str) -> str:
        taken = {node.get("id") for node in self.text.root.walk()} | self.new.keys() | self.flows.keys()
        number = 1
        while (name := stem if number == 1 else f"{stem}_{number}") in taken:
            number += 1
        return name

    # -- changes -------------------------------------------------------------------------------------------------------

    def add(
        self, kind: str, stem: str, name: str, *, after: str, before: str = "", below: bool = False, inner: str = ""
    ) -> str:
        """A step in the lane of another, drawn after it and before a third; returns its id."""
        home = self.new[after].after if after in self.new else self.step(after)
        made = New(self.free_id(stem), kind, name, home, inner=inner)
        self.new[made.id] = made
        lane = self.lane_of(home.get("id"))
        if lane is not None:
            self.text.put_last(lane, self._element("flowNodeRef", made.id))
        self.picture.place_after(made.id, kind, after, before, below=below)
        return made.id

    def add_on_edge(self, host: str, stem: str, name: str, *, attributes: str, inner: str) -> str:
        """An event on the edge of a step, in its lane; returns its id."""
        made = New(self.free_id(stem), "boundaryEvent", name, self.step(host), attributes, inner)
        self.new[made.id] = made
        lane = self.lane_of(host)
        if lane is not None:
            self.text.put_last(lane, self._element("flowNodeRef", made.id))
        self.picture.place_on_edge(made.id, host, len(self.beside(host)))
        return made.id

    def link(self, source: str, target: str, name: str = "", condition: str = "") -> Flow:
        flow = Flow(self.free_id(f"flow_{source}_{target}"), source, target, name=name, condition=condition)
        self.flows[flow.id] = flow
        self.picture.route(flow.id, source, target)
        return flow

    def point(self, flow: Flow, *, source: str = "", target: str = "") -> None:
        """The same flow with another end."""
        flow.source, flow.target = source or flow.source, target or flow.target
        if flow.node is not None:
            self.text.set(flow.node, "sourceRef", flow.source)
            self.text.set(flow.node, "targetRef", flow.target)
        self.picture.route(flow.id, flow.source, flow.target)

    def drop(self, flow: Flow) -> None:
        del self.flows[flow.id]
        self._forget(flow.id)

    def drop_step(self, element: str) -> None:
        """With what is in it and on its edge, and every line to it."""
        for edge in self.beside(element):
            for flow in self.out_of(edge.get("id")):
                self.drop(flow)
            self._forget(edge.get("id"))
        self._forget(element)

    def into_lane(self, element: str, lane: Node) -> None:
        old = self.lane_of(element)
        if old is lane:
            return
        ref = self._ref(old, element) if old is not None else None
        if ref is not None:
            self.text.remove(ref)
        self.text.put_last(lane, self._element("flowNodeRef", element))
        self.picture.move_to_lane(element, lane.get("id"))
        for flow in (*self.into(element), *self.out_of(element)):
            self.picture.route(flow.id, flow.source, flow.target)

    def finish(self) -> str:
        """The file with all of it."""
        for made in self.new.values():
            self.text.put_after(made.after, self._written(made))
        for flow in self.flows.values():
            if flow.node is None:
                self.text.put_after(self._last_flow(flow), self._written_flow(flow))
        if self._has_ends:
            for node in [node for node in self.by_id.values() if node.name in diagram.FLOW_NODES]:
                if node.get("id") not in self.gone:
                    self._ends(node)
        self.picture.forget(self.gone)
        self.picture.write()
        return self.text.written()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _read_flows(self) -> Iterator[Flow]:
        for key, node in self.by_id.items():
            if node.name == "sequenceFlow":
                condition = node.child("conditionExpression")
                told = condition.text.strip() if condition is not None else ""
                yield Flow(key, meant(node, "sourceRef"), meant(node, "targetRef"), node, node.get("name"), told)

    def _forget(self, element: str) -> None:
        """An element with what is inside, the lines to it, and what refers to it."""
        node = self.by_id.get(element)
        gone = {each.get("id") for each in node.walk() if each.get("id")} if node is not None else {element}
        self.gone |= gone
        for each in self.text.root.walk():
            refers = {meant(each, "sourceRef"), meant(each, "targetRef")} & gone
            is_line = each.name in {"messageFlow", "association"} and refers
            is_ref = each.name == "flowNodeRef" and each.text.strip() in gone
            if each is node or is_line or is_ref:
                self.text.remove(each)
                self.gone |= {each.get("id")} - {""}
            elif each.get("default") in gone:
                self.text.set(each, "default", None)

    @staticmethod
    def _ref(lane: Node, element: str) -> Node | None:
        return next(
            (each for each in lane.children if each.name == "flowNodeRef" and each.text.strip() == element), None
        )

    def _element(self, name: str, text: str = "", attributes: str = "") -> str:
        return f"<{self.prefix}{name}{attributes}>{escape(text)}</{self.prefix}{name}>"

    def _last_flow(self, flow: Flow) -> Node:
        """What a new flow is written after: the last flow of the scope, or the step."""
        home = self.new[flow.source].after if flow.source in self.new else self.by_id[flow.source]
        siblings = home.parent.children if home.parent is not None else []
        kept = [each for each in siblings if each.name == "sequenceFlow" and each.get("id") not in self.gone]
        return kept[-1] if kept else home

    def _written(self, made: New) -> str:
        line = self.text.indent(made.after)
        ends = [self._element("incoming", flow.id) for flow in self.into(made.id)]
        ends += [self._element("outgoing", flow.id) for flow in self.out_of(made.id)]
        parts = [part for part in (*(ends if self._has_ends else ()), made.inner) if part]
        inside = "".join(f"{line}  {part}" if line else part for part in parts)
        tag = f"{self.prefix}{made.kind}"
        name = f" name={quoteattr(made.name)}" if made.name else ""
        return f'<{tag} id="{made.id}"{name}{made.attributes}>{inside}{line}</{tag}>'

    def _written_flow(self, flow: Flow) -> str:
        name = f" name={quoteattr(flow.name)}" if flow.name else ""
        ends = f' sourceRef="{flow.source}" targetRef="{flow.target}"'
        inside = self.condition(flow.condition) if flow.condition else ""
        tag = f"{self.prefix}sequenceFlow"
        return (
            f'<{tag} id="{flow.id}"{name}{ends}>{inside}</{tag}>' if inside else f'<{tag} id="{flow.id}"{name}{ends} />'
        )

    def condition(self, text: str) -> str:
        xsi = self.text.root.prefix_of(XSI)
        kind = f' {xsi}type="{self.prefix}tFormalExpression"' if xsi else ""
        return self._element("conditionExpression", text, kind)

    def _ends(self, node: Node) -> None:
        """What the step itself says of its flows."""
        key = node.get("id")
        for name, flows in (("outgoing", self.out_of(key)), ("incoming", self.into(key))):
            stands = [each for each in node.children if each.name == name]
            known = {each.text.strip() for each in stands}
            missing = [flow.id for flow in flows if flow.id not in known]
            extra = [each for each in stands if each.text.strip() not in {flow.id for flow in flows}]
            for each, flow in zip(extra, missing, strict=False):
                self.text.put_text(each, flow)
            for each in extra[len(missing) :]:
                self.text.remove(each)
            for flow in missing[len(extra) :]:
                self._put_end(node, name, flow)

    def _put_end(self, node: Node, name: str, flow: str) -> None:
        before = (*_BEFORE_FLOWS, "incoming", *(("outgoing",) if name == "outgoing" else ()))
        stands = [each for each in node.children if each.name in before]
        told = self._element(name, flow)
        if stands:
            self.text.put_after(stands[-1], told)
        else:
            self.text.put_first(node, told)


def _prefix(node: Node) -> str:
    """That of BPMN where a step beside this one stands; some tools declare it on each element anew."""
    around = node.parent.prefixes if node.parent is not None else {}
    if around.get(node.prefix.removesuffix(":")) == diagram.BPMN:
        return node.prefix
    return (node.parent.prefix_of(diagram.BPMN) if node.parent is not None else None) or ""


def profession_of(lane: Node) -> str:
    return lane.get("id").removeprefix(LANE_PREFIX).partition(".")[0]
