"""The ways through a version, for their pages: which steps and choices, how many went each and how long it took."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import UUID

from followup import buckets, flow
from followup.figures import FEW, Step, Waits
from followup.models import Trail, Variant
from followup.on_diagram import InMonths
from people import reading
from workflows import engine, published, routine

MOST = 30
MOST_RUNNING = 10
MOST_MARKS = 5
COUNTED = """SELECT way.id, way.digest, way.outcome, one.bucket, one.is_off, one.is_late, sum(one."count")
    FROM followup_variant way JOIN followup_variantcount one ON one.variant_id = way.id
    WHERE way.version_id = %s AND one.month >= %s AND one.month <= %s
    GROUP BY way.id, way.digest, way.outcome, one.bucket, one.is_off, one.is_late"""
RUNNING = """SELECT one.instance_id, one.digest, held.started_at FROM followup_trail one
    JOIN workflows_processinstance held ON held.id = one.instance_id WHERE one.version_id = %s"""
BROKEN_OFF = "Avbrutet av en person"
MEANWHILE, SEVERAL = "Under tiden:", "Flera gånger:"


class Cell(NamedTuple):
    """Some of those that ended one way; as the database has it."""

    way: int
    digest: str
    outcome: str
    bucket: int
    is_off: bool
    is_late: bool
    times: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many ärenden, how long they took, and how many of them were led past the diagram or had something late."""

    waits: Waits
    off: int = 0
    late: int = 0

    @property
    def many(self) -> int:
        return self.waits.count


class Mark(NamedTuple):
    """A question with its answer, or what happened meanwhile or more than once."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One way; `marks` set it apart from the others that are shown: what was chosen, what happened meanwhile and what
    was done more than once. `rare` are the few of them that fewest others have."""

    number: int
    digest: str
    end: str
    counts: Counts
    share: int
    marks: Sequence[Mark] = ()
    rare: Sequence[Mark] = ()
    steps: Mapping[str, int]
    flows: frozenset[str]

    @property
    def name(self) -> str:
        return f"Väg {self.number}"


