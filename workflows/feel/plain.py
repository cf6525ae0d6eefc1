"""The doors for plain data: JSON in, JSON out, and what is too large to leave."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from types import NoneType
from typing import Any

from workflows.feel import moments, writing
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.limits import MAX_LIST, MAX_STRING, Budget
from workflows.feel.values import KINDS, Range, number

_MAX_NESTING = 100


def _from_number(value: float | Decimal) -> object:
    try:
        return number(repr(value) if isinstance(value, float) else value)
    except Nothing:
        return None


def from_plain(value: object, budget: Budget, nesting: int = 0) -> object:
    """Plain JSON-like data (or FEEL values) as FEEL values; pays for what it copies."""
    known = type(value)
    if known in (str, bool, NoneType):
        return value
    if known in (int, float, Decimal):
        return _from_number(value)  # type: ignore[arg-type]
    if nesting > _MAX_NESTING:
        raise FeelError(budget.position, "Värdet har för många nivåer.")
    if isinstance(value, Mapping):
        budget.spend(1 + len(value))
        return {str.__str__(key): from_plain(item, budget, nesting + 1) for key, item in _texts(value)}
    if isinstance(value, (list, tuple)):
        budget.elements(len(value))
        return [from_plain(item, budget, nesting + 1) for item in value]
    return _from_subclass(value)


def _texts(value: Mapping[Any, Any]) -> Iterator[tuple[str, object]]:
    """What JSON could hold: a key that is no text is not asked to become one."""
    return ((key, item) for key, item in value.items() if isinstance(key, str))


def _from_subclass(value: object) -> object:
    """Enums, safe strings and the like by their plain base; what FEEL does not know is null."""
    if type(value) in KINDS:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float, Decimal)):
        return _from_number(int(value) if isinstance(value, int) else value)
    return None


def to_plain(value: object) -> object:
    """Strict JSON: numbers int or float, dates and durations as ISO 8601 strings, functions null."""
    if isinstance(value, (list, dict)):
        weigh(value)
    return _to_plain(value, Budget(None))


def _to_plain(value: object, budget: Budget) -> object:
    if isinstance(value, dict):
        return {str(key): _to_plain(item, budget) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_plain(item, budget) for item in value]
    return plain_scalar(value, budget)


def plain_scalar(value: object, budget: Budget | None = None) -> object:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (*moments.TEMPORAL, Range)):
        return writing.text(value, budget)
    return None


def plain_number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and abs(value.adjusted()) <= 34:
        return int(value)
    made = float(value)
    return made if abs(made) != float("inf") else None


def weigh(value: object) -> None:
    """Refuse a result whose written form would be huge because its parts are shared many times over."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    seen = characters = 0
    while waiting:
        item, nesting = waiting.pop()
        seen += 1
        characters += len(item) if isinstance(item, str) else 8
        parts = _parts(item)
        if seen + len(waiting) + len(parts) > 2 * MAX_LIST or characters > 20 * MAX_STRING or nesting > _MAX_NESTING:
            raise FeelError(0, "Uttrycket stoppades: resultatet blev för stort.")
        waiting.extend((part, nesting + 1) for part in parts)


def _parts(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, Range):
        return (value.low, value.high)
    return value if isinstance(value, list) else ()
