"""When a timer is due: ISO 8601 texts and FEEL values read as people in Sweden mean them.

`P3D` means the same clock time three calendar days on, also over a change to summer time; `PT72H` means 72 hours.
A month is a calendar month: one month after 31 January is the last of February.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Stockholm")
SHORTEST_CYCLE = timedelta(minutes=1)
LONGEST_YEARS = 100

_DURATION = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})(?:[.,](\d{1,6})\d*)?S)?)?"
)
_CYCLE = re.compile(r"R(\d{0,4})/(?:([^/]+)/)?(P[^/]+)")


class BadTimer(ValueError):
    """The text is no duration, date or cycle that can be used; the argument is Swedish."""


@dataclass(frozen=True)
class Duration:
    """A span of calendar months and days, and of exact time."""

    months: int = 0
    days: int = 0
    seconds: int = 0
    micros: int = 0

    def after(self, moment: datetime) -> datetime:
        """The aware moment this long after `moment`."""
        local = moment.astimezone(ZONE)
        if self.months or self.days:
            local = _plus_months(local, self.months) + timedelta(days=self.days)
            local = local.replace(fold=0)
        return local.astimezone(UTC) + timedelta(seconds=self.seconds, microseconds=self.micros)


@dataclass(frozen=True)
class Cycle:
    """`count` None repeats for ever; `first` None means one period from now."""

    count: int | None
    first: datetime | None
    every: Duration


def is_literal(text: str) -> bool:
    """Whether a timer's text is bare ISO 8601, right or wrong, else it is FEEL."""
    span = _DURATION.fullmatch(text.strip().lstrip("+-").upper())
    return (span is not None and any(span.groups())) or re.match(
        r"^(P\d|PT\d|R\d*/|\d{4}-\d\d-\d\d)", text.strip()
    ) is not None


def parse_duration(text: str) -> Duration:
    """P14D, P1M, PT4H … Raises BadTimer for nothing, negative or absurdly long spans."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise BadTimer(f"”{text}” är ingen tidslängd. Skriv till exempel P3D (tre dagar) eller PT4H (fyra timmar).")
    *parts, fraction = match.groups()
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    if years + months / 12 + (weeks * 7 + days) / 365 + hours / 8766 > LONGEST_YEARS:
        raise BadTimer(f"”{text}” är längre än {LONGEST_YEARS} år.")
    exact = hours * 3600 + minutes * 60 + seconds
    return Duration(years * 12 + months, weeks * 7 + days, exact, int((fraction or "").ljust(6, "0")))


def parse_wait(text: str) -> Duration:
    """As `parse_duration`, for a timer: one that waits for no time at all is a mistake."""
    span = parse_duration(text)
    if span == Duration():
        raise BadTimer(f"”{text}” är ingen tid att vänta.")
    return span


def parse_moment(text: str) -> datetime:
    """A date or date and time; without offset it is Swedish time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadTimer(f"”{text}” är ingen tidpunkt. Skriv till exempel 2026-11-21T08:00.") from None
    if not 1900 < moment.year < 2200:
        raise BadTimer(f"Tidpunkten ”{text}” är orimlig.")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def parse_cycle(text: str) -> Cycle:
    """R3/P4D, R/P14D, R/2026-01-01T08:00/P14D."""
    match = _CYCLE.fullmatch(text.strip())
    if match is None or (match[1] and not int(match[1])):
        raise BadTimer(f"”{text}” är ingen upprepning. Skriv till exempel R3/P4D (tre gånger, var fjärde dag).")
    count, first, every = match.groups()
    span = parse_duration(every)
    if span == Duration():
        raise BadTimer(f"”{text}” upprepas utan någon tid emellan.")
    if not match[1] and not span.months and not span.days and span.seconds < SHORTEST_CYCLE.total_seconds():
        raise BadTimer("En upprepning utan slut kan vara som tätast en gång i minuten.")
    return Cycle(int(count) if count else None, parse_moment(first) if first else None, span)


def due(text: str, now: datetime) -> datetime:
    """The moment meant by a duration from `now`, or by a date."""
    if text.strip().lstrip("+-").startswith("P"):
        return parse_duration(text).after(now)
    return parse_moment(text).astimezone(UTC)


def _plus_months(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
