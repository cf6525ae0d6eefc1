"""Where an ärende stands: its steps in words and its marks in the diagram, as far as one viewer may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from workflows import diagram as drawn
from workflows import published
from workflows.definitions import main_source
from workflows.models import (
    MENDING,
    HistoryEntry,
    HistoryKind,
    InstanceState,
    OutboxState,
    ProcessInstance,
    TaskState,
    UserTask,
)
from workflows.models.waiting import in_place_of
from workflows.sight import Sight

RECENT = 20
STEP_TYPES = drawn.TASKS | {"subProcess"}
UNDONE = (HistoryKind.CANCELLED, HistoryKind.SKIPPED, HistoryKind.ATTEMPTED, HistoryKind.NOT_NEEDED)
AMENDED = (HistoryKind.CORRECTED, HistoryKind.ADDED, HistoryKind.REFUSED)
TOLD = (*UNDONE, HistoryKind.SIGNED, HistoryKind.UNSIGNED, *AMENDED)
PAST = {HistoryKind.COMPLETED: "done"} | {kind: kind.value for kind in TOLD}
MACHINE = frozenset({"scriptTask", "businessRuleTask"})
WAITS = frozenset({"intermediateCatchEvent", "receiveTask"})


@dataclass(frozen=True)
class Step:
    """One step of an ärende in words; `status` is active, waiting, done or another word of PAST.

    `at` is when it was done or began, or what a wait lasts until, where that is known.
    `decision` is how a decision came about, with the `version` of the förlopp then, else empty.
    `phase` is the outermost named sub-process around it; `is_machine` when no person or other system does it.
    `is_hidden` when it is the other sphere's, and what is left tells only that.
    """

    element_id: str
    name: str
    lane: str
    status: str
    at: datetime | None
    by_name: str
    phase: str
    is_machine: bool = False
    is_scope: bool = False
    is_hidden: bool = False
    decision: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Marks:
    """Where in the diagram the ärende stands."""

    done: list[str]
    active: list[str]


@dataclass(frozen=True)
class Progress:
    """One ärende as one viewer meets it. Of the other sphere they are told that something is done, and not what."""

    instance: ProcessInstance
    sight: Sight

    def steps(self) -> list[Step]:
        """What has been done, in order, and then what the ärende waits for."""
        rows = self.instance.history.filter(kind__in=PAST, element_type__in=STEP_TYPES)
        entries = [entry for entry in rows.select_related("by") if entry.name or entry.detail]
        # Of what another unit has closed not even the day is told, nor what a decision was made of.
        kept = [entry for entry in entries if not self._is_closed(entry)]
        found = [(_past(entry, self._elements), self.reads(entry)) for entry in kept]
        if len(kept) < len(entries):
            found = [(replace(step, decision={}), is_read) for step, is_read in found]
        found += [(_now(task, self._elements), self.sight.reads_task(task, self._version)) for task in self._tasks]
        due = dict(self.instance.timers.order_by("-due_at").values_list("element_id", "due_at"))
        waiting = [one for one in self._machines if one.name]
        found += [(_waiting(one, self._elements, due.get(one.id)), self._reads_lane(one)) for one in waiting]
        told = [(step, is_read or step.is_scope) for step, is_read in found if is_read or not step.is_machine]
        return [step if is_read else self._hidden(step) for step, is_read in told]

    def marks(self) -> Marks:
        """The elements of the diagram that are done and those where the ärende is now; none of the other sphere's."""
        active = [task.element_id for task in self._tasks if self.sight.reads_task(task, self._version)]
        active += [one.id for one in self._machines if self._reads_lane(one)]
        active += scopes_around(active, self._elements)
        done = self.instance.history.filter(kind=HistoryKind.COMPLETED).exclude(element_id="")
        past = dict.fromkeys(entry.element_id for entry in done.order_by("pk") if not self._is_closed(entry))
        known = [key for key in past if key not in self._elements or self._reads_lane(self._elements[key])]
        return Marks([key for key in known if key not in active], list(dict.fromkeys(active)))

    def mended(self) -> list[HistoryEntry]:
        """What people have done to an ärende that had stopped or was to stand still, and handed over; latest first."""
        by_hand = Q(kind__in=[*MENDING, HistoryKind.HANDED]) | Q(kind=HistoryKind.CANCELLED, element_type="")
        rows = self.instance.history.filter(by_hand).select_related("by").order_by("-id")[:RECENT]
        return [entry for entry in rows if self.reads(entry)]

    def reads(self, entry: HistoryEntry) -> bool:
        """Whether the viewer may know what this row of history was about."""
        element = self._elements.get(entry.element_id)
        return self.sight.reads_step(self._version, element.lane if element else "", by=entry.by_id, at=entry.at)

    def _is_closed(self, entry: HistoryEntry) -> bool:
        element = self._elements.get(entry.element_id)
        sphere = self.sight.task_sphere(self._version, element.lane if element else "") if self.sight.written else ""
        return self.sight.is_closed(sphere, by=entry.by_id, at=entry.at)

    @cached_property
    def _version(self) -> published.Published:
        return published.of(self.instance.version.public_id)

    @cached_property
    def _elements(self) -> dict[str, drawn.Element]:
        return self._version.definition.elements

    @cached_property
    def _tasks(self) -> list[UserTask]:
        return list(self.instance.user_tasks.filter(state=TaskState.OPEN, joint_of=None).order_by("due_sort", "pk"))

    @cached_property
    def _machines(self) -> list[drawn.Element]:
        """What waits for a system, a message or time."""
        if self.instance.state != InstanceState.ACTIVE:
            return []
        called = self.instance.outbox.filter(state=OutboxState.PENDING).values_list("element_id", flat=True)
        waits = [
            *self.instance.subscriptions.values_list("element_id", flat=True),
            *self.instance.timers.values_list("element_id", flat=True),
        ]
        drawn_waits = [key for key in waits if key in self._elements and self._elements[key].type in WAITS]
        return [self._elements[key] for key in dict.fromkeys([*called, *drawn_waits]) if key in self._elements]

    def _reads_lane(self, element: drawn.Element) -> bool:
        return self.sight.reads_step(self._version, element.lane)

    def _hidden(self, step: Step) -> Step:
        name = self.sight.hidden(self._version, step.lane, "en uppgift")
        return replace(step, name=name, by_name="", reason="", decision={}, lane="", is_hidden=True)


