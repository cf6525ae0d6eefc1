"""Follows the way of each ärende through its diagram as history is counted, and what the diagram did not foresee.

A way is which steps were done, once or more than once, what was chosen at each gateway and how it ended. In which order
things side by side were done makes no other way.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from followup import buckets, pacing, tallying
from followup.models import Trail, What
from followup.pacing import Pace
from followup.tallying import Around, Key, Row
from workflows.models import HistoryEntry, HistoryKind

AGAIN = 2
OFF = frozenset({What.RULED_OUT, What.SKIPPED, What.MOVED, What.BY_HAND, What.CHANGED, What.MIGRATED, What.BROKEN_OFF})
"""What leads an ärende past what is drawn. A stop that was mended, a pause and what was late do not."""

OVER = frozenset({HistoryKind.COMPLETED, HistoryKind.CANCELLED, HistoryKind.NOT_NEEDED})


class Passing(NamedTuple):
    """One thing that the diagram did not foresee, or that was late; the latter is counted each time."""

    what: What
    element: str
    group: str = ""
    unit: str = ""

    @property
    def once(self) -> str:
        """By which it is counted once of an ärende."""
        return f"{self.what}:{self.element}"


class End(NamedTuple):
    """Ärenden that ended the same way, in the same month and after as long."""

    version: int
    digest: str
    month: datetime.date
    bucket: int
    is_off: bool
    is_late: bool


@dataclass
class Way:
    """As far as it has been followed; `outcome` is None while it is under way."""

    version: int
    steps: dict[str, int] = field(default_factory=dict)
    flows: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)
    outcome: str | None = None
    last: str = pacing.BEGUN
    last_at: datetime.datetime | None = None

    @property
    def digest(self) -> str:
        told = json.dumps([sorted(self.steps.items()), sorted(self.flows), self.outcome])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def has(self, kinds: Iterable[What]) -> bool:
        told = {one.partition(":")[0] for one in self.off}
        return not told.isdisjoint(kinds)


@dataclass(frozen=True)
class Followed:
    """What a batch of history adds: counts of the day, ways under way by ärende, and those that have ended."""

    counts: Counter[Key]
    ways: Mapping[int, Way]
    ended: Counter[End]
    paces: Counter[Pace]


def follow(found: Sequence[Row], around: Around) -> Followed:
    """Go on from where each ärende was; from its beginning where nobody has followed it before."""
    ways = _known(found)
    counts: Counter[Key] = Counter()
    ended: Counter[End] = Counter()
    paces: Counter[Pace] = Counter()
    for row in found:
        way = ways.setdefault(row.instance, Way(around.version(row)))
        if way.outcome is not None:
            continue
        version = way.version = around.version(row)
        for one in _off(row, version, around):
            if one.what == What.LATE or one.once not in way.off:
                way.off.add(one.once)
                day = timezone.localdate(row.at)
                counts[Key(version, day, one.what, one.element, one.group, one.unit)] += 1
        if around.ends(row):
            way.outcome = tallying.ended_as(row)
        elif row.kind == HistoryKind.COMPLETED:
            way.steps[row.element] = AGAIN if row.element in way.steps else 1
            way.flows.update(row.flows or ())
        if way.outcome is not None:
            ended[_end(way, row, around)] += 1
        paces.update(_paces(way, row, around))
    return Followed(counts, ways, ended, paces)


# -- inside ------------------------------------------------------------------------------------------------------------


def _known(found: Sequence[Row]) -> dict[int, Way]:
    first = {row.instance: row for row in reversed(found)}
    ways = {
        one.instance_id: Way(
            one.version_id, dict(one.steps), set(one.flows), set(one.off), last=one.last, last_at=one.last_at
        )
        for one in Trail.objects.filter(instance__in=first)
    }
    new = [key for key, row in first.items() if key not in ways and row.kind != HistoryKind.STARTED]
    if new:
        ways |= _from_the_beginning(new, min(first[key].id for key in new))
    return ways


def _from_the_beginning(instances: Sequence[int], before: int) -> Mapping[int, Way]:
    """Of those that began before anybody followed them, or that have ended: what is told of them until this row."""
    earlier = tallying.rows(HistoryEntry.objects.filter(instance__in=instances, pk__lt=before))
    return follow(earlier, Around(earlier)).ways if earlier else {}


def _off(row: Row, version: int, around: Around) -> Iterator[Passing]:
    if row.kind in tallying.MENDED:
        yield Passing(tallying.MENDED[row.kind], row.element)
    elif row.kind == HistoryKind.CANCELLED and not row.type:
        yield Passing(What.BROKEN_OFF, "")
    elif row.kind == HistoryKind.NOT_NEEDED and not around.foresees(row, version):
        yield Passing(What.RULED_OUT, row.element)
    task = around.task(row) if row.kind in OVER and row.type in tallying.PERSONS else None
    if task is not None and task.due is not None and task.ended == row.at and row.at > task.due:
        yield Passing(What.LATE, row.element, task.group, around.unit(row, task.group))


def _paces(way: Way, row: Row, around: Around) -> Iterator[Pace]:
    """From the task that was done last, or the start, to this one, or the end; and goes on from here."""
    is_done = row.kind == HistoryKind.COMPLETED and row.type in tallying.PERSONS
    if row.kind == HistoryKind.STARTED:
        way.last, way.last_at = pacing.BEGUN, row.at
    elif is_done or way.outcome is not None:
        after = row.element if way.outcome is None else pacing.OVER
        task = around.task(row) if after else None
        if way.last_at is not None:
            group = task.group if task is not None else ""
            yield Pace(way.version, way.last, after, group, pacing.days_between(way.last_at, row.at))
        way.last, way.last_at = after, row.at


def _end(way: Way, row: Row, around: Around) -> End:
    lasted = buckets.of(row.at - around.started[row.instance])
    month = timezone.localdate(row.at).replace(day=1)
    return End(way.version, way.digest, month, lasted, way.has(OFF), way.has([What.LATE]))
