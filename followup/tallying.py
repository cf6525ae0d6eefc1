"""Turns rows of history into counts. What a row gives depends on what is before it, so it may be read at any time."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from followup import buckets
from followup.models import What
from people.models import Assignment
from workflows import engine, published
from workflows.diagram import NOT_NEEDED
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    InstanceMove,
    InstanceState,
    OutboxMessage,
    ProcessInstance,
    ProcessVersion,
    TaskKind,
    UserTask,
)

MENDED: Mapping[str, What] = {
    HistoryKind.SKIPPED: What.SKIPPED,
    HistoryKind.MOVED: What.MOVED,
    HistoryKind.BY_HAND: What.BY_HAND,
    HistoryKind.CHANGED: What.CHANGED,
    HistoryKind.MIGRATED: What.MIGRATED,
    HistoryKind.RETRIED: What.RETRIED,
    HistoryKind.SUSPENDED: What.PAUSED,
}
"""What a person did that no diagram has drawn."""
KINDS = (
    HistoryKind.STARTED,
    HistoryKind.COMPLETED,
    HistoryKind.CANCELLED,
    HistoryKind.NOT_NEEDED,
    HistoryKind.ENDED,
    *MENDED,
)
BROKEN_OFF = "avbrutet"
Posts = Mapping[tuple[int, str], Sequence[tuple[str, datetime.date, datetime.date | None]]]
PERSONS = frozenset({"userTask", "manualTask"})


class Key(NamedTuple):
    """What a count is of."""

    version: int
    day: datetime.date
    what: str
    element: str
    group: str = ""
    unit: str = ""
    bucket: int = buckets.NONE
    is_month: bool = False


class Row(NamedTuple):
    """A row of history."""

    id: int
    instance: int
    at: datetime.datetime
    by: int | None
    kind: str
    element: str
    type: str
    outcome: str | None
    flows: list[str] | None


@dataclass(frozen=True)
class Task:
    """When something was given to somebody, and to which profession."""

    since: datetime.datetime
    ended: datetime.datetime | None
    group: str
    due: datetime.datetime | None = None


def rows(upto: QuerySet[HistoryEntry]) -> list[Row]:
    """Those that count, without what else is told in them."""
    told = upto.filter(kind__in=KINDS).order_by("pk")
    told = told.annotate(outcome=KeyTransform("outcome", "detail"), flows=KeyTransform("flows", "detail"))
    names = ("pk", "instance_id", "at", "by_id", "kind", "element_id", "element_type", "outcome", "flows")
    return [Row(*row) for row in told.values_list(*names)]


def tally(found: Sequence[Row], around: Around) -> Counter[Key]:
    """How many of each there are in these rows."""
    return with_months(Counter(key for row in found for key in _keys(row, around)))


def with_months(days: Counter[Key]) -> Counter[Key]:
    """The same of each month beside them."""
    months: Counter[Key] = Counter()
    for key, count in days.items():
        months[key._replace(is_month=True, day=key.day.replace(day=1))] += count
    return days + months


def ended_as(row: Row) -> str:
    """How it ended, of a row that tells so."""
    return str(row.outcome or "")[:200] if row.kind == HistoryKind.ENDED else BROKEN_OFF


def _keys(row: Row, around: Around) -> Iterator[Key]:
    """Of the day."""
    version, day = around.version(row), timezone.localdate(row.at)
    if row.kind == HistoryKind.STARTED:
        yield Key(version, day, What.STARTED, "")
    elif around.ends(row):
        yield Key(version, day, What.ENDED, ended_as(row), bucket=buckets.of(row.at - around.started[row.instance]))
    elif row.kind in MENDED or row.kind == HistoryKind.ENDED:
        return
    elif row.kind in (HistoryKind.CANCELLED, HistoryKind.NOT_NEEDED):
        task = around.task(row)
        yield Key(version, day, What.NEEDLESS, row.element, task.group if task else "")
    else:
        yield _done(row, version, day, around)
        yield from (Key(version, day, What.FOLLOWED, flow) for flow in _followed(row, around.ways(version)))


def _done(row: Row, version: int, day: datetime.date, around: Around) -> Key:
    task = around.task(row)
    group = task.group if task is not None else ""
    since = around.called(row) or (task.since if task is not None else around.came(row, version))
    bucket = buckets.of(row.at - since if since is not None else None)
    return Key(version, day, What.DONE, row.element, group, around.unit(row, group), bucket)


def _followed(row: Row, ways: engine.Ways) -> Iterator[str]:
    """The flows that the row tells of: those it was left by, and the one it came by where only it can tell."""
    yield from row.flows or ways.left_by.get(row.element, ())
    if row.element in ways.came_by:
        yield ways.came_by[row.element]


@lru_cache(maxsize=64)
def ways_of(version: UUID) -> engine.Ways:
    """Of a version, which never changes."""
    return engine.ways(published.of(version).definition)


class Around:
    """What the rows do not say themselves, read at once for all of them."""

    def __init__(self, found: Sequence[Row]) -> None:
        instances = {row.instance for row in found}
        known = ProcessInstance.objects.filter(pk__in=instances).values_list("pk", "version_id", "started_at", "state")
        self._versions = {pk: version for pk, version, _, _ in known}
        self.started = {pk: started for pk, _, started, _ in known}
        self._broken_off = {pk for pk, _, _, state in known if state == InstanceState.CANCELLED}
        self._moves = _moves(instances)
        self._calls, self._tasks = _given(row for row in found if row.type in PERSONS | {"serviceTask"})
        self._posts = posts(row.by for row in found if row.by is not None)
        self._ids = dict(ProcessVersion.objects.values_list("pk", "public_id"))
        self._done = self._before(found)

    def version(self, row: Row) -> int:
        """The version that its ärende was in then: the one that it was next moved from, or is in."""
        moves = self._moves.get(row.instance, [])
        return next((version for at, version in moves if at > row.id), self._versions[row.instance])

    def ways(self, version: int) -> engine.Ways:
        return ways_of(self._ids[version])

    def foresees(self, row: Row, version: int) -> bool:
        """Whether the diagram has drawn what follows when somebody says that the task is not needed."""
        return NOT_NEEDED in published.of(self._ids[version]).definition.codes_at(row.element)

    def ends(self, row: Row) -> bool:
        """Whether it tells that the whole ärende ended. One that a person broke off has a row for that besides."""
        if row.kind == HistoryKind.ENDED:
            return row.instance not in self._broken_off
        return row.kind == HistoryKind.CANCELLED and not row.type

    def task(self, row: Row) -> Task | None:
        """The task that the row tells the end of; of a system's step the one of the person who did it instead."""
        given = self._tasks.get((row.instance, row.element), [])
        ended = next((task for task in given if task.ended == row.at), None)
        if ended is not None or row.type not in PERSONS:
            return ended
        return next((task for task in reversed(given) if task.since <= row.at), None)

    def called(self, row: Row) -> datetime.datetime | None:
        """When a system was asked to do it."""
        asked = self._calls.get((row.instance, row.element), [])
        return max((since for since in asked if since <= row.at), default=None)

    def came(self, row: Row, version: int) -> datetime.datetime | None:
        """When the token came, of what waits for a message, a time or what is in it: as what is before it was done."""
        done = [self._done.get((row.instance, key), []) for key in self.ways(version).before.get(row.element, ())]
        last = [told[place - 1][1] for told in done if (place := bisect_right(told, row.id, key=_first))]
        return max(last, default=None)

    def unit(self, row: Row, group: str) -> str:
        return worked_at(self._posts, row.by, group, row.at)

    def _before(self, found: Sequence[Row]) -> dict[tuple[int, str], list[tuple[int, datetime.datetime]]]:
        wanted: dict[int, set[str]] = defaultdict(set)
        for row in found:
            if row.kind == HistoryKind.COMPLETED:
                wanted[row.instance] |= self.ways(self.version(row)).before.get(row.element, frozenset())
        wanted = {instance: keys for instance, keys in wanted.items() if keys}
        if not wanted:
            return {}
        told = HistoryEntry.objects.filter(instance__in=wanted, kind=HistoryKind.COMPLETED)
        told = told.filter(element_id__in=set().union(*wanted.values())).order_by("pk")
        return _grouped(told.values_list("instance_id", "element_id", "pk", "at"), lambda *one: one)


