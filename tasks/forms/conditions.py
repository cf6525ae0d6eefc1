"""The `show_if` conditions that the browser can follow by itself: one field that equals one of some values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workflows import feel
from workflows.feel import nodes


@dataclass(frozen=True, slots=True)
class Simple:
    """Show when the control `name` has one of `values` (as the browser posts them)."""

    name: str
    values: tuple[str, ...]

    @property
    def as_json(self) -> str:
        return json.dumps(self.values)


def simple(text: str, names: Mapping[str, str]) -> Simple | None:
    """The condition when it is simple and asks a field in `names` (key to control name); None otherwise."""
    try:
        found = _read(text)
    except feel.FeelError:
        return None
    return Simple(names[found[0]], found[1]) if found and found[0] in names else None


Found = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=1_000)
def _read(text: str) -> Found | None:
    return _condition(feel.parse(text).root)


def _condition(node: nodes.Node) -> Found | None:
    if isinstance(node, nodes.Name):
        return node.name, ("true",)
    if isinstance(node, nodes.Compare) and node.operator == "=":
        return _single(node.left, (node.right,)) or _single(node.right, (node.left,))
    if isinstance(node, nodes.In):
        return _single(node.value, node.tests)
    if isinstance(node, nodes.Call):
        return _contains(node)
    return _either(node) if isinstance(node, nodes.Or) else None


def _single(asked: nodes.Node, tests: tuple[nodes.Node, ...]) -> Found | None:
    if not isinstance(asked, nodes.Name):
        return None
    parts = [part for test in tests for part in (test.items if isinstance(test, nodes.ListOf) else (test,))]
    texts = [_posted(part) for part in parts]
    return (asked.name, tuple(text for text in texts if text)) if all(texts) else None


def _contains(call: nodes.Call) -> Found | None:
    if isinstance(call.function, nodes.Name) and call.function.name == "list contains" and len(call.arguments) == 2:
        return _single(call.arguments[0], call.arguments[1:])
    return None


def _either(node: nodes.Or) -> Found | None:
    parts = [_condition(operand) for operand in node.operands]
    found = [part for part in parts if part]
    if len(found) < len(parts) or len({name for name, _ in found}) > 1:
        return None
    return found[0][0], tuple(value for _, values in found for value in values)


def _posted(node: nodes.Node) -> str:
    """The literal as a control posts it; '' when it is no literal."""
    if isinstance(node, nodes.InputTest) and node.operator == "=":
        node = node.operand
    if not isinstance(node, nodes.Literal) or node.value is None:
        return ""
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
