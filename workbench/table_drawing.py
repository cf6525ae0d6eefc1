"""A file's decisions and what they are built on, as a small picture: what is asked first stands lowest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.table_text import Sheet

WIDTH, HEIGHT, ACROSS, DOWN = 190, 52, 24, 44
_REQUIRES = ("informationRequirement", "knowledgeRequirement", "authorityRequirement")


@dataclass(frozen=True)
class Box:
    """`id` of a decision that can be opened; empty for what comes in from outside."""

    id: str
    name: str
    kind: str
    x: int
    y: int
    is_current: bool


@dataclass(frozen=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Drawing:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int

    @property
    def decisions(self) -> tuple[Box, ...]:
        return tuple(box for box in self.boxes if box.kind == "decision")


def drawing(sheet: Sheet, current: str) -> Drawing:
    elements = {element.get("id", ""): element for element in sheet.elements() if element.get("id")}
    needs = {name: _needs(sheet, elements, name) for name in elements}
    levels = {name: _level(name, needs, frozenset()) for name in elements}
    rows: dict[int, list[str]] = {}
    for name, level in levels.items():
        rows.setdefault(level, []).append(name)
    highest = max(rows, default=0)
    boxes = {}
    for level, names in rows.items():
        for place, name in enumerate(names):
            element = elements[name]
            kind = sheet.kind(element)
            x, y = place * (WIDTH + ACROSS) + 1, (highest - level) * (HEIGHT + DOWN) + 1
            boxes[name] = Box(name, element.get("name") or name, kind, x, y, name == current)
    lines = [_line(boxes[needed], boxes[name]) for name, asked in needs.items() for needed in asked]
    widest = max((len(names) for names in rows.values()), default=0)
    return Drawing(
        tuple(boxes.values()),
        tuple(lines),
        max(widest * (WIDTH + ACROSS) - ACROSS + 2, 0),
        (highest + 1) * (HEIGHT + DOWN) - DOWN + 2,
    )


def _needs(sheet: Sheet, elements: Mapping[str, object], name: str) -> list[str]:
    element = next(found for found in sheet.elements() if found.get("id") == name)
    refers = (
        part.get("href", "").rpartition("#")[2]
        for kind in _REQUIRES
        for requirement in sheet.children(element, kind)
        for part in requirement.iterchildren("{*}*")
    )
    return [found for found in dict.fromkeys(refers) if found in elements]


def _level(name: str, needs: Mapping[str, list[str]], above: frozenset[str]) -> int:
    """How many steps are below it; a circle ends where it closes."""
    below = [needed for needed in needs[name] if needed not in above and needed != name]
    return 1 + max(_level(needed, needs, above | {name}) for needed in below) if below else 0


def _line(low: Box, high: Box) -> Line:
    return Line(low.x + WIDTH // 2, low.y, high.x + WIDTH // 2, high.y + HEIGHT)
