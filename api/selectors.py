"""Reads of the room: pages of ärenden by index, and one at a time."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
import uuid
from typing import Any

from api import cursors
from api.reach import Reach
from people.models import Individual
from people.reading import EVERY, Reading
from workflows import amended, rights, selectors
from workflows.models import HistoryEntry, InboxMessage, InstanceState, ProcessInstance, UserTask
from workflows.services import user_tasks

TABLE = "workflows_processinstance"
COLUMNS = ("public_id", "state", "outcome", "started_at", "ended_at", "suspended_at")
LISTED = Reading(ProcessInstance, "instance", COLUMNS, individual=("ref",), version=("number",), definition=("key",))

TASKS = "workflows_usertask"
TASK = Reading(
    UserTask,
    "task",
    instance=("public_id", "definition_id", "started_by_id", "individual_id"),
    instance__individual=EVERY,
    instance__definition=("key",),
    instance__version=("public_id",),
)


def instance(reach: Reach, public_id: uuid.UUID) -> ProcessInstance | None:
    """None when missing or forbidden alike."""
    found = selectors.instance_by(public_id)
    return found if found is not None and reach.sees(found) else None


def instances(
    reach: Reach,
    *,
    definition: str,
    state: str,
    person_ref: uuid.UUID | None,
    before: int | None,
    limit: int,
) -> list[ProcessInstance]:
    """The latest first, one more than `limit` when there are more.

    A page is made of as many short walks of an index as there are förlopp and states, so that what has ended long ago
    costs nothing; a person's are few.
    """
    keys = [found.pk for found in reach.definitions if definition in ("", found.key)]
    states = [state] if state else InstanceState.values
    seen, seen_values = reach.condition()
    top = cursors.MOST if before is None else before
    if person_ref is not None:
        places = ", ".join(["%s"] * len(keys)) or "NULL"
        wanted = ", ".join(["%s"] * len(states))
        rest = f"""WHERE individual.ref = %s AND instance.definition_id IN ({places}) AND instance.state IN ({wanted})
            AND instance.id < %s AND {seen} ORDER BY instance.id DESC LIMIT {int(limit) + 1}"""
        return LISTED.rows(rest, [person_ref, *keys, *states, top, *seen_values])
    walk = f"""SELECT * FROM (SELECT instance.id FROM {TABLE} instance
        JOIN people_individual individual ON individual.id = instance.individual_id
        WHERE instance.definition_id = %s AND instance.state = %s AND instance.id < %s AND {seen}
        ORDER BY instance.id DESC LIMIT {int(limit) + 1}) walk"""
    pairs = [(key, one) for key in keys for one in states]
    if not pairs:
        return []
    walks = " UNION ALL ".join([walk] * len(pairs))
    values = [value for key, one in pairs for value in (key, one, top, *seen_values)]
    rest = f"WHERE instance.id IN ({walks}) ORDER BY instance.id DESC LIMIT {int(limit) + 1}"
    return LISTED.rows(rest, values)


def tasks(reach: Reach, *, definition: str, after: tuple[datetime.datetime, int] | None, limit: int) -> list[UserTask]:
    """Open ones offered to the client's professions, by when they are due; one more than `limit` when there are more.

    A short walk of the inbox's own indexes for each profession, as for people.
    """
    held = reach.caller.staff.professions
    keys = [found.pk for found in reach.definitions if definition in ("", found.key)]
    if not held or not keys:
        return []
    seen, seen_values = reach.condition()
    restricted = rights.unrestricted(reach.caller.staff, "task")
    later = "AND (task.due_sort, task.id) > (%s, %s)" if after else ""
    walks, values = [], []
    for profession in held:
        for column in ('task."group" = %s', "task.escalated_to = %s AND NOT (task.escalated_to = '')"):
            walks.append(f"""SELECT * FROM (SELECT task.id FROM {TASKS} task
                JOIN {TABLE} instance ON instance.id = task.instance_id
                JOIN people_individual individual ON individual.id = task.individual_id
                WHERE {column} AND task.state = 'open' AND {restricted} {later}
                AND instance.definition_id IN ({", ".join(["%s"] * len(keys))}) AND {seen}
                ORDER BY task.due_sort, task.id LIMIT {int(limit) + 1}) walk""")
            values += [profession, *(after or ()), *keys, *seen_values]
    rest = f"""WHERE task.id IN ({" UNION ".join(walks)}) ORDER BY task.due_sort, task.id LIMIT {int(limit) + 1}"""
    return [_whole(row) for row in TASK.rows(rest, values)]


def task(reach: Reach, public_id: uuid.UUID) -> UserTask | None:
    """One that is or was offered to the client's professions; None when missing or forbidden alike."""
    found = TASK.one("WHERE task.public_id = %s", [public_id])
    if found is None or not reach.sees(found.instance) or rights.is_closed(reach.caller.staff, _whole(found)):
        return None
    return found if user_tasks.may_work(found, reach.caller.staff) else None


def amendments(found: UserTask) -> list[dict[str, Any]]:
    """In the order they were made, as the API tells them."""
    rows = amended.of_task(found)
    changes = amended.changes(found, rows)
    return [
        {
            "at": row.at,
            "kind": row.kind,
            "about": row.part,
            "is_mistake": row.is_mistake,
            "fields": amended.differing(*next(changes)) if amended.changes_answers(row) else [],
        }
        for row in rows
    ]


def history(found: ProcessInstance, *, after: int | None, limit: int) -> list[HistoryEntry]:
    """In the order it happened, one more than `limit` when there are more."""
    rows = HistoryEntry.objects.filter(instance=found, pk__gt=after or 0).select_related("by").order_by("pk")
    return list(rows[: limit + 1])


def person(reach: Reach, ref: str) -> Individual | None:
    """None when missing or forbidden alike."""
    try:
        wanted = uuid.UUID(ref)
    except ValueError:
        return None
    found = Individual.objects.filter(ref=wanted).first()
    return found if found is not None and reach.knows(found) else None


def message(source: str, public_id: uuid.UUID) -> InboxMessage | None:
    """One that this source has sent."""
    return InboxMessage.objects.filter(source=source, public_id=public_id).first()


def _whole(row: UserTask) -> UserTask:
    """Its person is the ärende's."""
    row.individual = row.instance.individual
    return row
