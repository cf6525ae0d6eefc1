"""Dates and times as people write them (27/11, 27 nov, i morgon, 14.05), in Swedish local time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from web import swedish
from workflows.forms.refused import AnswerError

FIRST_YEAR, LAST_YEAR = 1850, 2199

_ISO_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_SHORT_DATE = re.compile(r"([0-9]{1,2})\s?[/.]\s?([0-9]{1,2})(?:\s?[/. -]\s?([0-9]{4}))?")
_WRITTEN_DATE = re.compile(r"(?:den\s+)?([0-9]{1,2})(?:\s*:?e)?\s*([a-zåäö]{3,9})\.?(?:\s+([0-9]{4}))?")
_NEAR = {
    "i förrgår": -2,
    "i går": -1,
    "igår": -1,
    "i dag": 0,
    "idag": 0,
    "i morgon": 1,
    "imorgon": 1,
    "i övermorgon": 2,
}
_MONTH = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[-/. ]([0-9]{4})")
_WRITTEN_MONTH = re.compile(r"([a-zåäö]{3,9})\.?\s+([0-9]{4})")
_TIME = re.compile(r"(?:kl\.?\s*)?([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:\.[0-9]{1,6})?)?")
_BARE_TIME = re.compile(r"(?:kl\.?\s*)?([0-9]{2}|[0-9](?![0-9]))([0-9]{2})?()")
_OFFSET = re.compile(r"(?:z|[+-][0-9]{2}:?[0-9]{2})$", re.IGNORECASE)
_BETWEEN = re.compile(r"t(?=\d)|,\s*|\s+(?=kl|\d{1,2}[:.]\d{2}(?!\d|[./-]))")


def day(raw: object, *, today: date | None = None) -> date:
    """A calendar date; without a year, and only when it is known what day it is, the one nearest to today."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return _within(raw)
    clean = " ".join(raw.lower().split()) if isinstance(raw, str) else ""
    if today and clean in _NEAR:
        return today + timedelta(days=_NEAR[clean])
    if match := _ISO_DATE.fullmatch(clean):
        return _dated(int(match[1]), int(match[2]), int(match[3]))
    if match := _SHORT_DATE.fullmatch(clean):
        return _dated(int(match[3]) if match[3] else None, int(match[2]), int(match[1]), today)
    if match := _WRITTEN_DATE.fullmatch(clean):
        return _dated(int(match[3]) if match[3] else None, _month(match[2]), int(match[1]), today)
    raise AnswerError("ska vara ett datum, till exempel 27/11, 27 november 2026 eller 2026-11-27.")


def typed(told: Mapping[str, str], name: str, *, today: date, called: str = "Dagen") -> date | None:
    """The day that a field of a page holds, None when it is empty. Raises AnswerError, a whole sentence."""
    text = told.get(name, "").strip()
    try:
        return day(text, today=today) if text else None
    except AnswerError as error:
        raise AnswerError(f"{called} {error}") from None


def month(raw: str) -> date:
    """The first day of a month: januari 2026, jan 2026, 2026-01, 1/2026."""
    clean = " ".join(raw.lower().split())
    if match := _MONTH.fullmatch(clean):
        year, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _dated(int(year), int(number), 1)
    if match := _WRITTEN_MONTH.fullmatch(clean):
        return _dated(int(match[2]), _month(match[1]), 1)
    raise AnswerError("ska vara en månad med årtal, till exempel januari 2026 eller 2026-01.")


def _dated(year: int | None, month: int, number: int, today: date | None = None) -> date:
    if year is None and today is None:
        raise AnswerError("ska vara ett datum med årtal, till exempel 2026-11-27.")
    years = (year,) if year is not None else (today.year + ahead for ahead in (-1, 0, 1)) if today else ()
    found = []
    for candidate in years:
        try:
            found.append(date(candidate, month, number))
        except ValueError:
            continue
    if not found:
        raise AnswerError("är ett datum som inte finns i kalendern.")
    return _within(min(found, key=lambda value: abs(value - (today or value))))


def _within(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise AnswerError(f"ska ha ett årtal mellan {FIRST_YEAR} och {LAST_YEAR}.")
    return value


def _month(name: str) -> int:
    for number, month in enumerate(swedish.MONTHS, start=1):
        if month.startswith(name):
            return number
    return 0


def clock(raw: object) -> time:
    if isinstance(raw, time):
        return raw.replace(microsecond=0, tzinfo=None)
    clean = raw.strip().lower() if isinstance(raw, str) else ""
    match = _TIME.fullmatch(clean) or _BARE_TIME.fullmatch(clean)
    try:
        if match:
            return time(int(match[1]), int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        pass
    raise AnswerError("ska vara ett klockslag, till exempel 14:05.")


def moment(raw: object, *, today: date | None = None) -> datetime:
    """A moment in Swedish local time; without an offset the text means local time, in autumn the first of the two."""
    if isinstance(raw, datetime):
        return localised(raw)
    clean = raw.strip().lower() if isinstance(raw, str) else ""
    offset = _OFFSET.search(clean)
    if offset and "t" in clean:
        try:
            return localised(datetime.fromisoformat(clean.upper()))
        except AnswerError:
            raise
        except ValueError:
            clean = ""
    parts = _BETWEEN.split(clean, maxsplit=1)
    if len(parts) != 2:
        raise AnswerError("ska vara ett datum och ett klockslag, till exempel 27/11 14:05.")
    return localised(datetime.combine(day(parts[0], today=today), clock(parts[1])))


def localised(value: datetime) -> datetime:
    """The same moment with the Swedish offset, to the second; AnswerError for a time that the spring change skips."""
    _within(value.date())
    if value.tzinfo is not None:
        return value.astimezone(swedish.STOCKHOLM).replace(microsecond=0)
    local = value.replace(tzinfo=swedish.STOCKHOLM, fold=0, microsecond=0)
    if local.astimezone(UTC).astimezone(swedish.STOCKHOLM).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise AnswerError(f"finns inte: klockan ställs fram den dagen, så {value:%H:%M} hoppas över.")
    return local


def shown(value: date | time) -> str:
    """As Swedish text: 21 november 2026, 21 november 2026 14:05, 14:05."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{swedish.date(value)} {value:%H:%M}" if isinstance(value, datetime) else swedish.date(value)
