"""Whose board it is: the units that a member of staff belongs to today, and who works in one."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field

from people import reading
from people.models import Staff
from workflows.selectors import NAMED

HEAD = "enhetschef"
TODAY = "held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to >= %s)"
UNITS = f"""SELECT unit.id, unit.key, unit.name, max(CASE WHEN profession.key = '{HEAD}' THEN 1 ELSE 0 END)
    FROM people_assignment held JOIN people_unit unit ON unit.id = held.unit_id
    JOIN people_profession profession ON profession.id = held.profession_id
    WHERE held.staff_id = %s AND {TODAY} GROUP BY unit.id, unit.key, unit.name ORDER BY unit.name"""  # noqa: S608
MEMBERS = reading.Reading(
    Staff, "staff", ("public_id", *NAMED), extra={"role_key": "profession.key", "role_name": "profession.name"}
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A unit as one who works there meets it; `is_head` for its enhetschef."""

    id: int
    key: str
    name: str
    is_head: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    """One who works in a unit today, with the professions held there by key."""

    id: int
    public_id: uuid.UUID
    name: str
    roles: dict[str, str] = field(default_factory=dict)


def of(staff: Staff, *, on: datetime.date) -> list[Place]:
    """The units of a member of staff, by name."""
    rows = reading.rows(UNITS, [staff.pk, on, on])
    return [Place(id=pk, key=key, name=name, is_head=bool(is_head)) for pk, key, name, is_head in rows]


def members(place: Place, *, on: datetime.date) -> list[Member]:
    """Those who work there, by profession and name."""
    rest = f"""JOIN people_assignment held ON held.staff_id = staff.id AND {TODAY}
        JOIN people_profession profession ON profession.id = held.profession_id
        WHERE held.unit_id = %s AND staff.is_active
        ORDER BY profession.sort, profession.key, staff.last_name, staff.first_name, staff.id"""
    found: dict[int, Member] = {}
    for row in MEMBERS.rows(rest, [on, on, place.id]):
        member = found.setdefault(row.pk, Member(id=row.pk, public_id=row.public_id, name=str(row)))
        role = vars(row)
        member.roles[role["role_key"]] = role["role_name"]
    return list(found.values())
