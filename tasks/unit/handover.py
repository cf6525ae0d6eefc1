"""What has happened in a unit since a moment and what the next shift must do; as many statements whatever happened."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from people import places, reading
from people.models import Staff
from people.places import Place
from people.reading import Reading
from tasks import rows
from tasks.models import Comment, ShiftNote, ShiftReading
from tasks.rows import Row
from tasks.unit.looking import Looking
from workflows import written
from workflows.models import TaskState, UserTask
from workflows.selectors import NAMED, TASKS, parts

MOST = 100
"""Rows of a section: who has more of a shift than that sees the first, and is told so."""
NOTES_KEPT = datetime.timedelta(days=14)
TOLD = """(SELECT told.detail FROM workflows_historyentry told WHERE told.instance_id = task.instance_id
    AND told.kind IN ('attempted', 'not_needed') AND told.element_id = task.element_id
    ORDER BY told.id DESC LIMIT 1)"""
SAID = Reading(Comment, "comment", ("at", "text", "task_id", "for_shift", "by_id"), by=NAMED)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A row with what somebody said about it and who; `text` empty for those who may not do the task."""

    row: Row
    by_name: str
    at: datetime.datetime | None
    text: str
    is_along: bool = False


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a shift wrote; `read_by` the others who have read it."""

    note: ShiftNote
    is_mine: bool
    is_read: bool
    read_by: list[ShiftReading]


@dataclass(frozen=True, kw_only=True)
class Handover:
    """The list. `is_cut` when there was more of something than is shown."""

    notes: list[Note]
    ahead: list[Row]
    tried: list[Told]
    new: list[Row]
    ended: list[Row]
    done: list[Row]
    taken_along: list[Told]
    said: list[Told]
    is_cut: bool

    @property
    def nothing(self) -> list[str]:
        """What there is none of, said in one line."""
        parts = {"att göra": self.ahead, "nytt": self.new, "gjort": self.done, "försök som inte gick": self.tried}
        return [
            word
            for word, told in (parts | {"skrivet vid uppgifter": [*self.said, *self.taken_along]}).items()
            if not told
        ]


def load(place: Place, viewer: Staff, *, since: datetime.datetime, until: datetime.datetime) -> Handover:
    """`until` is how far ahead the next shift looks."""
    now = timezone.now()
    working = places.members(place, on=timezone.localdate(now))
    members = [member.id for member in working]
    roles = list({key for member in working for key in member.roles})
    looking = Looking(viewer, now=now)
    changed = _changed(roles, place, looking, since)
    ahead = _ahead(roles, members, place, looking, until)
    done = _done(members, looking, since)
    said = _said(roles, members, place, looking, since, now - NOTES_KEPT)
    return Handover(
        notes=notes(place, viewer, now=now),
        ahead=[looking.at(task) for task in ahead[:MOST]],
        tried=[_tried(task, looking) for task in changed if task.is_open and task.attempts],
        new=[looking.at(task) for task in changed if task.is_open and task.created_at >= since],
        ended=[looking.at(task) for task in changed if task.state in (TaskState.CANCELLED, TaskState.NOT_NEEDED)],
        done=[looking.at(task) for task in done[:MOST]],
        taken_along=[one for one in said if one.is_along],
        said=[one for one in said if not one.is_along],
        is_cut=any(len(found) > MOST for found in (changed, ahead, done)),
    )


def notes(place: Place, viewer: Staff, *, now: datetime.datetime) -> list[Note]:
    """Those of the last two weeks, what one has not read first."""
    readings = Prefetch("readings", ShiftReading.objects.select_related("by"))
    rows = ShiftNote.objects.filter(unit=place.id, at__gte=now - NOTES_KEPT).select_related("by")
    found = [_note(note, viewer) for note in rows.prefetch_related(readings)[:MOST]]
    return sorted(found, key=lambda one: one.is_read or one.is_mine)


def _note(note: ShiftNote, viewer: Staff) -> Note:
    readings = list(note.readings.all())
    return Note(
        note=note,
        is_mine=note.by_id == viewer.pk,
        is_read=any(reading.by_id == viewer.pk for reading in readings),
        read_by=[reading for reading in readings if reading.by_id != note.by_id],
    )


def _scope(roles: Sequence[str], place: Place, looking: Looking, *, also: str = "1 = 0") -> tuple[str, list[Any]]:
    """A condition on the alias `task`: the unit's professions in its area, as far as the viewer may know.

    `also` lets in what is of other areas; its values come last.
    """
    keys = reading.places(roles)
    area, values = (f"(task.area IN (%s, '') OR {also})", [place.area]) if place.area else (f"(1 = 1 OR {also})", [])
    return f'task."group" IN ({keys}) AND {looking.seen_task} AND {area}', [*roles, *values]


def _changed(roles: Sequence[str], place: Place, looking: Looking, since: datetime.datetime) -> list[UserTask]:
    scope, values = _scope(roles, place, looking)
    rest = f"""WHERE {scope} AND task.changed_at >= %s AND NOT (task.kind = 'signature' AND task.state = 'cancelled')
        ORDER BY task.changed_at DESC, task.id DESC LIMIT {3 * MOST}"""
    read, more = rows.of_others(looking.viewer, told=TOLD)
    return read.rows(rest, [*more, *values, since])


def _ahead(
    roles: Sequence[str], members: Sequence[int], place: Place, looking: Looking, until: datetime.datetime
) -> list[UserTask]:
    """What is late or due before the next shift ends: the professions' own, and what members have taken."""
    area, values = ("AND area IN (%s, '')", [place.area]) if place.area else ("", [])
    part = f"""SELECT id, due_sort FROM {TASKS} WHERE state = 'open' AND {{}} {area} AND {looking.seen}
        AND due_sort <= %s ORDER BY due_sort, id LIMIT {MOST + 1}"""
    mine = f"""SELECT id, due_sort FROM {TASKS} WHERE state = 'open'
        AND claimed_by_id IN ({reading.places(members)}) AND {looking.seen} AND due_sort <= %s"""
    asked = [value for role in roles for value in (role, *values, until)]
    texts = [text for text in (parts(part, ("group",), "UNION", len(roles)), mine) if text]
    rest = f"""JOIN ({" UNION ".join(texts)}) found ON found.id = task.id
        ORDER BY found.due_sort, found.id LIMIT {MOST + 1}"""
    return looking.rows(rest, [*asked, *members, until])


