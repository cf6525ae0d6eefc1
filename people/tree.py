"""The tree of units: what lies below those that somebody works in, and who sees it, by the profession held above."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from people import reading
from people.models import HELD_ON, Assignment, Staff, StaffKind, Unit

HEAD, COORDINATOR, LOG, STATISTICS = "enhetschef", "samordnare", "logggranskare", "statistik"
DAY = (HEAD, COORDINATOR)
"""Who sees the day of the units below: board, workload, who is away; and comes in where such a unit is responsible."""
FIGURES = (HEAD, STATISTICS)
"""Who sees how it goes in the units below, in numbers that name nobody."""
REVIEWS = (HEAD, LOG)
"""Who reviews the log of the units below."""
# UNION takes what is found twice once, so that it ends also in a tree that somebody has spoiled by hand.
BELOW = f"""WITH RECURSIVE held_at(unit_id, profession, is_own) AS (
    SELECT held.unit_id, profession.key, 1 FROM people_assignment held
    JOIN people_profession profession ON profession.id = held.profession_id
    WHERE held.staff_id = %s AND {HELD_ON} {{also}}
    UNION
    SELECT unit.id, held_at.profession, 0 FROM held_at JOIN people_unit unit ON unit.parent_id = held_at.unit_id
    WHERE held_at.profession IN ({{down}}))"""
"""A row for each profession and unit where it is held or, of those in `down`, below it."""


def below(staff: Staff, roles: Collection[str], *, on: datetime.date) -> tuple[str, list[Any]]:
    """The beginning of a statement that may read `held_at`, of the uppdrag that one acts in, with its values."""
    also, values = "", []
    if staff.commission is not None:
        also = f"AND held.commission IN ('', %s) AND profession.key IN ({reading.places(staff.professions)})"
        values = [staff.commission, *staff.professions]
    return BELOW.format(also=also, down=reading.places(roles)), [staff.pk, on, on, *values, *roles]


def units(staff: Staff, roles: Collection[str], *, on: datetime.date) -> set[int]:
    """Keys of the units where one holds one of these, and of all below them."""
    text, values = below(staff, roles, on=on)
    asked = f"{text} SELECT DISTINCT unit_id FROM held_at WHERE profession IN ({reading.places(roles)})"
    return {key for (key,) in reading.rows(asked, [*values, *roles])}


def held(staff: Staff, roles: Collection[str], *, on: datetime.date) -> set[tuple[str, str]]:
    """Pairs of profession and unit: all that one holds, and what these hold below."""
    text, values = below(staff, roles, on=on)
    asked = (
        f"{text} SELECT held_at.profession, unit.key FROM held_at JOIN people_unit unit ON unit.id = held_at.unit_id"
    )
    return set(reading.rows(asked, values))


def without(role: str, *, on: datetime.date) -> list[str]:
    """Names of the units where colleagues work and nobody holds it, there or above; with no tree one is for all."""
    held = Assignment.objects.current(on).filter(staff__is_active=True, staff__kind=StaffKind.PERSON)
    has = set(held.filter(profession__key=role).values_list("unit_id", flat=True))
    units = {one.pk: one for one in Unit.objects.all()}
    if has and not is_there():
        return []

    def is_covered(unit: Unit) -> bool:
        at, seen = unit, set[int]()
        while at.pk not in seen:
            if at.pk in has:
                return True
            seen.add(at.pk)
            at = units.get(at.parent_id or 0, at)
        return False

    works = set(held.values_list("unit_id", flat=True))
    return [unit.name for key, unit in units.items() if key in works and not is_covered(unit)]


def is_there() -> bool:
    """Whether any unit lies below another."""
    return Unit.objects.exclude(parent=None).exists()


def ring(parents: Mapping[str, str], start: str) -> list[str]:
    """The units from `start` up to itself again; none when it does not come back. `parents` is by key, '' the top."""
    way, at = [start], parents.get(start, "")
    while at and at not in way:
        way.append(at)
        at = parents.get(at, "")
    return [*way, start] if at == start else []
