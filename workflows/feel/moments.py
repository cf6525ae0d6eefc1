"""Dates, times and lengths computed with: comparing, adding, subtracting, and their documented properties."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from workflows.feel import far
from workflows.feel.errors import Nothing
from workflows.feel.far import Day, FarDate, FarLength, FarMoment, FarTime, Length, Moment
from workflows.feel.values import YearsMonths, number

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (  # as DMN names them
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DATES = (date, FarDate, FarMoment)  # a datetime is a date
MOMENTS = (datetime, FarMoment)
TIMES = (time, FarTime)
LENGTHS = (timedelta, FarLength)
TEMPORAL = (*DATES, *TIMES, *LENGTHS, YearsMonths)
_MAX_MONTHS = 12 * far.MAX_YEAR
_TICK = 1_000_000  # nanoseconds
_DIFFERENT_ZONING = "Tidpunkterna går inte att jämföra: den ena saknar tidszon."


def tick(value: object) -> int:
    """Where a value lies among others of its kind: days, nanoseconds of a length, else milliseconds.

    Moments are compared by the millisecond; the compatibility kit wants 10:30:00.0001 to equal 10:30:00.0002.
    """
    if isinstance(value, MOMENTS):
        return far.instant(value) // _TICK
    if isinstance(value, TIMES):
        return _clock_instant(value) // _TICK
    if isinstance(value, LENGTHS):
        return far.nanos(value)
    if isinstance(value, date | FarDate):
        return far.day_number(value)
    raise Nothing("Värdet är ingen tid.")


def _clock_instant(value: time | FarTime) -> int:
    """Nanoseconds after midnight UTC, or after midnight where there is no zone."""
    return far.nanos_of_day(value) - far.offset(value)


def zoned_alike(left: object, right: object) -> bool:
    return (far.zone_of(left) is None) == (far.zone_of(right) is None)


# ---- adding


def make_months(total: int) -> YearsMonths:
    if abs(total) > _MAX_MONTHS:
        raise Nothing("Längden är för stor.")
    return YearsMonths(total)


def add_months(value: Day, months: int) -> Day:
    """Same day of a later month, or that month's last day; the local clock time is kept."""
    year, month, day = far.civil(value)
    year, month = divmod(year * 12 + month - 1 + months, 12)
    moved = far.date_of(year, month + 1, 1)
    last = far.day_number(moved) + _month_length(moved) - 1
    made = far.day(min(far.day_number(moved) + day - 1, last))
    if isinstance(value, datetime):
        return far.moment(made, value.timetz())
    return far.moment(made, value) if isinstance(value, FarMoment) else made


