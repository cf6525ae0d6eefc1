"""How it goes in a unit: what waits there, what has stopped, how förlopp go where it works and what came of them."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from followup import courses, flow
from followup.asked import Asked
from followup.choice import Choice
from followup.figures import FEW, Group, Waits
from followup.models import What
from followup.results import Results
from followup.telling import Figure
from followup.units import balance
from people import reading
from people.models import Unit
from workflows import confined, published
from workflows.measures import ALL
from workflows.models import ProcessDefinition
from workflows.rights import HEAD
from workflows.selectors import STOPS, TASKS

Knows = Callable[[Mapping[str, Any]], bool]
"""Whether the ärenden of a förlopp with these settings are the reader's to see."""
MOST_WAITING = 10
MOST_EFFECTS = 3
WAITING = f"""SELECT held.definition_id, task.element_id, count(*), min(task.created_at),
        sum(CASE WHEN task.due_sort <= %s THEN 1 ELSE 0 END)
    FROM {TASKS} task JOIN workflows_processinstance held ON held.id = task.instance_id
    WHERE task.state = 'open' AND {{}} GROUP BY held.definition_id, task.element_id
    ORDER BY min(task.created_at), task.element_id LIMIT {MOST_WAITING}"""
LIFTED = f"""SELECT count(*), min(created_at) FROM {TASKS}
    WHERE state = 'open' AND escalated_to = %s AND NOT (escalated_to = '') AND NOT is_restricted"""
STOPPED = f"""SELECT held.definition_id, count(*), min(stop.created_at) FROM {STOPS} stop
    JOIN workflows_processinstance held ON held.id = stop.instance_id
    WHERE stop.state = 'open' AND NOT stop.is_restricted
    AND EXISTS (SELECT 1 FROM {TASKS} WHERE instance_id = held.id AND {{}})
    GROUP BY held.definition_id ORDER BY min(stop.created_at)"""
DONE = """SELECT version_id, bucket, sum(count) FROM followup_tally
    WHERE version_id IN ({}) AND what = %s AND unit = %s AND ({}) GROUP BY version_id, bucket"""
MEASURED = """SELECT version_id, measure, sum(instances) FROM followup_effectsum
    WHERE version_id IN ({}) AND month >= %s AND month <= %s AND unit = %s AND part = %s
    GROUP BY version_id, measure"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A step of a förlopp where something waits for the unit; since when is not told of few."""

    definition: ProcessDefinition
    element: str
    name: str
    count: int
    since: datetime.datetime | None
    late: int


@dataclass(frozen=True, kw_only=True)
class Stopped:
    definition: ProcessDefinition
    count: int
    since: datetime.datetime | None


@dataclass(frozen=True, kw_only=True)
class Done:
    """What the unit has done in a förlopp, and how long that had waited."""

    definition: ProcessDefinition
    waits: Waits

    @property
    def group(self) -> Group:
        return Group(key=self.definition.key, name=self.definition.title, waits=self.waits)


@dataclass(frozen=True, kw_only=True)
class Effects:
    definition: ProcessDefinition
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Going:
    """A unit at a time; as many statements however much there is."""

    unit: Unit
    now: datetime.datetime
    knows: Knows

    @cached_property
    def definitions(self) -> dict[int, ProcessDefinition]:
        """Not those that are confined to others."""
        rows = ProcessDefinition.objects.exclude(current=None).select_related("current")
        found = rows.only("key", "title", "current__public_id")
        return {row.pk: row for row in found if self._knows(row) or not confined.is_so(courses.config(row))}

    @cached_property
    def versions(self) -> dict[int, int]:
        """The förlopp of each version."""
        every = reading.rows("SELECT id, definition_id FROM workflows_processversion")
        return {version: definition for version, definition in every if definition in self.definitions}

    # -- now -----------------------------------------------------------------------------------------------------------

    @cached_property
    def waiting(self) -> list[Waiting]:
        """The steps where somebody has waited longest, the longest first."""
        here = balance.of_unit(self.unit, now=self.now)
        if here is None:
            return []
        text, values = here
        return [
            Waiting(
                definition=self.definitions[definition],
                element=element,
                name=self._step(definition, element),
                count=count,
                since=self._since(definition, count, since),
                late=late,
            )
            for definition, element, count, since, late in reading.rows(WAITING.format(text), [self.now, *values])
            if definition in self.definitions
        ]

    @cached_property
    def lifted(self) -> tuple[int, datetime.datetime | None]:
        """How many late tasks have been lifted to the chef from the unit's area, and since when the first was there."""
        area, values = ("AND area IN (%s, '')", [self.unit.area]) if self.unit.area else ("", [])
        ((count, since),) = reading.rows(f"{LIFTED} {area}", [HEAD, *values])
        return count, reading.as_moment(since)

    @cached_property
    def stopped(self) -> list[Stopped]:
        """Open stopp in ärenden where the unit has or had something to do."""
        here = balance.of_unit(self.unit, now=self.now)
        if here is None:
            return []
        text, values = here
        return [
            Stopped(definition=self.definitions[definition], count=count, since=self._since(definition, count, since))
            for definition, count, since in reading.rows(STOPPED.format(text), values)
            if definition in self.definitions
        ]

    # -- in a period ---------------------------------------------------------------------------------------------------

    def done(self, choice: Choice) -> list[Done]:
        """Of each förlopp, that with most done first."""
        keys, spans = list(self.versions), list(choice.spans())
        if not keys:
            return []
        text = DONE.format(reading.places(keys), " OR ".join([flow.SPAN] * len(spans)))
        found: dict[int, Counter[int]] = defaultdict(Counter)
        values = [*keys, What.DONE, self.unit.key, *(value for span in spans for value in span)]
        for version, bucket, count in reading.rows(text, values):
            found[self.versions[version]][bucket] += count
        made = [
            Done(definition=definition, waits=flow.waits_of(counts, knows_few=self._knows(definition)))
            for definition, counts in ((self.definitions[key], counts) for key, counts in found.items())
        ]
        return sorted(made, key=lambda one: (-one.waits.count, one.definition.title))

    def effects(self, asked: Asked) -> list[Effects]:
        """What came of the förlopp that most has been measured of in the unit; nothing of too few."""
        keys = list(self.versions)
        if not keys:
            return []
        many: Counter[int] = Counter()
        values = [*keys, asked.first, asked.last, self.unit.key, ALL]
        for version, _, instances in reading.rows(MEASURED.format(reading.places(keys)), values):
            many[self.versions[version]] += instances
        found = []
        for key, _ in many.most_common(MOST_EFFECTS):
            definition = self.definitions[key]
            figures = Results(definition, asked, self._knows(definition)).figures
            told = [one for one in figures if one.is_known or one.is_few]
            found.append(Effects(definition=definition, figures=told))
        return found

    # -- inside --------------------------------------------------------------------------------------------------------

    def _knows(self, definition: ProcessDefinition) -> bool:
        return self.knows(courses.config(definition))

    def _since(self, definition: int, count: int, since: object) -> datetime.datetime | None:
        """Of few it is a moment in somebody's ärende: told to who may see those."""
        is_told = count >= FEW or self._knows(self.definitions[definition])
        return reading.as_moment(since) if is_told else None

    def _step(self, definition: int, element: str) -> str:
        """As the diagram calls it: in a task an expression may have written something of somebody."""
        current = self.definitions[definition].current
        found = published.of(current.public_id).definition.elements.get(element) if current is not None else None
        return found.name if found is not None and found.name else "Ett steg i en tidigare version"
