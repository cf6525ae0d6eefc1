"""Dates, times and lengths that Python's own cannot hold: years to ±999 999 999, and nanoseconds.

Whatever fits in `date`, `time`, `datetime` or `timedelta` is one of those, so a value has one form and common ones are
fast. Here everything is whole numbers: days counted as `date.toordinal()` does, and nanoseconds.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from workflows.feel.errors import Nothing

MAX_YEAR = 999_999_999
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
_CYCLE = 146_097  # days of 400 years, after which the calendar repeats
_FIRST_NEAR, _LAST_NEAR = date.min.toordinal(), date.max.toordinal()
_OUTSIDE = "Tidpunkten ligger utanför kalendern."
_MAX_LENGTH = (2 * MAX_YEAR + 2) * 366 * DAY


@dataclass(frozen=True, slots=True)
class FarDate:
    days: int


@dataclass(frozen=True, slots=True)
class FarTime:
    nanos: int
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class FarMoment:
    days: int
    nanos: int
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class FarLength:
    nanos: int


Day = date | FarDate | FarMoment  # a date, or the date of a date and time
Moment = datetime | FarMoment
Clock = time | FarTime | datetime | FarMoment
Length = timedelta | FarLength
Near = TypeVar("Near", date, time, datetime)

# ---- taking apart


def day_number(value: Day) -> int:
    return value.toordinal() if isinstance(value, date) else value.days


def civil(value: Day) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    if isinstance(value, date):
        return value.year, value.month, value.day
    cycles, rest = divmod(value.days - _FIRST_NEAR, _CYCLE)
    near = date.fromordinal(rest + _FIRST_NEAR)
    return near.year + 400 * cycles, near.month, near.day


def nanos_of_day(value: Clock) -> int:
    if isinstance(value, time | datetime):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * SECOND + value.microsecond * 1_000
    return value.nanos


def zone_of(value: object) -> tzinfo | None:
    if isinstance(value, time | datetime):
        return value.tzinfo
    return value.zone if isinstance(value, FarTime | FarMoment) else None


def nanos(value: Length) -> int:
    if isinstance(value, FarLength):
        return value.nanos
    return (value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1_000


def offset(value: Clock) -> int:
    """Nanoseconds ahead of UTC, 0 without zone; a zone without a date has the offset of 1 January 2000."""
    zone = zone_of(value)
    if zone is None:
        return 0
    if isinstance(value, datetime):
        return _in_nanos(value.utcoffset())
    if isinstance(value, FarMoment):
        return _in_nanos(_stand_in(value.days, value.nanos, zone).utcoffset())
    return _in_nanos(datetime(2000, 1, 1, tzinfo=zone).utcoffset())


def _in_nanos(found: timedelta | None) -> int:
    return nanos(found) if found is not None else 0


def _stand_in(days: int, nanos_in_day: int, zone: tzinfo | None) -> datetime:
    """The same day and hour of a year that `datetime` knows, so that a zone's rules can be asked."""
    near = days
    if days > _LAST_NEAR - _CYCLE:
        near = _LAST_NEAR - 2 * _CYCLE + 1 + (days - _LAST_NEAR - 1) % _CYCLE
    elif days < _FIRST_NEAR + _CYCLE:
        near = _FIRST_NEAR + _CYCLE + (days - _FIRST_NEAR) % _CYCLE
    return datetime.combine(date.fromordinal(near), _near_clock(nanos_in_day, zone))


def instant(value: Moment) -> int:
    """Nanoseconds on the world's time line, or on that of the place when there is no zone."""
    return day_number(value) * DAY + nanos_of_day(value) - offset(value)


def near(value: object, wanted: type[Near]) -> Near:
    """The value as Python's own, where only such will do."""
    if isinstance(value, wanted):
        return value
    raise Nothing("Tidpunkten ligger för långt bort, eller har delar av en miljondels sekund.")


# ---- putting together


def date_of(year: int, month: int, day: int) -> date | FarDate:
    if abs(year) > MAX_YEAR:
        raise Nothing(_OUTSIDE)
    cycles = 0 if 0 < year < 10_000 else (year - 1) // 400
    try:
        near = date(year - 400 * cycles, month, day)
    except (ValueError, OverflowError):
        raise Nothing("Datumet finns inte.") from None
    return FarDate(near.toordinal() + cycles * _CYCLE) if cycles else near


def day(number: int) -> date | FarDate:
    if _FIRST_NEAR <= number <= _LAST_NEAR:
        return date.fromordinal(number)
    if abs(number // 366) > MAX_YEAR or abs(civil(FarDate(number))[0]) > MAX_YEAR:
        raise Nothing(_OUTSIDE)
    return FarDate(number)


def clock(nanos_in_day: int, zone: tzinfo | None) -> time | FarTime:
    if nanos_in_day % 1_000:
        return FarTime(nanos_in_day, zone)
    return _near_clock(nanos_in_day, zone)


def _near_clock(nanos_in_day: int, zone: tzinfo | None) -> time:
    seconds, fraction = divmod(nanos_in_day, SECOND)
    return time(seconds // 3600, seconds % 3600 // 60, seconds % 60, fraction // 1_000, zone)


def moment(on: Day, at: Clock) -> Moment:
    """A date and time of a day and a clock time with its zone."""
    if isinstance(on, date) and isinstance(at, time):
        return datetime.combine(date(on.year, on.month, on.day), at)
    return _moment(day_number(on), nanos_of_day(at), zone_of(at))


def _moment(days: int, nanos_in_day: int, zone: tzinfo | None) -> Moment:
    on, at = day(days), clock(nanos_in_day, zone)
    if isinstance(on, date) and isinstance(at, time):
        return datetime.combine(on, at)
    return FarMoment(days, nanos_in_day, zone)


def moment_at(instant_nanos: int, zone: tzinfo | None) -> Moment:
    """The moment of an instant, told in a zone."""
    if zone is not None:
        days, rest = divmod(instant_nanos, DAY)
        there = _stand_in(days, rest, _UTC).astimezone(zone)
        instant_nanos += _in_nanos(there.utcoffset())
        found = _moment(*divmod(instant_nanos, DAY), zone)
        return found.replace(fold=there.fold) if isinstance(found, datetime) else found
    return _moment(*divmod(instant_nanos, DAY), None)


_UTC = ZoneInfo("UTC")


def length(total: int) -> Length:
    if abs(total) > _MAX_LENGTH:
        raise Nothing("Längden är för stor.")
    days, rest = divmod(total, DAY)
    if rest % 1_000 or abs(days) >= MAX_YEAR:
        return FarLength(total)
    return timedelta(days=days, microseconds=rest // 1_000)
