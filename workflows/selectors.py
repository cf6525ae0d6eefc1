"""Reads for the pages. Each list is one indexed query per group; who may see what is decided here."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from people import reading
from people.models import Individual, Staff
from people.reading import EVERY, NOTHING, Reading
from workflows import amended, published, rights
from workflows import sight as sights
from workflows.models import (
    Attachment,
    HistoryEntry,
    HistoryKind,
    Incident,
    IncidentState,
    MessageSubscription,
    ProcessInstance,
    StartSubscription,
    UserTask,
)
from workflows.models.definition import HEAVY as VERSION_HEAVY
from workflows.sight import Sight

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
    (
        "public_id",
        "name",
        "group",
        "escalated_to",
        "area",
        "priority",
        "due_at",
        "claimed_by_id",
        "on_behalf_of",
        *COUNTED,
    ),
    individual=("given_name", "family_name", "protection", "born_on", "deceased_on"),
    claimed_by=NAMED,
    instance=("public_id",),
    instance__definition=NOTHING,
    extra={
        "process_title": "definition.title",
        "profession_name": PROFESSION_NAME,
        "suspended_at": "instance.suspended_at",
        "has_reply": "EXISTS (SELECT 1 FROM people_reply reply WHERE reply.task = task.public_id)",
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
        "is_amended": amended.IS_AMENDED,
    },
)
# What `Sight.reads_task` asks of a task.
READ_BY = ("group", "escalated_to", "signers", "completed_by_id", "claimed_by_id", "ended_at")
ATTACHED = Reading(
    Attachment,
    "attachment",
    by=NAMED,
    task=("public_id", "name", *READ_BY),
    extra={"corrected": amended.FILE_NAME},
)
HEAVY = ("instance__engine_state", *(f"instance__version__{name}" for name in VERSION_HEAVY))


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
    text, values = counting(staff, limit=limit)
    tasks, open_stops = reading.rows(f"SELECT {text}", values)[0]
    return tasks, open_stops


def counting(staff: Staff, *, limit: int) -> tuple[str, list[Any]]:
    """The same as two columns of SQL, for a page that asks for more at once."""
    held = staff.professions
    open_stops, values = stops(staff, limit=limit)
    seen = rights.unrestricted(staff, "task")
    text = f"""(SELECT count(*) FROM (SELECT 1 FROM {TASKS} task WHERE state = 'open' AND {seen}
        AND {offered(staff)} LIMIT {int(limit)}) tasks), {open_stops}"""
    return text, [*held, *held, *values]


def stops(staff: Staff, *, limit: int) -> tuple[str, list[Any]]:
    """SQL of how many open stopp the staff member's groups have, counted to the limit."""
    if not staff.professions:
        return "0", []
    mine = f"IN ({reading.places(staff.professions)})"
    seen = rights.unrestricted(staff, "stop", has_person=False)
    text = f"""SELECT 1 FROM {STOPS} stop WHERE state = 'open' AND {seen} AND "group" {mine} LIMIT {int(limit)}"""
    return f"(SELECT count(*) FROM ({text}) stops)", staff.professions


def task_for(staff: Staff, public_id: UUID) -> UserTask | None:
    """The task, if it is or was offered to the staff member's professions, or is of an ärende that they may follow and
    not of the other sphere; None when missing or forbidden alike.
    """
    task = TASK.one("WHERE task.public_id = %s", [public_id])
    if task is None or rights.is_closed(staff, task):
        return None
    held = staff.professions
    if task.group in held or task.escalated_to in held:
        return task
    seen = sights.of(staff, task.individual)
    may_read = seen.may_follow(task.instance) and seen.reads_task(task, published.of(task.instance.version.public_id))
    return task if may_read else None


def attachments_of(task: UserTask) -> list[Attachment]:
    """The files of a task, in the order they came, with what is left of those withdrawn."""
    return ATTACHED.rows("WHERE attachment.task_id = %s ORDER BY attachment.id", [task.pk])


def attachments_seen(task: UserTask, viewer: Staff) -> list[Attachment]:
    """Those of them that no other unit's staff has added and the person closed."""
    seen, version = sights.of(viewer, task.individual), published.of(task.instance.version.public_id)
    return [file for file in attachments_of(task) if seen.reads_by(task, version, by=file.by_id, at=file.at)]


def attachments_in(instance: ProcessInstance, sight: Sight) -> list[Attachment]:
    """The files of an ärende that are there; which tasks they stand with is for the reader to tell."""
    version = published.of(instance.version.public_id)
    rest = "WHERE task.instance_id = %s AND attachment.state <> 'withdrawn' ORDER BY attachment.id"
    found = ATTACHED.rows(rest, [instance.pk])
    reads = sight.reads_task
    theirs = [file for file in found if file.by_id == sight.viewer.pk or (file.task and reads(file.task, version))]
    by = sight.reads_by
    return [file for file in theirs if file.task is None or by(file.task, version, by=file.by_id, at=file.at)]


def attachment_for(staff: Staff, public_id: UUID) -> Attachment | None:
    """The file, if the staff member may see its task; None when missing or forbidden alike."""
    found = ATTACHED.one("WHERE attachment.public_id = %s", [public_id])
    task = task_for(staff, found.task.public_id) if found is not None and found.task is not None else None
    if found is None or task is None:
        return None
    found.task = task
    seen, version = sights.of(staff, task.individual), published.of(task.instance.version.public_id)
    return found if seen.reads_by(task, version, by=found.by_id, at=found.at) else None


def instance_by(public_id: UUID) -> ProcessInstance | None:
    """The ärende; what may be seen of it is for the caller to ask."""
    rows = ProcessInstance.objects.select_related("individual", "version", "definition", "started_by")
    rows = rows.defer(*(f"version__{name}" for name in VERSION_HEAVY))
    return rows.filter(public_id=public_id).first()


def instance_for(staff: Staff, public_id: UUID) -> ProcessInstance | None:
    """The ärende, if the staff member may follow it; None when missing or forbidden alike."""
    found = instance_by(public_id)
    return found if found is not None and sights.of(staff, found.individual).may_follow(found) else None


def open_tasks_of(subject: ProcessInstance | Individual, staff: Staff) -> list[UserTask]:
    """Open tasks of an ärende, or of a person, that the staff member may do."""
    column = "instance_id" if isinstance(subject, ProcessInstance) else "individual_id"
    rest = f"""WHERE task.{column} = %s AND task.state = 'open' AND {rights.unrestricted(staff, "task")}
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


def waited_for(message_name: str, key_name: str, values: Iterable[str]) -> set[str]:
    """Those of the keys by which an ärende waits for such a message; all of them when it starts a förlopp."""
    wanted = set(values)
    if not wanted or StartSubscription.objects.filter(message_name=message_name).exists():
        return wanted
    rows = MessageSubscription.objects.filter(message_name=message_name, key_name=key_name, key_value__in=wanted)
    return set(rows.values_list("key_value", flat=True))


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


def offered(staff: Staff, name: str = "task") -> str:
    """To one of the professions, which are given twice."""
    held = f"IN ({reading.places(staff.professions)})"
    return f'({name}."group" {held} OR {name}.escalated_to {held})'
