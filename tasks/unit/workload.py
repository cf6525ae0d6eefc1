"""How much there is to do per profession this week and next: what is open, and what running ärenden will ask for."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from people import places, reading
from people.models import Staff
from people.places import Place
from tasks.unit.looking import Looking
from web.swedish import midnight
from workflows import coming
from workflows.coming import Coming
from workflows.selectors import TASKS

DAY = datetime.timedelta(days=1)
WEEK = 7 * DAY
WEEKS = ("Den här veckan", "Nästa vecka")
NONE = (0, 0, 0)
OPEN = f"""SELECT "group", sum(CASE WHEN due_sort <= %s THEN 1 ELSE 0 END),
        sum(CASE WHEN due_sort > %s AND due_sort < %s THEN 1 ELSE 0 END),
        sum(CASE WHEN due_sort >= %s THEN 1 ELSE 0 END)
    FROM {TASKS} WHERE state = 'open' AND "group" IN ({{}}) AND due_sort < %s {{}} GROUP BY "group" """


@dataclass(frozen=True, kw_only=True)
class Load:
    """A week of a profession: late, open with a due time in it, certain to come and what may come besides."""

    profession: str
    week: str
    late: int
    due: int
    certain: int
    possible: int

    @property
    def known(self) -> int:
        return self.late + self.due + self.certain

    @property
    def most(self) -> int:
        return self.known + self.possible


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part of a bar, in hundredths of the longest."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Both weeks of every profession; `weeks` tells which days they are."""

    loads: list[Load]
    weeks: list[tuple[datetime.date, datetime.date]]

    def bars(self, load: Load) -> list[Bar]:
        longest = max((one.most for one in self.loads), default=0) or 1
        made, start = [], 0.0
        for kind in ("late", "due", "certain", "possible"):
            width = 100 * getattr(load, kind) / longest
            if width:
                made.append(Bar(kind=kind, start=round(start, 2), width=round(width, 2)))
            start += width
        return made


def load(place: Place, viewer: Staff, *, now: datetime.datetime) -> Workload:
    """Of the professions of a unit, in its area."""
    today = timezone.localdate(now)
    monday = today - datetime.timedelta(days=today.weekday())
    turn, end = (midnight(monday + WEEK), midnight(monday + 2 * WEEK))
    roles = {key: name for member in places.members(place, on=today) for key, name in member.roles.items()}
    held = {key: counts for key, *counts in _open(list(roles), place, viewer, now, turn, end)}
    ahead = {(one.group, one.period): one for one in coming.tasks(first_ends=turn, second_ends=end, area=place.area)}
    loads = [
        _load(name, period, held.get(key, NONE), ahead.get((key, period)))
        for key, name in roles.items()
        for period in range(len(WEEKS))
    ]
    return Workload(loads=loads, weeks=[(today, monday + WEEK - DAY), (monday + WEEK, monday + 2 * WEEK - DAY)])


def _load(profession: str, period: int, held: Sequence[int], more: Coming | None) -> Load:
    late, *due = held
    return Load(
        profession=profession,
        week=WEEKS[period],
        late=late if period == 0 else 0,
        due=due[period],
        certain=more.certain if more else 0,
        possible=more.possible if more else 0,
    )


def _open(
    roles: Sequence[str],
    place: Place,
    viewer: Staff,
    now: datetime.datetime,
    turn: datetime.datetime,
    end: datetime.datetime,
) -> list[tuple[str, int, int, int]]:
    if not roles:
        return []
    area = "AND area IN (%s, '')" if place.area else ""
    text = OPEN.format(reading.places(roles), f"{area} AND {Looking(viewer, now=now).seen}")
    return reading.rows(text, [now, now, turn, turn, *roles, end, *([place.area] if place.area else [])])
