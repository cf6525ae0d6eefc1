"""Reads for the pages. Each list is one indexed query per group; who may see what is decided here."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from people import reading
from people.models import Individual, Staff
from people.reading import EVERY, NOTHING, Reading
from workflows import diagram as drawn
from workflows import published, rights
from workflows.definitions import main_source
from workflows.models import (
    MENDING,
    Attachment,
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
TASKS, STOPS, ATTACHMENTS = "workflows_usertask", "workflows_incident", "workflows_attachment"
NAMED = ("first_name", "last_name", "username")
# As the diagram's lane says when nobody has named the profession.
PROFESSION_NAME = (
    """COALESCE((SELECT held.name FROM people_profession held WHERE held.key = task."group"), task."group")"""
)
# What the pages read of a task: in a list, on its own page, when it is just done, and as what comes next.
COUNTED = ("attempts", "signed", "to_sign")
LISTED = Reading(
    UserTask,
    "task",
    ("public_id", "name", "group", "escalated_to", "area", "priority", "due_at", "claimed_by_id", *COUNTED),
    individual=("given_name", "family_name", "protection", "born_on", "deceased_on"),
    claimed_by=NAMED,
    instance=("public_id",),
    instance__definition=NOTHING,
    extra={
        "process_title": "definition.title",
        "profession_name": PROFESSION_NAME,
        "suspended_at": "instance.suspended_at",
    },
)
TASK = Reading(
    UserTask,
    "task",
    individual=EVERY,
    instance=EVERY,
    instance__version=("public_id",),
    claimed_by=NAMED,
    completed_by=NAMED,
    extra={
        "attachment_count": f"(SELECT count(*) FROM {ATTACHMENTS} one WHERE one.task_id = task.id)",
        "profession_name": PROFESSION_NAME,
    },
)
ATTACHED = Reading(Attachment, "attachment", by=NAMED, task=("public_id", "name"))
STEP_TYPES = drawn.TASKS | {"subProcess"}
UNDONE = (HistoryKind.CANCELLED, HistoryKind.SKIPPED, HistoryKind.ATTEMPTED, HistoryKind.NOT_NEEDED)
TOLD = (*UNDONE, HistoryKind.SIGNED, HistoryKind.UNSIGNED)
PAST = {HistoryKind.COMPLETED: "done"} | {kind: kind.value for kind in TOLD}
MACHINE = frozenset({"scriptTask", "businessRuleTask"})
HEAVY = ("instance__engine_state", *(f"instance__version__{name}" for name in VERSION_HEAVY))


@dataclass(frozen=True)
class Step:
    """One step of an ärende in words; `status` is active, waiting, done or another word of PAST.

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
    reason: str = ""


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


def latest(staff: Staff) -> tuple[str, list[Any]]:
    """SQL of a text that changes when something the inbox shows has; the latest few changes of each group, by index."""
    held, columns = staff.professions, ("group", "escalated_to")
    part = f"SELECT id, changed_at FROM {TASKS} WHERE {{}} ORDER BY changed_at DESC LIMIT {RECENT}"
    changes = parts(part, columns, "UNION", len(held))
    if not changes:
        return "''", []
    joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    each = f"SELECT id || ' ' || changed_at AS told FROM ({changes}) changes ORDER BY id, changed_at"
    return f"(SELECT {joined}(told, ',') FROM ({each}) latest)", [group for group in held for _ in columns]


def counts(staff: Staff, *, limit: int) -> tuple[int, int]:
    """Open tasks and open stopp of the staff member's groups, each counted to the limit."""
    held = staff.professions
    if not held:
        return 0, 0
    open_stops, values = stops(staff, limit=limit)
    text = f"""SELECT (SELECT count(*) FROM (SELECT 1 FROM {TASKS} task WHERE state = 'open' {seen(staff)}
        AND {offered(staff)} LIMIT {int(limit)}) tasks), {open_stops}"""
    return tuple(reading.rows(text, [*held, *held, *values])[0])


def stops(staff: Staff, *, limit: int) -> tuple[str, list[Any]]:
    """SQL of how many open stopp the staff member's groups have, counted to the limit."""
    if not staff.professions:
        return "0", []
    mine = f"IN ({', '.join(['%s'] * len(staff.professions))})"
    text = (
        f"SELECT 1 FROM {STOPS} stop WHERE state = 'open' {seen(staff, 'stop')} AND \"group\" {mine} LIMIT {int(limit)}"
    )
    return f"(SELECT count(*) FROM ({text}) stops)", staff.professions


def task_for(staff: Staff, public_id: UUID) -> UserTask | None:
    """The task, if it is or was offered to the staff member's professions; None when missing or forbidden alike."""
    task = TASK.one("WHERE task.public_id = %s", [public_id])
    if task is None or ((task.is_restricted or task.individual.is_protected) and not staff.may_see_protected):
        return None
    held = staff.professions
    return task if task.group in held or task.escalated_to in held or rights.may_see(staff, task.instance) else None


