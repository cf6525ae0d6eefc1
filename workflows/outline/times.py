"""Times of a diagram in words: P2D is 2 dagar, R3/P4D is var 4:e dag, 3 gånger. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from web import swedish
from workflows.engine import clock

_WORKING = re.compile(r"arbetsdagar_efter\(now\(\), (\d+)\)")
_CLOCK = re.compile(r'nasta_klockan\(now\(\), "(\d\d:\d\d)"\)')
_PARTS = (("år", "år"), ("månad", "månader"), ("dag", "dagar"), ("timme", "timmar"), ("minut", "minuter"))


def span(text: str) -> str:
    """How long in words; '' for what is no length of time, written out."""
    if found := _WORKING.fullmatch(text.strip()):
        return _counted(int(found[1]), "arbetsdag", "arbetsdagar")
    try:
        return _length(clock.parse_duration(text))
    except clock.BadTimer:
        return ""


def moment(text: str) -> str:
    """When, in words; '' for what is no moment, written out."""
    if found := _CLOCK.fullmatch(text.strip()):
        return f"nästa gång klockan är {found[1]}"
    try:
        at = clock.parse_moment(text)
    except clock.BadTimer:
        return ""
    here = at.astimezone(swedish.STOCKHOLM)
    return f"{swedish.date(here)} {swedish.clock(here)}" if "T" in text else _day(here)


def cycle(text: str) -> str:
    """How often in words; '' for what is no repetition, written out."""
    try:
        found = clock.parse_cycle(text)
    except clock.BadTimer:
        return ""
    times = f", {_counted(found.count, 'gång', 'gånger')}" if found.count else ""
    first = f", första gången {moment(found.first.isoformat())}" if found.first else ""
    return f"{_every(found.every)}{times}{first}"


def _day(at: datetime) -> str:
    return swedish.date(at)


def _length(found: clock.Duration) -> str:
    minutes = found.seconds // 60
    days, rest = divmod(minutes, 1440) if not found.seconds % 86_400 and not found.days else (0, minutes)
    counts = (found.months // 12, found.months % 12, found.days + days, rest // 60, rest % 60)
    told = [_counted(count, *words) for count, words in zip(counts, _PARTS, strict=True) if count]
    if found.seconds % 60:
        told.append(_counted(found.seconds % 60, "sekund", "sekunder"))
    return swedish.listed(told) or ("mindre än en sekund" if found.micros else "0 minuter")


def _every(found: clock.Duration) -> str:
    """Var 4:e dag, varje timme."""
    parts = (found.months // 12, found.months % 12, found.days, found.seconds // 3600, found.seconds // 60 % 60)
    filled = [(count, words[0]) for count, words in zip(parts, _PARTS, strict=True) if count]
    if len(filled) != 1 or found.seconds % 60:
        return f"med {_length(found)} emellan"
    count, word = filled[0]
    return f"varje {word}" if count == 1 else f"var {count}:{_ending(count)} {word}"


def _ending(count: int) -> str:
    return "a" if count % 10 in (1, 2) and count % 100 not in (11, 12) else "e"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