@dataclass(frozen=True)
class Ways(InMonths):
    """Of one version: a way is drawn on one diagram."""

    now: datetime.datetime
    may_be_of_all = False

    # -- those that have ended -----------------------------------------------------------------------------------------

    @cached_property
    def together(self) -> Counts:
        return self._counts([cell for cells in self._cells.values() for cell in cells])

    @cached_property
    def ended(self) -> list[Told]:
        """The commonest first; none of fewer than five, but for who may see the ärenden."""
        rows = Variant.objects.in_bulk(self._shown)
        whole = self.together.many
        found = []
        for number, key in enumerate(self._shown, start=1):
            row, counts = rows[key], self._counts(self._cells[key])
            told = Told(
                number=number,
                digest=row.digest,
                end=self._end(row.outcome),
                counts=counts,
                share=round(100 * counts.many / whole),
                steps=row.steps,
                flows=self._flows(row.steps, row.flows),
            )
            found.append(told)
        return self._apart(found)

    @cached_property
    def others(self) -> Counts | None:
        """All the other ways together; None when there are none."""
        found = [cell for key, cells in self._cells.items() if key not in self._shown for cell in cells]
        return self._counts(found) if found else None

    @property
    def other_ways(self) -> int:
        return len(self._cells) - len(self._shown)

    @cached_property
    def _cells(self) -> dict[int, list[Cell]]:
        found: dict[int, list[Cell]] = defaultdict(list)
        for row in reading.rows(COUNTED, [self.shown.pk, self.asked.first, self.asked.last]):
            found[row[0]].append(Cell(*row))
        return found

    @cached_property
    def _shown(self) -> list[int]:
        """Those that are told each by itself; of the rest there are none, or so many that they tell of nobody."""
        many = {key: sum(cell.times for cell in cells) for key, cells in self._cells.items()}
        told = [key for key, cells in self._cells.items() if cells[0].digest]
        first = sorted(told, key=lambda key: (-many[key], self._cells[key][0].digest))[:MOST]
        if self.knows_few:
            return first
        first = [key for key in first if many[key] >= FEW]
        while first and 0 < sum(many.values()) - sum(many[key] for key in first) < FEW:
            first.pop()
        return first

    def _counts(self, cells: Iterable[Cell]) -> Counts:
        times: Counter[int] = Counter()
        off = late = 0
        for cell in cells:
            times[cell.bucket] += cell.times
            off += cell.times * bool(cell.is_off)
            late += cell.times * bool(cell.is_late)
        return Counts(waits=flow.waits_of(times, knows_few=self.knows_few), off=off, late=late)

    def _end(self, outcome: str) -> str:
        end = self.elements.get(f"end_{outcome}") or self.elements.get(outcome)
        if outcome == "avbrutet" and end is None:
            return BROKEN_OFF
        return (end.name if end is not None else "") or outcome or "Utan namn"

    # -- those under way -----------------------------------------------------------------------------------------------

    @cached_property
    def running(self) -> list[Told]:
        """As far as they have come, the commonest first."""
        first = sorted(self._running, key=lambda digest: (-len(self._running[digest]), digest))
        few = 1 if self.knows_few else FEW
        first = [digest for digest in first if len(self._running[digest]) >= few][:MOST_RUNNING]
        rows = Trail.objects.in_bulk([self._running[digest][0][0] for digest in first])
        found = []
        for number, digest in enumerate(first, start=1):
            held = self._running[digest]
            row = rows.get(held[0][0])
            if row is not None:
                times = Counter(buckets.of(self.now - started) for _, started in held)
                told = Told(
                    number=number,
                    digest=digest,
                    end="",
                    counts=Counts(waits=flow.waits_of(times, knows_few=self.knows_few)),
                    share=round(100 * len(held) / self.under_way),
                    steps=row.steps,
                    flows=self._flows(row.steps, row.flows),
                )
                found.append(told)
        return self._apart(found)

    @cached_property
    def under_way(self) -> int:
        return sum(len(held) for held in self._running.values())

    @cached_property
    def _running(self) -> dict[str, list[tuple[int, datetime.datetime]]]:
        found: dict[str, list[tuple[int, datetime.datetime]]] = defaultdict(list)
        for instance, digest, started in reading.rows(RUNNING, [self.shown.pk]):
            found[digest].append((instance, reading.as_moment(started)))
        return found

    def way(self, digest: str) -> Told | None:
        """One that is shown."""
        return next((one for one in (*self.ended, *self.running) if one.digest == digest), None)

    # -- what it looks like --------------------------------------------------------------------------------------------

    @cached_property
    def _passed(self) -> engine.Ways:
        return engine.ways(self.whole.definition)

    def _flows(self, steps: Mapping[str, int], chosen: Iterable[str]) -> frozenset[str]:
        """Every flow of the diagram that was followed."""
        found = set(chosen)
        for key in steps:
            found.update(self._passed.left_by.get(key, ()))
            if key in self._passed.came_by:
                found.add(self._passed.came_by[key])
        return frozenset(found)

    def _apart(self, found: list[Told]) -> list[Told]:
        """Each with what not all of them have."""
        marks = [list(dict.fromkeys(self._marks(one))) for one in found]
        many = Counter(mark for own in marks for mark in own)
        return [
            replace(
                one,
                marks=[mark for mark in own if many[mark] < len(found)],
                rare=[mark for mark in own if mark in _rarest(own, many, len(found))],
            )
            for one, own in zip(found, marks, strict=True)
        ]

    def _marks(self, told: Told) -> Iterator[Mark]:
        yield from (mark for flow, mark in self._answers.items() if flow in told.flows)
        for step in self.steps(told):
            if step.element.type == "boundaryEvent":
                yield Mark(MEANWHILE, step.element.name)
            if step.times > 1:
                yield Mark(SEVERAL, step.element.name)

    @cached_property
    def _answers(self) -> dict[str, Mark]:
        """By flow: the question that it answers, and its answer in words."""
        names = {(flow.source, flow.target): flow.name for flows in self.whole.routes.out.values() for flow in flows}
        order = _order(self.shown.public_id)
        questions = sorted(self._passed.choices.items(), key=lambda one: order.get(one[0], len(order)))
        return {
            flow: Mark(self._called(key), names.get((key, target), "") or self._called(target))
            for key, flows in questions
            for flow, target in flows
        }

    def _called(self, key: str) -> str:
        element = self.elements.get(key)
        return element.name if element is not None and element.name else key

    def in_order(self, told: Told) -> list[tuple[str, int]]:
        """What was done, as the diagram in words tells it, with 2 for more than once."""
        order = _order(self.shown.public_id)
        known = [(key, times) for key, times in told.steps.items() if key in self.elements]
        return sorted(known, key=lambda one: (order.get(one[0], len(order)), one[0]))

    def steps(self, told: Told) -> list[Step]:
        """Those that somebody or something did."""
        professions = self.professions
        return [
            Step(
                element=element,
                profession=professions.get(element.lane, element.lane) if element.type == "userTask" else "",
                waits=Waits(),
                times=times,
            )
            for key, times in self.in_order(told)
            if (element := self.elements[key]).name and element.type in flow.SHOWN | {"boundaryEvent", "endEvent"}
        ]

    def marks(self, told: Told) -> dict[str, Step]:
        """Everything that it passed, for the drawing."""
        return {
            key: Step(element=self.elements[key], profession="", waits=Waits(), times=times)
            for key, times in self.in_order(told)
        }


def _rarest(own: Iterable[Mark], many: Mapping[Mark, int], of: int) -> set[Mark]:
    apart = [mark for mark in own if many[mark] < of]
    return set(sorted(apart, key=lambda mark: many[mark])[:MOST_MARKS])


@lru_cache(maxsize=64)
def _order(version: UUID) -> dict[str, int]:
    """Where the diagram in words tells each element; a version never changes."""
    whole = published.of(version)
    found = routine.routine(whole.config, whole.sources, {})
    steps = [step.id for step in found.main.walk()]
    steps += [step.id for section in found.called for step in section.part.walk()]
    return {key: place for place, key in reversed(list(enumerate(steps)))}
