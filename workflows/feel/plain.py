"""The doors for plain data: JSON in, JSON out, and what is too large to leave."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from types import NoneType

from workflows.feel import writing
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.limits import MAX_LIST, MAX_STRING, Budget
from workflows.feel.values import KINDS, Range, YearsMonths, number

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
        return {str(key): from_plain(item, budget, nesting + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        budget.elements(len(value))
        return [from_plain(item, budget, nesting + 1) for item in value]
    return _from_subclass(value)


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
    left = [MAX_LIST]
    return _to_plain(value, left, 0)


def _to_plain(value: object, left: list[int], nesting: int) -> object:
    left[0] -= 1
    if left[0] < 0 or nesting > _MAX_NESTING:
        raise FeelError(0, "Värdet är för stort för att sparas.")
    if isinstance(value, dict):
        return {str(key): _to_plain(item, left, nesting + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_plain(item, left, nesting + 1) for item in value]
    return plain_scalar(value)


def plain_scalar(value: object) -> object:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (timedelta, YearsMonths, Range)):
        return writing.text(value)
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
        if seen > MAX_LIST or characters > 20 * MAX_STRING or nesting > _MAX_NESTING:
            raise FeelError(0, "Uttrycket stoppades: resultatet blev för stort.")
        if isinstance(item, dict):
            waiting.extend((part, nesting + 1) for part in item.values())
        elif isinstance(item, list):
            waiting.extend((part, nesting + 1) for part in item)
        if len(waiting) > 2 * MAX_LIST:
            raise FeelError(0, "Uttrycket stoppades: resultatet blev för stort.")
