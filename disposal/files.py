"""Personal files (personakter): a person's ärenden in one sphere, when they were last written in and when they are due.

Social services: five years after the last note, and files of those born on the 5th, 15th and 25th are kept for
research (SoL 2025:400, SoF) until the archive has them. Health care: ten years after the last note at least (PDL
2008:355 3 kap. 17 §). How long each förlopp asks for stands in its `process.toml` (`retention`); of a file with several
the longest holds.

What is done in a joint förlopp is written in both files: it is a file of its own, and the clocks of the other two go
from it as well.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from disposal.models import Handover
from people.models import Individual
from people.spheres import Sphere
from workflows.feel.moments import add_length, add_months
from workflows.feel.temporal import read_duration
from workflows.feel.values import YearsMonths
from workflows.models import InstanceState, ProcessInstance, ProcessVersion

KEPT_BIRTHDAYS = frozenset({5, 15, 25})
LONGEST = "P10Y"
"""Where a förlopp does not say."""
AT_A_TIME = 500


@dataclass(frozen=True, kw_only=True)
class Course:
    """An ärende of a file."""

    pk: int
    ref: str
    title: str
    version: int
    began_on: datetime.date
    ended_on: datetime.date

    def told(self) -> dict[str, str | int]:
        return {
            "arende": self.ref,
            "forlopp": self.title,
            "version": self.version,
            "fran": self.began_on.isoformat(),
            "till": self.ended_on.isoformat(),
        }


@dataclass(frozen=True, kw_only=True)
class File:
    """A file whose every ärende has ended."""

    individual: Individual
    sphere: str
    courses: Sequence[Course]
    last_on: datetime.date
    due_on: datetime.date
    is_handed_over: bool = False

    @property
    def told(self) -> list[dict[str, str | int]]:
        return [course.told() for course in self.courses]

    @property
    def is_preserved(self) -> bool:
        """By the day of birth, until the archive has it as it is; whose day we do not know is kept too, rather than
        destroyed by mistake."""
        if self.sphere == Sphere.HEALTH or self.is_handed_over:
            return False
        born = self.individual.born_on
        return born is None or born.day in KEPT_BIRTHDAYS


@dataclass(frozen=True, kw_only=True)
class _Rule:
    sphere: str
    title: str
    number: int
    retention: str


def due(day: datetime.date) -> Iterator[File]:
    """Every file that is due on a day, person by person."""
    rules, after = _rules(), 0
    ended = ProcessInstance.objects.exclude(state=InstanceState.ACTIVE)
    while keys := list(
        ended.filter(individual__gt=after)
        .order_by("individual")
        .values_list("individual", flat=True)
        .distinct()[:AT_A_TIME]
    ):
        after = keys[-1]
        for file in _files(keys, rules):
            if file.due_on <= day:
                yield file


def of(individual: Individual, sphere: str) -> File | None:
    """One file as it is now; None while an ärende in it is under way, or when there is none."""
    return next((file for file in _files([individual.pk], _rules()) if file.sphere == sphere), None)


# -- inside ------------------------------------------------------------------------------------------------------------


def _rules() -> dict[int, _Rule]:
    rows = ProcessVersion.objects.select_related("definition").only("number", "config", "definition__title")
    return {
        row.pk: _Rule(
            sphere=row.config.get("sphere") or Sphere.BOTH,
            title=row.definition.title,
            number=row.number,
            retention=row.config.get("retention") or LONGEST,
        )
        for row in rows
    }


def _files(individuals: Iterable[int], rules: dict[int, _Rule]) -> Iterator[File]:
    rows = ProcessInstance.objects.filter(individual__in=individuals).select_related("individual")
    rows = rows.only("public_id", "version_id", "state", "started_at", "ended_at", "individual")
    filed: dict[tuple[int, str], list[ProcessInstance]] = defaultdict(list)
    for row in rows.order_by("individual", "started_at"):
        filed[row.individual_id, rules[row.version_id].sphere].append(row)
    handed: dict[tuple[int, str], list[object]] = defaultdict(list)
    for key, sphere, courses in Handover.objects.filter(individual__in=individuals).values_list(
        "individual", "sphere", "courses"
    ):
        handed[key or 0, sphere].append(courses)
    for (individual, sphere), held in filed.items():
        joint = filed.get((individual, Sphere.BOTH), []) if sphere != Sphere.BOTH else []
        if all(row.state != InstanceState.ACTIVE for row in (*held, *joint)):
            file = _file(sphere, held, rules, joint)
            yield replace(file, is_handed_over=file.told in handed[individual, sphere])


def _file(
    sphere: str, held: Sequence[ProcessInstance], rules: dict[int, _Rule], joint: Sequence[ProcessInstance]
) -> File:
    courses = [
        Course(
            pk=row.pk,
            ref=str(row.public_id),
            title=rules[row.version_id].title,
            version=rules[row.version_id].number,
            began_on=timezone.localdate(row.started_at),
            ended_on=timezone.localdate(row.ended_at),
        )
        for row in held
    ]
    last = max(timezone.localdate(row.ended_at) for row in (*held, *joint))
    due_on = max(_after(last, rules[row.version_id].retention) for row in held)
    return File(individual=held[0].individual, sphere=sphere, courses=courses, last_on=last, due_on=due_on)


def _after(day: datetime.date, retention: str) -> datetime.date:
    length = read_duration(retention)
    moved = add_months(day, length.months) if isinstance(length, YearsMonths) else add_length(day, length)
    if not isinstance(moved, datetime.date):
        raise OverflowError(retention)  # some ten thousand years
    return moved
