"""Dates and durations in the words a Swede would use; pure, so the clock is always an argument."""

import datetime
from collections.abc import Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WEEK = 7


ALPHABET = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "é": "e", "è": "e", "ü": "y"})
"""Å, ä and ö come last and in that order, ü is sorted as y: where no database can be trusted to know it."""


class Urgency(StrEnum):
    """Where a due time stands to now; always shown with its word, never by colour alone."""

    LATE = "late"
    NOW = "now"
    TODAY = "today"
    LATER = "later"


def urgency(due: datetime.datetime | None, *, now: datetime.datetime) -> Urgency:
    """A task without a due time is never late. What is due within the hour is due now."""
    if due is None:
        return Urgency.LATER
    if due <= now:
        return Urgency.LATE
    if due - now <= HOUR:
        return Urgency.NOW
    return Urgency.TODAY if _last_day(due) == now.astimezone(STOCKHOLM).date() else Urgency.LATER


def number(count: int) -> str:
    """As in "10 000", with a space that keeps it on one line."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def sorting(text: str) -> str:
    """A key that sorts as a Swedish register does, whatever the case."""
    return text.casefold().translate(ALPHABET)


def listed(names: Sequence[str]) -> str:
    """Anna, Bo och Cecilia."""
    return " och ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def date(day: datetime.date) -> str:
    """As in "21 november 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_of(at: datetime.datetime) -> str:
    """The day of a moment in Sweden, in the same words."""
    return date(at.astimezone(STOCKHOLM).date())


def midnight(day: datetime.date) -> datetime.datetime:
    """When a day begins in Sweden."""
    return datetime.datetime.combine(day, datetime.time(), STOCKHOLM)


def clock(moment: datetime.datetime) -> str:
    """As in "14:05", Swedish time."""
    return f"{moment.astimezone(STOCKHOLM):%H:%M}"


def moment(at: datetime.datetime, *, now: datetime.datetime) -> str:
    """A point in time as one would say it, clock included: "i dag 14:00", "21 november 2026 08:30"."""
    local = at.astimezone(STOCKHOLM)
    return f"{_day(local.date(), now.astimezone(STOCKHOLM).date())} {clock(local)}"


def due(at: datetime.datetime, *, now: datetime.datetime) -> str:
    """When something should be done: how long ago when it is late, the clock within the hour, else the day with the
    clock when it is near. What ends with a day is said by that day alone."""
    if at <= now:
        return f"för {_span(now - at)} sedan" if now - at >= MINUTE else "nyss"
    last, today = _last_day(at), now.astimezone(STOCKHOLM).date()
    ends_day = last != at.astimezone(STOCKHOLM).date()
    said = "24:00" if ends_day else clock(at)
    if at - now <= HOUR:
        return said
    return _day(last, today) if ends_day or (last - today).days >= WEEK else f"{_day(last, today)} {said}"


def _last_day(due: datetime.datetime) -> datetime.date:
    """The last day on which it is in time: what is due at midnight is due by the end of the day before."""
    return (due - datetime.datetime.resolution).astimezone(STOCKHOLM).date()


def length(span: datetime.timedelta) -> str:
    """How long something took, as one would say it: "40 minuter", "6 timmar", "2,5 dagar"."""
    if span < MINUTE:
        return "under 1 minut"
    if span < 1.5 * HOUR:
        return _counted(round(span / MINUTE), "minut", "minuter")
    if span < 2 * DAY:
        return _counted(round(span / HOUR), "timme", "timmar")
    days = span / DAY
    return f"{days:.1f}".replace(".0", "").replace(".", ",") + " dagar" if days < 10 else f"{number(round(days))} dagar"


def _day(day: datetime.date, today: datetime.date) -> str:
    near = {-1: "i går", 0: "i dag", 1: "i morgon"}
    days = (day - today).days
    if days in near:
        return near[days]
    if 1 < days < WEEK:
        return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return date(day)


def _span(length: datetime.timedelta) -> str:
    if length >= DAY:
        return _counted(length // DAY, "dag", "dagar")
    if length >= HOUR:
        return _counted(length // HOUR, "timme", "timmar")
    return _counted(length // MINUTE, "minut", "minuter")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
