"""Every drawing of the förlopp reads on paper: nothing lies over a word or a step, and no flow goes through one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from workflows import safe_xml

BPMN = Path(__file__).parents[2] / "bpmn"
NAMES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
SLACK = 2.0
WORDS, LEAST = 9.0, 6.0
"""The words of a drawing in points when it is not made smaller, and what can be read without a glass."""
ROOM = (1510.0, 975.0)
"""What A3 has room for beside margins and heading (web/drawing.typ), in the drawing's own measure."""
AROUND = ("lane", "participant")
INSIDE = ("subProcess", "transaction")
Box = tuple[float, float, float, float]


@dataclass
class Drawing:
    """One page: steps and words as boxes, flows as the boxes of their pieces, all by the element they are of."""

    steps: dict[str, Box] = field(default_factory=dict)
    words: dict[str, Box] = field(default_factory=dict)
    flows: dict[str, list[Box]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    ends: dict[str, set[str]] = field(default_factory=dict)

    def collisions(self) -> Iterator[str]:
        for name, box in self.words.items():
            yield from (
                f"orden: {name}, {other}" for other in self.words if other > name and _hit(box, self.words[other])
            )
            yield from (f"{name} över {step}" for step, own in self.steps.items() if step != name and _hit(box, own))
        for name, box in self.steps.items():
            if self.kinds[name] != "boundaryEvent":
                yield from (f"{name} över {other}" for other in self._later(name) if _hit(box, self.steps[other]))
        for flow, pieces in self.flows.items():
            met = {**self.words, **{step: box for step, box in self.steps.items() if step not in self.ends[flow]}}
            crossed = (name for name, box in met.items() if name != flow and any(_hit(piece, box) for piece in pieces))
            yield from (f"{flow} genom {name}" for name in crossed)

    def _later(self, name: str) -> Iterator[str]:
        return (other for other in self.steps if other > name and self.kinds[other] != "boundaryEvent")


def _hit(one: Box, other: Box) -> bool:
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one, other
    across = left + SLACK < right2 and left2 + SLACK < right
    return across and top + SLACK < bottom2 and top2 + SLACK < bottom


def _box(node: etree._Element) -> Box | None:
    found = node.find("./dc:Bounds", NAMES)
    if found is None:
        return None
    x, y, width, height = (float(found.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _pieces(edge: etree._Element) -> list[Box]:
    points = [(float(one.get("x", 0)), float(one.get("y", 0))) for one in edge.findall("./di:waypoint", NAMES)]
    pairs = pairwise(points)
    return [
        (min(x, x2) - SLACK, min(y, y2) - SLACK, max(x, x2) + SLACK, max(y, y2) + SLACK) for (x, y), (x2, y2) in pairs
    ]


def drawings(path: Path) -> Iterator[Drawing]:
    root = safe_xml.parse(path.read_bytes())
    elements = {node.get("id", ""): node for node in root.iter("{*}*") if node.get("id")}
    for plane in root.iterfind(".//bpmndi:BPMNPlane", NAMES):
        page = Drawing()
        for shape in plane.findall("./bpmndi:BPMNShape", NAMES):
            _take(page, shape, elements)
        for edge in plane.findall("./bpmndi:BPMNEdge", NAMES):
            name = edge.get("bpmnElement", "")
            page.flows[name], page.ends[name] = _pieces(edge), _ends(elements[name], elements)
            _label(page, edge, name)
        yield page


def _take(page: Drawing, shape: etree._Element, elements: dict[str, etree._Element]) -> None:
    name = shape.get("bpmnElement", "")
    kind = etree.QName(elements[name]).localname
    box, is_open = _box(shape), kind in INSIDE and shape.get("isExpanded") == "true"
    if box is not None and kind not in AROUND and not is_open:
        page.steps[name], page.kinds[name] = box, kind
    _label(page, shape, name)


def _label(page: Drawing, node: etree._Element, name: str) -> None:
    label = node.find("./bpmndi:BPMNLabel", NAMES)
    if label is not None and (box := _box(label)) is not None:
        page.words[name] = box


def _ends(flow: etree._Element, elements: dict[str, etree._Element]) -> set[str]:
    """What it leads from and to; from the edge of a step also that step."""
    ends = {flow.get("sourceRef", ""), flow.get("targetRef", "")}
    return ends | {elements[end].get("attachedToRef", "") for end in ends if end in elements}


@pytest.mark.parametrize("path", sorted(BPMN.glob("*/*.bpmn")), ids=lambda path: path.stem)
def test_nothing_is_drawn_over_a_word_or_a_step(path: Path) -> None:
    assert [told for page in drawings(path) for told in page.collisions()] == []


@pytest.mark.parametrize("path", sorted(BPMN.glob("*/*.bpmn")), ids=lambda path: path.stem)
def test_its_words_can_be_read_on_an_a3_print(path: Path) -> None:
    too_small = []
    for plane in safe_xml.parse(path.read_bytes()).iterfind(".//bpmndi:BPMNPlane", NAMES):
        drawn = [box for node in plane.iter("{*}BPMNShape", "{*}BPMNLabel") if (box := _box(node)) is not None]
        lefts, tops, rights, bottoms = zip(*drawn, strict=True)
        size = WORDS * min(1, ROOM[0] / (max(rights) - min(lefts)), ROOM[1] / (max(bottoms) - min(tops)))
        too_small += [f"{plane.get('bpmnElement')}: {size:.1f}"] if size < LEAST else []
    assert too_small == []


def test_what_lies_over_a_step_is_told() -> None:
    page = Drawing(steps={"a": (0, 0, 100, 80), "b": (90, 0, 190, 80)}, kinds={"a": "userTask", "b": "userTask"})
    page.words, page.flows, page.ends = {"c": (10, 10, 50, 20)}, {"f": [(0, 40, 300, 44)]}, {"f": {"a"}}
    assert list(page.collisions()) == ["c över a", "a över b", "f genom b"]
