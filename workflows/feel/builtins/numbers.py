"""Numeric functions (DMN 1.5 §10.3.4.5)."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    InvalidOperation,
    Overflow,
)

from workflows.feel import moments
from workflows.feel.arithmetic import negate
from workflows.feel.builtins.conversion import whole
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing
from workflows.feel.values import NUMBERS, YearsMonths

_MAX_SCALE, _MIN_SCALE = 6176, -6111  # DMN 1.5 table 75


def _scaled(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        raise Nothing("Antalet decimaler är utanför det tillåtna.")
    places = whole(scale)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return value
    quantum = Decimal((0, (1,), -places))
    if value.adjusted() + places > NUMBERS.prec:
        return value
    return NUMBERS.plus(value.quantize(quantum, rounding, NUMBERS))


def _rounding(name: str, mode: str, *, optional: bool) -> None:
    @builtin(name, f"n: number, scale{'?' if optional else ''}: number")
    def rounded(run: Running, value: Decimal, scale: Decimal | None = None) -> Decimal:
        return _scaled(value, Decimal(0) if scale is None else scale, mode)


_rounding("decimal", ROUND_HALF_EVEN, optional=False)
_rounding("floor", ROUND_FLOOR, optional=True)
_rounding("ceiling", ROUND_CEILING, optional=True)
_rounding("round up", ROUND_UP, optional=False)
_rounding("round down", ROUND_DOWN, optional=False)
_rounding("round half up", ROUND_HALF_UP, optional=False)
_rounding("round half down", ROUND_HALF_DOWN, optional=False)


@builtin("abs", "n: number", "n: duration")
def absolute(run: Running, value: object) -> object:
    if isinstance(value, Decimal):
        return NUMBERS.abs(value)
    is_negative = value.months < 0 if isinstance(value, YearsMonths) else moments.tick(value) < 0
    return negate(value) if is_negative else value


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Running, dividend: Decimal, divisor: Decimal) -> Decimal:
    """dividend - divisor * floor(dividend / divisor), so the sign is the divisor's."""
    if divisor == 0:
        raise Nothing("Det går inte att dividera med noll.")
    rest = _computed(lambda: NUMBERS.remainder(dividend, divisor))
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _computed(compute: Callable[[], Decimal]) -> Decimal:
    try:
        return compute()
    except (InvalidOperation, Overflow):
        raise Nothing("Resultatet är inget tal eller för stort.") from None


@builtin("sqrt", "number: number")
def square_root(run: Running, value: Decimal) -> Decimal:
    return _computed(lambda: NUMBERS.sqrt(value))


@builtin("log", "number: number")
def natural_logarithm(run: Running, value: Decimal) -> Decimal:
    if value <= 0:
        raise Nothing("Logaritmen finns bara för tal större än noll.")
    run.spend(100)
    return _computed(lambda: NUMBERS.ln(value))


@builtin("exp", "number: number")
def exponential(run: Running, value: Decimal) -> Decimal:
    run.spend(100)
    return _computed(lambda: NUMBERS.exp(value))


@builtin("odd", "number: number")
def odd(run: Running, value: Decimal) -> bool:
    return not even(run, value)


@builtin("even", "number: number")
def even(run: Running, value: Decimal) -> bool:
    if value != value.to_integral_value():
        raise Nothing("Bara heltal är jämna eller udda.")
    return modulo(run, value, Decimal(2)) == 0
