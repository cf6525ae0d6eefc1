"""The picture of a diagram (BPMNDI), changed with the steps: room is made, shapes are placed, lines are drawn anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.xml_text import Node, Text

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
SIZES = {"Event": (36.0, 36.0), "Gateway": (50.0, 50.0)}
TASK = (120.0, 80.0)
GAP = 50.0
AROUND = frozenset({"participant", "lane", "subProcess", "transaction", "adHocSubProcess", "group"})
Point = tuple[float, float]


@dataclass(eq=False)
class Box:
    """Where a shape or a label is; `node` is None for one that is new."""

    element: str
    x: float
    y: float
    width: float
    height: float
    node: Node | None = None
    is_label: bool = False
    is_around: bool = False

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def meets(self, other: Box, margin: float = 0) -> bool:
        return (
            self.x < other.right + margin
            and other.x < self.right + margin
            and self.y < other.bottom + margin
            and other.y < self.bottom + margin
        )


@dataclass(eq=False)
class Line:
    element: str
    points: list[Point]
    node: Node | None = None
    is_new: bool = False
    marks: list[Node] = field(default_factory=list)


class Picture:
    """One plane: that on which a step is drawn. Without it nothing is drawn, as in files that have no picture."""

    def __init__(self, text: Text, kinds: dict[str, str], around: str) -> None:
        self.text = text
        self.kinds = kinds
        self.boxes: list[Box] = []
        self.lines: dict[str, Line] = {}
        self.plane = self._plane_of(around)
        for node in self.plane.children if self.plane is not None else ():
            self._read(node)
        self.shapes = {box.element: box for box in self.boxes if not box.is_label}

    @property
    def is_drawn(self) -> bool:
        return self.plane is not None

    # -- changes -------------------------------------------------------------------------------------------------------

    def place_after(self, element: str, kind: str, after: str, before: str, *, below: bool = False) -> None:
        """A new shape to the right of one and to the left of another, in the row of the first or a free one under it.

        What stands in its way is moved, in every row: a drawing is read from left to right.
        """
        beside = self.shapes.get(after)
        if beside is None or self.plane is None:
            return
        width, height = size(kind)
        box = Box(element, beside.right + GAP, beside.middle[1] - height / 2, width, height)
        following = self.shapes.get(before)
        is_ahead = following is not None and beside.right < following.x < box.right + GAP / 2
        if is_ahead or (not below and any(box.meets(other, 20) for other in self._solid())):
            self._push(beside.right + 1, width + GAP, is_across=True)
        if below:
            self._find_row(box, beside)
        self._widen(box)
        self._add(box)

    def place_on_edge(self, element: str, host: str, beside: int) -> None:
        """Below a step, to the right of those that are there already."""
        box = self.shapes.get(host)
        if box is None or self.plane is None:
            return
        width, height = size("Event")
        left = min(box.x + 15 + beside * (width + 8), box.right - width)
        self._add(Box(element, left, box.bottom - height / 2, width, height))

    def draw_part(self, part: str, steps: list[tuple[str, str]], flows: list[str]) -> None:
        """A plane of its own for what is inside a part: its steps in a row."""
        if self.plane is None or part not in self.shapes:
            return
        inner, at, boxes = "", 160.0, []
        for element, kind in steps:
            width, height = size(kind)
            boxes.append(Box(element, at, 160 - height / 2, width, height))
            at += width + GAP
        for box in boxes:
            inner += self._shape("BPMNShape", box.element, self._bounds(box))
        for flow, begin, end in zip(flows, boxes, boxes[1:], strict=False):
            inner += self._shape("BPMNEdge", flow, self._waypoints(_between(begin, end)))
        plane, prefix = f"{self.plane.prefix}BPMNPlane", self.plane.prefix
        told = f'<{plane} id="{part}_plan" bpmnElement="{part}">{inner}</{plane}>'
        self.text.put_last(self.text.root, f'<{prefix}BPMNDiagram id="{part}_bild">{told}</{prefix}BPMNDiagram>')

    def move_to_lane(self, element: str, lane: str) -> None:
        """To the same column of a lane that is drawn, on a row that is free."""
        box, target = self.shapes.get(element), self.shapes.get(lane)
        if box is None or target is None:
            return
        self.boxes.remove(box)
        box.y = target.middle[1] - box.height / 2
        self._find_row(box, box, least=target)
        self.boxes.append(box)

    def swap(self, one: str, other: str) -> None:
        """Each in the other's column, on its own row."""
        left, right = self.shapes.get(one), self.shapes.get(other)
        if left is not None and right is not None:
            first, second = left.middle[0], right.middle[0]
            left.x, right.x = second - left.width / 2, first - right.width / 2

    def route(self, flow: str, source: str, target: str) -> None:
        """A line with right angles between two shapes, instead of what was there."""
        begin, end = self.shapes.get(source), self.shapes.get(target)
        if begin is None or end is None or self.plane is None:
            return
        line = self.lines.setdefault(flow, Line(flow, []))
        line.points, line.is_new = _between(begin, end), True

    def forget(self, elements: set[str]) -> None:
        """What is gone is drawn nowhere, in no plane."""
        for node in self.text.root.walk():
            if meant(node) in elements:
                whole = node.parent if node.name == "BPMNPlane" else None
                self.text.remove(whole or node)
        self.boxes = [box for box in self.boxes if box.element not in elements]
        self.lines = {key: line for key, line in self.lines.items() if key not in elements}
        self.shapes = {key: box for key, box in self.shapes.items() if key not in elements}

    def write(self) -> None:
        if self.plane is None:
            return
        for box in self.boxes:
            self._write_box(box)
        for line in self.lines.values():
            self._write_line(line)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _plane_of(self, element: str) -> Node | None:
        planes = [node for node in self.text.root.walk() if node.name == "BPMNPlane"]
        return next((one for one in planes if any(meant(each) == element for each in one.children)), None)

    def _read(self, node: Node) -> None:
        element = meant(node)
        if node.name == "BPMNShape" and (bounds := node.child("Bounds")) is not None:
            self.boxes.append(_box(element, bounds, is_around=self.kinds.get(element, "") in AROUND))
        if node.name == "BPMNEdge":
            marks = [each for each in node.children if each.name == "waypoint"]
            points = [(_number(each.get("x")), _number(each.get("y"))) for each in marks]
            self.lines[element] = Line(element, points, node, marks=marks)
        label = node.child("BPMNLabel")
        bounds = label.child("Bounds") if label is not None else None
        if bounds is not None:
            self.boxes.append(_box(element, bounds, is_label=True))

    def _solid(self) -> Iterator[Box]:
        return (box for box in self.boxes if not box.is_label and not box.is_around)

    def _find_row(self, box: Box, near: Box, *, least: Box | None = None) -> None:
        """Down until nothing is in the way; the lane grows when it must."""
        if least is None:
            box.y = near.middle[1] + 70
        while any(box.meets(other, 20) for other in self._solid() if other is not near):
            box.y += 30
        home = least or self._home(near)
        if home is not None and box.bottom + 20 > home.bottom:
            self._push(home.bottom, box.bottom + 20 - home.bottom, is_across=False)

    def _home(self, box: Box) -> Box | None:
        """The smallest box around another."""
        around = [each for each in self.boxes if each.is_around and _is_inside(box, each)]
        return min(around, key=lambda each: each.width * each.height, default=None)

    def _widen(self, box: Box) -> None:
        """The boxes around the row grow to the right when the new shape would stand out of them."""
        rows = [each for each in self.boxes if each.is_around and each.y <= box.middle[1] <= each.bottom]
        edges = [each.right for each in rows if each.x <= box.x <= each.right + 2 * GAP]
        if edges and box.right + GAP > min(edges):
            self._push(min(edges), box.right + GAP - min(edges), is_across=True)

    def _push(self, cut: float, by: float, *, is_across: bool) -> None:
        """Moves what begins at or after a line; what is drawn around it grows."""
        for box in self.boxes:
            start, end = (box.x, box.right) if is_across else (box.y, box.bottom)
            if start >= cut:
                box.x, box.y = (box.x + by, box.y) if is_across else (box.x, box.y + by)
            elif box.is_around and end >= cut:
                box.width, box.height = (box.width + by, box.height) if is_across else (box.width, box.height + by)
        for line in self.lines.values():
            line.points = [
                (x + by if is_across and x >= cut else x, y + by if not is_across and y >= cut else y)
                for x, y in line.points
            ]

    def _add(self, box: Box) -> None:
        self.boxes.append(box)
        self.shapes[box.element] = box

    def _write_box(self, box: Box) -> None:
        told = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        if box.node is not None:
            self._put_numbers(box.node, told)
            return
        self._put("BPMNShape", box.element, self._bounds(box))

    def _put_numbers(self, node: Node, told: dict[str, float]) -> None:
        for name, value in told.items():
            if _number(node.get(name)) != value:
                self.text.set(node, name, _written(value))

    def _write_line(self, line: Line) -> None:
        if not line.is_new:
            for mark, (x, y) in zip(line.marks, line.points, strict=True):
                self._put_numbers(mark, {"x": x, "y": y})
            return
        if line.node is None:
            self._put("BPMNEdge", line.element, self._waypoints(line.points))
            return
        for child in line.node.children:
            if child.name in {"waypoint", "BPMNLabel"}:
                self.text.remove(child)
        for point in line.points:
            self.text.put_first(line.node, self._waypoints([point]))

    def _put(self, name: str, element: str, inner: str) -> None:
        if self.plane is not None:
            self.text.put_last(self.plane, self._shape(name, element, inner))

    def _shape(self, name: str, element: str, inner: str) -> str:
        tag = f"{self.plane.prefix if self.plane is not None else ''}{name}"
        return f'<{tag} id="{element}_di" bpmnElement="{element}">{inner}</{tag}>'

    def _bounds(self, box: Box) -> str:
        told = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        bounds = " ".join(f'{name}="{_written(value)}"' for name, value in told.items())
        return f"<{self._prefix('Bounds', DC)}Bounds {bounds} />"

    def _waypoints(self, points: list[Point]) -> str:
        tag = f"{self._prefix('waypoint', DI)}waypoint"
        return "".join(f'<{tag} x="{_written(x)}" y="{_written(y)}" />' for x, y in points)

    def _prefix(self, name: str, namespace: str) -> str:
        """Of a part of the picture, as the file writes it."""
        found = next((each for each in self.text.root.walk() if each.name == name), None)
        return found.prefix if found is not None else self.text.root.prefix_of(namespace) or ""


