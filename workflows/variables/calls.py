"""What kinds of values the built-in functions give, where that can be told."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.feel import nodes
from workflows.variables.shapes import ANY, BOOLEAN, NUMBER, TEXT, Shape, context

_TEXT = {
    "string", "substring", "upper case", "lower case", "substring before", "substring after", "replace", "string join",
    "trim",
}  # fmt: skip
_NUMBER = {
    "count", "sum", "mean", "median", "stddev", "abs", "floor", "ceiling", "round up", "round down", "round half up",
    "round half down", "decimal", "modulo", "sqrt", "log", "exp", "string length", "number", "day of year",
}  # fmt: skip
_BOOLEAN = {
    "contains", "starts with", "ends with", "matches", "list contains", "not", "all", "any", "even", "odd", "is",
    "before", "after", "meets", "overlaps", "includes", "during", "starts", "finishes", "coincides",
}  # fmt: skip
_OTHER = {"now": "datetime", "today": "date", "date": "date", "time": "time", "date and time": "datetime"}
_OTHER |= {"duration": "duration", "years and months duration": "duration"}


def shape(name: str, arguments: Sequence[nodes.Node], shapes: Sequence[Shape]) -> Shape:
    if name in _TEXT:
        return TEXT
    if name in _NUMBER:
        return NUMBER
    if name in _BOOLEAN:
        return BOOLEAN
    if name == "context put" and len(arguments) == 3:
        return _put(arguments[1], shapes)
    return Shape(_OTHER[name]) if name in _OTHER else ANY


def _put(key: nodes.Node, shapes: Sequence[Shape]) -> Shape:
    changed, value = shapes[0], shapes[2]
    if changed.kind == "null":
        return changed
    if changed.kind != "context" or not isinstance(key, nodes.Literal) or not isinstance(key.value, str):
        return ANY
    return context({**changed.keys, key.value: value}, closed=changed.closed, origin=changed.origin)
