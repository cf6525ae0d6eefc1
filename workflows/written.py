"""What one unit has written about a person in health care and the person has closed to other units (PDL 4 kap. 4 §).

A task holds what was written, and who did it worked at some units that day. What somebody of a closed unit wrote is
not there for who acts at none of those; only that there is something. `sight` asks this of a row, `sieve` in SQL.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from people import spheres
from people.models import Assignment, Profession, Staff
from people.spheres import Sphere
from workflows import published
from workflows.models import ProcessInstance, TaskState, UserTask

WORKED = """EXISTS (SELECT 1 FROM people_assignment wrote JOIN people_unit place ON place.id = wrote.unit_id
    WHERE wrote.staff_id = task.completed_by_id AND place.key IN ({keys}) AND wrote.valid_from <= {day}
    AND (wrote.valid_to IS NULL OR wrote.valid_to >= {day}))"""
DAY = {"sqlite": "date(task.ended_at)", "postgresql": "CAST(task.ended_at AT TIME ZONE 'UTC' AS date)"}[
    connection.vendor
]


@dataclass(frozen=True)
class Written:
    """By units, by key, whose writing about one person a viewer may not read; false when there are none."""

    units: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.units)

    @cached_property
    def _worked(self) -> list[tuple[int, datetime.date, datetime.date | None]]:
        rows = Assignment.objects.filter(unit__key__in=self.units)
        return list(rows.values_list("staff_id", "valid_from", "valid_to"))

    def is_by(self, by: int | None, at: datetime.datetime | None) -> bool:
        """Whether somebody wrote it who worked at one of the units that day."""
        if not self.units or by is None or at is None:
            return False
        day = at.astimezone(datetime.UTC).date()
        return any(
            staff == by and begun <= day and (ended is None or ended >= day) for staff, begun, ended in self._worked
        )


NOTHING = Written()


def of(viewer: Staff, individual_id: int) -> Written:
    """Of the viewer's own request: what it takes to know is read once."""
    units = viewer.unread.get(individual_id)
    if not units:
        return NOTHING
    kept: dict[frozenset[str], Written] = viewer.__dict__.setdefault("_written", {})
    return kept.setdefault(units, Written(units))


def closes(viewer: Staff, task: UserTask) -> bool:
    """Whether what was answered in a task that is done is closed to the viewer."""
    written = of(viewer, task.individual_id)
    is_theirs = bool(written) and written.is_by(task.completed_by_id, task.ended_at)
    return is_theirs and _sphere(task) != Sphere.SOCIAL


def variables(viewer: Staff, instance: ProcessInstance) -> set[str]:
    """Names of the variables of an ärende that were answered in tasks closed to the viewer, or when it was begun."""
    written = of(viewer, instance.individual_id)
    if not written:
        return set()
    done = UserTask.objects.filter(instance=instance, state=TaskState.COMPLETED).exclude(answers=None)
    rows = done.select_related("instance__version").defer("instance__engine_state")
    found = {task.element_id for task in rows if closes(viewer, task)}  # answers are told by the name of their step
    if written.is_by(instance.started_by_id, instance.started_at):
        version = published.of(instance.version.public_id)
        starts = [one.id for one in version.definition.elements.values() if one.type == "startEvent"]
        found |= {key for key in starts if version.has_form(key)}
    return found


def condition(viewer: Staff, sphere: str) -> tuple[str, list[Any]]:
    """`closes` for a list: SQL on the alias `task`, '' when nothing is closed; `sphere` is SQL of the task's sphere."""
    found, values = [], []
    for individual, units in sorted(viewer.unread.items()):
        keys = ", ".join(["%s"] * len(units))
        found.append(f"(task.individual_id = {int(individual)} AND {WORKED.format(keys=keys, day=DAY)})")
        values += sorted(units)
    return (f"(({' OR '.join(found)}) AND NOT ({sphere} = 'sol'))", values) if found else ("", [])


def _sphere(task: UserTask) -> str:
    course = published.of(task.instance.version.public_id).config.get("sphere", "")
    held = Profession.objects.filter(key=task.group).values_list("sphere", flat=True).first()
    return spheres.of_task(course, held or "")
