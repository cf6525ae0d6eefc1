"""The main diagram as a small picture without words: shapes and lines to draw where an ärende stands. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from lxml import etree

from workflows import diagram, safe_xml

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
MARGIN = 12.0
MOST_SHAPES = 400


@dataclass(frozen=True)
class Shape:
    """`kind` is step, gate, event or lane."""

    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float

    @property
    def diamond(self) -> str:
        """The corners of a gate."""
        middle, across = self.x + self.width / 2, self.y + self.height / 2
        right, bottom = self.x + self.width, self.y + self.height
        return f"{middle:g},{self.y:g} {right:g},{across:g} {middle:g},{bottom:g} {self.x:g},{across:g}"


@dataclass(frozen=True)
class Line:
    """A flow."""

    id: str
    corners: tuple[tuple[float, float], ...]

    @property
    def points(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.corners)

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its longest stretch, where something can be written."""
        stretches = list(pairwise(self.corners)) or [(self.corners[0], self.corners[0])]
        start, end = max(stretches, key=lambda both: math.dist(*both))
        return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


@dataclass(frozen=True)
class Picture:
    """The box is what there is to see."""

    box: str
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]

    def around(self, keys: Collection[str], *, margin: float) -> Picture:
        """The same, seen nearer: what is around these shapes, of which there is one at least, mostly beside them."""
        return replace(self, box=_box([shape for shape in self.shapes if shape.id in keys], margin, margin / 2))


def parts(text: str) -> tuple[str, ...]:
    """The sub-processes that have a drawing of their own."""
    try:
        root = diagram.parse(text.encode())
    except safe_xml.UnsafeXml:
        return ()
    return tuple(plane.get("bpmnElement", "") for plane in _planes(root)[1:])


def picture(text: str, process: str, part: str = "") -> Picture | None:
    """The picture of a process, or of a part of it; None when its diagram is not drawn or cannot be read."""
    try:
        root = diagram.parse(text.encode())
    except safe_xml.UnsafeXml:
        return None
    nodes = (node for node in diagram.flow_nodes(root) if part or _is_of(node, process))
    kinds = {node.get("id", ""): _kind(node) for node in nodes}
    planes = _planes(root)
    plane = next((one for one in planes if not part or one.get("bpmnElement") == part), None)
    if plane is None:
        return None
    drawn = {shape.get("bpmnElement", ""): shape.find(f"{{{DC}}}Bounds") for shape in plane.iter(f"{{{DI}}}BPMNShape")}
    shapes = [_shape(key, kinds[key], bounds) for key, bounds in drawn.items() if key in kinds and bounds is not None]
    if not shapes or len(shapes) > MOST_SHAPES:
        return None
    flows = {flow.get("id", "") for flow in root.iter(diagram.tag("sequenceFlow"))}
    edges = [edge for edge in plane.iter(f"{{{DI}}}BPMNEdge") if edge.get("bpmnElement") in flows]
    lines = (Line(edge.get("bpmnElement", ""), _corners(edge)) for edge in edges)
    return Picture(_box(shapes), tuple(shapes), tuple(line for line in lines if line.corners))


def _planes(root: etree._Element) -> list[etree._Element]:
    return root.findall(f"{{{DI}}}BPMNDiagram/{{{DI}}}BPMNPlane")


def _is_of(node: etree._Element, process: str) -> bool:
    return any(around.get("id") == process for around in node.iterancestors(diagram.tag("process")))


def _kind(node: etree._Element) -> str:
    name = diagram.local(node)
    return "gate" if name in diagram.GATEWAYS else "event" if name in diagram.EVENTS else "step"


def _shape(key: str, kind: str, bounds: etree._Element) -> Shape:
    x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
    return Shape(key, kind, x, y, width, height)


def _corners(edge: etree._Element) -> tuple[tuple[float, float], ...]:
    points = edge.iter(f"{{{DD}}}waypoint")
    return tuple((float(point.get("x", "0")), float(point.get("y", "0"))) for point in points)


def _box(shapes: list[Shape], beside: float = MARGIN, above: float = MARGIN) -> str:
    left, top = min(shape.x for shape in shapes) - beside, min(shape.y for shape in shapes) - above
    right = max(shape.x + shape.width for shape in shapes) + beside
    bottom = max(shape.y + shape.height for shape in shapes) + above
    return f"{left:g} {top:g} {right - left:g} {bottom - top:g}"
