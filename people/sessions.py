"""Django's sessions in the database, read by a kept text."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from people.reading import Reading

SESSION = Reading(Session, "session")


class SessionStore(db.SessionStore):
    """Read once per page; all else is Django's."""

    def _get_session_from_db(self) -> Any:
        now = timezone.now()
        found = SESSION.one("WHERE session.session_key = %s AND session.expire_date > %s", [self.session_key, now])
        if found is None:
            self._session_key = None
        return found