def _first(told: tuple[int, datetime.datetime]) -> int:
    return told[0]


def _grouped(told: Iterable[Sequence[Any]], made: Callable[..., Any]) -> dict[Any, list[Any]]:
    """What is made of the rest of each row, by the first two columns."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for first, second, *rest in told:
        found[first, second].append(made(*rest))
    return dict(found)


def _moves(instances: Iterable[int]) -> Mapping[int, list[tuple[int, int]]]:
    """When ärenden were moved to another version, as numbers of rows, and from which; of the few that were."""
    moved = set(InstanceMove.objects.filter(instance__in=instances).values_list("instance_id", flat=True))
    if not moved:
        return {}
    told = HistoryEntry.objects.filter(instance__in=moved, kind=HistoryKind.MIGRATED).order_by("pk")
    definition = F("instance__definition_id")
    numbers = {
        (of, number): pk for pk, of, number in ProcessVersion.objects.values_list("pk", "definition_id", "number")
    }
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for instance, pk, of, detail in told.annotate(of=definition).values_list("instance_id", "pk", "of", "detail"):
        found[instance].append((pk, numbers[of, detail["from"]]))
    return found


def _given(found: Iterable[Row]) -> tuple[dict[Any, list[datetime.datetime]], dict[Any, list[Task]]]:
    """Calls to systems and tasks of people, by ärende and element."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for row in found:
        wanted[row.instance].add(row.element)
    if not wanted:
        return {}, {}
    about = {"instance__in": wanted, "element_id__in": set().union(*wanted.values())}
    calls = OutboxMessage.objects.filter(**about).values_list("instance_id", "element_id", "created_at")
    tasks = UserTask.objects.filter(**about).exclude(kind=TaskKind.SIGNATURE).order_by("created_at", "pk")
    names = ("instance_id", "element_id", "created_at", "ended_at", "group", "due_at")
    return _grouped(calls, lambda since: since), _grouped(tasks.values_list(*names), Task)


def posts(staff: Iterable[int]) -> Posts:
    """Where these members of staff have worked, by who and in which profession, and from when till when."""
    held = Assignment.objects.filter(staff__in=set(staff)).order_by("pk")
    names = ("staff_id", "profession__key", "unit__key", "valid_from", "valid_to")
    return _grouped(held.values_list(*names), lambda *post: post)


def worked_at(posts: Posts, by: int | None, group: str, at: datetime.datetime) -> str:
    """The unit of who did something, then and in the profession that it was given to; '' when that is not known."""
    held = posts.get((by or 0, group))
    if not held:
        return ""
    day = timezone.localdate(at)
    return next((unit for unit, first, last in held if first <= day and (last is None or day <= last)), "")
