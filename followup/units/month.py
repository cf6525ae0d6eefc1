"""A unit's month in figures for its report: of no fewer than five, of no confined förlopp, and of nobody."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from followup import choice
from followup.asked import Asked
from followup.choice import Choice
from followup.figures import FEW
from followup.models import What
from followup.units import balance
from followup.units.going import Done, Effects, Going
from people import reading
from people.models import Unit
from web.swedish import midnight
from workflows.models import ProcessDefinition
from workflows.selectors import STOPS, TASKS

MONTHS = 12
"""How far back the line of months goes."""
DAY = datetime.timedelta(days=1)
MOVED = """SELECT version_id, day, what, sum(count) FROM followup_tally
    WHERE version_id IN ({}) AND is_month = %s AND day >= %s AND day <= %s AND unit = %s AND what IN (%s, %s)
    GROUP BY version_id, day, what"""
STOPPED = f"""SELECT held.definition_id, count(*), sum(CASE WHEN stop.state = 'open' THEN 1 ELSE 0 END)
    FROM {STOPS} stop JOIN workflows_processinstance held ON held.id = stop.instance_id
    WHERE stop.created_at >= %s AND stop.created_at < %s AND NOT stop.is_restricted
    AND EXISTS (SELECT 1 FROM {TASKS} WHERE instance_id = held.id AND {{}})
    GROUP BY held.definition_id"""


@dataclass(frozen=True, kw_only=True)
class Late:
    """Of a förlopp: how many tasks were done, and how many ended after their time."""

    name: str
    done: int
    late: int


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Of a förlopp: how many stopp came, and how many of them are open still."""

    name: str
    came: int
    open: int


@dataclass(frozen=True)
class Month:
    """`first` is its first day. As many statements however much there is."""

    unit: Unit
    first: datetime.date
    now: datetime.datetime

    @property
    def last(self) -> datetime.date:
        return choice.month(self.first, 1) - DAY

    @cached_property
    def going(self) -> Going:
        """Of nobody who may see the ärenden: a report is on paper, and who reads it is not known."""
        return Going(self.unit, self.now, lambda _config: False)

    @property
    def definitions(self) -> dict[int, ProcessDefinition]:
        return self.going.definitions

    @cached_property
    def done(self) -> list[Done]:
        return self.going.done(Choice(first=self.first, last=self.last))

    @cached_property
    def effects(self) -> list[Effects]:
        found = self.going.effects(Asked(first=self.first, last=self.first, unit=self.unit.key))
        return [one for one in found if one.figures]

    @cached_property
    def late(self) -> list[Late]:
        """Those with most late first."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for definition, month, what, count in self._moved:
            if month == self.first:
                counts[definition][what] += count
        made = [
            Late(name=self.definitions[key].title, done=held[What.DONE], late=held[What.LATE])
            for key, held in counts.items()
        ]
        return sorted(made, key=lambda one: (-one.late, one.name))

    @cached_property
    def months(self) -> Sequence[tuple[datetime.date, int, int]]:
        """Each month until this one: what was done, and what was late."""
        counts: Counter[tuple[datetime.date, str]] = Counter()
        for _, month, what, count in self._moved:
            counts[month, what] += count
        every = [choice.month(self.first, number - MONTHS + 1) for number in range(MONTHS)]
        return [(month, counts[month, What.DONE], counts[month, What.LATE]) for month in every]

    @cached_property
    def stopped(self) -> list[Stopped]:
        here = balance.of_unit(self.unit, now=self.now)
        if here is None:
            return []
        text, values = here
        until = min(midnight(self.last + DAY), self.now)
        rows = reading.rows(STOPPED.format(text), [midnight(self.first), until, *values])
        made = [
            Stopped(name=self.definitions[key].title, came=came, open=still)
            for key, came, still in rows
            if key in self.definitions
        ]
        return sorted(made, key=lambda one: (-one.came, one.name))

    @property
    def is_empty(self) -> bool:
        return not (self.done or self.effects or self.stopped)

    # -- inside --------------------------------------------------------------------------------------------------------

    @cached_property
    def _moved(self) -> list[tuple[int, datetime.date, str, int]]:
        versions = self.going.versions
        if not versions:
            return []
        since = choice.month(self.first, 1 - MONTHS)
        values = [*versions, True, since, self.first, self.unit.key, What.DONE, What.LATE]
        rows = reading.rows(MOVED.format(reading.places(list(versions))), values)
        return [(versions[key], reading.as_day(day), what, count) for key, day, what, count in rows]


def told(count: int, of: int | None = None) -> str:
    """A number, or that it is too few; nothing at all is no secret."""
    few = f"färre än {FEW}"
    if 0 < count < FEW or (of is not None and 0 < of - count < FEW and count):
        return few
    return str(count)


def over(month: datetime.date) -> datetime.datetime:
    """When a month has ended."""
    return midnight(choice.month(month, 1))


def before(now: datetime.datetime) -> datetime.date:
    """The month before this one."""
    return choice.month(timezone.localdate(now), -1)
