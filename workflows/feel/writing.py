"""Values as text: what string() gives, and FEEL literals for nested values."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

from workflows.feel import temporal
from workflows.feel.limits import Budget
from workflows.feel.values import Builtin, Closure, Range, number_text


def text(value: object, budget: Budget | None = None) -> str:
    """What the function string() gives; a nested value is written as a FEEL literal."""
    if isinstance(value, str):
        return value
    return _literal(value, budget or Budget(None))


def _literal(value: object, budget: Budget) -> str:
    budget.spend(1)
    writer = _WRITERS.get(type(value))
    made = temporal.text(value) if writer is None else writer(value, budget)
    budget.string(len(made))
    return made


def _text(value: str, _budget: Budget) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(value: list[object], budget: Budget) -> str:
    return "[" + _joined([_literal(item, budget) for item in value], budget) + "]"


def _context(value: dict[str, object], budget: Budget) -> str:
    return "{" + _joined([f"{_key(key)}: {_literal(item, budget)}" for key, item in value.items()], budget) + "}"


def _joined(parts: Sequence[str], budget: Budget) -> str:
    budget.string(sum(map(len, parts)) + 2 * len(parts))
    return ", ".join(parts)


def _key(key: str) -> str:
    is_name = key.replace("_", "a").replace(" ", "a").isalnum() and not key[0].isdigit()
    return key if is_name else '"' + key.replace('"', '\\"') + '"'


def _range(value: Range, budget: Budget) -> str:
    if value.operator:
        return f"({value.operator} {_literal(value.low, budget)})"
    low = "[" if value.low_included else "("
    high = "]" if value.high_included else ")"
    if value.low is None:
        return f"({'<=' if value.high_included else '<'} {_literal(value.high, budget)})"
    if value.high is None:
        return f"({'>=' if value.low_included else '>'} {_literal(value.low, budget)})"
    return f"{low}{_literal(value.low, budget)}..{_literal(value.high, budget)}{high}"


_WRITERS: dict[type, Callable[[Any, Budget], str]] = {
    str: _text,
    NoneType: lambda _value, _budget: "null",
    bool: lambda value, _budget: "true" if value else "false",
    Decimal: lambda value, _budget: number_text(value),
    list: _list,
    dict: _context,
    Range: _range,
    Closure: lambda _value, _budget: "function",
    Builtin: lambda _value, _budget: "function",
}
