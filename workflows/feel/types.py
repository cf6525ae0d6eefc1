"""FEEL's types: `instance of`, declared parameters, and ranges that can be stepped through."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from workflows.feel.comparison import order
from workflows.feel.errors import Nothing
from workflows.feel.limits import Budget
from workflows.feel.nodes import TypeRef
from workflows.feel.values import Closure, Range, kind

_KNOWN = frozenset(
    (
        *["number", "string", "boolean", "date", "time", "list", "context", "range", "function", "Any", "Null"],
        "date and time",
        "days and time duration",
        "years and months duration",
    )
)
_ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "any": "Any",
    "null": "Null",
}


def is_instance(value: object, wanted: TypeRef, budget: Budget) -> bool | None:
    """Is the value of the type; an unknown type has no answer."""
    budget.spend(1)
    name = _ALIASES.get(wanted.name, wanted.name)
    if name not in _KNOWN:
        budget.note(f"Typen {name[:60]!r} är okänd.", wanted.position)
        return None
    if name == "Any":
        return value is not None
    if value is None:
        return name == "Null"
    return kind(value) == name and _parts_fit(value, wanted, budget)


def _parts_fit(value: object, wanted: TypeRef, budget: Budget) -> bool:
    if not wanted.parts:
        return True
    if isinstance(value, list):
        return all(item is None or is_instance(item, wanted.parts[0], budget) is True for item in value)
    if isinstance(value, Range):
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(is_instance(end, wanted.parts[0], budget) is True for end in ends)
    if isinstance(value, dict):
        return all(
            key in value and (value[key] is None or is_instance(value[key], part, budget) is True)
            for key, part in zip(wanted.keys, wanted.parts, strict=True)
        )
    return not isinstance(value, Closure) or len(value.definition.parameters) == len(wanted.parts) - 1


def conform(value: object, wanted: TypeRef, budget: Budget) -> object:
    """An argument as its parameter declares it: one element and a list of it stand for each other, misfits are null."""
    name = _ALIASES.get(wanted.name, wanted.name)
    if value is None or name not in _KNOWN or name == "Any" or is_instance(value, wanted, budget):
        return value
    if name == "list" and not isinstance(value, list):
        return conform([value], wanted, budget) if not wanted.parts else _as_list(value, wanted, budget)
    if isinstance(value, list) and len(value) == 1 and is_instance(value[0], wanted, budget):
        return value[0]
    if name == "date and time" and type(value) is date:
        return datetime.combine(value, time())
    budget.note(f"Argumentet är inte av typen {name[:60]}.")
    return None


def _as_list(value: object, wanted: TypeRef, budget: Budget) -> object:
    return [value] if is_instance(value, wanted.parts[0], budget) else None


def is_sound(value: Range, budget: Budget) -> bool:
    """A range has ends of one kind that can be ordered, the lower first."""
    if value.low is None and value.high is None:
        budget.note("Intervallet saknar både början och slut.")
        return False
    low = value.high if value.low is None else value.low
    high = value.low if value.high is None else value.high
    try:
        backwards = order(low, high) > 0
    except Nothing as reason:
        budget.note(reason.message_sv)
        return False
    if backwards:
        budget.note("Intervallets början ligger efter dess slut.")
    return not backwards


def stepped(value: Range, *, down: bool = False) -> Iterator[object]:
    """Every whole number or day from low to high (or downwards), one at a time."""
    low, high = value.low, value.high
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return _numbers(low, high, value, down=down)
    if type(low) is date and type(high) is date:
        return _days(low, high, value, down=down)
    raise Nothing("Det går bara att gå igenom intervall av heltal eller datum.")


def _numbers(low: Decimal, high: Decimal, value: Range, *, down: bool) -> Iterator[object]:
    if low != low.to_integral_value() or high != high.to_integral_value() or max(low.adjusted(), high.adjusted()) > 30:
        raise Nothing("Det går bara att gå igenom intervall av heltal.")
    start, end = int(low), int(high)
    step = -1 if down and start > end else 1
    start += 0 if value.low_included else step
    end += step if value.high_included else 0
    return (Decimal(n) for n in range(start, end, step))


def _days(low: date, high: date, value: Range, *, down: bool) -> Iterator[object]:
    step = -1 if down and low > high else 1
    start = low.toordinal() + (0 if value.low_included else step)
    end = high.toordinal() + (step if value.high_included else 0)
    return (low + timedelta(days=n - low.toordinal()) for n in range(start, end, step))
