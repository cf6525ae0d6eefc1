"""Who asks: the member of staff of a session, with the professions held today."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from people.models import Staff, behalves
from people.reading import Reading

# A row for each profession held at a unit; as AssignmentQuerySet.current.
STAFF = Reading(
    Staff,
    "staff",
    extra={
        "held_key": "profession.key",
        "held_name": "profession.name",
        "held_for": "held.on_behalf_of",
        "unit_key": "unit.key",
        "unit_name": "unit.name",
    },
)
WITH_PROFESSIONS = """
    LEFT JOIN people_assignment held ON held.staff_id = staff.id
        AND held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to >= %s)
    LEFT JOIN people_profession profession ON profession.id = held.profession_id
    LEFT JOIN people_unit unit ON unit.id = held.unit_id
    WHERE staff.id = %s ORDER BY profession.sort, profession.key, unit.name
"""


class StaffBackend(ModelBackend):
    """Django's, which reads person and professions at once, anew for every request and for no longer."""

    def get_user(self, user_id: int) -> Staff | None:
        today = timezone.localdate()
        rows = STAFF.rows(WITH_PROFESSIONS, [today, today, user_id])
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        staff = rows[0]
        held = [vars(row) for row in rows if vars(row)["held_key"]]
        staff.keep_roles(
            {one["held_key"]: one["held_name"] for one in held},
            {one["unit_key"]: one["unit_name"] for one in held},
            behalves([(one["held_key"], one["held_for"]) for one in held]),
        )
        return staff
