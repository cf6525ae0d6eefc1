"""The `show_if` conditions that anything can follow without FEEL: what one chosen answer is, or is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from workflows import feel
from workflows.feel import nodes

NO_ANSWER = ""


@dataclass(frozen=True, slots=True)
class Simple:
    """True when the answer is one of `values`, or with `is_except` when it is none of them.

    Values are text as a browser posts them; `in_list` asks whether the answer, a list, has one of them.
    """

    name: str
    values: tuple[str, ...]
    is_except: bool = False
    in_list: bool = False


@lru_cache(maxsize=1_000)
def simple(text: str) -> Simple | None:
    """The condition when it is simple; None otherwise."""
    try:
        return _condition(feel.parse(text).root)
    except feel.FeelError:
        return None


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
