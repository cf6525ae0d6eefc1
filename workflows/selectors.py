"""Reads for the pages. Each list is one indexed query per group; who may see what is decided here."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from people.models import Individual, Staff
from workflows import diagram as drawn
from workflows import published, rights
from workflows.definitions import main_source
from workflows.models import (
    MENDING,
    HistoryEntry,
    HistoryKind,
    Incident,
    IncidentState,
    InstanceState,
    OutboxState,
    ProcessInstance,
    TaskState,
    UserTask,
)
from workflows.models.definition import HEAVY as VERSION_HEAVY

RECENT = 20
TASKS, STOPS = "workflows_usertask", "workflows_incident"
# Text, since every page asks and Django would build these anew each time.
INBOX = """
    SELECT task.id, task.public_id, task.individual_id, task.name, task."group", task.escalated_to, task.priority,
        task.due_at, task.claimed_by_id, definition.title AS process_title, instance.suspended_at
    FROM ({found}) found JOIN workflows_usertask task ON task.id = found.id
    JOIN workflows_processinstance instance ON instance.id = task.instance_id
    JOIN workflows_processdefinition definition ON definition.id = instance.definition_id
    ORDER BY found.due_sort, found.id LIMIT {limit}"""
DONE = """
    SELECT task.id, task.name, task."group", task.escalated_to, task.individual_id, task.instance_id,
        (task.is_restricted OR individual.protection <> 'ingen') AS is_restricted, definition.title AS process_title
    FROM workflows_usertask task JOIN people_individual individual ON individual.id = task.individual_id
    JOIN workflows_processinstance instance ON instance.id = task.instance_id
    JOIN workflows_processdefinition definition ON definition.id = instance.definition_id
    WHERE task.public_id = %s AND task.completed_by_id = %s AND task.state = 'completed'"""
STEP_TYPES = drawn.TASKS | {"subProcess"}
PAST = {HistoryKind.COMPLETED: "done", HistoryKind.CANCELLED: "cancelled", HistoryKind.SKIPPED: "skipped"}
MACHINE = frozenset({"scriptTask", "businessRuleTask"})
HEAVY = ("instance__engine_state", *(f"instance__version__{name}" for name in VERSION_HEAVY))


@dataclass(frozen=True)
class Step:
    """One step of an ärende in words; `status` is done, active, waiting, cancelled or skipped.

    `at` is when it was done or began, or what a wait lasts until, where that is known.
    `decision` is how a decision came about, with the `version` of the förlopp then, else empty.
    `phase` is the outermost named sub-process around it; `is_machine` when no person or other system does it.
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
    decision: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagram:
    """The diagram and where the ärende stands in it."""

    bpmn_xml: str
    done: list[str]
    active: list[str]


@dataclass(frozen=True)
class ExpressionNote:
    """What an expression had to say in `count` ärenden of a version; nothing in it is about a person."""

    key: str
    version: int
    element_id: str
    expression: str
    position: int
    text: str
    count: int


def inbox_tasks(staff: Staff, *, mine: bool = False, limit: int = 50) -> list[UserTask]:
    """Open tasks of the staff member's groups (or taken by them), soonest due first.

    One part per group, each answered by its index alone, merged: an IN over groups would sort them all.
    """
    columns = ("claimed_by_id",) if mine else ("group", "escalated_to")
    asked: Sequence[Any] = [staff.pk] if mine else staff.professions
    part = f"SELECT id, due_sort FROM {TASKS} WHERE state = 'open' AND {{}} ORDER BY due_sort, id LIMIT {int(limit)}"
    if not staff.may_see_protected:
        part = part.replace("{}", "NOT is_restricted AND {}")
    parts = _parts(part, columns, "UNION", len(asked))
    if not parts:
        return []
    text = INBOX.format(found=parts, limit=int(limit))
    rows = UserTask.objects.raw(text, [value for value in asked for _ in columns])
    return list(rows.prefetch_related("individual", "claimed_by"))