def meant(node: Node, name: str = "bpmnElement") -> str:
    """The id that an attribute refers to, without the prefix that some tools write before it."""
    return node.get(name).rpartition(":")[2]


def size(kind: str) -> tuple[float, float]:
    return next((found for end, found in SIZES.items() if kind.endswith(end)), TASK)


def _between(begin: Box, end: Box) -> list[Point]:
    """From the right side to the left one; from below when the other stands to the left."""
    (_, y1), (_, y2) = begin.middle, end.middle
    if end.x >= begin.right + 10:
        if abs(y1 - y2) < 1:
            return [(begin.right, y1), (end.x, y2)]
        middle = (begin.right + end.x) / 2
        return [(begin.right, y1), (middle, y1), (middle, y2), (end.x, y2)]
    under = max(begin.bottom, end.bottom) + 30
    return [
        (begin.middle[0], begin.bottom),
        (begin.middle[0], under),
        (end.middle[0], under),
        (end.middle[0], end.bottom),
    ]


def _is_inside(box: Box, around: Box) -> bool:
    x, y = box.middle
    return box is not around and around.x <= x <= around.right and around.y <= y <= around.bottom


def _box(element: str, bounds: Node, *, is_label: bool = False, is_around: bool = False) -> Box:
    x, y, width, height = (_number(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return Box(element, x, y, width, height, bounds, is_label, is_around)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _written(value: float) -> str:
    return f"{round(value, 2):.10g}"
