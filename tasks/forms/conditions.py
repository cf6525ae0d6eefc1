"""The `show_if` conditions that the browser can follow by itself: what one chosen answer is, or is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from workflows import feel
from workflows.feel import nodes
from workflows.forms.shapes import Field

NO_ANSWER = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A control that can be asked: its name on the page, and whether several answers can be ticked in it."""

    name: str
    has_several: bool


@dataclass(frozen=True, slots=True)
class Simple:
    """Show when the control has one of `values` as the browser posts them, or with `is_except` when it has none."""

    name: str
    values: tuple[str, ...]
    is_except: bool = False
    in_list: bool = False

    @property
    def as_json(self) -> str:
        return json.dumps(self.values)


def asked(fields: tuple[Field, ...], names: Mapping[str, str]) -> dict[str, Asked]:
    """The fields a condition in the browser may ask: those with fixed answers, so that it always agrees with FEEL."""
    return {
        field.key: Asked(names[field.key], field.type == "multi")
        for field in fields
        if (field.choices or field.type == "bool") and not field.computed
    }


def simple(text: str, controls: Mapping[str, Asked]) -> Simple | None:
    """The condition when it is simple and asks one of `controls` (by key); None otherwise."""
    try:
        found = _read(text)
    except feel.FeelError:
        return None
    control = controls.get(found.name) if found else None
    if found is None or control is None or control.has_several != found.in_list:
        return None
    return Simple(control.name, found.values, found.is_except, found.in_list)


@lru_cache(maxsize=1_000)
def _read(text: str) -> Simple | None:
    return _condition(feel.parse(text).root)


def _condition(node: nodes.Node) -> Simple | None:
    if isinstance(node, nodes.Name):
        return Simple(node.name, ("true",))
    if isinstance(node, nodes.Compare) and node.operator in ("=", "!="):
        is_except = node.operator == "!="
        turned = _one_of(node.right, (node.left,), is_except=is_except)
        return _one_of(node.left, (node.right,), is_except=is_except) or turned
    if isinstance(node, nodes.In):
        return _one_of(node.value, node.tests)
    if isinstance(node, nodes.Call):
        return _contains(node)
    if isinstance(node, nodes.Or | nodes.And):
        return _joined(node)
    return None


def _one_of(asked_node: nodes.Node, tests: tuple[nodes.Node, ...], *, is_except: bool = False) -> Simple | None:
    values = [value for test in tests for value in _posted(test)]
    if not isinstance(asked_node, nodes.Name) or None in values:
        return None
    return Simple(asked_node.name, tuple(value for value in values if value is not None), is_except)


def _contains(call: nodes.Call) -> Simple | None:
    if not isinstance(call.function, nodes.Name) or call.function.name != "list contains" or len(call.arguments) != 2:
        return None
    found = _one_of(call.arguments[0], call.arguments[1:])
    return Simple(found.name, found.values, in_list=True) if found else None


def _joined(node: nodes.Or | nodes.And) -> Simple | None:
    """This or that; not this and not that: all about the same answer."""
    parts = [_condition(operand) for operand in node.operands]
    found = [part for part in parts if part and part.is_except == isinstance(node, nodes.And)]
    if len(found) < len(parts) or len({(part.name, part.in_list) for part in found}) > 1:
        return None
    values = tuple(value for part in found for value in part.values)
    return Simple(found[0].name, values, found[0].is_except, found[0].in_list)


def _posted(node: nodes.Node) -> Iterator[str | None]:
    """The literals as a control posts them; None for anything that is no literal."""
    if isinstance(node, nodes.ListOf):
        for item in node.items:
            yield from _posted(item)
    elif isinstance(node, nodes.InputTest) and node.operator == "=":
        yield from _posted(node.operand)
    elif isinstance(node, nodes.Literal):
        yield _text(node.value)
    else:
        yield None


def _text(value: object) -> str:
    if value is None:
        return NO_ANSWER
    return str(value).lower() if isinstance(value, bool) else str(value)