def attachments_of(task: UserTask) -> list[Attachment]:
    """The files of a task, in the order they came, with what is left of those withdrawn."""
    return ATTACHED.rows("WHERE attachment.task_id = %s ORDER BY attachment.id", [task.pk])


def attachments_in(instance: ProcessInstance) -> list[Attachment]:
    """The files of an ärende that are there; which tasks they stand with is for the reader to tell."""
    rest = "WHERE task.instance_id = %s AND attachment.state <> 'withdrawn' ORDER BY attachment.id"
    return ATTACHED.rows(rest, [instance.pk])


def attachment_for(staff: Staff, public_id: UUID) -> Attachment | None:
    """The file, if the staff member may see its task; None when missing or forbidden alike."""
    found = ATTACHED.one("WHERE attachment.public_id = %s", [public_id])
    task = task_for(staff, found.task.public_id) if found is not None else None
    if found is not None and task is not None:
        found.task = task
    return found if task is not None else None


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
    column = "instance_id" if isinstance(subject, ProcessInstance) else "individual_id"
    rest = f"""WHERE task.{column} = %s AND task.state = 'open' {seen(staff)}
        AND ({offered(staff)} OR task.claimed_by_id = %s) ORDER BY task.due_sort, task.id"""
    held = staff.professions
    return LISTED.rows(rest, [subject.pk, *held, *held, staff.pk])


def open_incidents(staff: Staff) -> list[Incident]:
    """Open stops of the staff member's groups, the oldest first."""
    rows = Incident.objects.filter(state=IncidentState.OPEN, group__in=staff.professions)
    if not staff.may_see_protected:
        rows = rows.filter(is_restricted=False)
    related = ("instance__individual", "instance__version", "message__individual", "signal__individual", "outbox")
    return list(rows.select_related(*related).defer(*HEAVY).order_by("created_at"))


def incident_for(staff: Staff, public_id: UUID) -> Incident | None:
    """The stopp, if it is the staff member's group's; None when missing or forbidden alike."""
    rows = Incident.objects.select_related(
        "instance__individual",
        "instance__version",
        "message__individual",
        "signal__individual",
        "outbox",
        "resolved_by",
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
        Step(task.element_id, task.name, task.group, "active", task.created_at, "", phase_of(task.element_id, elements))
        for task in _tasks_now(instance)
    ]
    due = dict(instance.timers.order_by("-due_at").values_list("element_id", "due_at"))
    found += [_waiting(elements[key], elements, due.get(key)) for key in _machine_steps(instance) if elements[key].name]
    return found


def mended(instance: ProcessInstance) -> list[HistoryEntry]:
    """What people have done to an ärende that had stopped or was to stand still, and handed over; the latest first."""
    rows = instance.history.filter(
        Q(kind__in=[*MENDING, HistoryKind.HANDED]) | Q(kind=HistoryKind.CANCELLED, element_type="")
    )
    return list(rows.select_related("by").order_by("-id")[:RECENT])


def diagram(instance: ProcessInstance) -> Diagram:
    """The main diagram, with the elements that are done and those where the ärende is now."""
    version = published.of(instance.version.public_id)
    done = instance.history.filter(kind=HistoryKind.COMPLETED).exclude(element_id="")
    active = [task.element_id for task in _tasks_now(instance)] + _machine_steps(instance)
    active += scopes_around(active, version.definition.elements)
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


def parts(part: str, columns: Sequence[str], between: str, times: int) -> str:
    """The part once for each column, so many times; '' for none.

    SQLite uses an index that leaves rows out only when the query says the very same.
    """
    conditions = {"escalated_to": "escalated_to = %s AND NOT (escalated_to = '')"}
    each = [part.replace("{}", conditions.get(column, f'"{column}" = %s')) for column in columns]
    return f" {between} ".join(f"SELECT * FROM ({one}) part{place}" for place, one in enumerate(each * times))


def done_by(entry: HistoryEntry) -> str:
    """Who, and in whose place."""
    return f"{entry.by} som vikarie för {entry.detail['for']}" if "for" in entry.detail else str(entry.by)


def seen(staff: Staff, name: str = "task") -> str:
    """SQL that leaves out what is restricted, for those who may not see it."""
    return "" if staff.may_see_protected else f"AND NOT {name}.is_restricted"


def offered(staff: Staff, name: str = "task") -> str:
    """To one of the professions, which are given twice."""
    held = f"IN ({', '.join(['%s'] * len(staff.professions)) or 'NULL'})"
    return f'({name}."group" {held} OR {name}.escalated_to {held})'


# -- inside ------------------------------------------------------------------------------------------------------------


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


def _tasks_now(instance: ProcessInstance) -> list[UserTask]:
    return list(instance.user_tasks.filter(state=TaskState.OPEN, joint_of=None).order_by("due_sort", "pk"))


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
    return Step(element.id, element.name, element.lane, "waiting", due, "", phase_of(element.id, elements))


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
