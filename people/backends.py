"""Who asks: the member of staff of a session, with the professions held today."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from people.models import Staff
from people.reading import Reading

# A row for each profession held; as AssignmentQuerySet.current.
STAFF = Reading(Staff, "staff", extra={"held_key": "profession.key", "held_name": "profession.name"})
WITH_PROFESSIONS = """
    LEFT JOIN people_assignment held ON held.staff_id = staff.id
        AND held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to >= %s)
    LEFT JOIN people_profession profession ON profession.id = held.profession_id
    WHERE staff.id = %s ORDER BY profession.sort, profession.key
"""


class StaffBackend(ModelBackend):
    """Django's, which reads person and professions at once, anew for every request and for no longer."""

    def get_user(self, user_id: int) -> Staff | None:
        today = timezone.localdate()
        rows = STAFF.rows(WITH_PROFESSIONS, [today, today, user_id])
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        staff = rows[0]
        staff.keep_roles({held["held_key"]: held["held_name"] for held in map(vars, rows) if held["held_key"]})
        return staff