def drawing(instance: ProcessInstance) -> str:
    """The main diagram, as BPMN's XML."""
    version = published.of(instance.version.public_id)
    return main_source(version.config, version.sources)


def phase_of(key: str, elements: dict[str, drawn.Element]) -> str:
    """The name of the outermost sub-process or call that holds the element, or is it; '' at the top.

    What is called from several places is a phase of its own: the history does not say from where.
    """
    calls: dict[str, list[str]] = {}
    for call in elements.values():
        if call.called:
            calls.setdefault(call.called, []).append(call.id)
    name, seen = "", set()
    while key in elements and key not in seen:
        seen.add(key)
        element = elements[key]
        if element.type in drawn.SCOPES or element.called:
            name = element.name or name
        callers = calls.get(element.process, [])
        if element.scope not in elements and len(callers) > 1:
            return elements[callers[0]].name or name
        key = element.scope if element.scope in elements else "".join(callers)
    return name


def scopes_around(keys: Iterable[str], elements: dict[str, drawn.Element]) -> list[str]:
    """Sub-processes and calls that hold something active."""
    found = []
    for key in keys:
        scope = elements[key].scope if key in elements else ""
        while scope in elements:
            found.append(scope)
            scope = elements[scope].scope
        found += [call.id for call in elements.values() if call.called and call.called == scope]
    return found


def done_by(entry: HistoryEntry) -> str:
    """Who, and in whose place."""
    return in_place_of(entry.by, entry.detail.get("for", ""))


# -- inside ------------------------------------------------------------------------------------------------------------


def _now(task: UserTask, elements: dict[str, drawn.Element]) -> Step:
    phase = phase_of(task.element_id, elements)
    return Step(task.element_id, task.name, task.group, "active", task.created_at, "", phase)


def _past(entry: HistoryEntry, elements: dict[str, drawn.Element]) -> Step:
    status = PAST[HistoryKind(entry.kind)]
    element = elements.get(entry.element_id)
    by_name = done_by(entry) if entry.by and status != "cancelled" else ""
    decision = entry.detail.get("decision", {})
    return Step(
        entry.element_id,
        entry.name or decision.get("name", ""),
        element.lane if element else "",
        status,
        entry.at,
        by_name,
        phase_of(entry.element_id, elements),
        is_machine=entry.element_type in MACHINE,
        is_scope=entry.element_type in {"subProcess", "callActivity"},
        decision=decision and {**decision, "version": entry.detail["version"]},
        reason=": ".join(filter(None, map(entry.detail.get, ("of", "reason", "text")))),
    )


def _waiting(element: drawn.Element, elements: dict[str, drawn.Element], due: datetime | None) -> Step:
    return Step(element.id, element.name, element.lane, "waiting", due, "", phase_of(element.id, elements))
