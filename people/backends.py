"""Who asks: the member of staff of a session, with the professions held today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.utils import timezone

from people import spheres
from people.identities import configuration
from people.models import HELD_ON, Closed, Staff, behalves
from people.reading import Reading

# Every spärr in force is few rows, and one's own emergencies are fewer: read beside, so that a page asks nothing more.
JOINED = {"sqlite": "group_concat({}, ',')", "postgresql": "string_agg({}, ',')"}[connection.vendor]
NOW = {"sqlite": "datetime('now', '-1 day')", "postgresql": "now() - interval '1 day'"}[connection.vendor]
"""So long ago that no clock of a test or a machine matters; `Closed.read` looks at the minute."""
BLOCKS = f"""(SELECT {JOINED.format("told")} FROM (
    SELECT block.individual_id || ':' || place.key AS told FROM people_block block
    JOIN people_unit place ON place.id = block.unit_id WHERE block.lifted_at IS NULL
    UNION ALL SELECT block.individual_id || ':' || place.key || ':skrivet' FROM people_writingblock block
    JOIN people_unit place ON place.id = block.unit_id WHERE block.lifted_at IS NULL) blocked)"""  # noqa: S608
OPENED = f"""(SELECT {JOINED.format("opened.individual_id || '|' || opened.ends_at")} FROM people_emergency opened
    WHERE opened.staff_id = staff.id AND opened.ends_at > {NOW})"""  # noqa: S608
# A row for each profession held at a unit.
HELD = {
    "held_key": "profession.key",
    "held_name": "profession.name",
    "held_sphere": "profession.sphere",
    "held_for": "held.on_behalf_of",
    "unit_key": "unit.key",
    "unit_name": "unit.name",
    "blocks": BLOCKS,
    "opened": OPENED,
}
HOLDING = f"""
    LEFT JOIN people_assignment held ON held.staff_id = staff.id
        AND {HELD_ON}
"""
OF_NONE = "held.commission = ''"
"""What is held in no uppdrag, and so in all."""
JOINS = """
    LEFT JOIN people_profession profession ON profession.id = held.profession_id
    LEFT JOIN people_unit unit ON unit.id = held.unit_id
"""
ORDER = "ORDER BY profession.sort, profession.key, unit.name"
STAFF = Reading(Staff, "staff", extra=HELD)

_came_along: ContextVar[Staff | None] = ContextVar("came_along", default=None)


class StaffBackend(ModelBackend):
    """Django's, which reads person and professions at once, anew for every request and for no longer."""

    def get_user(self, user_id: int) -> Staff | None:
        staff = _came_along.get()
        _came_along.set(None)
        if staff is None or staff.pk != user_id:
            # Of no session: nothing that an uppdrag gives, or that asks how surely it is known who it is.
            staff = _read(user_id, level=0)
        return staff if staff is not None and staff.is_person and self.user_can_authenticate(staff) else None


def working(staff_id: int) -> Staff | None:
    """Who works here, with the professions held today; None for one who has left."""
    staff = _read(staff_id)
    return staff if staff is not None and staff.is_active else None


def _read(staff_id: int, *, level: int | None = None) -> Staff | None:
    today = timezone.localdate()
    rows = STAFF.raw(f"{HOLDING} AND {OF_NONE} {JOINS} WHERE staff.id = %s {ORDER}", [today, today, staff_id])
    return with_roles(STAFF.made(rows[0]), map(STAFF.beside, rows), level=level) if rows else None


def came_along(staff: Staff | None) -> None:
    """The staff of the session that this request has just read: the next who asks for them need not read again."""
    _came_along.set(staff)


def with_roles(
    staff: Staff, told: Iterable[Mapping[str, Any]], *, level: int | None = None, commission: str = ""
) -> Staff:
    """The member of staff with what is told of professions, units and whom they stand in for.

    What asks for a surer log-in than `level` is withheld; None asks nothing, as of systems.
    """
    told = list(told)
    all_held = [one for one in told if one["held_key"]]
    held = [one for one in all_held if level is None or configuration.enough(one["held_sphere"], level)]
    staff.commission = commission
    if len(held) < len(all_held):
        staff.withheld = tuple(dict.fromkeys(one["held_name"] for one in all_held if one not in held))
    staff.keep_roles(
        {one["held_key"]: one["held_name"] for one in held},
        {one["unit_key"]: one["unit_name"] for one in held},
        behalves([(one["held_key"], one["held_for"]) for one in held]),
        spheres.reach(one["held_sphere"] for one in held),
        Closed.read(told[0]["blocks"], told[0]["opened"]),
    )
    return staff
