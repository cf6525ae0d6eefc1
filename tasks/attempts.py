"""Reads why a task was not done: attempts that came to nothing, and that it was not needed."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from people import reading
from people.models import Staff
from people.reading import Reading
from workflows import written
from workflows.models import HistoryEntry, HistoryKind, TaskState, UserTask
from workflows.progress import done_by
from workflows.selectors import NAMED

ENTRIES = Reading(HistoryEntry, "entry", ("at", "kind", "detail", "by_id"), by=NAMED)
# In the very words of the index that leaves all other history out.
KINDS = "entry.kind IN ('attempted', 'not_needed')"
OF = {"sqlite": "json_extract(entry.detail, '$.task')", "postgresql": "entry.detail ->> 'task'"}
MOST = 200
TOLD = Reading(HistoryEntry, "entry", ("kind", "detail"))


@dataclass(frozen=True, kw_only=True)
class NotDone:
    """Who said so, when and why."""

    by_name: str
    at: datetime.datetime
    reason: str
    text: str
    is_attempt: bool


def of(task: UserTask, viewer: Staff) -> list[NotDone]:
    """The latest first; asked only of a task that has some. What a unit has closed to the viewer is left out."""
    if not task.attempts and task.state != TaskState.NOT_NEEDED:
        return []
    shut = written.of(viewer, task.individual_id)
    rest = f"WHERE entry.instance_id = %s AND {KINDS} AND {OF[connection.vendor]} = %s ORDER BY entry.id DESC LIMIT %s"
    mine = ENTRIES.rows(rest, [task.instance_id, str(task.public_id), MOST])
    return [
        NotDone(
            by_name=done_by(entry),
            at=entry.at,
            reason=entry.detail.get("reason", ""),
            text=entry.detail.get("text", ""),
            is_attempt=entry.kind == HistoryKind.ATTEMPTED,
        )
        for entry in mine
        if not shut.is_by(entry.by_id, entry.at)
    ]


def told(attempts: Collection[int], left: Mapping[str, int]) -> dict[int | str, dict[str, str]]:
    """What was told of each attempt, by its entry, and of each task that was not needed, by its public id.

    `left` are those tasks, each with its ärende.
    """
    which = []
    if attempts:
        which.append(f"entry.id IN ({reading.places(attempts)})")
    if left:
        of = f"{OF[connection.vendor]} IN ({reading.places(left)})"
        which.append(f"(entry.instance_id IN ({reading.places(left)}) AND {KINDS} AND {of})")
    if not which:
        return {}
    found = TOLD.rows(f"WHERE {' OR '.join(which)}", [*attempts, *left.values(), *left])
    return {one.pk if one.kind == HistoryKind.ATTEMPTED else one.detail["task"]: one.detail for one in found}
