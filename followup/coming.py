"""What the coming weeks ask for, of one förlopp or of all that one may follow: by profession, week, unit and area."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from django.db.models import Min
from django.utils import timezone

from followup import deadlines, forecasting
from followup.deadlines import Due
from followup.figures import FEW
from followup.models import Forecast
from followup.units import balance
from people import reading
from people.models import Profession, Staff, Unit
from workflows import published
from workflows import sight as sights
from workflows.models import ProcessDefinition, ProcessInstance
from workflows.models.definition import HEAVY

K = TypeVar("K")
MOST_SHOWN = 50
LEAST = 0.5
"""Of less than half a task in all these weeks nothing is said."""
EXPECTED = """SELECT definition_id, week, element_id, "group", area, tasks, instances FROM followup_expected
    WHERE definition_id IN ({}) AND week >= %s"""


class Row(NamedTuple):
    definition: int
    week: datetime.date
    element: str
    group: str
    area: str
    tasks: float
    instances: int


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an address asks for; '' is all."""

    unit: str = ""
    area: str = ""
    group: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.unit or self.area or self.group)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A profession or step and its tasks week by week."""

    name: str
    beside: str = ""
    weeks: tuple[float, ...]

    @property
    def total(self) -> float:
        return math.fsum(self.weeks)

    @property
    def told(self) -> list[str]:
        """Week by week and all: with one decimal below ten, so that what is small adds up."""
        return [forecasting.told(many) for many in (*self.weeks, self.total)]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A task that the reader may follow."""

    due: Due
    instance: ProcessInstance
    step: str


