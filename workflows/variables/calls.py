"""What kinds of values the built-in functions give, where that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from workflows.feel import functions, nodes
from workflows.variables.shapes import ANY, Shape, context

_KINDS = {
    "string": "text",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "datetime",
    "datetime": "datetime",
    "days and time duration": "duration",
    "years and months duration": "duration",
}


@cache
def _returns() -> dict[str, Shape]:
    """What each function gives, where that is one kind."""
    found: dict[str, Shape] = {}
    for function in functions.catalogue():
        kinds = {_KINDS.get(kind, "any") for kind in function.returns if kind != "null"}
        one = kinds.pop() if len(kinds) == 1 else "moment" if kinds == {"date", "datetime"} else "any"
        found[function.name] = Shape(one)
    return found


def shape(name: str, arguments: Sequence[nodes.Node], shapes: Sequence[Shape]) -> Shape:
    if name == "context put" and len(arguments) == 3:
        return _put(arguments[1], shapes)
    return _returns().get(name, ANY)


def _put(key: nodes.Node, shapes: Sequence[Shape]) -> Shape:
    changed, value = shapes[0], shapes[2]
    if changed.kind == "null":
        return changed
    if changed.kind != "context" or not isinstance(key, nodes.Literal) or not isinstance(key.value, str):
        return ANY
    return context({**changed.keys, key.value: value}, closed=changed.closed, origin=changed.origin)
