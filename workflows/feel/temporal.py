"""Dates, times and durations: reading and writing ISO 8601, arithmetic, and their documented properties."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflows.feel.errors import Nothing
from workflows.feel.values import YearsMonths, number, number_text

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WITH_ZONE = (datetime, time)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?",
    re.ASCII,
)
_YEARS_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(-)?P(?=[\dT])(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d{0,30}))?S)?)?",
    re.ASCII,
)
_DAY = 86_400_000_000
_MAX_MONTHS = 12 * 999_999_999
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # as DMN names them


def read_date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise Nothing("Datum skrivs som 2026-11-27.")
    return make_date(*(int(part) for part in match.groups()))


def make_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Nothing("Datumet finns inte.") from None


def read_time(text: str) -> time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Nothing("Tid skrivs som 12:00:00, 12:00:00Z eller 12:00:00+01:00.")
    hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return make_time(int(hour), int(minute), int(second), micro, read_zone(zone))


def make_time(hour: int, minute: int, second: int, micro: int, zone: tzinfo | None) -> time:
    try:
        return time(hour, minute, second, micro, tzinfo=zone)
    except (ValueError, OverflowError):
        raise Nothing("Tiden finns inte.") from None


def read_zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Nothing("Tidszonen är okänd.") from None
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or hours > 18:
        raise Nothing("Avvikelsen från UTC är ogiltig.")
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return fixed_zone(-offset if text[0] == "-" else offset)


def fixed_zone(offset: timedelta) -> tzinfo:
    if abs(offset) > timedelta(hours=18):
        raise Nothing("Avvikelsen från UTC är ogiltig.")
    return timezone(offset) if offset else UTC


def read_datetime(text: str) -> datetime:
    """`2026-11-27T12:00:00` with or without zone; a bare date is its midnight without zone."""
    day, separator, clock = text.partition("T")
    if not separator:
        return datetime.combine(read_date(text), time())
    made = read_time(clock)
    return datetime.combine(read_date(day), made)


def read_duration(text: str) -> timedelta | YearsMonths:
    match = _YEARS_MONTHS.fullmatch(text)
    if match is not None:
        sign, years, months = match.groups()
        total = 12 * int(years or 0) + int(months or 0)
        return make_months(-total if sign else total)
    match = _DAYS_TIME.fullmatch(text)
    if match is None:
        raise Nothing("Längd skrivs som P3D, PT4H, P1DT12H eller P1Y6M.")
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        made = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "0")[:6].ljust(6, "0")),
        )
    except OverflowError:
        raise Nothing("Längden är för stor.") from None
    return -made if sign else made


def make_months(total: int) -> YearsMonths:
    if abs(total) > _MAX_MONTHS:
        raise Nothing("Längden är för stor.")
    return YearsMonths(total)


def read_any(text: str) -> object:
    """What `@"…"` means: the first of date, date and time, time and duration that fits."""
    if text.startswith(("P", "-P")):
        return read_duration(text)
    if text[2:3] == ":":
        return read_time(text)
    return read_datetime(text) if "T" in text else read_date(text)


# ---- writing


def text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.date().isoformat()}T{_clock_text(value)}{_zone_text(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock_text(value) + _zone_text(value)
    if isinstance(value, YearsMonths):
        return _months_text(value.months)
    if isinstance(value, timedelta):
        return _timedelta_text(value)
    raise Nothing("Värdet är ingen tid.")


def _clock_text(value: time | datetime) -> str:
    clock = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    return f"{clock}.{value.microsecond:06}".rstrip("0") if value.microsecond else clock


def _zone_text(value: time | datetime) -> str:
    if isinstance(value.tzinfo, ZoneInfo):
        return "@" + value.tzinfo.key
    offset = value.utcoffset()
    if offset is None:
        return ""
    if not offset:
        return "Z"
    seconds = abs(int(offset.total_seconds()))
    tail = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{'-' if offset < timedelta() else '+'}{seconds // 3600:02}:{seconds % 3600 // 60:02}{tail}"


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    body = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return ("-" if months < 0 else "") + "P" + (body or "0M")


def _timedelta_text(value: timedelta) -> str:
    size = abs(value)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    exact = number_text(Decimal(seconds) + Decimal(size.microseconds) / 1_000_000)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{exact}S" if exact != "0" else "")
    body = (f"{size.days}D" if size.days else "") + (f"T{clock}" if clock else "")
    return ("-" if value < timedelta() else "") + "P" + (body or "T0S")


# ---- comparing and computing


def instant(value: date | datetime) -> int:
    """Microseconds on one time line: a date is midnight UTC, a zoned value is counted in UTC.

    Integers, so that neither the ends of the calendar nor the two folds of an autumn hour can go wrong.
    """
    days = value.toordinal()
    if not isinstance(value, datetime):
        return days * _DAY
    clock = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = value.utcoffset()
    return days * _DAY + clock - (offset // timedelta(microseconds=1) if offset else 0)


def clock_offset(value: time) -> timedelta | None:
    """The offset of a time value; a zone without a date has its standard offset of today's rules, year 2000."""
    if isinstance(value.tzinfo, ZoneInfo):
        return datetime(2000, 1, 1, tzinfo=value.tzinfo).utcoffset()
    return value.utcoffset()