def inbox_stamp(staff: Staff) -> str:
    """Changes when something the inbox shows has changed; the latest few changes of each group, by index."""
    held, columns = staff.professions, ("group", "escalated_to")
    part = f"SELECT id, changed_at FROM {TASKS} WHERE {{}} ORDER BY changed_at DESC LIMIT {RECENT}"
    rows = _rows(_parts(part, columns, "UNION", len(held)), [group for group in held for _ in columns])
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:16]


def counts(staff: Staff, *, limit: int) -> tuple[int, int]:
    """Open tasks and open stopp of the staff member's groups, each counted to the limit."""
    held = staff.professions
    mine = f"IN ({', '.join(['%s'] * len(held))})"
    seen = "" if staff.may_see_protected else "AND NOT is_restricted"
    text = f"""SELECT
        (SELECT count(*) FROM (SELECT 1 FROM {TASKS} WHERE state = 'open' {seen}
            AND ("group" {mine} OR escalated_to {mine}) LIMIT {int(limit)}) tasks),
        (SELECT count(*) FROM (SELECT 1 FROM {STOPS} WHERE state = 'open' {seen}
            AND "group" {mine} LIMIT {int(limit)}) stops)"""
    return next(iter(_rows(text, held * 3)), (0, 0)) if held else (0, 0)


def task_for(staff: Staff, public_id: UUID) -> UserTask | None:
    """The task, if it is or was offered to the staff member's professions; None when missing or forbidden alike."""
    rows = UserTask.objects.select_related("individual", "instance__version", "claimed_by", "completed_by")
    task = rows.defer(*HEAVY[1:]).filter(public_id=public_id).first()
    if task is None or ((task.is_restricted or task.individual.is_protected) and not staff.may_see_protected):
        return None
    held = staff.professions
    return task if task.group in held or task.escalated_to in held or rights.may_see(staff, task.instance) else None


def instance_by(public_id: UUID) -> ProcessInstance | None:
    """The ärende; what may be seen of it is for the caller to ask."""
    rows = ProcessInstance.objects.select_related("individual", "version", "definition", "started_by")
    rows = rows.defer(*(f"version__{name}" for name in VERSION_HEAVY))
    return rows.filter(public_id=public_id).first()


def instance_for(staff: Staff, public_id: UUID) -> ProcessInstance | None:
    """The ärende, if the staff member may see it; None when missing or forbidden alike."""
    found = instance_by(public_id)
    return found if found is not None and rights.may_see(staff, found) else None


def instances_of(individual: Individual, staff: Staff) -> list[ProcessInstance]:
    """All ärenden of a person that the staff member may see, the latest first."""
    rows = ProcessInstance.objects.filter(individual=individual).select_related("individual", "version", "definition")
    rows = rows.defer("engine_state", *(f"version__{name}" for name in VERSION_HEAVY))
    return [found for found in rows.order_by("-started_at", "-pk") if rights.may_see(staff, found)]


def open_tasks_of(subject: ProcessInstance | Individual, staff: Staff) -> list[UserTask]:
    """Open tasks of an ärende, or of a person, that the staff member may do."""
    of = Q(instance=subject) if isinstance(subject, ProcessInstance) else Q(individual=subject)
    held = staff.professions
    rows = _open(staff).filter(of).filter(Q(group__in=held) | Q(escalated_to__in=held) | Q(claimed_by=staff))
    also = {"process_title": F("instance__definition__title"), "suspended_at": F("instance__suspended_at")}
    rows = rows.select_related("individual", "claimed_by").annotate(**also)
    return list(rows.order_by("due_sort", "pk"))


