"""What came of a förlopp, in figures for its pages: put together of the sums, and nothing of too few."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from followup import courses, intervals
from followup.asked import Asked
from followup.figures import FEW
from followup.intervals import Sums
from followup.telling import Figure
from people import reading
from people.models import Unit
from workflows import measures, published
from workflows.measures import ALL, Declared, Measure
from workflows.models import ProcessDefinition, ProcessVersion

PERIOD = "FROM followup_effectsum WHERE version_id IN ({}) AND month >= %s AND month <= %s"
BY_MONTH = f"""SELECT version_id, month, measure, part, unit, age, instances, count, value, base, value_value,
    base_base, value_base {PERIOD}"""
TOGETHER = f"""SELECT version_id, NULL, measure, part, unit, age, sum(instances), sum(count), sum(value), sum(base),
    sum(value_value), sum(base_base), sum(value_base) {PERIOD} GROUP BY version_id, measure, part, unit, age"""


class Cell(NamedTuple):
    """What is summed up together; without `month` where the months need not be told apart."""

    version: int
    month: datetime.date | None
    measure: str
    part: str
    unit: str
    age: str
    instances: int
    sums: Sums


@dataclass(frozen=True)
class Results:
    """A förlopp in some months; `knows_few` when the viewer may see its ärenden."""

    definition: ProcessDefinition
    asked: Asked
    knows_few: bool

    @cached_property
    def versions(self) -> list[ProcessVersion]:
        return courses.versions(self.definition)

    @cached_property
    def numbers(self) -> dict[int, int]:
        return {one.pk: one.number for one in self.versions}

    @cached_property
    def declared(self) -> Declared:
        """As the chosen version says it, else the current."""
        current = next(one for one in self.versions if one.pk == self.definition.current_id)
        chosen = next((one for one in self.versions if one.number == self.asked.version), current)
        own = measures.of(published.of(chosen.public_id).sources)
        return own if own.measures else measures.of(published.of(current.public_id).sources)

    @cached_property
    def units(self) -> dict[str, str]:
        return dict(Unit.objects.order_by("name").values_list("key", "name"))

    @property
    def period(self) -> str:
        return self.asked.period

    @cached_property
    def figures(self) -> list[Figure]:
        """One of each measure, as it was chosen."""
        every = self.declared.measures.values()
        by_measure: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.read(BY_MONTH if any(map(self.is_repeated, every)) else TOGETHER):
            if cell.part == ALL:
                by_measure[cell.measure].append(cell)
        return [self.figure(measure, by_measure[measure.key]) for measure in every]

    def read(self, text: str, *more: object) -> list[Cell]:
        """Of every version, unit and age: what is few is told by what it is part of."""
        keys = [one.pk for one in self.versions]
        found = reading.rows(text.format(reading.places(keys)), [*keys, self.asked.first, self.asked.last, *more])
        return [
            Cell(version, month, measure, part, unit, age, instances, Sums(*sums))
            for version, month, measure, part, unit, age, instances, *sums in found
        ]

    def figure(self, measure: Measure, cells: Sequence[Cell]) -> Figure:
        chosen = self.chosen(cells, self.asked)
        is_few = not self.knows_few and self._tells_few(measure, cells, chosen)
        return Figure(measure=measure, key=measure.key, name=measure.title, sums=summed(chosen), is_few=is_few)

    def chosen(self, cells: Iterable[Cell], asked: Asked) -> list[Cell]:
        return [
            cell
            for cell in cells
            if asked.version in (0, self.numbers[cell.version])
            and asked.unit in ("", cell.unit)
            and asked.age in ("", cell.age)
        ]

    def is_repeated(self, measure: Measure) -> bool:
        """Whether one person may be counted in several months."""
        return self.declared.often or measure.each

    def persons(self, measure: Measure, cells: Iterable[Cell]) -> int:
        """How many persons at least: where one is counted in several months, as many as in the month with most."""
        counts: dict[datetime.date | None, int] = defaultdict(int)
        for cell in cells:
            counts[cell.month if self.is_repeated(measure) else None] += cell.instances
        return max(counts.values(), default=0)

    def _tells_few(self, measure: Measure, cells: Sequence[Cell], chosen: Sequence[Cell]) -> bool:
        """Whether these are few, or those that are left when they are taken from more that can be asked for."""
        own = set(chosen)
        wider = [self.chosen(cells, self.asked.without(name)) for name in self.asked.narrowed]
        rest = [[cell for cell in found if cell not in own] for found in wider]
        return any(0 < self.persons(measure, part) < FEW for part in (chosen, *rest))


def summed(cells: Iterable[Cell]) -> Sums:
    return intervals.together(cell.sums for cell in cells)
