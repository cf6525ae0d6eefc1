"""What ärenden under way will ask for, day by day, by how earlier ones went from one task to the next. Pure.

A task is followed by the next, or by the end, as often and after as many days as it has been; what came earlier in the
ärende is not looked at. Who has stood still for some days goes on as those who stood still for at least as long.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from followup.pacing import OVER, WEEK, Pace
from followup.telling import decimal

WEEKS = 8
ENOUGH = 5
"""Times that something was left in a version before it is told by that version alone."""
LITTLE = 1e-6
SAME_DAY = 200
"""Tasks after each other on one day; those who go round for ever come to nothing."""
SURE = 1.96
TEN = 10
Gap = tuple[str, int, int]
"""The task after, in how many days, and how many times."""


@dataclass(frozen=True)
class Paces:
    """The gaps of a version by the task before; of all versions of the förlopp where it has too few of its own."""

    gaps: Mapping[str, Sequence[Gap]]

    def from_here(self, before: str, stood: int) -> list[Gap]:
        """Of those that stood at least as long, how long they then went on to stand; of the others all at once."""
        every = self.gaps.get(before, ())
        longer = [(after, days - stood, count) for after, days, count in every if days >= stood]
        return longer or [(after, 0, count) for after, _, count in every]


def paces(version: int, found: Mapping[Pace, int]) -> Paces:
    own: dict[str, list[Gap]] = defaultdict(list)
    every: dict[str, list[Gap]] = defaultdict(list)
    for pace, count in found.items():
        gap = (pace.after, pace.days, count)
        every[pace.before].append(gap)
        if pace.version == version:
            own[pace.before].append(gap)
    few = [before for before in every if sum(count for _, _, count in own.get(before, ())) < ENOUGH]
    return Paces({**own, **{before: every[before] for before in few}})


def expected(paces: Paces, standing: Iterable[tuple[str, int, int]], *, days: int) -> list[dict[str, float]]:
    """Tasks to be done each day from today on. `standing` is the last task, days since it, and how many ärenden."""
    came: list[dict[str, float]] = [defaultdict(float) for _ in range(days)]
    for before, stood, many in standing:
        _leave(came, 0, many, paces.from_here(before, stood))
    return [_day(came, day, paces) for day in range(days)]


def _day(came: list[dict[str, float]], day: int, paces: Paces) -> dict[str, float]:
    """All that is done in a day: what came to it, and what followed on that the same day."""
    done: dict[str, float] = defaultdict(float)
    for _ in range(SAME_DAY):
        now = {key: many for key, many in came[day].items() if many > LITTLE}
        if not now:
            break
        came[day] = defaultdict(float)
        for key, many in now.items():
            done[key] += many
            _leave(came, day, many, paces.gaps.get(key, ()))
    return done


def _leave(came: list[dict[str, float]], day: int, many: float, gaps: Sequence[Gap]) -> None:
    total, left = sum(count for _, _, count in gaps), len(came) - day
    for after, days, count in gaps:
        if after != OVER and days < left:
            came[day + days][after] += many * count / total


def monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def weeks(today: datetime.date) -> list[datetime.date]:
    """The Mondays of this week and those that come."""
    return [monday(today) + datetime.timedelta(days=WEEK * number) for number in range(WEEKS)]


def days(today: datetime.date) -> int:
    """From today to the end of the last week."""
    return WEEK * WEEKS - today.weekday()


def between(many: float) -> tuple[int, int]:
    """Where a count that is expected to be so many lies nineteen times of twenty, by Poisson's spread."""
    wide = SURE * math.sqrt(many)
    return max(0, math.floor(many - wide)), math.ceil(many + wide)


def told(many: float) -> str:
    """With one decimal below ten, so that what is small adds up."""
    return decimal(many if many >= TEN else round(many, 1))
