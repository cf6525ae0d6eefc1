"""Conversion functions: date, time, date and time, duration, number and string (DMN 1.5 §10.3.4.1), and not()."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from workflows.feel import far, moments, temporal
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing
from workflows.feel.far import Clock, Day, FarDate, FarLength, FarMoment, FarTime, Length, Moment
from workflows.feel.values import YearsMonths, swedish_kind
from workflows.feel.values import number as make_number
from workflows.feel.writing import text

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)


def whole(value: Decimal) -> int:
    if value.adjusted() > 30:
        raise Nothing("Talet är för stort.")
    return int(value)


@builtin("not", "negand: any")
def negation(run: Running, negand: object) -> object:
    if negand is None or isinstance(negand, bool):
        return None if negand is None else not negand
    raise Nothing(f"not() gäller sant eller falskt, men här står {swedish_kind(negand)}.")


@builtin("date", "from: string", "from: date")
def to_date(run: Running, source: str | Day) -> date | FarDate:
    return temporal.read_date(source) if isinstance(source, str) else far.day(far.day_number(source))


@builtin("date", "year: number, month: number, day: number")
def date_of(run: Running, year: Decimal, month: Decimal, day: Decimal) -> date | FarDate:
    return far.date_of(whole(year), whole(month), whole(day))


@builtin("date and time", "from: string", "from: date")
def to_datetime(run: Running, source: str | Day) -> Moment:
    if isinstance(source, str):
        return temporal.read_datetime(source)
    return source if isinstance(source, datetime | FarMoment) else far.moment(source, time())


@builtin("date and time", "date: date, time: time")
def datetime_of(run: Running, day: Day, clock: Clock) -> Moment:
    return far.moment(day, clock)


@builtin("date and time", "date: datetime, timezone: string")
def datetime_in_zone(run: Running, moment: Moment, zone: str) -> Moment:
    wanted = _zone(zone)
    if far.zone_of(moment) is not None:
        return far.moment_at(far.instant(moment), wanted)
    return far.moment(moment, far.clock(far.nanos_of_day(moment), wanted))


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, offset?: days|null",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, timezone: string",
)
def datetime_of_parts(
    run: Running,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    zone: object = None,
) -> Moment:
    return far.moment(far.date_of(whole(year), whole(month), whole(day)), _clock(hour, minute, second, zone))


def _zone(zone: object) -> tzinfo | None:
    if isinstance(zone, str):
        return temporal.read_zone(zone if zone == "Z" or zone[:1] in "+-@" else "@" + zone)
    return temporal.fixed_zone(zone) if isinstance(zone, timedelta | FarLength) else None


def _clock(hour: Decimal, minute: Decimal, second: Decimal, zone: object) -> time | FarTime:
    whole_second = whole(second)
    nanos = int((second - whole_second) * far.SECOND)
    return temporal.make_time(whole(hour), whole(minute), whole_second, nanos, _zone(zone))


@builtin("time", "from: string", "from: temporal")
def to_time(run: Running, source: str | Day | Clock) -> time | FarTime:
    if isinstance(source, str):
        return temporal.read_time(source)
    if isinstance(source, time | FarTime):
        return source
    if isinstance(source, datetime | FarMoment):
        return far.clock(far.nanos_of_day(source), far.zone_of(source))
    return time(tzinfo=UTC)


@builtin("time", "hour: number, minute: number, second: number, offset?: days|null")
def time_of(
    run: Running, hour: Decimal, minute: Decimal, second: Decimal, offset: Length | None = None
) -> time | FarTime:
    return _clock(hour, minute, second, offset)


@builtin("duration", "from: string", "from: duration")
def to_duration(run: Running, source: str | Length | YearsMonths) -> Length | YearsMonths:
    return temporal.read_duration(source) if isinstance(source, str) else source


@builtin("years and months duration", "from: date, to: date")
def years_and_months(run: Running, start: Day, end: Day) -> YearsMonths:
    return moments.months_between(start, end)


@builtin("string", "from: any")
def to_string(run: Running, source: object) -> str | None:
    return None if source is None else text(source, run)


@builtin("number", "from: number")
def same_number(run: Running, source: Decimal) -> Decimal:
    return source


@builtin("number", "from: string", "from: string, grouping separator: string|null, decimal separator: string|null")
def to_number(run: Running, source: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        raise Nothing("Avgränsarna för tusental eller decimaler är ogiltiga.")
    run.string(len(source))
    plain = source.replace(grouping, "") if grouping else source
    plain = plain.replace(point, ".") if point and point != "." else plain
    if _NUMBER.fullmatch(plain) is None:
        raise Nothing("Texten är inget tal.")
    return make_number(plain)
