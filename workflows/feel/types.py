"""FEEL's types: `instance of`, declared parameters, and ranges that can be stepped through."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import cast

from workflows.feel import far
from workflows.feel.builtins.registry import Running
from workflows.feel.comparison import order
from workflows.feel.errors import Nothing
from workflows.feel.far import Day
from workflows.feel.limits import Budget
from workflows.feel.nodes import TypeRef, UnaryTree
from workflows.feel.values import SWEDISH_KINDS, Closure, Range, kind, swedish_kind

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


def is_instance(value: object, wanted: TypeRef, run: Running) -> bool | None:
    """Is the value of the type; an unknown type has no answer."""
    run.spend(1)
    name = _ALIASES.get(wanted.name, wanted.name)
    if name not in _KNOWN:
        run.note(f"Typen {name[:60]!r} är okänd.", wanted.position)
        return None
    if name == "Any":
        return value is not None
    if value is None:
        return name == "Null"
    return kind(value) == name and _parts_fit(value, wanted, run)


def _parts_fit(value: object, wanted: TypeRef, run: Running) -> bool:
    if not wanted.parts:
        return True
    if isinstance(value, list):
        return all(item is None or is_instance(item, wanted.parts[0], run) is True for item in value)
    if isinstance(value, Range):
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(is_instance(end, wanted.parts[0], run) is True for end in ends)
    if isinstance(value, dict):
        return all(
            key in value and (value[key] is None or is_instance(value[key], part, run) is True)
            for key, part in zip(wanted.keys, wanted.parts, strict=True)
        )
    return not isinstance(value, Closure) or _takes(value.definition.types, wanted.parts[:-1])


def _takes(own: Sequence[TypeRef | None], given: Sequence[TypeRef]) -> bool:
    """Do parameters of these types take such arguments; what the function answers is not known before it is called."""
    return len(own) == len(given) and all(
        mine is None or _named(mine) in ("Any", _named(theirs)) for mine, theirs in zip(own, given, strict=True)
    )


def _named(wanted: TypeRef) -> str:
    return _ALIASES.get(wanted.name, wanted.name)


def conform(value: object, wanted: TypeRef, run: Running) -> object:
    """A value as its type declares it: one element and a list of it stand for each other; a misfit is Nothing."""
    name = _ALIASES.get(wanted.name, wanted.name)
    if value is None or name not in _KNOWN or _fits(value, wanted, run):
        return value
    coerced = _coerced(value, name)
    if coerced is not None and _fits(coerced, wanted, run):
        return coerced
    if is_instance(value, wanted, run):
        raise Nothing("Värdet är inte ett av de tillåtna.")
    raise Nothing(f"Värdet är {swedish_kind(value)} men ska vara {SWEDISH_KINDS.get(name, name)}.")


def _coerced(value: object, name: str) -> object:
    """The value as another kind of the same thing, or None."""
    if name == "list":
        return None if isinstance(value, list) else [value]
    if isinstance(value, list):
        return value[0] if len(value) == 1 else None
    if name == "date and time" and type(value) is date:
        return datetime.combine(value, time(), UTC)
    return None


def _fits(value: object, wanted: TypeRef, run: Running) -> bool:
    return is_instance(value, wanted, run) is True and _is_allowed(value, wanted, run)


def _is_allowed(value: object, wanted: TypeRef, run: Running) -> bool:
    """Is a value of the right kind also among the allowed ones, in all its parts."""
    if value is None:
        return True
    if wanted.allowed is not None and run.value(UnaryTree("", wanted.allowed), {"?": value}) is not True:
        return False
    if isinstance(value, list) and wanted.parts:
        return all(_is_allowed(item, wanted.parts[0], run) for item in value)
    if isinstance(value, dict):
        return all(_is_allowed(value[key], part, run) for key, part in zip(wanted.keys, wanted.parts, strict=True))
    return True


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
    if kind(low) == kind(high) == "date":
        return _days(cast("Day", low), cast("Day", high), value, down=down)
    raise Nothing("Det går bara att gå igenom intervall av heltal eller datum.")


def _numbers(low: Decimal, high: Decimal, value: Range, *, down: bool) -> Iterator[object]:
    if low != low.to_integral_value() or high != high.to_integral_value() or max(low.adjusted(), high.adjusted()) > 30:
        raise Nothing("Det går bara att gå igenom intervall av heltal.")
    start, end = int(low), int(high)
    step = -1 if down and start > end else 1
    start += 0 if value.low_included else step
    end += step if value.high_included else 0
    return (Decimal(n) for n in range(start, end, step))


def _days(low: Day, high: Day, value: Range, *, down: bool) -> Iterator[object]:
    first, last = far.day_number(low), far.day_number(high)
    step = -1 if down and first > last else 1
    start = first + (0 if value.low_included else step)
    end = last + (step if value.high_included else 0)
    return map(far.day, range(start, end, step))
