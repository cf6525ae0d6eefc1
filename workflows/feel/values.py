"""The values FEEL computes with, and the doors for plain data in and out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import NoneType
from typing import TYPE_CHECKING

from workflows.feel.errors import Nothing
from workflows.feel.far import FarDate, FarLength, FarMoment, FarTime

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
    """From low to high; None is an open end. `(= 5)` and `(!= 5)` have an operator, and both ends are the value."""

    low: object
    high: object
    low_included: bool
    high_included: bool
    operator: str = ""


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
    FarDate: "date",
    FarMoment: "date and time",
    FarTime: "time",
    FarLength: "days and time duration",
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


def number_text(value: Decimal) -> str:
    if value == 0:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
