"""Whose unit it is: the units that a member of staff belongs to today, and who works in one."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from people import reading, tree
from people.models import COLLEAGUE, HELD_ON, Staff

UNITS = """{} SELECT unit.id, unit.key, unit.name, unit.area, parent.name, max(held_at.is_own),
        max(CASE WHEN held_at.profession = %s THEN 1 ELSE 0 END)
    FROM held_at JOIN people_unit unit ON unit.id = held_at.unit_id
    LEFT JOIN people_unit parent ON parent.id = unit.parent_id
    GROUP BY unit.id, unit.key, unit.name, unit.area, parent.name ORDER BY max(held_at.is_own) DESC, unit.name"""
MEMBERS = reading.Reading(
    Staff,
    "staff",
    ("public_id", "first_name", "last_name", "username"),
    extra={
        "role_key": "profession.key",
        "role_name": "profession.name",
        "on_behalf_of": "held.on_behalf_of",
        "away_until": "away.last_on",
        "stand_first": "stand.first_name",
        "stand_last": "stand.last_name",
    },
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A unit as one who works there, or above it, meets it; `is_head` for its enhetschef and the one above.

    `part_of` is the name of the unit that it is part of, '' at the top.
    """

    id: int
    key: str
    name: str
    area: str
    part_of: str
    is_own: bool
    is_head: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    """One who works in a unit today, with the professions held there by key, and in whose place."""

    id: int
    public_id: uuid.UUID
    name: str
    away_until: datetime.date | None
    substitute: str
    roles: dict[str, str] = field(default_factory=dict)
    behalves: set[str] = field(default_factory=set)


def of(staff: Staff, *, on: datetime.date, roles: Collection[str] = tree.DAY) -> list[Place]:
    """The units of a member of staff in the uppdrag they act in, their own first; `roles` see those below too."""
    text, values = tree.below(staff, roles, on=on)
    return [
        Place(id=pk, key=key, name=name, area=area, part_of=above or "", is_own=bool(is_own), is_head=bool(is_head))
        for pk, key, name, area, above, is_own, is_head in reading.rows(UNITS.format(text), [*values, tree.HEAD])
    ]


def members(place: Place, *, on: datetime.date) -> list[Member]:
    """Those who work there, by profession and name."""
    rest = f"""JOIN people_assignment held ON held.staff_id = staff.id AND {HELD_ON}
        JOIN people_profession profession ON profession.id = held.profession_id
        LEFT JOIN people_absence away ON away.staff_id = staff.id AND away.ended_at IS NULL
            AND away.first_on <= %s AND away.last_on >= %s
        LEFT JOIN people_staff stand ON stand.id = away.substitute_id
        WHERE held.unit_id = %s AND {COLLEAGUE}
        ORDER BY profession.sort, profession.key, staff.last_name, staff.first_name, staff.id"""
    found: dict[int, Member] = {}
    for row in MEMBERS.rows(rest, [on, on, on, on, place.id]):
        told = vars(row)
        member = found.setdefault(row.pk, _member(row))
        member.roles[told["role_key"]] = told["role_name"]
        if told["on_behalf_of"]:
            member.behalves.add(told["on_behalf_of"])
    return list(found.values())


def _member(row: Staff) -> Member:
    told = vars(row)
    until = told["away_until"]
    return Member(
        id=row.pk,
        public_id=row.public_id,
        name=str(row),
        # SQLite tells a day as text.
        away_until=datetime.date.fromisoformat(until) if isinstance(until, str) else until,
        substitute=" ".join(filter(None, (told["stand_first"], told["stand_last"]))),
    )
