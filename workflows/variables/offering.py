"""The names that have a value at a place in a förlopp, told for the person who writes an expression there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows import diagram
from workflows.variables.course import Course
from workflows.variables.knowledge import Knowledge
from workflows.variables.shapes import Shape

MOST_NAMES = 2_000
_DEEPEST = 3
_MOST_VALUES = 6
_WORDS = {
    "text": "text",
    "number": "tal",
    "boolean": "ja eller nej (true, false)",
    "date": "datum",
    "datetime": "datum och tid",
    "time": "klockslag",
    "moment": "datum eller tidpunkt",
    "duration": "tidslängd",
    "context": "flera uppgifter",
    "list": "lista",
    "null": "aldrig något värde",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written in an expression, what kind of value it has and where that comes from, in Swedish."""

    name: str
    kind: str
    origin: str


def names_at(course: Course, element: str) -> list[Name]:
    """What can have a value when the step is entered; at a flow, when the step it leaves is done."""
    known = Knowledge(course)
    step, done = _asked(course, element)
    around = known.local_names(step)
    shapes = {name: shape for name, shape in known.shapes.items() if not known.not_yet(step, name, done=done)}
    found = [item for name, shape in sorted({**shapes, **around}.items()) for item in _told(name, shape, "", 0)]
    return found[:MOST_NAMES]


def _asked(course: Course, element: str) -> tuple[str, bool]:
    for root in course.diagrams.values():
        for flow in root.iter(diagram.tag("sequenceFlow")):
            if flow.get("id") == element:
                return flow.get("sourceRef", ""), True
    return element, False


def _told(name: str, shape: Shape, origin: str, depth: int) -> Iterator[Name]:
    said = shape.origin or origin
    yield Name(name, _kind(shape), said)
    if depth < _DEEPEST:
        for key, part in _inside(shape).items():
            yield from _told(f"{name}.{key}", part, said, depth + 1)


def _inside(shape: Shape) -> Mapping[str, Shape]:
    return {key: part for key, part in shape.keys.items() if key.isidentifier()}


def _kind(shape: Shape) -> str:
    if shape.written:
        return f"{_WORDS.get(shape.written, 'tid')} som text"
    if shape.values and len(shape.values) <= _MOST_VALUES:
        values = sorted(f'"{value}"' if isinstance(value, str) else str(value) for value in shape.values)
        return " eller ".join(values)
    return _WORDS.get(shape.kind, "vad som helst")