def _month_length(first: date | FarDate) -> int:
    year, month, _ = far.civil(first)
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add_length(value: object, added: Length) -> object:
    """Add exact time: a zoned moment moves on the world's time line, as the FEEL standard says."""
    if isinstance(value, datetime) and isinstance(added, timedelta) and value.tzinfo is None:
        try:
            return value + added
        except OverflowError:
            pass  # the slow way knows further years
    if isinstance(value, MOMENTS):
        return far.moment_at(far.instant(value) + far.nanos(added), far.zone_of(value))
    if isinstance(value, date | FarDate):
        return far.day((far.day_number(value) * far.DAY + far.nanos(added)) // far.DAY)
    if isinstance(value, TIMES):
        return far.clock((far.nanos_of_day(value) + far.nanos(added)) % far.DAY, far.zone_of(value))
    raise Nothing("Det går inte att lägga en längd till värdet.")


def between(later: object, earlier: object) -> Length:
    """The exact time from one moment, date or clock time to another; a date is its midnight UTC."""
    if isinstance(later, TIMES) and isinstance(earlier, TIMES):
        if not zoned_alike(later, earlier):
            raise Nothing(_DIFFERENT_ZONING)
        return far.length(_clock_instant(later) - _clock_instant(earlier))
    if not (isinstance(later, DATES) and isinstance(earlier, DATES)):
        raise Nothing("Ett datum och ett klockslag går inte att dra från varandra.")
    if _is_zoned(later) != _is_zoned(earlier):
        raise Nothing(_DIFFERENT_ZONING)
    return far.length(_day_instant(later) - _day_instant(earlier))


def _is_zoned(value: Day) -> bool:
    return not isinstance(value, MOMENTS) or far.zone_of(value) is not None


def _day_instant(value: Day) -> int:
    return far.instant(value) if isinstance(value, MOMENTS) else far.day_number(value) * far.DAY


def months_between(start: Day, end: Day) -> YearsMonths:
    """Whole months from one day to another, rounded towards zero; the clock times do not count."""
    start_year, start_month, start_day = far.civil(start)
    end_year, end_month, end_day = far.civil(end)
    months = (end_year - start_year) * 12 + end_month - start_month
    if months > 0 and end_day < start_day:
        months -= 1
    elif months < 0 and end_day > start_day:
        months += 1
    return YearsMonths(months)


# ---- properties (DMN 1.5 table 65): the only "attributes" FEEL knows besides keys


def _offset(value: time | FarTime | Moment) -> Length | None:
    return None if far.zone_of(value) is None else far.length(far.offset(value))


def _zone_name(value: object) -> str | None:
    zone = far.zone_of(value)
    return zone.key if isinstance(zone, ZoneInfo) else None


def _clock_part(value: time | FarTime | Moment, part: str) -> Decimal:
    seconds, fraction = divmod(far.nanos_of_day(value), far.SECOND)
    if part == "hour":
        return Decimal(seconds // 3600)
    if part == "minute":
        return Decimal(seconds % 3600 // 60)
    return number(Decimal(seconds % 60) + Decimal(fraction) / far.SECOND)


def length_parts(value: Length) -> dict[str, Decimal]:
    """Days, hours, minutes and seconds, all with the sign of the whole."""
    total = far.nanos(value)
    sign = -1 if total < 0 else 1
    days, rest = divmod(abs(total), far.DAY)
    seconds, fraction = divmod(rest, far.SECOND)
    return {
        "days": Decimal(sign * days),
        "hours": Decimal(sign * (seconds // 3600)),
        "minutes": Decimal(sign * (seconds % 3600 // 60)),
        "seconds": sign * number(Decimal(seconds % 60) + Decimal(fraction) / far.SECOND),
    }


def _month_part(value: YearsMonths, part: str) -> Decimal:
    years, months = divmod(abs(value.months), 12)
    found = years if part == "years" else months
    return Decimal(-found if value.months < 0 else found)


_DATE_PROPERTIES: dict[str, Callable[[Day], object]] = {
    "year": lambda value: Decimal(far.civil(value)[0]),
    "month": lambda value: Decimal(far.civil(value)[1]),
    "day": lambda value: Decimal(far.civil(value)[2]),
    "weekday": lambda value: Decimal(weekday(value) + 1),
}
_CLOCK_PROPERTIES: dict[str, Callable[[time | FarTime | Moment], object]] = {
    "hour": lambda value: _clock_part(value, "hour"),
    "minute": lambda value: _clock_part(value, "minute"),
    "second": lambda value: _clock_part(value, "second"),
    "time offset": _offset,
    "timezone": _zone_name,
}


def weekday(value: Day) -> int:
    """0 is Monday."""
    return (far.day_number(value) + 6) % 7


def property_of(value: object, name: str) -> object:
    """A property such as `.year`; an unknown one is Nothing."""
    if isinstance(value, DATES) and name in _DATE_PROPERTIES:
        return _DATE_PROPERTIES[name](value)
    if isinstance(value, (*TIMES, *MOMENTS)) and name in _CLOCK_PROPERTIES:
        return _CLOCK_PROPERTIES[name](value)
    if isinstance(value, LENGTHS) and name in ("days", "hours", "minutes", "seconds"):
        return length_parts(value)[name]
    if isinstance(value, YearsMonths) and name in ("years", "months"):
        return _month_part(value, name)
    raise Nothing(f"Värdet har ingen egenskap som heter {name[:60]}.")


# ---- where a day lies in its year


def day_of_year(value: Day) -> int:
    year, _, _ = far.civil(value)
    return far.day_number(value) - far.day_number(far.date_of(year, 1, 1)) + 1


def week_of_year(value: Day) -> int:
    """The ISO 8601 week, as in Swedish calendars: that of the week's Thursday."""
    return (day_of_year(far.day(far.day_number(value) - weekday(value) + 3)) - 1) // 7 + 1
