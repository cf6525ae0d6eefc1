"""A person's story over all förlopp: one statement for a page of what has been, by index and from a place in time.

What was done comes from the tasks, how ärenden began and ended from the ärenden, and what people did to them from the
history. Each part gives no more than the page needs, so a long story costs what a short one does.
"""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import shorten
from typing import Any

from django.db import connection
from django.utils import timezone

from people import reading
from people.models import Individual
from people.own import SELF, MandateKind, ReplyKind
from tasks import attempts, said
from web import swedish
from web.addresses import url
from workflows import outcomes, published
from workflows.forms import not_done
from workflows.models import AmendedPart, HistoryKind, TaskState
from workflows.models.waiting import in_place_of
from workflows.sight import WORDS, Sight

PAGE = 30
WHY_LENGTH = 120
# In the order of one moment, the last first when read backwards.
BEGAN, TASK, STEERED, AMENDED, ENDED, SAID = range(6)
PARTS = {
    BEGAN: """SELECT instance.started_at AS at, {rank} AS rank, instance.id AS row, 'started' AS kind, '' AS name,
        '' AS grp, '' AS escalated, instance.started_by_id AS by_id, instance.public_id AS public, instance.id AS of,
        '' AS lent
        FROM workflows_processinstance instance WHERE instance.individual_id = %s AND {visible} {since}
        ORDER BY instance.started_at DESC, instance.id DESC LIMIT {limit}""",
    TASK: """SELECT task.ended_at, {rank}, task.id,
        CASE WHEN task.to_sign > 0 AND task.kind = 'user' AND task.state = 'completed' THEN 'joint' ELSE task.state END,
        task.name, task."group", task.escalated_to,
        task.completed_by_id, task.public_id, task.instance_id, task.on_behalf_of
        FROM workflows_usertask task JOIN workflows_processinstance instance ON instance.id = task.instance_id
        WHERE task.individual_id = %s AND task.ended_at IS NOT NULL
        AND NOT (task.kind = 'signature' AND task.state = 'cancelled') AND {visible} {since}
        ORDER BY task.ended_at DESC, task.id DESC LIMIT {limit}""",
    STEERED: """SELECT entry.at, {rank}, entry.id, entry.kind, entry.name, entry.element_id, '', entry.by_id,
        instance.public_id, instance.id, {lent}
        FROM workflows_historyentry entry JOIN workflows_processinstance instance ON instance.id = entry.instance_id
        WHERE instance.individual_id = %s
        AND entry.kind IN ('suspended', 'resumed', 'skipped', 'escalated', 'attempted') AND {visible} {since}
        ORDER BY entry.at DESC, entry.id DESC LIMIT {limit}""",
    AMENDED: """SELECT amendment.at, {rank}, amendment.id, amendment.kind, COALESCE(task.name, amendment.part),
        COALESCE(task."group", amendment.sphere), COALESCE(task.escalated_to, ''), amendment.by_id,
        COALESCE(task.public_id, amendment.public_id), task.instance_id, amendment.on_behalf_of
        FROM workflows_amendment amendment LEFT JOIN workflows_usertask task ON task.id = amendment.task_id
        LEFT JOIN workflows_processinstance instance ON instance.id = task.instance_id
        WHERE amendment.individual_id = %s AND (amendment.task_id IS NULL{told} OR {visible}) {since}
        ORDER BY amendment.at DESC, amendment.id DESC LIMIT {limit}""",
    ENDED: """SELECT instance.ended_at, {rank}, instance.id, instance.state, instance.outcome, '', '',
        CAST(NULL AS bigint), instance.public_id, instance.id, ''
        FROM workflows_processinstance instance
        WHERE instance.individual_id = %s AND instance.ended_at IS NOT NULL AND {visible} {since}
        ORDER BY instance.ended_at DESC, instance.id DESC LIMIT {limit}""",
    SAID: """SELECT reply.at, {rank}, reply.id, reply.kind,
        CASE reply.kind WHEN 'vecka' THEN CAST(reply.rating AS varchar(2)) WHEN 'svar' THEN '' ELSE reply.text END,
        COALESCE(task."group", ''), COALESCE(task.escalated_to, ''), CAST(NULL AS bigint),
        COALESCE(task.public_id, reply.public_id), task.instance_id,
        COALESCE(mandate.kind || ':' || mandate.name, '')
        FROM people_reply reply LEFT JOIN workflows_usertask task ON task.public_id = reply.task
        LEFT JOIN workflows_processinstance instance ON instance.id = task.instance_id
        LEFT JOIN people_mandate mandate ON mandate.id = reply.mandate_id
        WHERE reply.individual_id = %s AND (reply.task IS NULL OR {visible}) {since}
        ORDER BY reply.at DESC, reply.id DESC LIMIT {limit}""",
}
LENT = {
    "sqlite": "COALESCE(json_extract(entry.detail, '$.for'), '')",
    "postgresql": "COALESCE(entry.detail ->> 'for', '')",
}
COLUMNS = {BEGAN: ("instance.started_at", "instance.id"), TASK: ("task.ended_at", "task.id")}
COLUMNS |= {STEERED: ("entry.at", "entry.id"), ENDED: ("instance.ended_at", "instance.id")}
COLUMNS |= {AMENDED: ("amendment.at", "amendment.id"), SAID: ("reply.at", "reply.id")}
WHOLE = """SELECT found.*, staff.first_name, staff.last_name, staff.username, instance.public_id, version.public_id
    FROM ({parts}) found
    LEFT JOIN workflows_processinstance instance ON instance.id = found.of
    LEFT JOIN workflows_processversion version ON version.id = instance.version_id
    LEFT JOIN people_staff staff ON staff.id = found.by_id
    ORDER BY found.at DESC, found.rank DESC, found.row DESC LIMIT {limit}"""


