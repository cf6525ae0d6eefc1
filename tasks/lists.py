"""Which tasks a list shows, and how many each view holds: every list begins with a walk along an index."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from people import reading
from people import selectors as people
from people.models import Staff
from tasks import followed, together
from tasks.wanted import PRIORITIES, VIEWS, Wanted, span
from web import swedish
from workflows import rights, selectors, sieve
from workflows.models import UserTask
from workflows.selectors import TASKS, parts

ELSEWHERE = ("vantar", "bevakade")
WITHIN = 2_000
"""Among how many of the tasks due first one filters, searches and sorts by what no index knows."""
# A task that nobody has placed is for all of the profession, so it is found whichever unit one asks for.
AREA, NO_AREA = "area = (SELECT unit.area FROM people_unit unit WHERE unit.key = %s)", "area = ''"
CHOICES = """SELECT 'forlopp', key, title FROM workflows_processdefinition
    UNION ALL SELECT 'enhet', key, name FROM people_unit WHERE area <> '' ORDER BY 1, 3"""
FOLLOWED = 500
"""Of how many of the tasks one did last the ärenden are followed."""
# SQLite joins in the order written when the word is CROSS.
OTHERS = f"""SELECT other.id, other.due_sort, other.changed_at FROM (
        SELECT DISTINCT instance_id FROM (
            SELECT instance_id, "group", escalated_to FROM {TASKS}
            WHERE completed_by_id = %s AND state = 'completed' ORDER BY ended_at DESC LIMIT {FOLLOWED}) done
        WHERE "group" {{mine}} OR escalated_to {{mine}}) known CROSS JOIN {TASKS} other
    WHERE other.instance_id = known.instance_id AND other.state = 'open' AND {{seen}}
    AND (other.claimed_by_id IS NULL OR other.claimed_by_id <> %s)
    AND (other.claimed_by_id IS NOT NULL OR NOT (other."group" {{mine}} OR other.escalated_to {{mine}}))
    AND {{inside}}"""


def tasks(staff: Staff, wanted: Wanted, *, limit: int, now: datetime.datetime) -> list[UserTask]:
    """The first tasks of a list, in its order."""
    return [followed.ROWS.made(row) for row in rows(staff, wanted, limit=limit, now=now)]


def rows(staff: Staff, wanted: Wanted, *, limit: int, now: datetime.datetime) -> list[tuple[Any, ...]]:
    """The same, each as `followed.ROWS` makes a task of it.

    By due time the index answers alone. The rest is chosen among the WITHIN due first: nobody waits for a million.
    """
    walked = limit if wanted.due and not _has_rest(wanted) else WITHIN
    text, values = _walk(staff, wanted, walked, now)
    if not text:
        return []
    conditions, more = _rest(wanted)
    rest = f"JOIN ({text} ORDER BY due_sort, id LIMIT {walked}) found ON found.id = task.id {conditions}"
    order = "task.created_at DESC, task.id DESC" if wanted.sortera == "nyast" else "found.due_sort, found.id"
    in_words = wanted.text or wanted.sortera in ("person", "forlopp")
    rest, asked = f"{rest} ORDER BY {order} LIMIT {WITHIN if in_words else limit}", [*values, *more]
    is_own = wanted.visa not in ELSEWHERE
    found = followed.ROWS.raw(rest, asked) if is_own else followed.rows_of_others(staff, rest, asked)
    return _in_words(found, wanted, viewer=staff)[:limit] if in_words else found


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What an open inbox is known by, how many tasks each view holds, and what else there is.

    `calls` is empty when no colleague calls.
    """

    latest: str
    held: dict[str, int]
    stops: int
    calls: str


def glance(staff: Staff, *, most: int) -> Glance:
    """All in one question, and so of one moment; each counted to `most`."""
    found = [selectors.latest(staff), *_counts(staff, most), selectors.stops(staff, limit=most), together.calls(staff)]
    texts, values = ", ".join(text for text, _ in found), [value for _, asked in found for value in asked]
    latest, *held, stops, calls = reading.rows(f"SELECT {texts}", values)[0]
    return Glance(
        latest=_known(latest, calls), held=dict(zip(VIEWS, held, strict=True)), stops=stops, calls=calls or ""
    )


def latest(staff: Staff) -> str:
    """What an open inbox is known by, for the page that asks again and again."""
    text, values = selectors.latest(staff)
    calls, more = together.calls(staff)
    return _known(*reading.rows(f"SELECT {text}, {calls}", [*values, *more])[0])


def _known(latest: str | None, calls: str | None) -> str:
    return f"{latest or ''} {calls or ''}"


def _counts(staff: Staff, most: int) -> Iterator[tuple[str, list[Any]]]:
    for view in VIEWS:
        text, values = _walk(staff, Wanted(visa=view), most, None)
        if view == "bevakade":
            text, values = followed.watched(staff, also_untold=True)
        yield f"(SELECT count(*) FROM ({text} LIMIT {most}) v)" if text else "0", values


def is_full(staff: Staff, wanted: Wanted, *, now: datetime.datetime) -> bool:
    """Whether there are more tasks than one filters among."""
    if wanted.due and not _has_rest(wanted):
        return False
    text, values = _walk(staff, wanted, WITHIN + 1, now)
    return bool(text) and reading.rows(f"SELECT count(*) FROM ({text} LIMIT {WITHIN + 1}) v", values)[0][0] > WITHIN


