"""The values FEEL computes with, and the doors for plain data in and out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import NoneType
from typing import TYPE_CHECKING

from workflows.feel.errors import FeelError, Nothing
from workflows.feel.limits import MAX_LIST, MAX_STRING, Budget

if TYPE_CHECKING:
    from workflows.feel.nodes import FunctionOf

# DMN 1.5 §10.3.2.3.1: decimal128, that is 34 digits and half even.
NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
_MAX_INT_BITS = 20_000  # 6 000 digits; larger integers are outside decimal128 anyway
_MAX_NESTING = 100


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high; None is an open end."""

    low: object
    high: object
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function written in FEEL together with the names it can see."""

    definition: "FunctionOf"
    scope: object
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A built-in function used as a value."""

    name: str


KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    NoneType: "null",
    list: "list",
    dict: "context",
    date: "date",
    datetime: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    Range: "range",
    Closure: "function",
    Builtin: "function",
}
SWEDISH_KINDS = {
    "number": "tal",
    "string": "text",
    "boolean": "ja/nej-värde",
    "null": "inget värde",
    "list": "lista",
    "context": "kontext",
    "date": "datum",
    "date and time": "datum och tid",
    "time": "tid",
    "days and time duration": "längd i dagar och tid",
    "years and months duration": "längd i år och månader",
    "range": "intervall",
    "function": "funktion",
}


def kind(value: object) -> str:
    return KINDS[type(value)]


def swedish_kind(value: object) -> str:
    return SWEDISH_KINDS[kind(value)]


def number(value: int | str | Decimal) -> Decimal:
    """A FEEL number; too large or malformed is Nothing."""
    if isinstance(value, int) and value.bit_length() > _MAX_INT_BITS:
        raise Nothing("Talet är för stort.")
    try:
        made = NUMBERS.create_decimal(value)
    except (InvalidOperation, Overflow):
        raise Nothing("Talet är för stort eller går inte att tolka.") from None
    if not made.is_finite():
        raise Nothing("Värdet är inte ett ändligt tal.")
    return made


def _from_number(value: int | float | Decimal) -> object:
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
    from workflows.feel import temporal  # temporal builds on values

    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (timedelta, YearsMonths)):
        return temporal.text(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Range):
        return text(value)
    return None


def plain_number(value: Decimal) -> int | float | None:
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


def number_text(value: Decimal) -> str:
    if value == 0:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def text(value: object, budget: Budget | None = None) -> str:
    """What the function string() gives; a nested value is written as a FEEL literal."""
    if isinstance(value, str):
        return value
    return _literal(value, budget or Budget(None))


def _literal(value: object, budget: Budget) -> str:
    from workflows.feel import temporal

    budget.spend(1)
    if isinstance(value, str):
        made = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif value is None:
        made = "null"
    elif isinstance(value, bool):
        made = "true" if value else "false"
    elif isinstance(value, Decimal):
        made = number_text(value)
    elif isinstance(value, list):
        made = "[" + _joined([_literal(item, budget) for item in value], budget) + "]"
    elif isinstance(value, dict):
        made = "{" + _joined([f"{_key(key)}: {_literal(item, budget)}" for key, item in value.items()], budget) + "}"
    elif isinstance(value, Range):
        made = _range_text(value, lambda end: _literal(end, budget))
    elif isinstance(value, (Closure, Builtin)):
        made = "function"
    else:
        made = temporal.text(value)
    budget.string(len(made))
    return made


def _joined(parts: Sequence[str], budget: Budget) -> str:
    budget.string(sum(map(len, parts)) + 2 * len(parts))
    return ", ".join(parts)


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace(" ", "a").isalnum() else '"' + key.replace('"', '\\"') + '"'


def _range_text(value: Range, literal: Callable[[object], str]) -> str:
    low = "[" if value.low_included else "("
    high = "]" if value.high_included else ")"
    start = "" if value.low is None else literal(value.low)
    end = "" if value.high is None else literal(value.high)
    return f"{low}{start}..{end}{high}"
