"""Ärenden with all that happened in them, read some hundred at a time: a year takes no more memory than a week.

Only what is drawn and codes come out: names of steps are read from the diagrams, never from history, where
somebody may have written. Persons with protected identity are left out whole; staff are in none of it.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from followup import tallying
from followup.eventlog.pseudonyms import Pseudonyms
from people import reading
from people.models import Assignment
from web.swedish import midnight
from workflows import careflow, published
from workflows.careflow import Careflow
from workflows.models import HistoryKind, ProcessDefinition, ProcessVersion, TaskState

TOGETHER = 300
FEW = 5
"""Staff of a unit: of fewer, what a unit did is what a person did."""
DAY = datetime.timedelta(days=1)
CASES = """SELECT one.id, one.version_id, one.individual_id, one.state, one.outcome, one.suspended_at IS NOT NULL
    FROM workflows_processinstance one JOIN people_individual who ON who.id = one.individual_id
    WHERE one.definition_id = %s AND one.started_at >= %s AND one.started_at < %s AND one.id > %s
    AND who.protection = 'ingen' ORDER BY one.id LIMIT %s"""
HISTORY = """SELECT one.instance_id, {at}one.at, one.by_id, one.kind, one.element_id, one.element_type, {code}
    FROM workflows_historyentry one WHERE one.instance_id IN ({places}) AND one.kind <> 'noted'
    ORDER BY one.instance_id, one.id"""
TASKS = """SELECT one.instance_id, one.id, one.element_id, {at}one.created_at, {at}one.ended_at, one."group",
    one.claimed_by_id IS NOT NULL, one.attempts, one.state FROM workflows_usertask one
    WHERE one.instance_id IN ({places}) AND one.joint_of_id IS NULL ORDER BY one.instance_id, one.created_at, one.id"""
# A date that an expression has touched is left as text by SQLite's driver, which is quicker than what it makes of it.
DIALECT = {
    "sqlite": {"at": "+", "code": "json_extract(one.detail, '$.code')"},
    "postgresql": {"at": "", "code": "one.detail ->> 'code'"},
}
LIFECYCLE: Mapping[str, tuple[str, str]] = {
    HistoryKind.STARTED: ("start", Careflow.ACTIVE),
    HistoryKind.ENTERED: ("start", Careflow.ACTIVE),
    HistoryKind.CLAIMED: ("assign", Careflow.ACTIVE),
    HistoryKind.RELEASED: ("reassign", Careflow.PLANNED),
    HistoryKind.HANDED: ("reassign", Careflow.ACTIVE),
    HistoryKind.COMPLETED: ("complete", Careflow.COMPLETED),
    HistoryKind.ENDED: ("complete", Careflow.COMPLETED),
    HistoryKind.MESSAGE: ("complete", Careflow.COMPLETED),
    HistoryKind.SIGNAL: ("complete", Careflow.COMPLETED),
    HistoryKind.NOT_NEEDED: ("manualskip", Careflow.CANCELLED),
    HistoryKind.SKIPPED: ("manualskip", Careflow.CANCELLED),
    HistoryKind.ATTEMPTED: ("suspend", Careflow.POSTPONED),
    HistoryKind.SUSPENDED: ("suspend", Careflow.SUSPENDED),
    HistoryKind.RESUMED: ("resume", Careflow.ACTIVE),
}
"""Kinds of history in the words of XES and of openEHR. What is broken off depends on whether it was begun."""
OTHER = ("unknown", "")
BROKEN = {Careflow.ABORTED: "ate_abort", Careflow.CANCELLED: "withdraw"}
OFFERED = "offered"
OF_CASE = {kind.value: f"Ärendet: {kind.label.lower()}" for kind in HistoryKind}


class Event(NamedTuple):
    """`what` is the kind of history, or `offered` when a task came to a profession."""

    at: datetime.datetime
    what: str
    name: str
    element: str
    type: str
    lifecycle: str
    state: str
    group: str = ""
    unit: str = ""
    code: str = ""
    task: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    name: str
    id: str
    group: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """An ärende, by pseudonyms."""

    id: str
    person: str
    course: str
    version: int
    state: str
    outcome: str
    events: list[Event]
    tasks: list[Task]


class _Given(NamedTuple):
    """A task as the database has it."""

    id: int
    element: str
    since: datetime.datetime
    ended: datetime.datetime | None
    group: str
    is_taken: bool
    attempts: int
    state: str

    @property
    def stands(self) -> str:
        return careflow.of_task(self.state, is_taken=self.is_taken, attempts=self.attempts)


@dataclass(frozen=True)
class Reader:
    """Ärenden of a förlopp that started on the days from `first` to `last`."""

    definition: ProcessDefinition
    first: datetime.date
    last: datetime.date
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)

    def cases(self) -> Iterator[Case]:
        """In the order in which they started, as near as their rows tell."""
        span = midnight(self.first), midnight(self.last + DAY)
        upto = 0
        while found := reading.rows(CASES, [self.definition.pk, *span, upto, TOGETHER]):
            upto = found[-1][0]
            keys = [row[0] for row in found]
            history, tasks = _by_instance(HISTORY, keys), _by_instance(TASKS, keys)
            units = self._units({row[2] for rows in history.values() for row in rows if row[2]})
            for row in found:
                yield self._case(row, history.get(row[0], ()), tasks.get(row[0], ()), units)

    def _case(
        self, row: Sequence[Any], history: Iterable[Sequence[Any]], tasks: Iterable[Sequence[Any]], units: _Units
    ) -> Case:
        key, version, individual, state, outcome, is_suspended = row
        names = self._names(version)
        given = [
            _Given(one[1], one[2], reading.as_moment(one[3]), reading.as_moment(one[4]), *one[5:]) for one in tasks
        ]
        events: list[Event] = []
        by_element: dict[str, list[_Given]] = defaultdict(list)
        for one in given:
            by_element[one.element].append(one)
        for _, at, by, kind, element, type_, code in history:
            moment = reading.as_moment(at)
            task = _of(by_element.get(element, ()), moment)
            events.append(_event(moment, by, kind, element, type_, code, task, names, units, self.pseudonyms))
        # After what it came of, which was done at the same moment.
        events += [_offered(one, names, self.pseudonyms) for one in given]
        return Case(
            id=self.pseudonyms.of("arende", key),
            person=self.pseudonyms.of("person", individual),
            course=self.definition.key,
            version=self._numbers[version],
            state=careflow.of_instance(state, is_suspended=bool(is_suspended)),
            outcome=outcome,
            events=sorted(events, key=itemgetter(0)),
            tasks=[
                Task(
                    name=names.get(one.element, one.element),
                    id=self.pseudonyms.of("uppgift", one.id),
                    group=one.group,
                    state=one.stands,
                )
                for one in given
            ],
        )

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return dict(ProcessVersion.objects.filter(definition=self.definition).values_list("pk", "number"))

    @cached_property
    def _every(self) -> dict[int, dict[str, str]]:
        """What the steps of each version are called."""
        found = ProcessVersion.objects.filter(definition=self.definition).order_by("number")
        return {
            pk: {key: one.name for key, one in published.of(public_id).definition.elements.items() if one.name}
            for pk, public_id in found.values_list("pk", "public_id")
        }

    @cached_property
    def _all_names(self) -> dict[str, str]:
        return {key: name for names in self._every.values() for key, name in names.items()}

    def _names(self, version: int) -> Mapping[str, str]:
        """Of the version that it is in now; what an ärende that was moved did before is called as by the latest."""
        found = self._known.get(version)
        if found is None:
            found = self._known[version] = self._all_names | self._every[version]
        return found

    @cached_property
    def _known(self) -> dict[int, dict[str, str]]:
        return {}

    def _units(self, staff: set[int]) -> _Units:
        return _Units(tallying.posts(staff), self._many)

    @cached_property
    def _many(self) -> frozenset[str]:
        """Units that are told: of fewer than five members of staff a unit is as good as a name."""
        held: dict[str, set[int]] = defaultdict(set)
        rows = Assignment.objects.filter(valid_from__lte=self.last).exclude(valid_to__lt=self.first)
        for unit, staff in rows.values_list("unit__key", "staff_id"):
            held[unit].add(staff)
        return frozenset(unit for unit, found in held.items() if len(found) >= FEW)


class _Units(NamedTuple):
    posts: tallying.Posts
    told: frozenset[str]

    def of(self, by: int | None, group: str, at: datetime.datetime) -> str:
        """Where the one who did it worked then, in that profession, if it may be told."""
        found = tallying.worked_at(self.posts, by, group, at)
        return found if found in self.told else ""


# -- inside ------------------------------------------------------------------------------------------------------------


def _by_instance(text: str, keys: Sequence[int]) -> dict[int, list[Any]]:
    filled = text.format(**DIALECT[connection.vendor], places=reading.places(keys))
    return {key: list(rows) for key, rows in groupby(reading.rows(filled, keys), key=itemgetter(0))}


def _of(given: Sequence[_Given], at: datetime.datetime) -> _Given | None:
    """The task that a row of its step is about: the last that had come by then."""
    place = bisect_right(given, at, key=lambda one: one.since) if len(given) > 1 else len(given)
    return given[place - 1] if place else None


def _offered(task: _Given, names: Mapping[str, str], pseudonyms: Pseudonyms) -> Event:
    name, key = names.get(task.element, task.element), pseudonyms.of("uppgift", task.id)
    told = ("schedule", Careflow.PLANNED.value, task.group, "", "", key)
    return Event(task.since, OFFERED, name, task.element, "userTask", *told)


def _event(
    at: datetime.datetime,
    by: int | None,
    kind: str,
    element: str,
    type_: str,
    code: str | None,
    task: _Given | None,
    names: Mapping[str, str],
    units: _Units,
    pseudonyms: Pseudonyms,
) -> Event:
    name = (names.get(element) or element) if element else OF_CASE[kind]
    lifecycle, state = LIFECYCLE.get(kind, OTHER)
    if kind == HistoryKind.CANCELLED:
        lifecycle, state = _broken(type_, task)
    if task is None:
        return Event(at, kind, name, element, type_, lifecycle, state, code=code or "")
    unit, key = units.of(by, task.group, at), pseudonyms.of("uppgift", task.id)
    return Event(at, kind, name, element, type_, lifecycle, state, task.group, unit, code or "", key)


def _broken(type_: str, task: _Given | None) -> tuple[str, str]:
    """A whole ärende, a task by whether it was begun, or something else that was going on."""
    if not type_:
        return "pi_abort", Careflow.ABORTED
    is_task = task is not None and task.state == TaskState.CANCELLED
    state = Careflow(task.stands) if task is not None and is_task else Careflow.ABORTED
    return BROKEN[state], state