def changes(staff: Staff, visa: str) -> list[Any]:
    """What the views of others' tasks are known by."""
    found = [(text, values) for text, values in _elsewhere(staff, visa) if text]
    both = " UNION ALL ".join(f"SELECT * FROM ({text}) o" for text, _ in found)
    return reading.rows(both, [value for _, values in found for value in values])


def choices() -> dict[str, dict[str, str]]:
    """Key and name of every förlopp, and of every unit that serves an area, in one read."""
    found: dict[str, dict[str, str]] = {"forlopp": {}, "enhet": {}}
    for name, key, title in reading.rows(CHOICES):
        found[name][key] = title
    return found


def _walk(staff: Staff, wanted: Wanted, limit: int, now: datetime.datetime | None) -> tuple[str, list[Any]]:
    """SQL of (id, due_sort), one part per group, each answered by its index alone: an IN would sort them all."""
    between = span(wanted.tid, now=now) if now else None
    due = "AND due_sort > %s AND due_sort <= %s " if between else ""
    if wanted.visa in ELSEWHERE:
        area = f"AND ({AREA} OR {NO_AREA}) " if wanted.enhet else ""
        more = [*(between or ()), *([wanted.enhet] if wanted.enhet else ())]
        found = [(text, [*asked, *more]) for text, asked in _elsewhere(staff, wanted.visa) if text]
        text = " UNION ".join(f"SELECT id, due_sort FROM ({text} {due}{area}) o" for text, _ in found)
        return text and f"SELECT * FROM ({text}) p", [value for _, asked in found for value in asked]
    columns = ("claimed_by_id",) if wanted.visa == "mina" else ("group", "escalated_to")
    groups = [wanted.profession] if wanted.profession else staff.professions
    asked: list[Any] = [staff.pk] if wanted.visa == "mina" else groups
    seen = rights.unrestricted(staff)
    texts, values = [], []
    for area in (AREA, NO_AREA) if wanted.enhet else ("1 = 1",):
        part = f"SELECT id, due_sort FROM {TASKS} WHERE state = 'open' AND {seen} AND {{}} AND {area} {due}"
        told = [*([wanted.enhet] if area == AREA else ()), *(between or ())]
        values += [value for one in asked for _ in columns for value in (one, *told)]
        texts.append(parts(f"{part}ORDER BY due_sort, id LIMIT {limit}", columns, "UNION", len(asked)))
    text = " UNION ".join(filter(None, texts))
    return text and f"SELECT * FROM ({text}) p", values


def _elsewhere(staff: Staff, visa: str) -> list[tuple[str, list[Any]]]:
    """What somebody else is to do or to answer, or what one follows; each ends in conditions on a task."""
    return [followed.watched(staff)] if visa == "bevakade" else [_others(staff), followed.asked(staff)]


def _others(staff: Staff) -> tuple[str, list[Any]]:
    """Open tasks of ärenden where one has done something, which somebody else is to do."""
    held = staff.professions
    if not held:
        return "", []
    mine = f"IN ({reading.places(held)})"
    inside, values = sieve.let_in(staff, "other.individual_id")
    text = OTHERS.format(seen=rights.unrestricted(staff, "other"), mine=mine, inside=inside)
    return text, [staff.pk, *held, *held, staff.pk, *held, *held, *values]


def _has_rest(wanted: Wanted) -> bool:
    """Whether something is asked for that the index does not know."""
    by_profession = wanted.profession and wanted.visa
    return bool(wanted.forlopp or wanted.prioritet or wanted.tagen or by_profession)


def _rest(wanted: Wanted) -> tuple[str, list[Any]]:
    asked: dict[str, Any] = {}
    if wanted.forlopp:
        asked["definition.key = %s"] = wanted.forlopp
    if wanted.prioritet in PRIORITIES:
        asked["task.priority = %s"] = int(wanted.prioritet)
    if wanted.profession and wanted.visa:
        asked['task."group" = %s'] = wanted.profession
    taken = {"ja": ["task.claimed_by_id IS NOT NULL"], "nej": ["task.claimed_by_id IS NULL"]}.get(wanted.tagen, [])
    conditions = [*asked, *taken]
    return f"WHERE {' AND '.join(conditions)}" if conditions else "", list(asked.values())


def _in_words(found: list[tuple[Any, ...]], wanted: Wanted, *, viewer: Staff) -> list[tuple[Any, ...]]:
    """Searched and sorted as Swedish is; a name that the viewer may not see is not found either."""
    words = wanted.text.casefold().split()
    hits = []
    for row in found:
        task = followed.ROWS.made(row)
        said = people.named(task.individual, viewer=viewer).name
        if all(word in f"{said} {sieve.told(task)}".casefold() for word in words):
            told = {"person": _turned(task, said), "forlopp": task.process_title}.get(wanted.sortera, "")
            hits.append((swedish.sorting(told), row))
    return [row for _, row in sorted(hits, key=lambda hit: hit[0])]


def _turned(task: UserTask, said: str) -> str:
    """By family name, as a list of names is."""
    family = task.individual.family_name
    return f"{family} {said}" if family and said.endswith(family) else said