def following(task: UserTask, staff: Staff, *, limit: int = 3) -> list[UserTask]:
    """What this member of staff can do next for the same person: the same ärende first, then by due time."""
    held = staff.professions
    mine = f"IN ({', '.join(['%s'] * len(held)) or 'NULL'})"
    seen = "" if staff.may_see_protected else "AND NOT task.is_restricted"
    text = f"""SELECT task.id, task.public_id, task.name FROM {TASKS} task
        JOIN workflows_processinstance instance ON instance.id = task.instance_id AND instance.suspended_at IS NULL
        WHERE task.individual_id = %s AND task.state = 'open' {seen}
        AND (claimed_by_id = %s OR claimed_by_id IS NULL AND (task."group" {mine} OR escalated_to {mine}))
        ORDER BY CASE WHEN task.instance_id = %s THEN 0 ELSE 1 END, due_sort, task.id LIMIT {int(limit)}"""
    return list(UserTask.objects.raw(text, [task.individual_id, staff.pk, *held, *held, task.instance_id]))


def just_done(staff: Staff, public_id: UUID) -> UserTask | None:
    """The task, if this member of staff has completed it and is still one of those it is offered to."""
    key = UserTask._meta.get_field("public_id").get_db_prep_value(public_id, connection)  # noqa: SLF001
    rows = list(UserTask.objects.raw(DONE, [key, staff.pk]))
    held = staff.professions
    mine = [task for task in rows if task.group in held or task.escalated_to in held]
    return next((task for task in mine if staff.may_see_protected or not task.is_restricted), None)


def open_incidents(staff: Staff) -> list[Incident]:
    """Open stops of the staff member's groups, the oldest first."""
    rows = Incident.objects.filter(state=IncidentState.OPEN, group__in=staff.professions)
    if not staff.may_see_protected:
        rows = rows.filter(is_restricted=False)
    related = ("instance__individual", "instance__version", "message__individual", "outbox")
    return list(rows.select_related(*related).defer(*HEAVY).order_by("created_at"))


def incident_for(staff: Staff, public_id: UUID) -> Incident | None:
    """The stopp, if it is the staff member's group's; None when missing or forbidden alike."""
    rows = Incident.objects.select_related(
        "instance__individual", "instance__version", "message__individual", "outbox", "resolved_by"
    )
    found = rows.defer(*HEAVY).filter(public_id=public_id, group__in=staff.professions).first()
    return None if found is None or (found.is_restricted and not staff.may_see_protected) else found


def steps(instance: ProcessInstance) -> list[Step]:
    """What has been done, in order, and then what the ärende waits for."""
    version = published.of(instance.version.public_id)
    elements = version.definition.elements
    rows = instance.history.filter(kind__in=PAST, element_type__in=STEP_TYPES)
    found = [_past(entry, elements) for entry in rows.select_related("by") if entry.name or entry.detail]
    found += [
        Step(task.element_id, task.name, task.group, "active", task.created_at, "", _phase(task.element_id, elements))
        for task in _tasks_now(instance)
    ]
    due = dict(instance.timers.order_by("-due_at").values_list("element_id", "due_at"))
    found += [_waiting(elements[key], elements, due.get(key)) for key in _machine_steps(instance) if elements[key].name]
    return found


def mended(instance: ProcessInstance) -> list[HistoryEntry]:
    """What people have done to an ärende that had stopped or was to stand still, the latest first."""
    rows = instance.history.filter(Q(kind__in=MENDING) | Q(kind=HistoryKind.CANCELLED, element_type=""))
    return list(rows.select_related("by").order_by("-id")[:RECENT])


def diagram(instance: ProcessInstance) -> Diagram:
    """The main diagram, with the elements that are done and those where the ärende is now."""
    version = published.of(instance.version.public_id)
    done = instance.history.filter(kind=HistoryKind.COMPLETED).exclude(element_id="")
    active = [task.element_id for task in _tasks_now(instance)] + _machine_steps(instance)
    active += _scopes_around(active, version.definition.elements)
    seen = list(dict.fromkeys(done.values_list("element_id", flat=True)))
    current = list(dict.fromkeys(active))
    return Diagram(main_source(version.config, version.sources), [key for key in seen if key not in current], current)


