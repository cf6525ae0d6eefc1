"""What the listening process asks the database: who listens, who still may, and what each group was last changed by."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from people import reading
from people.models import HELD_ON, Staff, StaffSession
from people.sessions import SessionStore
from tasks.together import CALLS
from workflows.selectors import RECENT, TASKS, parts

# The last call of each that nobody has answered, in the columns of the above: no group has an empty name.
CALLED = f"""SELECT '', '', mentioned_id, max(at) FROM tasks_comment
    WHERE mentioned_id IN ({{}}) AND {CALLS} GROUP BY mentioned_id"""
LATEST = f'SELECT "group", escalated_to, id, changed_at FROM {TASKS} WHERE {{}} ORDER BY changed_at DESC LIMIT {RECENT}'
SESSIONS = f"SELECT session_key FROM {reading.table(StaffSession)} WHERE expire_date > %s AND session_key IN ({{}})"
# A row for each profession, and one with none for who holds none.
HOLDERS = f"""SELECT staff.id, staff.password, profession.key FROM people_staff staff
    LEFT JOIN people_assignment held ON held.staff_id = staff.id
        AND {HELD_ON}
    LEFT JOIN people_profession profession ON profession.id = held.profession_id
    WHERE staff.is_active AND staff.id IN ({{}})"""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A member of staff who may listen: changes with the password, as their sessions do."""

    staff_id: int
    password: str
    groups: frozenset[str]


def holder(session_key: str) -> Holder | None:
    """Whose session it is, by Django's own rules; None when it is nobody's any longer."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    staff = get_user(request)
    if not isinstance(staff, Staff):
        return None
    return Holder(staff_id=staff.pk, password=staff.password, groups=frozenset(staff.professions))


def alive(session_keys: Collection[str], *, now: datetime.datetime) -> set[str]:
    """Those of the sessions that have not ended."""
    keys = list(session_keys)
    return {key for (key,) in reading.rows(SESSIONS.format(reading.places(keys)), [now, *keys])} if keys else set()


def holders(staff_ids: Collection[int], *, now: datetime.datetime) -> dict[int, Holder]:
    """Those who are active still, with the professions they hold today."""
    ids, today = list(staff_ids), timezone.localdate(now)
    held: dict[tuple[int, str], set[str]] = defaultdict(set)
    rows = reading.rows(HOLDERS.format(reading.places(ids)), [today, today, *ids]) if ids else []
    for staff_id, password, group in rows:
        held[staff_id, password].update({group} - {None})
    return {
        staff_id: Holder(staff_id=staff_id, password=password, groups=frozenset(groups))
        for (staff_id, password), groups in held.items()
    }


def groups() -> set[str]:
    """Every profession: what happens in any of them may be what somebody waits for."""
    return {key for (key,) in reading.rows("SELECT key FROM people_profession")}


def marks(asked: Collection[str], staff_ids: Collection[int]) -> dict[str | int, int]:
    """A number for each group, another one when a task of it has changed, by the same few rows of an index.

    And one for each of the staff whom colleagues call, another one when somebody else does.
    """
    columns, wanted, ids = ("group", "escalated_to"), list(asked), list(staff_ids)
    called = CALLED.format(reading.places(ids))
    text = " UNION ALL ".join(filter(None, [parts(LATEST, columns, "UNION ALL", len(wanted)), called]))
    found: dict[str | int, set[tuple[int, str]]] = {group: set() for group in wanted}
    values = [one for one in wanted for _ in columns]
    for group, escalated_to, key, at in reading.rows(text, [*values, *ids]):
        touched = {group, escalated_to} & found.keys() if group else {key}
        for one in touched:
            found.setdefault(one, set()).add((key, str(at)))
    return {one: hash(frozenset(rows)) for one, rows in found.items()}