@dataclass(frozen=True)
class Coming:
    """`knows` says of a förlopp whether its ärenden are the reader's to see. Six statements, however much there is."""

    definitions: Mapping[int, ProcessDefinition]
    asked: Asked
    now: datetime.datetime
    knows: Callable[[ProcessDefinition], bool]

    @property
    def today(self) -> datetime.date:
        return timezone.localdate(self.now)

    @cached_property
    def weeks(self) -> list[datetime.date]:
        return forecasting.weeks(self.today)

    @cached_property
    def at(self) -> datetime.datetime | None:
        """When the oldest of it was reckoned."""
        found = Forecast.objects.filter(definition__in=self.definitions).aggregate(at=Min("at"))["at"]
        return found if isinstance(found, datetime.datetime) else None

    # -- which ---------------------------------------------------------------------------------------------------------

    @cached_property
    def units(self) -> list[Unit]:
        return list(Unit.objects.order_by("name"))

    @cached_property
    def unit(self) -> Unit | None:
        return next((one for one in self.units if one.key == self.asked.unit), None)

    @cached_property
    def professions(self) -> dict[str, str]:
        return dict(Profession.objects.values_list("key", "name"))

    @cached_property
    def areas(self) -> list[str]:
        return sorted({one.area for one in self._read if one.area} | {unit.area for unit in self.units if unit.area})

    @cached_property
    def _roles(self) -> Mapping[str, str] | None:
        """Professions of the chosen unit; None when none is chosen."""
        return balance.roles_of(self.unit, now=self.now) if self.unit is not None else None

    def _is_asked(self, group: str, area: str) -> bool:
        unit, roles = self.unit, self._roles
        if unit is not None and roles is not None:
            is_theirs = group in roles and (not unit.area or area in ("", unit.area))
        else:
            is_theirs = True
        return is_theirs and self.asked.group in ("", group) and self.asked.area in ("", area)

    # -- how much ------------------------------------------------------------------------------------------------------

    @cached_property
    def _read(self) -> list[Row]:
        keys = list(self.definitions)
        rows = reading.rows(EXPECTED.format(reading.places(keys)), [*keys, self.weeks[0]]) if keys else []
        return [Row(row[0], reading.as_day(row[1]), *row[2:]) for row in rows]

    @cached_property
    def rows(self) -> list[Row]:
        """Those that are asked for and not of too few."""
        return [one for one in self._read if self._is_asked(one.group, one.area) and not self._is_few(one)]

    @cached_property
    def has_hidden(self) -> bool:
        return any(self._is_few(one) for one in self._read if self._is_asked(one.group, one.area))

    def _is_few(self, one: Row) -> bool:
        return one.instances < FEW and not self.knows(self.definitions[one.definition])

    @cached_property
    def by_profession(self) -> list[Line]:
        found = self._sums(lambda one: one.group)
        return _most_first(
            Line(name=self.professions.get(key, key) or "Ingen profession", weeks=weeks) for key, weeks in found.items()
        )

    @cached_property
    def total(self) -> Line:
        return Line(name="Alla", weeks=self._sums(lambda _: "").get("", (0.0,) * len(self.weeks)))

    @cached_property
    def by_step(self) -> list[Line]:
        """Of each step and whose it is; only of one förlopp."""
        found = self._sums(lambda one: (one.definition, one.element, one.group))
        return _most_first(
            Line(name=self.step(definition, element), beside=self.professions.get(group, group), weeks=weeks)
            for (definition, element, group), weeks in found.items()
        )

    def _sums(self, key: Callable[[Row], K]) -> dict[K, tuple[float, ...]]:
        """Tasks week by week, added up by what the key tells of a row."""
        sums: dict[K, dict[datetime.date, float]] = defaultdict(lambda: defaultdict(float))
        for one in self.rows:
            sums[key(one)][one.week] += one.tasks
        return {key: tuple(held.get(week, 0.0) for week in self.weeks) for key, held in sums.items()}

    @cached_property
    def by_definition(self) -> list[tuple[ProcessDefinition, Line, int | None]]:
        """Each förlopp with its weeks, and how many of its tasks will likely be late; None of too few."""
        sums, nothing = self._sums(lambda one: one.definition), (0.0,) * len(self.weeks)
        likely: dict[int, int] = defaultdict(int)
        for due in self.due:
            likely[due.definition] += due.is_likely
        made = []
        for key in sums.keys() | {key for key, many in likely.items() if many}:
            definition = self.definitions[key]
            is_few = 0 < likely[key] < FEW and not self.knows(definition)
            line = Line(name=definition.title, weeks=sums.get(key, nothing))
            made.append((definition, line, None if is_few else likely[key]))
        return sorted(made, key=lambda one: (-one[1].total, one[0].title))

    # -- what will be late ---------------------------------------------------------------------------------------------

    @cached_property
    def due(self) -> list[Due]:
        keys = list(self.definitions)
        found = deadlines.load(keys, now=self.now) if keys else []
        return [one for one in found if self._is_asked(one.group, one.area)]

    @property
    def has_words(self) -> bool:
        """Whether any of them may be told."""
        return any(count is not None for _, count in self.words)

    @property
    def words(self) -> list[tuple[str, int | None]]:
        """How likely it is, of how many; None of too few, and of the least of the others when that would tell it."""
        counts = deadlines.words(self.due)
        if all(self.knows(one) for one in self.definitions.values()):
            return list(counts)
        hidden = {word for word, count in counts if count < FEW}
        if len(hidden) == 1 and len(counts) > 1:
            hidden.add(min((one for one in counts if one[0] not in hidden), key=lambda one: one[1])[0])
        return [(word, None if word in hidden else count) for word, count in counts]

    def seen(self, staff: Staff) -> list[Shown]:
        """Those that will likely be late, of the ärenden that the reader may follow, the likeliest first."""
        likely = sorted((one for one in self.due if one.is_likely), key=lambda one: one.likely_first)[:MOST_SHOWN]
        rows = ProcessInstance.objects.select_related("individual", "version", "definition")
        rows = rows.defer("engine_state", *(f"version__{name}" for name in HEAVY))
        known = rows.in_bulk({one.instance for one in likely})
        mine = {pk for pk, row in known.items() if sights.of(staff, row.individual).may_follow(row)}
        return [
            Shown(due=one, instance=known[one.instance], step=self.step(one.definition, one.element))
            for one in likely
            if one.instance in mine
        ]

    def step(self, definition: int, element: str) -> str:
        """As the diagram calls it: in a task an expression may have written something of somebody."""
        current = self.definitions[definition].current
        found = published.of(current.public_id).definition.elements.get(element) if current is not None else None
        return found.name if found is not None and found.name else "Ett steg i en tidigare version"


def _most_first(made: Iterable[Line]) -> list[Line]:
    """The most work first; what comes to nothing is no line."""
    return sorted((line for line in made if line.total >= LEAST), key=lambda line: (-line.total, line.name))