def expression_notes(key: str = "") -> list[ExpressionNote]:
    """What expressions had to say, by förlopp, version and element, the commonest first; `key` for one förlopp."""
    rows = HistoryEntry.objects.filter(kind=HistoryKind.NOTED)
    if key:
        rows = rows.filter(instance__definition__key=key)
    names = ("instance__definition__key", "instance__version__number", "element_id", "detail")
    found = rows.order_by().values_list(*names).annotate(count=Count("instance", distinct=True))
    notes = [
        ExpressionNote(of, number, element_id, detail["expression"], detail["at"], detail["text"], count)
        for of, number, element_id, detail, count in found
    ]
    return sorted(notes, key=lambda note: (note.key, -note.version, -note.count, note.element_id, note.position))


# -- inside ------------------------------------------------------------------------------------------------------------


def _open(staff: Staff) -> QuerySet[UserTask]:
    rows = UserTask.objects.filter(state=TaskState.OPEN)
    return rows if staff.may_see_protected else rows.filter(is_restricted=False)


def _parts(part: str, columns: Sequence[str], between: str, times: int) -> str:
    """The part once for each column, so many times; '' for none.

    SQLite uses an index that leaves rows out only when the query says the very same.
    """
    conditions = {"escalated_to": "escalated_to = %s AND NOT (escalated_to = '')"}
    each = [part.replace("{}", conditions.get(column, f'"{column}" = %s')) for column in columns]
    return f" {between} ".join(f"SELECT * FROM ({one}) part{place}" for place, one in enumerate(each * times))


def _rows(text: str, values: Sequence[Any]) -> list[Any]:
    if not text:
        return []
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _past(entry: HistoryEntry, elements: dict[str, drawn.Element]) -> Step:
    status = PAST[HistoryKind(entry.kind)]
    element = elements.get(entry.element_id)
    by_name = str(entry.by) if entry.by and status != "cancelled" else ""
    decision = entry.detail.get("decision", {})
    return Step(
        entry.element_id,
        entry.name or decision.get("name", ""),
        element.lane if element else "",
        status,
        entry.at,
        by_name,
        _phase(entry.element_id, elements),
        is_machine=entry.element_type in MACHINE,
        is_scope=entry.element_type in {"subProcess", "callActivity"},
        decision=decision and {**decision, "version": entry.detail["version"]},
    )


def _phase(key: str, elements: dict[str, drawn.Element]) -> str:
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


def _tasks_now(instance: ProcessInstance) -> list[UserTask]:
    return list(instance.user_tasks.filter(state=TaskState.OPEN).order_by("due_sort", "pk"))


def _machine_steps(instance: ProcessInstance) -> list[str]:
    """Elements that wait for a system, a message or time."""
    if instance.state != InstanceState.ACTIVE:
        return []
    found = list(instance.outbox.filter(state=OutboxState.PENDING).values_list("element_id", flat=True))
    elements = published.of(instance.version.public_id).definition.elements
    waits = [
        *instance.subscriptions.values_list("element_id", flat=True),
        *instance.timers.values_list("element_id", flat=True),
    ]
    found += [
        key for key in waits if key in elements and elements[key].type in {"intermediateCatchEvent", "receiveTask"}
    ]
    return [key for key in dict.fromkeys(found) if key in elements]


def _waiting(element: drawn.Element, elements: dict[str, drawn.Element], due: datetime | None) -> Step:
    return Step(element.id, element.name, element.lane, "waiting", due, "", _phase(element.id, elements))


def _scopes_around(keys: Iterable[str], elements: dict[str, drawn.Element]) -> list[str]:
    """Sub-processes and calls that hold something active."""
    found = []
    for key in keys:
        scope = elements[key].scope if key in elements else ""
        while scope in elements:
            found.append(scope)
            scope = elements[scope].scope
        found += [call.id for call in elements.values() if call.called and call.called == scope]
    return found
