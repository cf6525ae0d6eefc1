"""Sample values of an input column: each value its cells name and one between every two, so that none is overlooked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation, Overflow
from enum import IntEnum
from functools import cmp_to_key
from itertools import groupby, pairwise

from workflows.feel.comparison import equal, order
from workflows.feel.errors import Nothing
from workflows.feel.limits import Budget
from workflows.feel.values import KINDS, NUMBERS, Range, YearsMonths

_KEY = cmp_to_key(order)
_SPANS = [timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)]
_TYPICAL: dict[str, list[object]] = {
    "number": [Decimal(0)],
    "string": [],
    "boolean": [True, False],
    "date": [date(2026, 1, 1)],
    "date and time": [datetime(2026, 1, 1, 12)],  # noqa: DTZ001  FEEL has moments without a zone
    "time": [time(12)],
    "days and time duration": [timedelta(days=1)],
    "years and months duration": [YearsMonths(12)],
}
SCALARS = frozenset(_TYPICAL)
SAMPLED = frozenset([Decimal, str, bool, date, datetime, time, timedelta, YearsMonths])


class Sort(IntEnum):
    """How ordinary a value is; a gap is shown by the most ordinary values it has."""

    PLAIN = 0
    FRACTION = 1  # between two following integers, where the table only speaks of integers
    OTHER = 2  # a text that no cell names
    NULL = 3  # a missing value
    OUTSIDE = 4  # not among the column's allowed values


@dataclass(frozen=True, slots=True)
class Sample:
    """One value standing for itself (a point) or for all between its neighbours."""

    value: object
    sort: Sort
    is_point: bool


class Domain:
    """The samples of a column: null first, then each kind of value in its order. Sets of them are bits."""

    def __init__(self, kinds: Iterable[str], constants: Iterable[object], *, ordered_text: bool) -> None:
        self.samples: list[Sample] = [Sample(None, Sort.NULL, is_point=True)]
        self.groups: dict[tuple[type, bool], tuple[int, int]] = {}
        for group in _groups(kinds, constants):
            start = len(self.samples)
            only_named = not group or (isinstance(group[0], str) and not ordered_text)
            self.samples += _fresh(group) if only_named else _between(group)
            self.groups[_group_key(self.samples[start].value)] = (start, len(self.samples))
        self.all = (1 << len(self.samples)) - 1
        self.points = sum(1 << n for n, sample in enumerate(self.samples) if sample.is_point)
        self._values = [sample.value for sample in self.samples]

    def member(self, candidate: object) -> int:
        """The samples that a cell holding the candidate lets through."""
        if candidate is None:
            return 1
        if isinstance(candidate, Range):
            return self._inside(candidate)
        if isinstance(candidate, list):
            found = 0
            for item in candidate:
                found |= self._inside(item) if isinstance(item, Range) else self.compared("=", item)
            return found
        return self.compared("=", candidate)

    def compared(self, operator: str, value: object) -> int:
        """The samples for which `sample operator value` is true."""
        if value is None:
            return {"=": 1, "!=": self.all & ~1}.get(operator, 0)
        start, end = self.groups.get(_group_key(value), (0, 0))
        if operator == "!=":  # null differs from everything; another kind cannot be compared
            return ((1 << end) - (1 << start) | 1) & ~self.compared("=", value)
        if isinstance(value, bool):
            return sum(1 << n for n in range(start, end) if operator == "=" and self._values[n] is value)
        if KINDS.get(type(value)) not in SCALARS:
            return 0
        low = bisect_left(self._values, _KEY(value), start, end, key=_KEY)
        high = bisect_right(self._values, _KEY(value), start, end, key=_KEY)
        if operator == "=":
            budget = Budget(None)
            return sum(1 << n for n in range(low, high) if equal(self._values[n], value, budget) is True)
        first, last = {"<": (start, low), "<=": (start, high), ">": (high, end), ">=": (low, end)}[operator]
        return (1 << last) - (1 << first)

    def _inside(self, wanted: Range) -> int:
        found = self.all
        if wanted.low is not None:
            found &= self.compared(">=" if wanted.low_included else ">", wanted.low)
        if wanted.high is not None:
            found &= self.compared("<=" if wanted.high_included else "<", wanted.high)
        return found


def _group_key(value: object) -> tuple[type, bool]:
    return type(value), isinstance(value, (datetime, time)) and value.tzinfo is not None


def _groups(kinds: Iterable[str], constants: Iterable[object]) -> Iterator[list[object]]:
    """The named values by kind, without repetitions, in order; a kind no cell names has a typical value."""
    named = [part for value in constants for part in _whole_seconds(value)]
    for kind in sorted(kinds):
        mine = [value for value in named if KINDS[type(value)] == kind]
        if kind == "boolean":
            yield [True, False]
        elif not mine:
            yield _TYPICAL[kind]
        else:
            mine.sort(key=_is_zoned)
            for _, same in groupby(mine, key=_is_zoned):
                yield _unique(sorted(same, key=_KEY))


def _is_zoned(value: object) -> bool:
    return _group_key(value)[1]


def _unique(values: Sequence[object]) -> list[object]:
    budget = Budget(None)
    return [values[0], *(b for a, b in pairwise(values) if equal(a, b, budget) is not True)]


def _whole_seconds(value: object) -> Iterator[object]:
    """A clock reading with a fraction, and the whole seconds around it: readings may be compared by whole seconds."""
    yield value
    if isinstance(value, (datetime, time)) and value.microsecond:
        whole = value.replace(microsecond=0)
        yield whole
        after = _later(whole, timedelta(seconds=1))
        if after is not None:
            yield after


def _fresh(named: Sequence[object]) -> list[Sample]:
    """Texts that are only named, never ordered: each, and one that no cell names."""
    words = ("annat", *(f"annat_{n}" for n in range(2, len(named) + 3)))
    other = Sample(next(word for word in words if word not in named), Sort.OTHER, is_point=False)
    found = [other, *(Sample(text, Sort.PLAIN, is_point=True) for text in named)]
    return sorted(found, key=lambda sample: str(sample.value))


def _between(named: Sequence[object]) -> list[Sample]:
    """The named values of one kind, and one value below, between and above them wherever there is any."""
    if isinstance(named[0], bool):
        return [Sample(value, Sort.PLAIN, is_point=True) for value in named]
    integers = all(isinstance(value, Decimal) and value == value.to_integral_value() for value in named)
    found: list[Sample] = []
    for low, high in pairwise([None, *named, None]):
        if low is not None:
            found.append(Sample(low, Sort.PLAIN, is_point=True))
        inside = next((value for value in _candidates(low, high) if _is_inside(value, low, high)), None)
        if inside is not None:
            fraction = integers and isinstance(inside, Decimal) and inside != inside.to_integral_value()
            found.append(Sample(inside, Sort.FRACTION if fraction else Sort.PLAIN, is_point=False))
    return found


def _is_inside(value: object, low: object, high: object) -> bool:
    try:
        return (low is None or order(low, value) < 0) and (high is None or order(value, high) < 0)
    except Nothing:
        return False


def _candidates(low: object, high: object) -> Iterator[object]:
    """Values that may lie between the two (None: no end), the plainest first."""
    end = low if low is not None else high
    if isinstance(end, Decimal):
        yield from _numbers(low, high)
    elif isinstance(end, str):
        yield from ("", "a") if low is None else (f"{low}a", f"{low} ", f"{low}\x00")
    elif isinstance(end, YearsMonths):
        yield from (YearsMonths(end.months + (step if low is not None else -step)) for step in (12, 1))
    else:
        steps = _SPANS if low is not None else [-span for span in _SPANS]
        yield from (moved for step in steps if (moved := _later(end, step)) is not None)


def _numbers(low: object, high: object) -> Iterator[object]:
    try:
        if isinstance(low, Decimal):
            yield NUMBERS.add(low.to_integral_value("ROUND_FLOOR", NUMBERS), Decimal(1))
        elif isinstance(high, Decimal):
            yield NUMBERS.subtract(high.to_integral_value("ROUND_CEILING", NUMBERS), Decimal(1))
        if isinstance(low, Decimal) and isinstance(high, Decimal):
            yield NUMBERS.divide(NUMBERS.add(low, high), Decimal(2))
        elif isinstance(low, Decimal):
            yield NUMBERS.multiply(low, Decimal(2))
        elif isinstance(high, Decimal):
            yield NUMBERS.multiply(high, Decimal(2))
    except (InvalidOperation, Overflow):
        return


def _later(value: object, step: timedelta) -> object:
    try:
        if isinstance(value, time):
            moved = datetime.combine(date(2000, 1, 2), value) + step
            return moved.timetz() if moved.day == 2 else None
        return value + step  # type: ignore[operator]  # dates, moments and durations alike
    except (OverflowError, TypeError):
        return None
