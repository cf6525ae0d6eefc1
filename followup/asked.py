"""Which effects a page shows: which months, which version, unit and age, as its address asks for it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from followup import choice
from followup.telling import month_name
from workflows.forms import moments
from workflows.forms.refused import AnswerError

PERIODS = {3: "Senaste 3 månaderna", 12: "Senaste 12 månaderna", 24: "Senaste 2 åren", 60: "Senaste 5 åren"}
USUAL = 12
DIMENSIONS = ("version", "unit", "age")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`first` and `last` are first days of months, both included; `version` is a number, 0 for all.

    `misread` says by field what is wrong with a month that was written and not understood, `typed` how it was written.
    """

    first: datetime.date
    last: datetime.date
    months: int = 0
    version: int = 0
    unit: str = ""
    age: str = ""
    since: int = 0
    misread: Mapping[str, str] = field(default_factory=dict, compare=False)
    typed: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def ends(self) -> tuple[str, str]:
        """Both months as one writes them."""
        return month_name(self.first), month_name(self.last)

    @property
    def period(self) -> str:
        first, last = self.ends
        return f"{first.capitalize()} till {last}" if first != last else first.capitalize()

    @property
    def narrowed(self) -> list[str]:
        """What has been chosen one of."""
        return [name for name in DIMENSIONS if getattr(self, name)]

    def without(self, name: str) -> Asked:
        """The same of each of what was chosen one of."""
        if name == "version":
            return replace(self, version=0)
        return replace(self, unit="") if name == "unit" else replace(self, age="")

    @property
    def given(self) -> list[tuple[str, str]]:
        """What an address asks for to show the same of something else."""
        told: dict[str, object] = {"manader": "" if self.months == USUAL else self.months}
        if not self.months:
            told = {"fran": f"{self.first:%Y-%m}", "till": f"{self.last:%Y-%m}"}
        told |= {"version": self.version, "enhet": self.unit, "alder": self.age}
        return [(key, str(value)) for key, value in told.items() if value]

    def part(self, key: str) -> str:
        """What an address asks for to show the same of another part of the diagram."""
        return urlencode([*self.given, ("del", key)] if key else self.given)

    @property
    def query(self) -> str:
        """The same in an address: '' or with its question mark."""
        return f"?{urlencode(self.given)}" if self.given else ""


def read(asked: Mapping[str, str], *, today: datetime.date) -> Asked:
    """What cannot be understood is as if it had not been said; of a month it is told."""
    misread: dict[str, str] = {}
    first, last = _month(asked, "fran", misread), _month(asked, "till", misread)
    months = choice.number(asked.get("manader", ""))
    months = months if months in PERIODS and not choice.rewritten(asked) else 0
    if first is None and last is None:
        months = months or USUAL
    if months:
        last = today.replace(day=1)
        first = choice.month(last, 1 - months)
    last = last or today.replace(day=1)
    first = first or choice.month(last, 1 - USUAL)
    return Asked(
        first=min(first, last),
        last=max(first, last),
        months=months,
        version=choice.number(asked.get("version", "")),
        unit=asked.get("enhet", "")[:60],
        age=asked.get("alder", "")[:20],
        since=choice.number(asked.get("fore", "")),
        misread=misread,
        typed=choice.typed(asked, misread),
    )


def _month(asked: Mapping[str, str], name: str, misread: dict[str, str]) -> datetime.date | None:
    text = asked.get(name, "").strip()
    try:
        month = moments.month(text) if text else None
    except AnswerError as error:
        misread[name] = f"Månaden {error}"
        return None
    if month and month.year not in choice.YEARS:
        misread[name] = f"Månaden ska ha {choice.YEARS_TOLD}"
        return None
    return month
