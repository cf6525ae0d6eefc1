"""Plus, minus, times, divided by and power on numbers, texts, dates and durations."""

from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow

from workflows.feel import far, moments
from workflows.feel.errors import Nothing
from workflows.feel.limits import Budget
from workflows.feel.values import NUMBERS, YearsMonths, swedish_kind

_MAX_EXPONENT = 10_000
_DECIMAL: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}
_POINTS = (*moments.DATES, *moments.TIMES)
_WORDS = {"+": "lägga ihop", "-": "dra ifrån", "*": "multiplicera", "/": "dividera", "**": "upphöja"}


def calculate(operator: str, left: object, right: object, budget: Budget) -> object:
    """The value, or Nothing when the kinds do not fit or the result lies outside FEEL."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        if operator == "**":
            budget.spend(60)  # logarithms of 34 digits
        return _numbers(operator, left, right)
    if left is None or right is None:
        raise Nothing(f"Det går inte att {_WORDS[operator]} när ett värde saknas.")
    if isinstance(left, str) and isinstance(right, str) and operator == "+":
        budget.string(len(left) + len(right))
        return left + right
    found = _OPERATIONS[operator](left, right)
    if found is None:
        raise Nothing(f"Det går inte att {_WORDS[operator]} {swedish_kind(left)} och {swedish_kind(right)}.")
    return found


def _numbers(operator: str, left: Decimal, right: Decimal) -> Decimal:
    try:
        if operator == "**":
            return _power(left, right)
        return _DECIMAL[operator](left, right)
    except DivisionByZero:
        raise Nothing("Det går inte att dividera med noll.") from None
    except (InvalidOperation, Overflow):
        raise Nothing("Resultatet är inget tal eller för stort.") from None


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > _MAX_EXPONENT:
        raise Nothing(f"Exponenten får vara högst {_MAX_EXPONENT}.")
    if base == 0 and exponent < 0:
        raise Nothing("Det går inte att dividera med noll.")
    return NUMBERS.power(base, exponent)


def negate(value: object) -> object:
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, moments.LENGTHS):
        return far.length(-far.nanos(value))
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    raise Nothing("Minustecken går bara att sätta framför tal och längder.")


def _plus(left: object, right: object) -> object:
    if isinstance(left, moments.LENGTHS) and isinstance(right, moments.LENGTHS):
        return far.length(far.nanos(left) + far.nanos(right))
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return moments.make_months(left.months + right.months)
    if isinstance(right, (*moments.LENGTHS, YearsMonths)):
        return _moved(left, right)
    if isinstance(left, (*moments.LENGTHS, YearsMonths)):
        return _moved(right, left)
    return None


def _minus(left: object, right: object) -> object:
    if isinstance(left, moments.LENGTHS) and isinstance(right, moments.LENGTHS):
        return far.length(far.nanos(left) - far.nanos(right))
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return moments.make_months(left.months - right.months)
    if isinstance(right, (*moments.LENGTHS, YearsMonths)):
        return _moved(left, negate(right))
    if isinstance(left, _POINTS) and isinstance(right, _POINTS):
        return moments.between(left, right)
    return None


def _moved(point: object, length: object) -> object:
    if isinstance(length, moments.LENGTHS):
        return moments.add_length(point, length) if isinstance(point, _POINTS) else None
    if isinstance(length, YearsMonths) and isinstance(point, moments.DATES):
        return moments.add_months(point, length.months)
    return None


def _times(left: object, right: object) -> object:
    if isinstance(right, Decimal):
        return _scaled(left, right, "*")
    return _scaled(right, left, "*") if isinstance(left, Decimal) else None


def _divided(left: object, right: object) -> object:
    if isinstance(left, moments.LENGTHS) and isinstance(right, moments.LENGTHS):
        return _numbers("/", Decimal(far.nanos(left)), Decimal(far.nanos(right)))
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return _numbers("/", Decimal(left.months), Decimal(right.months))
    return _scaled(left, right, "/") if isinstance(right, Decimal) else None


def _scaled(length: object, factor: Decimal, operator: str) -> object:
    """A duration times or divided by a number, truncated to whole months or nanoseconds."""
    if isinstance(length, YearsMonths):
        return moments.make_months(_whole(_numbers(operator, Decimal(length.months), factor)))
    if isinstance(length, moments.LENGTHS):
        return far.length(_whole(_numbers(operator, Decimal(far.nanos(length)), factor)))
    return None


def _whole(value: Decimal) -> int:
    if value.adjusted() > 30:
        raise Nothing("Längden är för stor.")
    return int(value)


def _none(_left: object, _right: object) -> object:
    return None


_OPERATIONS: dict[str, Callable[[object, object], object]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divided,
    "**": _none,
}
