"""Dates, times and lengths as ISO 8601 writes them: read, and written."""

import re
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from workflows.feel import far, moments
from workflows.feel.errors import Nothing
from workflows.feel.far import Clock, Day, FarDate, FarTime, Length, Moment
from workflows.feel.values import YearsMonths, number_text

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_DATE = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?",
    re.ASCII,
)
_OFFSET = re.compile(r"[+-]\d\d:\d\d(?::\d\d)?", re.ASCII)
_YEARS_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(-)?P(?=[\dT])(?:(\d{1,18})D)?(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,30}))?S)?)?",
    re.ASCII,
)


def read_date(text: str) -> date | FarDate:
    match = _DATE.fullmatch(text)
    if match is None:
        raise Nothing("Datum skrivs som 2026-11-27.")
    return far.date_of(*(int(part) for part in match.groups()))


def read_time(text: str) -> time | FarTime:
    parts = _clock_parts(text)
    return make_time(*parts) if parts[:3] != (24, 0, 0) or parts[3] else make_time(0, 0, 0, 0, parts[4])


def _clock_parts(text: str) -> tuple[int, int, int, int, tzinfo | None]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Nothing("Tid skrivs som 12:00:00, 12:00:00Z eller 12:00:00+01:00.")
    hour, minute, second, fraction, zone = match.groups()
    return int(hour), int(minute), int(second), _nanos(fraction), read_zone(zone)


def _nanos(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))


def make_time(hour: int, minute: int, second: int, nanos: int, zone: tzinfo | None) -> time | FarTime:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise Nothing("Tiden finns inte.")
    return far.clock(((hour * 60 + minute) * 60 + second) * far.SECOND + nanos, zone)


@cache
def _zones() -> frozenset[str]:
    """Only names that are known: any other would be looked for among files and modules."""
    return frozenset(available_timezones())


def read_zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        if text[1:] not in _zones():
            raise Nothing("Tidszonen är okänd.")
        return ZoneInfo(text[1:])
    if _OFFSET.fullmatch(text) is None:
        raise Nothing("Avvikelsen från UTC är ogiltig.")
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or sum(seconds) > 59:
        raise Nothing("Avvikelsen från UTC är ogiltig.")
    ahead = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return fixed_zone(-ahead if text[0] == "-" else ahead)


def fixed_zone(ahead: Length) -> tzinfo:
    if not isinstance(ahead, timedelta) or abs(ahead) > timedelta(hours=18) or ahead.microseconds:
        raise Nothing("Avvikelsen från UTC är ogiltig.")
    return timezone(ahead) if ahead else UTC


def read_datetime(text: str) -> Moment:
    """`2026-11-27T12:00:00` with or without zone; a bare date is its midnight, and 24:00:00 that of the next day."""
    day, separator, clock = text.partition("T")
    on = read_date(day)
    if not separator:
        return far.moment(on, time())
    if clock.startswith("24:"):
        on = far.day(far.day_number(on) + 1)
    return far.moment(on, read_time(clock))


def read_duration(text: str) -> Length | YearsMonths:
    match = _YEARS_MONTHS.fullmatch(text)
    if match is not None:
        sign, years, months = match.groups()
        total = 12 * int(years or 0) + int(months or 0)
        return moments.make_months(-total if sign else total)
    match = _DAYS_TIME.fullmatch(text)
    if match is None:
        raise Nothing("Längd skrivs som P3D, PT4H, P1DT12H eller P1Y6M.")
    sign, days, hours, minutes, seconds, fraction = match.groups()
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    total = whole * far.SECOND + _nanos(fraction)
    return far.length(-total if sign else total)


def read_any(text: str) -> object:
    """What `@"…"` means: the first of date, date and time, time and duration that fits."""
    if text.startswith(("P", "-P")):
        return read_duration(text)
    if text[2:3] == ":":
        return read_time(text)
    return read_datetime(text) if "T" in text else read_date(text)


# ---- writing


def text(value: object) -> str:
    if isinstance(value, moments.MOMENTS):
        return f"{_date_text(value)}T{_clock_text(value)}"
    if isinstance(value, moments.DATES):
        return _date_text(value)
    if isinstance(value, moments.TIMES):
        return _clock_text(value)
    if isinstance(value, YearsMonths):
        return _months_text(value.months)
    if isinstance(value, moments.LENGTHS):
        return _length_text(value)
    raise Nothing("Värdet är ingen tid.")


def _date_text(value: Day) -> str:
    year, month, day = far.civil(value)
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"


def _clock_text(value: Clock) -> str:
    seconds, fraction = divmod(far.nanos_of_day(value), far.SECOND)
    clock = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return clock + (f".{fraction:09}".rstrip("0") if fraction else "") + _zone_text(value)


def _zone_text(value: Clock) -> str:
    zone = far.zone_of(value)
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return "@" + zone.key
    ahead = far.offset(value) // far.SECOND
    if not ahead:
        return "Z"
    seconds = abs(ahead)
    tail = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{'-' if ahead < 0 else '+'}{seconds // 3600:02}:{seconds % 3600 // 60:02}{tail}"


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    body = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return ("-" if months < 0 else "") + "P" + (body or "0M")


def _length_text(value: Length) -> str:
    parts = {name: number_text(abs(part)) for name, part in moments.length_parts(value).items()}
    days = f"{parts['days']}D" if parts["days"] != "0" else ""
    clock = "".join(parts[name] + name[0].upper() for name in ("hours", "minutes", "seconds") if parts[name] != "0")
    body = days + (f"T{clock}" if clock else "")
    return ("-" if far.nanos(value) < 0 else "") + "P" + (body or "T0S")