def clock_micros(value: time) -> int:
    """Microseconds after midnight UTC (or local midnight without zone), for comparing."""
    local = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = clock_offset(value)
    return local - (offset // timedelta(microseconds=1) if offset else 0)


def add_months(value: date, months: int) -> date:
    """Same day of a later month, or that month's last day; the local clock time is kept."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    for day in range(value.day, 27, -1):
        try:
            return value.replace(year=year, month=month + 1, day=day)
        except (ValueError, OverflowError):
            continue
    try:
        return value.replace(year=year, month=month + 1)
    except (ValueError, OverflowError):
        raise Nothing("Datumet ligger utanför kalendern.") from None


def add_time(value: object, length: timedelta) -> object:
    """Add exact time: a zoned moment moves on the world's time line, as the FEEL standard says."""
    try:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                return value + length
            return (value.astimezone(UTC) + length).astimezone(value.tzinfo)
        if isinstance(value, date):
            return (datetime.combine(value, time()) + length).date()
        if isinstance(value, time):
            moment = datetime.combine(date(2000, 1, 2), value.replace(tzinfo=None))
            return (
                (moment + timedelta(microseconds=length // timedelta(microseconds=1) % _DAY))
                .time()
                .replace(tzinfo=value.tzinfo)
            )
    except OverflowError:
        raise Nothing("Tidpunkten ligger utanför kalendern.") from None
    raise Nothing("Det går inte att lägga en längd till värdet.")


def between(later: date | datetime | time, earlier: date | datetime | time) -> timedelta:
    if isinstance(later, time) or isinstance(earlier, time):
        if not (isinstance(later, time) and isinstance(earlier, time)) or (later.tzinfo is None) != (
            earlier.tzinfo is None
        ):
            raise Nothing("Tiderna går inte att jämföra: båda ska ha, eller båda sakna, tidszon.")
        return timedelta(microseconds=clock_micros(later) - clock_micros(earlier))
    if _is_zoned(later) != _is_zoned(earlier):
        raise Nothing("Tidpunkterna går inte att jämföra: den ena saknar tidszon.")
    return timedelta(microseconds=instant(later) - instant(earlier))


def _is_zoned(value: date) -> bool:
    """A date counts as midnight UTC, so it is zoned."""
    return not isinstance(value, datetime) or value.tzinfo is not None


def months_between(start: date, end: date) -> YearsMonths:
    """Whole months from one day to another, rounded towards zero; the clock times do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


# ---- properties (DMN 1.5 table 65): the only "attributes" FEEL knows besides keys


def _offset(value: object) -> timedelta | None:
    if isinstance(value, datetime):
        return value.utcoffset()
    return clock_offset(value) if isinstance(value, time) else None


def _zone_name(value: object) -> str | None:
    zone = value.tzinfo if isinstance(value, (datetime, time)) else None
    return zone.key if isinstance(zone, ZoneInfo) else None


def _seconds(value: time | datetime) -> Decimal:
    return number(Decimal(value.second) + Decimal(value.microsecond) / 1_000_000)


def _part(value: timedelta, part: str) -> Decimal:
    size = abs(value)
    parts = {
        "days": Decimal(size.days),
        "hours": Decimal(size.seconds // 3600),
        "minutes": Decimal(size.seconds % 3600 // 60),
        "seconds": Decimal(size.seconds % 60) + Decimal(size.microseconds) / 1_000_000,
    }
    return number(-parts[part] if value < timedelta() else parts[part])


def _month_part(value: YearsMonths, part: str) -> Decimal:
    years, months = divmod(abs(value.months), 12)
    found = years if part == "years" else months
    return Decimal(-found if value.months < 0 else found)


_DATE_PROPERTIES: dict[str, Callable[[date], object]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.isoweekday()),
}
_CLOCK_PROPERTIES: dict[str, Callable[[time | datetime], object]] = {
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": _seconds,
    "time offset": _offset,
    "timezone": _zone_name,
}


def property_of(value: object, name: str) -> object:
    """A property such as `.year`; an unknown one is Nothing."""
    if isinstance(value, date) and name in _DATE_PROPERTIES:
        return _DATE_PROPERTIES[name](value)
    if isinstance(value, (time, datetime)) and name in _CLOCK_PROPERTIES:
        return _CLOCK_PROPERTIES[name](value)
    if isinstance(value, timedelta) and name in ("days", "hours", "minutes", "seconds"):
        return _part(value, name)
    if isinstance(value, YearsMonths) and name in ("years", "months"):
        return _month_part(value, name)
    raise Nothing(f"Värdet har ingen egenskap som heter {name[:60]}.")
