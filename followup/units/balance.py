"""What a unit has to do and how it changes, in numbers that name nobody: no person, step or förlopp is in them."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from people import reading
from people.models import COLLEAGUE, HELD_ON, Unit
from web.swedish import midnight
from workflows import confined
from workflows.selectors import TASKS

DAY = datetime.timedelta(days=1)
DAYS = 7
"""The days that are told one by one: today and those before it."""
ROLES = f"""SELECT profession.key, profession.name FROM people_assignment held
    JOIN people_staff staff ON staff.id = held.staff_id AND {COLLEAGUE}
    JOIN people_profession profession ON profession.id = held.profession_id
    WHERE held.unit_id = %s AND {HELD_ON} GROUP BY profession.key, profession.name, profession.sort
    ORDER BY profession.sort, profession.key"""
OPEN = f"""SELECT "group", count(*), sum(CASE WHEN due_sort <= %s THEN 1 ELSE 0 END),
        sum(CASE WHEN due_sort > %s AND due_sort <= %s THEN 1 ELSE 0 END),
        sum(CASE WHEN claimed_by_id IS NULL THEN 1 ELSE 0 END)
    FROM {TASKS} WHERE state = 'open' AND {{}} GROUP BY "group" """
INSTANCES = f"SELECT count(DISTINCT instance_id) FROM {TASKS} WHERE state = 'open' AND {{}}"
# By the index of changes: what has come or ended since then has changed since then.
MOVED = f"""SELECT created_at, ended_at, state FROM {TASKS} WHERE changed_at >= %s AND {{}}
    AND (created_at >= %s OR ended_at >= %s)"""


@dataclass(frozen=True, kw_only=True)
class Pile:
    """What a profession has open: all, late, due later today, and what nobody has taken."""

    profession: str
    open: int = 0
    late: int = 0
    today: int = 0
    untaken: int = 0


@dataclass(frozen=True, kw_only=True)
class Day:
    """What came on a day, what was done, and what ended without being done."""

    day: datetime.date
    came: int = 0
    done: int = 0
    needless: int = 0


@dataclass(frozen=True, kw_only=True)
class Balance:
    """`days` are the last seven, today last; `at` when it was so."""

    unit: Unit
    at: datetime.datetime
    piles: Sequence[Pile]
    days: Sequence[Day]
    instances: int

    @property
    def busy(self) -> list[Pile]:
        """The professions that have something to do."""
        return [pile for pile in self.piles if pile.open]

    @property
    def open(self) -> int:
        return sum(pile.open for pile in self.piles)

    @property
    def late(self) -> int:
        return sum(pile.late for pile in self.piles)

    @property
    def today(self) -> int:
        return sum(pile.today for pile in self.piles)

    @property
    def untaken(self) -> int:
        return sum(pile.untaken for pile in self.piles)

    @property
    def came(self) -> int:
        return sum(day.came for day in self.days)

    @property
    def done(self) -> int:
        return sum(day.done for day in self.days)

    @property
    def needless(self) -> int:
        return sum(day.needless for day in self.days)

    @property
    def change(self) -> int:
        """How many more there are than seven days ago; less than nothing when they have become fewer."""
        return self.came - self.done - self.needless


def load(unit: Unit, *, now: datetime.datetime) -> Balance:
    """Of the unit's professions in its area, in four statements. Not what is about protected persons or confined."""
    today, roles = timezone.localdate(now), roles_of(unit, now=now)
    first = today - (DAYS - 1) * DAY
    days = [first + number * DAY for number in range(DAYS)]
    if not roles:
        return Balance(unit=unit, at=now, piles=(), days=[Day(day=day) for day in days], instances=0)
    here, values = _here(unit, list(roles))
    held = {key: counts for key, *counts in reading.rows(OPEN.format(here), [now, now, midnight(today + DAY), *values])}
    ((instances,),) = reading.rows(INSTANCES.format(here), values)
    return Balance(
        unit=unit,
        at=now,
        piles=[_pile(name, held.get(key, ())) for key, name in roles.items()],
        days=_days(days, here, values),
        instances=instances,
    )


def of_unit(unit: Unit, *, now: datetime.datetime) -> tuple[str, list[str]] | None:
    """SQL of the tasks that the unit may do, with its values; None when nobody works there."""
    roles = roles_of(unit, now=now)
    return _here(unit, list(roles)) if roles else None


def roles_of(unit: Unit, *, now: datetime.datetime) -> dict[str, str]:
    """Keys and names of the professions that are held there."""
    today = timezone.localdate(now)
    return dict(reading.rows(ROLES, [unit.pk, today, today]))


def _here(unit: Unit, roles: Sequence[str]) -> tuple[str, list[str]]:
    """A unit without an area has every area."""
    text = f'"group" IN ({reading.places(roles)}) AND NOT is_restricted AND {confined.outside("instance_id")}'
    return (f"{text} AND area IN (%s, '')", [*roles, unit.area]) if unit.area else (text, [*roles])


def _pile(profession: str, counts: Sequence[int]) -> Pile:
    if not counts:
        return Pile(profession=profession)
    every, late, today, untaken = counts
    return Pile(profession=profession, open=every, late=late, today=today, untaken=untaken)


def _days(days: Sequence[datetime.date], here: str, values: Sequence[str]) -> list[Day]:
    since = midnight(days[0])
    came, done, needless = (dict.fromkeys(days, 0) for _ in range(3))
    for created_at, ended_at, state in reading.rows(MOVED.format(here), [since, *values, since, since]):
        begun, ended = _day(created_at), _day(ended_at)
        if begun in came:
            came[begun] += 1
        if ended in came:
            (done if state == "completed" else needless)[ended] += 1
    return [Day(day=day, came=came[day], done=done[day], needless=needless[day]) for day in days]


def _day(told: object) -> datetime.date | None:
    moment = reading.as_moment(told)
    return timezone.localdate(moment) if moment is not None else None
