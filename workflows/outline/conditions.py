"""A condition as a sentence, where it asks for answers of forms and decisions; anything else stays FEEL. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workflows import feel
from workflows.feel import nodes
from workflows.feel.nodes import Node
from workflows.forms.shapes import Field

_COMPARED = {
    "=": "är {}",
    "!=": "är inte {}",
    "<": "är mindre än {}",
    "<=": "är högst {}",
    ">": "är mer än {}",
    ">=": "är minst {}",
}
_EMPTY = {"=": "saknas", "!=": "finns"}


class _Unsayable(ValueError):
    """This part has no words of its own."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What names stand for: questions by step and key ("planera.plats"), decisions by their result, messages."""

    questions: Mapping[str, Field] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    messages: frozenset[str] = frozenset()


def said(text: str, known: Known) -> str:
    """”Var ska besöket göras?” är ”Hemma”; '' when FEEL says it better."""
    try:
        return _said(feel.parse(text).root, known)
    except (feel.FeelError, _Unsayable):
        return ""


def _said(node: Node, known: Known) -> str:
    say = _SAYERS.get(type(node))
    if say is None:
        raise _Unsayable
    return say(node, known)


def _joined(node: nodes.And | nodes.Or, known: Known) -> str:
    word, other = ("och", nodes.Or) if isinstance(node, nodes.And) else ("eller", nodes.And)
    if any(isinstance(part, other) for part in node.operands):
        raise _Unsayable  # which belongs to which is clearer in FEEL
    return f" {word} ".join(_said(part, known) for part in node.operands)


def _compared(node: nodes.Compare, known: Known) -> str:
    right = node.right
    is_empty = isinstance(right, nodes.Literal) and right.value is None and node.operator in _EMPTY
    if is_empty and (path := _path(node.left)) in known.messages:
        return f"meddelandet ”{path}” har {'inte ' if node.operator == '=' else ''}kommit"
    name, asked = _name(node.left, known)
    if is_empty:
        return f"{name} {_EMPTY[node.operator]}"
    if isinstance(right, nodes.Literal) and isinstance(right.value, bool) and node.operator in _EMPTY:
        return f"{name} är {'ja' if right.value is (node.operator == '=') else 'nej'}"
    return f"{name} {_COMPARED[node.operator].format(_value(right, asked, known))}"


def _among(node: nodes.In, known: Known) -> str:
    name, asked = _name(node.value, known)
    parts = [part for test in node.tests for part in (test.items if isinstance(test, nodes.ListOf) else (test,))]
    return f"{name} är {' eller '.join(_value(part, asked, known) for part in parts)}"


def _between(node: nodes.Between, known: Known) -> str:
    name, asked = _name(node.value, known)
    return f"{name} är mellan {_value(node.low, asked, known)} och {_value(node.high, asked, known)}"


def _call(node: nodes.Call, known: Known) -> str:
    """not(x), and whether a list has something: list contains(x, "a")."""
    name = node.function.name if isinstance(node.function, nodes.Name) else ""
    if name == "not" and len(node.arguments) == 1:
        told, _ = _name(node.arguments[0], known)
        return f"{told} är nej"
    if name == "list contains" and len(node.arguments) == 2:
        told, asked = _name(node.arguments[0], known)
        return f"{told} innehåller {_value(node.arguments[1], asked, known)}"
    raise _Unsayable


def _yes(node: Node, known: Known) -> str:
    told, _ = _name(node, known)
    return f"{told} är ja"


def _name(node: Node, known: Known) -> tuple[str, Field | None]:
    """What a name or path stands for, with the question when it is the answer to one."""
    path = _path(node)
    if asked := known.questions.get(path):
        return f"”{asked.label.rstrip(':')}”", asked
    if path in known.decisions:
        return f"beslutet ”{known.decisions[path]}”", None
    raise _Unsayable


def _path(node: Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Path):
        return f"{_path(node.source)}.{node.name}"
    raise _Unsayable


def _value(node: Node, asked: Field | None, known: Known) -> str:
    if isinstance(node, nodes.InputTest) and node.operator == "=":
        return _value(node.operand, asked, known)
    if isinstance(node, nodes.Name | nodes.Path):
        return _name(node, known)[0]
    if not isinstance(node, nodes.Literal) or node.value is None or isinstance(node.value, bool):
        raise _Unsayable
    labels = {str(choice.value): choice.label for choice in asked.choices} if asked is not None else {}
    text = str(node.value)
    if text in labels or isinstance(node.value, str):
        return f"”{labels.get(text, text)}”"
    return text.replace(".", ",")


_SAYERS: dict[type[Node], Callable[..., str]] = {
    nodes.And: _joined,
    nodes.Or: _joined,
    nodes.Compare: _compared,
    nodes.In: _among,
    nodes.Between: _between,
    nodes.Call: _call,
    nodes.Name: _yes,
    nodes.Path: _yes,
}