def _done(members: Sequence[int], looking: Looking, since: datetime.datetime) -> list[UserTask]:
    keys = reading.places(members)
    rest = f"""WHERE task.state = 'completed' AND task.completed_by_id IN ({keys}) AND task.ended_at >= %s
        AND {looking.seen_task} ORDER BY task.ended_at DESC, task.id DESC LIMIT {MOST + 1}"""
    return looking.rows(rest, [*members, since])


def _said(
    roles: Sequence[str],
    members: Sequence[int],
    place: Place,
    looking: Looking,
    since: datetime.datetime,
    kept: datetime.datetime,
) -> list[Told]:
    """What colleagues have written with the unit's tasks, and those of the unit in other areas too, the latest first;
    what is to be taken along also when it was written before, as long as the task is open.
    """
    scope, values = _scope(roles, place, looking, also=f"comment.by_id IN ({reading.places(members)})")
    rest = f"""JOIN {TASKS} task ON task.id = comment.task_id
        WHERE (comment.at >= %s OR comment.for_shift AND comment.at >= %s AND task.state = 'open')
        AND comment.withdrawn_at IS NULL AND NOT (comment.text = '') AND {scope}
        ORDER BY comment.for_shift DESC, comment.at DESC, comment.id DESC LIMIT {MOST}"""
    comments = SAID.rows(rest, [since, kept, *values, *members])
    keys = {comment.task_id for comment in comments}
    found = looking.rows(f"WHERE task.id IN ({reading.places(keys)})", list(keys))
    tasks, whose = {task.pk: looking.at(task) for task in found}, {task.pk: task.individual.pk for task in found}
    return [
        Told(
            row=tasks[comment.task_id],
            by_name=str(comment.by),
            at=comment.at,
            text=comment.text if tasks[comment.task_id].can_work else "",
            is_along=comment.for_shift,
        )
        for comment in comments
        if not written.of(looking.viewer, whose[comment.task_id]).is_by(comment.by_id, comment.at)
    ]


def _tried(task: UserTask, looking: Looking) -> Told:
    told = vars(task)["told"]
    detail = json.loads(told) if isinstance(told, str) else told or {}
    row = looking.at(task)
    if written.of(looking.viewer, task.individual.pk):
        detail = {}  # who said it is not told here
    words = [detail.get("reason", "") if not row.is_closed else "", detail.get("text", "") if row.can_work else ""]
    return Told(row=row, by_name="", at=None, text=": ".join(filter(None, words)))
