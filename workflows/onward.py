"""What a member of staff can go on with when a task is done: for the same person, the same ärende first."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from people import reading
from people.models import Staff
from people.reading import NOTHING, Reading
from workflows import rights
from workflows.models import UserTask
from workflows.selectors import TASKS, offered

DONE = Reading(
    UserTask,
    "task",
    ("name", "group", "escalated_to", "is_restricted", "individual_id", "instance_id"),
    individual=("protection",),
    instance=NOTHING,
    instance__definition=NOTHING,
    extra={"process_title": "definition.title", "next_id": "next.public_id", "next_name": "next.name"},
)
NEXT = Reading(UserTask, "task", ("public_id", "name"), instance=NOTHING)


@dataclass(frozen=True)
class Onward:
    """A task that one can go on with."""

    public_id: UUID
    name: str


def following(task: UserTask, staff: Staff) -> list[UserTask]:
    """What this member of staff can do next for the same person: the same ärende first, then by due time."""
    rest = f"WHERE task.individual_id = %s AND {_workable(staff, 'task')} {_first_of('task', '%s')}"
    return NEXT.rows(rest, [task.individual_id, *_worker(staff), task.instance_id])


def just_done(staff: Staff, public_id: UUID) -> tuple[UserTask, list[Onward]] | None:
    """The task, if this member of staff has completed it and is one of those it is offered to still; what follows."""
    found = DONE.rows(
        f"""LEFT JOIN {TASKS} next ON next.individual_id = task.individual_id AND {_workable(staff, "next")}
            WHERE task.public_id = %s AND task.completed_by_id = %s AND task.state = 'completed'
            {_first_of("next", "task.instance_id")}""",
        [*_worker(staff), public_id, staff.pk],
    )
    held = staff.professions
    if not found or (found[0].group not in held and found[0].escalated_to not in held):
        return None
    task = found[0]
    if rights.is_closed(staff, task):
        return None
    rows = [vars(row) for row in found if vars(row)["next_id"]]
    return task, [Onward(reading.as_uuid(row["next_id"]), row["next_name"]) for row in rows]


# -- inside ------------------------------------------------------------------------------------------------------------


def _workable(staff: Staff, name: str) -> str:
    """Open, taken by this member of staff or by nobody, in an ärende that is not paused; `_worker` are its values."""
    its = f"its.id = {name}.instance_id AND its.suspended_at IS NOT NULL"
    paused = f"SELECT 1 FROM workflows_processinstance its WHERE {its}"
    return f"""{name}.state = 'open' AND {rights.unrestricted(staff, name)} AND NOT EXISTS ({paused})
        AND ({name}.claimed_by_id = %s OR {name}.claimed_by_id IS NULL AND {offered(staff, name)})"""


def _worker(staff: Staff) -> list[Any]:
    return [staff.pk, *staff.professions, *staff.professions]


def _first_of(name: str, instance: str) -> str:
    """The same ärende first, then by due time."""
    return f"ORDER BY CASE WHEN {name}.instance_id = {instance} THEN 0 ELSE 1 END, {name}.due_sort, {name}.id LIMIT 3"
