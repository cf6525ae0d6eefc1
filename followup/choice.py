"""What a page shows: which days, which version, whose tasks and where they were done, as its address asks for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from workflows.forms import moments
from workflows.forms.refused import AnswerError

PERIODS = {30: "Senaste 30 dagarna", 90: "Senaste 90 dagarna", 365: "Senaste året"}
USUAL = 90
DAY = datetime.timedelta(days=1)
YEARS = range(2000, 2200)
YEARS_TOLD = f"ett årtal mellan {YEARS[0]} och {YEARS[-1]}."
LONGEST = 60
"""Letters of a day as one writes it."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`version` is a number, 0 for all; `days` is one of PERIODS, 0 when the days were chosen.

    `misread` says by field what is wrong with a day that was written and not understood, `typed` how it was written.
    """

    first: datetime.date
    last: datetime.date
    days: int = 0
    version: int = 0
    group: str = ""
    unit: str = ""
    misread: Mapping[str, str] = field(default_factory=dict, compare=False)
    typed: Mapping[str, str] = field(default_factory=dict, compare=False)

    def spans(self) -> Iterator[tuple[bool, datetime.date, datetime.date]]:
        """Whole months, and the days before and after them: whether months, the first and the last, each when any."""
        months = month(self.first - DAY, 1), month(self.last + DAY, 0) - DAY
        if months[0] > months[1]:
            yield False, self.first, self.last
            return
        yield True, *months
        if self.first < months[0]:
            yield False, self.first, months[0] - DAY
        if self.last > months[1]:
            yield False, months[1] + DAY, self.last

    def query(self, part: str) -> str:
        """What an address asks for to show the same of another part of the diagram."""
        days: dict[str, object] = {"dagar": self.days} if self.days else {"fran": self.first, "till": self.last}
        asked = days | {"version": self.version or "", "profession": self.group, "enhet": self.unit, "del": part}
        return urlencode({key: value for key, value in asked.items() if value})

    @property
    def is_of_persons(self) -> bool:
        """Whether only what one profession or unit did is asked for."""
        return bool(self.group or self.unit)


def read(asked: Mapping[str, str], *, today: datetime.date) -> Choice:
    """What cannot be understood is as if it had not been said; of a day it is told."""
    misread: dict[str, str] = {}
    first, last = (day(asked, name, misread, today=today) for name in ("fran", "till"))
    days = number(asked.get("dagar", ""))
    days = days if days in PERIODS and not rewritten(asked) else 0
    if first is None and last is None:
        days = days or USUAL
    if days:
        first, last = today - datetime.timedelta(days=days - 1), today
    last = last or today
    return Choice(
        first=min(first, last) if first else last - datetime.timedelta(days=USUAL - 1),
        last=last,
        days=days,
        version=number(asked.get("version", "")),
        group=asked.get("profession", "")[:50],
        unit=asked.get("enhet", "")[:60],
        misread=misread,
        typed=typed(asked, misread),
    )


def month(day: datetime.date, later: int) -> datetime.date:
    """The first day of its month, or of the one so many months later."""
    return datetime.date(day.year + (day.month + later - 1) // 12, (day.month + later - 1) % 12 + 1, 1)


def day(asked: Mapping[str, str], name: str, misread: dict[str, str], *, today: datetime.date) -> datetime.date | None:
    """As one writes it (27/11, 27 november 2026); what is none is told in `misread`."""
    try:
        day = moments.typed(asked, name, today=today)
    except AnswerError as error:
        misread[name] = str(error)
        return None
    if day and day.year not in YEARS:
        misread[name] = f"Dagen ska ha {YEARS_TOLD}"
        return None
    return day


def typed(asked: Mapping[str, str], misread: Mapping[str, str]) -> dict[str, str]:
    """What was written where it was not understood: it stays in its field."""
    return {name: asked[name][:LONGEST] for name in misread}


def rewritten(asked: Mapping[str, str]) -> bool:
    """Whether the first or the last has been written over what the form stood with: it is what one wants then."""
    return any(f"{name}_stod" in asked and asked[f"{name}_stod"] != asked.get(name) for name in ("fran", "till"))


def number(text: str) -> int:
    """What an address says; 0 for all that is none."""
    return int(text[:6]) if text.isascii() and text.isdecimal() else 0
