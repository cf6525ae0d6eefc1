"""Where ärenden are now: what is open of those under way, which are as many as are under way and no more."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from people import reading
from people.models import Staff
from workflows import sight as sights
from workflows.models import ProcessInstance
from workflows.models.definition import HEAVY

NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)
ACTIVE = "JOIN workflows_processinstance held ON held.id = one.instance_id AND held.state = 'active'"
TASKS = f"""SELECT held.id, held.version_id, one.element_id, one."group", one.area, one.created_at, 1
    FROM workflows_usertask one {ACTIVE} WHERE held.definition_id = %s AND one.state = 'open'
    AND one.joint_of_id IS NULL"""
CALLS = f"""SELECT held.id, held.version_id, one.element_id, '', '', one.created_at, 1
    FROM workflows_outboxmessage one {ACTIVE} WHERE held.definition_id = %s AND one.state = 'pending'"""
# What a step waits for besides, and what is waited for beside it, look alike: the diagram tells them apart.
WAITED = f"""SELECT held.id, held.version_id, one.element_id, '', '', held.started_at, 0
    FROM {{}} one {ACTIVE} WHERE held.definition_id = %s"""
TABLES = ("workflows_messagesubscription", "workflows_timerjob", "workflows_signalsubscription")
EVERYTHING = " UNION ALL ".join([TASKS, CALLS, *(WAITED.format(table) for table in TABLES)])
PLACES = 2 + len(TABLES)
RUNNING = """SELECT version_id, count(*) FROM workflows_processinstance
    WHERE definition_id = %s AND state = 'active' GROUP BY version_id"""
STOPS = """SELECT stop.element_id, held.version_id, stop.state = 'open', count(*) FROM workflows_incident stop
    JOIN workflows_processinstance held ON held.id = stop.instance_id
    WHERE held.definition_id = %s AND {} GROUP BY stop.element_id, held.version_id, stop.state = 'open'"""


@dataclass(frozen=True, kw_only=True)
class Held:
    """An ärende that waits at an element; `since` where that is known, as it is of what was given to somebody."""

    instance: int
    element: str
    version: int
    group: str
    area: str
    is_given: bool
    since: datetime.datetime | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One ärende that waits, for somebody who may see it."""

    instance: ProcessInstance
    since: datetime.datetime | None


def held(definition: int) -> Iterator[Held]:
    """Every place of every ärende that is under way."""
    for instance, version, element, group, area, since, is_given in reading.rows(EVERYTHING, [definition] * PLACES):
        yield Held(
            instance=instance,
            element=element,
            version=version,
            group=group,
            area=area,
            is_given=bool(is_given),
            since=reading.as_moment(since) if is_given else None,
        )


def running(definition: int) -> dict[int, int]:
    """How many are under way in each version."""
    return dict(reading.rows(RUNNING, [definition]))


def stops(
    definition: int, first: datetime.datetime, last: datetime.datetime
) -> Iterator[tuple[str, int, bool, int, bool]]:
    """Element, version, whether open, how many, and whether they came in the time; by the indexes of stops."""
    for element, version, is_open, count in reading.rows(STOPS.format("stop.state = 'open'"), [definition]):
        yield element, version, bool(is_open), count, False
    came = "stop.created_at >= %s AND stop.created_at < %s"
    for element, version, is_open, count in reading.rows(STOPS.format(came), [definition, first, last]):
        yield element, version, bool(is_open), count, True


def seen(staff: Staff, found: Iterable[Held], *, limit: int) -> list[Waiting]:
    """Those that the staff member may follow, of so many of them; those that have waited longest first."""
    first = sorted(found, key=lambda one: (one.since is None, one.since or NEVER, one.instance))
    since = {one.instance: one.since for one in reversed(first)}
    ids = list(dict.fromkeys(one.instance for one in first))[:limit]
    rows = ProcessInstance.objects.select_related("individual", "version", "definition")
    rows = rows.defer("engine_state", *(f"version__{name}" for name in HEAVY))
    known = rows.in_bulk(ids)
    mine = [known[pk] for pk in ids if pk in known and sights.of(staff, known[pk].individual).may_follow(known[pk])]
    return [Waiting(instance=row, since=since[row.pk]) for row in mine]