@dataclass(frozen=True, order=True)
class Place:
    """Where a page ends: what is older comes on the next."""

    at: datetime.datetime
    rank: int
    row: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp() * 1_000_000)}.{self.rank}.{self.row}"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A line of the story. What is of the other sphere has no name, nobody's name and no address."""

    place: Place
    title: str
    by_name: str
    name: str = ""
    word: str = ""
    why: str = ""
    status: str = "waiting"
    profession: str = ""
    url: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Day:
    on: datetime.date
    events: list[Event]

    @property
    def words(self) -> str:
        return f"{swedish.WEEKDAYS[self.on.weekday()]} {swedish.date(self.on)}".capitalize()


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """`older` is where the next page begins, empty at the end."""

    days: list[Day]
    older: str


def place(text: str) -> Place | None:
    """As an address told it."""
    try:
        at, rank, row = (int(part) for part in text.split("."))
        return Place(datetime.datetime.fromtimestamp(at / 1_000_000, datetime.UTC), rank, row)
    except (ValueError, OverflowError, OSError):
        return None


def load(
    individual: Individual,
    sight: Sight,
    *,
    before: Place | None = None,
    definition_id: int | None = None,
    limit: int = PAGE,
) -> Timeline:
    """The latest, or what came before a place; of one förlopp when `definition_id` is told."""
    parts, values = [], []
    for rank in PARTS:
        text, given = _part(rank, individual, sight, before, definition_id, limit + 1)
        parts.append(f"SELECT * FROM ({text}) part{rank}")
        values += given
    found = reading.rows(WHOLE.format(parts=" UNION ALL ".join(parts), limit=limit + 1), values)
    last = found[:limit][-1] if len(found) > limit else None
    tried = [row[2] for row in found[:limit] if row[3] == HistoryKind.ATTEMPTED]
    left = {str(reading.as_uuid(row[8])): row[9] for row in found[:limit] if row[3] == TaskState.NOT_NEEDED}
    why = attempts.told(tried, left)
    events = [event for row in found[:limit] if (event := _event(row, sight, why)) is not None]
    older = str(Place(moment_of(last[0]), last[1], last[2])) if last is not None else ""
    return Timeline(days=_days(events), older=older)


def _part(
    rank: int, individual: Individual, sight: Sight, before: Place | None, definition_id: int | None, limit: int
) -> tuple[str, list[Any]]:
    visible, values = sight.visible("instance")
    values = [individual.pk, *values]
    since = f"AND instance.definition_id = {int(definition_id)}" if definition_id is not None else ""
    if before is not None:
        at, row = COLUMNS[rank]
        if rank == before.rank:
            since += f" AND ({at} < %s OR {at} = %s AND {row} < %s)"
            values += [before.at, before.at, before.row]
        else:
            since += f" AND {at} {'<=' if rank < before.rank else '<'} %s"
            values.append(before.at)
    lent, told = LENT[connection.vendor], ""
    if rank == AMENDED and sight.untold:
        told = f" AND amendment.key NOT IN ({reading.places(sight.untold)})"
        values[1:1] = map(str, sorted(sight.untold))
    return PARTS[rank].format(rank=rank, visible=visible, told=told, since=since, limit=limit, lent=lent), values


