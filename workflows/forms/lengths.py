"""How long something takes: 1 h 30 min, 90 minuter, 2 veckor; kept as ISO 8601 in days, hours and minutes."""

from __future__ import annotations

import re
from datetime import timedelta

from workflows.forms.refused import AnswerError

MOST = timedelta(days=36_500)

_PART = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,2})?)\s*([a-zåäö]+)\.?,?\s*(?:och\s+)?")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
_ISO = re.compile(
    r"p(?:([0-9]{1,6})w)?(?:([0-9]{1,6})d)?(?:t(?:([0-9]{1,7})h)?(?:([0-9]{1,8})m)?(?:[0-9]{1,9}(?:\.[0-9]+)?s)?)?"
)
_WORDS = {
    "minutes": ("m", "min", "minut", "minuter"),
    "hours": ("h", "t", "tim", "timme", "timma", "timmar"),
    "days": ("d", "dag", "dagar", "dygn"),
    "weeks": ("v", "vecka", "veckor"),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}


def parse(raw: object) -> timedelta:
    """The length in whole minutes; AnswerError for anything else, also a number that does not say of what."""
    clean = raw.strip().lower() if isinstance(raw, str) else ""
    found = None
    if match := _CLOCK.fullmatch(clean):
        found = timedelta(hours=int(match[1]), minutes=int(match[2]))
    elif len(clean) > 1 and (match := _ISO.fullmatch(clean)) and not clean.endswith("t"):
        weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
        found = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    elif clean and not _PART.sub("", clean):
        found = _summed(clean)
    if found is None:
        raise AnswerError("ska vara en tid med enhet, till exempel 45 min, 1 h 30 min eller 14 dagar.")
    if found > MOST:
        raise AnswerError("är längre än hundra år.")
    return timedelta(minutes=found // timedelta(minutes=1))


def _summed(clean: str) -> timedelta | None:
    total = timedelta()
    for number, word in _PART.findall(clean):
        unit = _UNITS.get(word)
        if unit is None:
            return None
        total += timedelta(**{unit: float(number.replace(",", "."))})
    return total


def iso(length: timedelta) -> str:
    """The one way to write it: P14D, PT1H30M, P1DT2H."""
    days, hours, minutes = _parts(length)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "" if days else "T0M")


def words(length: timedelta) -> str:
    """1 timme 30 minuter."""
    named = zip(_parts(length), (("dag", "dagar"), ("timme", "timmar"), ("minut", "minuter")), strict=True)
    told = [f"{count} {one if count == 1 else many}" for count, (one, many) in named if count]
    return " ".join(told) or "0 minuter"


def _parts(length: timedelta) -> tuple[int, int, int]:
    minutes = length // timedelta(minutes=1)
    return minutes // 1440, minutes // 60 % 24, minutes % 60
