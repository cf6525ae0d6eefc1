"""Django's sessions in the database, read by a kept text."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from people.reading import Reading

SESSION = Reading(Session, "session")


class SessionStore(db.SessionStore):
    """Read once per page; all else is Django's."""

    def _get_session_from_db(self) -> Any:
        found = self._read()
        if found is None:
            self._session_key = None
        return found

    def _read(self) -> Session | None:
        """What every page asks first also tells whether the connection lives: no page asks about that alone."""
        asked = "WHERE session.session_key = %s AND session.expire_date > %s", [self.session_key, timezone.now()]
        connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, told of by no stub
        try:
            return SESSION.one(*asked)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()  # the server has been away; the next statement opens another
            return SESSION.one(*asked)
