"""What a list may tell one viewer, so that it tells no more than the page: the rules of `sight` as conditions of SQL.

`sight` decides for one person or task, this for many in the statement that reads them. A test holds them together.
"""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from people import reading, spheres, tree
from people import selectors as people
from people.models import HELD_ON, Staff
from workflows import rights, written
from workflows.models import UserTask
from workflows.sight import WORDS

Sql = tuple[str, list[Any]]

CLOSED = "skrivet"
"""Instead of a sphere: what the person has closed to the viewer's units."""
# The last revision of a thread, as `people.plan.current`.
CURRENT = """NOT {name}.is_mistake AND NOT EXISTS (SELECT 1 FROM {table} later
    WHERE later.thread = {name}.thread AND later.number > {name}.number)"""
# A unit that is responsible for somebody; the day is given twice.
NAMED = f"""FROM people_contact named WHERE named.individual_id = {{who}} AND named.kind = 'enhet'
    AND named.valid_from <= %s AND (named.valid_to IS NULL OR named.valid_to >= %s)
    AND {CURRENT.format(name="named", table="people_contact")}"""
# A ground on which the spheres read each other, as `spheres.is_in_force`; the day is given three times.
OPENED = f"""EXISTS (SELECT 1 FROM people_consent ground WHERE ground.individual_id = task.individual_id
    AND ground.kind = '{spheres.BETWEEN}' AND ground.given_on <= %s
    AND (ground.valid_to IS NULL OR ground.valid_to >= %s)
    AND (ground.withdrawn_on IS NULL OR ground.withdrawn_on > %s)
    AND {CURRENT.format(name="ground", table="people_consent")})"""
# The förlopp's own sphere, or the profession's in a joint one, as `spheres.of_task`.
COURSE = {
    "sqlite": "json_extract(version.config, '$.sphere')",
    "postgresql": "version.config ->> 'sphere'",
}
SPHERE = """SELECT CASE WHEN {course} IN ('sol', 'hsl') THEN {course} ELSE COALESCE((SELECT role.sphere
        FROM people_profession role WHERE role.key = task."group"), '') END AS sphere
    FROM workflows_processversion version WHERE version.id = instance.version_id"""
SIGNS = {
    "sqlite": "instr(' ' || task.signers || ' ', %s) > 0",
    "postgresql": "strpos(' ' || task.signers || ' ', %s) > 0",
}


def followed(viewer: Staff, task: str = "task") -> Sql:
    """Tasks of ärenden whose page is for the viewer, as `Sight.may_follow`; `task` is their table or alias."""
    seen, values = rights.seeing(viewer, task)
    inside, more = let_in(viewer, f"{task}.individual_id")
    return f"({seen} AND {inside})", [*values, *more]


def let_in(viewer: Staff, who: str) -> Sql:
    """Individuals whose responsible units leave the viewer in, as `Sight.is_let_in`; `who` is the column of their id.

    Of most people no unit is named, so that is asked first.
    """
    today = timezone.localdate()
    held, named = viewer.professions, NAMED.format(who=who)
    mine, (places, units) = reading.places(held), _places(viewer)
    text = f"""(NOT EXISTS (SELECT 1 {named}) OR EXISTS (SELECT 1 {named} AND named.unit_key IN ({places}))
        OR EXISTS (SELECT 1 FROM people_profession role WHERE role.key IN ({mine}) AND NOT EXISTS (
            SELECT 1 {named} AND EXISTS (SELECT 1 FROM people_assignment held
                JOIN people_unit unit ON unit.id = held.unit_id
                WHERE unit.key = named.unit_key AND held.profession_id = role.id AND {HELD_ON})))
        OR EXISTS (SELECT 1 FROM workflows_usertask offered WHERE offered.individual_id = {who}
            AND offered.ended_at IS NULL AND (offered."group" IN ({mine}) OR offered.escalated_to IN ({mine})
                OR offered.claimed_by_id = %s)){rights.opened_now(viewer, who)})"""
    day = [today, today]
    return text, [*day, *day, *units, *held, *day, *day, *held, *held, viewer.pk]


def _places(viewer: Staff) -> Sql:
    """Keys of the units where one works, and of those below them where one's profession sees these."""
    units = list(viewer.units)
    if not rights.holds(viewer, *tree.DAY):
        return reading.places(units), units
    text, values = tree.below(viewer, tree.DAY, on=timezone.localdate())
    # Begun with the few held: SQLite joins in the order written when the word is CROSS.
    return f"{text} SELECT unit.key FROM held_at CROSS JOIN people_unit unit WHERE unit.id = held_at.unit_id", values


def closed(viewer: Staff) -> Sql:
    """The sphere of a `task` that the viewer may not read, else '', as `Sight.reads_task`; with its `instance` beside.

    What another unit has closed is CLOSED. It asks nothing for who works in both, when nothing is.
    """
    apart = sorted(spheres.ONE - viewer.reached)
    other, values = _apart(viewer, apart) if apart else ("''", [])
    shut, more = written.condition(viewer, f"({SPHERE.format(course=COURSE[connection.vendor])})")
    return (f"CASE WHEN {shut} THEN '{CLOSED}' ELSE {other} END", [*more, *values]) if shut else (other, values)


def _apart(viewer: Staff, apart: list[str]) -> Sql:
    vendor, held = connection.vendor, viewer.professions
    mine = reading.places(held)
    signs = "".join([f" OR {SIGNS[vendor]}"] * len(held))
    opened = rights.opened_now(viewer, "task.individual_id")
    own = f"""task."group" IN ({mine}) OR task.escalated_to IN ({mine})
        OR COALESCE(task.completed_by_id, task.claimed_by_id, 0) = %s{signs}{opened}"""
    of_task = SPHERE.format(course=COURSE[vendor])
    text = f"""CASE WHEN {own} THEN '' ELSE COALESCE((SELECT its.sphere FROM ({of_task}) its
        WHERE its.sphere IN ({reading.places(apart)}) AND NOT {OPENED}), '') END"""
    today = timezone.localdate()
    return text, [*held, *held, viewer.pk, *(f" {key} " for key in held), *apart, today, today, today]


def told(task: UserTask) -> str:
    """What a list calls a task that it read with what is `closed`."""
    sphere = vars(task).get("closed", "")
    return f"{WORDS.get(sphere, people.BARRED_NAME)}: en uppgift" if sphere else task.name
