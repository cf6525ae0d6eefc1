"""Reads of the room: pages of ärenden by index, and one at a time."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import uuid

from api import cursors
from api.reach import Reach
from people.models import Individual
from people.reading import Reading
from workflows import selectors
from workflows.models import HistoryEntry, InboxMessage, InstanceState, ProcessInstance

TABLE = "workflows_processinstance"
COLUMNS = ("public_id", "state", "outcome", "started_at", "ended_at", "suspended_at")
LISTED = Reading(ProcessInstance, "instance", COLUMNS, individual=("ref",), version=("number",), definition=("key",))


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