def _event(row: Any, sight: Sight, why: Mapping[int | str, Mapping[str, str]]) -> Event | None:
    """None of what another unit has closed: of that not even the day is told."""
    at, rank, key, kind, name, group, escalated, by_id, public, _of, lent, *rest = row
    first, last, username, instance, version_id = rest
    if rank == SAID:
        step = None if version_id is None else (published.of(reading.as_uuid(version_id)), group, escalated)
        return _of_person(Place(moment_of(at), rank, key), kind, name, lent, step, sight)
    who = in_place_of(" ".join(filter(None, (first, last))) or username, lent)
    if version_id is None:
        place = Place(moment_of(at), rank, key)
        if sight.is_closed(group, by=by_id, at=moment_of(at)):
            return None
        return _of_plan(
            Event(place=place, title="", by_name=who), kind, name, group, sight, is_own=by_id == sight.viewer.pk
        )
    version = published.of(reading.as_uuid(version_id))
    event = Event(
        place=Place(moment_of(at), rank, key),
        title=version.title,
        by_name=who,
    )
    if rank in (BEGAN, ENDED):
        return _frame(event, kind, name, reading.as_uuid(instance), version)
    element = version.definition.elements.get(group) if rank == STEERED else None
    profession = element.lane if element else "" if rank == STEERED else group
    if sight.written and sight.is_closed(sight.task_sphere(version, profession), by=by_id, at=event.place.at):
        return None
    if not sight.reads_step(version, profession, escalated_to=escalated, by=by_id):
        name = sight.hidden(version, profession, HIDDEN.get(kind, "något hände"))
        return replace(event, name=name, by_name="", status=STATUS.get(kind, "waiting"), is_hidden=True)
    of = reading.as_uuid(public) if rank in (TASK, AMENDED) else None
    reason = why.get(key if rank == STEERED else str(of), {}) if kind in NOT_DONE else {}
    of = of or (uuid.UUID(reason["task"]) if reason else None)
    return replace(
        event,
        name=name or "Ärendet",
        word=_word(kind),
        why=_why(reason),
        by_name="" if kind == "joint" else who,  # several did it, each with a line of their own or on its page
        status=STATUS.get(kind, "waiting"),
        profession="" if kind == "joint" else sight.names.get(profession, ""),
        url=url("tasks:task", of) if of else url("workflows:instance", reading.as_uuid(instance)),
    )


def _of_plan(event: Event, kind: str, part: str, sphere: str, sight: Sight, *, is_own: bool) -> Event:
    """What is the person's own was corrected, added to or disputed."""
    name = str(AmendedPart(part).label)
    if not sight.reads(sphere, is_own=is_own):
        return replace(event, name=f"{WORDS[sphere]}: ett mål rättades", by_name="", is_hidden=True)
    return replace(event, name=name, word=_word(kind), url=f"{url('tasks:person', sight.individual.ref)}#mal")


def _of_person(
    place: Place, kind: str, words: str, called: str, step: tuple[published.Published, str, str] | None, sight: Sight
) -> Event:
    """What the person said in Min plan, or who speaks for them."""
    word, _, name = called.partition(":")
    who = f"{MandateKind(word).label}: {name}" if word else SELF
    event = Event(place=place, title=step[0].title if step else "", word="I Min plan", by_name=who, status="active")
    if step and not sight.reads_step(step[0], step[1], escalated_to=step[2]):
        return replace(event, name=sight.hidden(step[0], step[1], "ett svar i Min plan"), by_name="", is_hidden=True)
    to = f"{url('tasks:said', sight.individual.ref)}#sagt-{place.row}"
    rating = int(words) if kind == ReplyKind.WEEK else None
    return replace(event, name=said.title(kind, rating, words), url=to)


STATUS = {"completed": "done", "joint": "done", "started": "active", "cancelled": "cancelled", "skipped": "cancelled"}
STATUS |= {"not_needed": "cancelled"}
NOT_DONE = ("attempted", "not_needed")
TASK_WORDS = {"completed": "Klar", "cancelled": "Blev inte längre aktuell", "not_needed": "Ej aktuell"}
TASK_WORDS |= {"joint": "Klar, underskriven av alla som behövdes"}
HIDDEN = {
    "completed": "en uppgift blev klar",
    "joint": "en uppgift blev klar",
    "cancelled": "en uppgift blev inte längre aktuell",
}
HIDDEN |= {"corrected": "något rättades", "added": "något kompletterades", "refused": "något rättades inte"}


def _why(told: Mapping[str, str]) -> str:
    """The reason that was chosen, or what was written where it was another."""
    is_other = told.get("code") == not_done.OTHER and told.get("text")
    return shorten(told["text"], WHY_LENGTH, placeholder=" …") if is_other else told.get("reason", "")


def _word(kind: str) -> str:
    return TASK_WORDS.get(kind) or str(HistoryKind(kind).label)


def _frame(event: Event, kind: str, outcome: str, instance: uuid.UUID, version: published.Published) -> Event:
    did = {"started": "började", "completed": "avslutades"}.get(kind, "avbröts")
    return replace(
        event,
        name=f"{version.title} {did}",
        word=outcomes.name(version, outcome) if kind == "completed" and outcome else "",
        status=STATUS[kind],
        url=url("workflows:instance", instance),
    )


def _days(events: Iterable[Event]) -> list[Day]:
    return [
        Day(on=on, events=list(some)) for on, some in groupby(events, lambda event: timezone.localdate(event.place.at))
    ]


def moment_of(value: Any) -> datetime.datetime:
    """As SQLite tells it, or PostgreSQL."""
    found = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
