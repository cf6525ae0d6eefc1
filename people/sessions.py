"""Django's sessions in the database, each read together with whose it is: what every page asks, in one question."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from people.backends import HELD, HOLDING, ORDER, came_along, with_roles
from people.models import StaffSession
from people.reading import EVERY, Reading

SESSION = Reading(StaffSession, "session", staff=EVERY, extra=HELD)
ALIVE = f"{HOLDING} WHERE session.session_key = %s AND session.expire_date > %s {ORDER}"


class SessionStore(db.SessionStore):
    """Read once per page; all else is Django's."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def _get_session_from_db(self) -> StaffSession | None:
        rows = self._read()
        if not rows:
            self._session_key = None
            return None
        staff = rows[0].staff
        came_along(with_roles(staff, rows) if staff else None)
        return rows[0]

    def _read(self) -> list[StaffSession]:
        """What every page asks first also tells whether the connection lives: no page asks about that alone."""
        today = timezone.localdate()
        asked = ALIVE, [today, today, self.session_key, timezone.now()]
        connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, told of by no stub
        try:
            return SESSION.rows(*asked)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()  # the server has been away; the next statement opens another
            return SESSION.rows(*asked)
