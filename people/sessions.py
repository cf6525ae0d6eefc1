"""Django's sessions in the database, each read together with whose it is: what every page asks, in one question."""

import json
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
    """Read once per page; all else is Django's.

    What it holds is plain JSON. Django signs it, for stores that others may write to; who may write in this table may
    write in that of the staff beside it.
    """

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def encode(self, session_dict: dict[str, Any]) -> str:
        return json.dumps(session_dict, ensure_ascii=False)

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """One from before this was so is signed, and is no session now."""
        try:
            found: dict[str, Any] = json.loads(session_data)
        except json.JSONDecodeError:
            return {}
        return found

    def _get_session_from_db(self) -> StaffSession | None:
        rows = self._read()
        if not rows:
            self._session_key = None
            return None
        found = SESSION.made(rows[0])
        came_along(with_roles(found.staff, map(SESSION.beside, rows)) if found.staff else None)
        return found

    def _read(self) -> list[tuple[Any, ...]]:
        """What every page asks first also tells whether the connection lives: no page asks about that alone."""
        today = timezone.localdate()
        asked = ALIVE, [today, today, self.session_key, timezone.now()]
        connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, told of by no stub
        try:
            return SESSION.raw(*asked)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()  # the server has been away; the next statement opens another
            return SESSION.raw(*asked)
