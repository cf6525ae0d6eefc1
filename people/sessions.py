"""Django's sessions in the database, each read together with whose it is: what every page asks, in one question."""

import json
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from people.backends import HELD, HOLDING, JOINS, OF_NONE, ORDER, came_along, with_roles
from people.models import Staff, StaffSession
from people.reading import EVERY, Reading

# What a session holds beside Django's own: the uppdrag that was chosen, and how surely it is known who it is.
COMMISSION, LEVEL = "commission", "level"
SESSION = Reading(StaffSession, "session", staff=EVERY, extra=HELD)
ALIVE = f"""{HOLDING} AND ({OF_NONE} OR held.commission = session.commission) {JOINS}
    WHERE session.session_key = %s AND session.expire_date > %s {ORDER}"""


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
        row.commission, row.level = data.get(COMMISSION, ""), data.get(LEVEL, 0)
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
        came_along(_acting(found, rows))
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


def _acting(session: StaffSession, rows: list[tuple[Any, ...]]) -> Staff | None:
    """Whose it is, with what they may in the uppdrag and at the level of the session."""
    if session.staff is None:
        return None
    told = map(SESSION.beside, rows)
    return with_roles(session.staff, told, level=session.level, commission=session.commission)
