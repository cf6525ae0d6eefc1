"""Django's sessions in the database, each read together with whose it is: what every page asks, in one question."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from people.backends import HELD, HOLDING, JOINS, OF_NONE, ORDER, came_along, with_roles
from people.identities import configuration
from people.models import Staff, StaffSession
from people.reading import EVERY, Reading
from people.services import sessions

# What a session holds beside Django's own: the uppdrag that was chosen, how surely it is known who it is, when it began
# and when one last showed who one is.
COMMISSION, LEVEL, BEGUN, SIGNED = "commission", "level", "begun", "signed"
EXTENDED_EVERY = timedelta(minutes=5)
"""How often it is written down that somebody is there still."""
SESSION = Reading(StaffSession, "session", staff=EVERY, extra=HELD)
ALIVE = f"""{HOLDING} AND ({OF_NONE} OR held.commission = session.commission) {JOINS}
    WHERE session.session_key = %s AND session.expire_date > %s {ORDER}"""


class SessionStore(db.SessionStore):
    """Read once per page; all else is Django's.

    What it holds is plain JSON. Django signs it, for stores that others may write to; who may write in this table may
    write in that of the staff beside it.
    """

    ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        if SESSION_KEY in data:
            now = int(timezone.now().timestamp())
            data.setdefault(SIGNED, data.setdefault(BEGUN, now))
        row: Any = super().create_model_instance(data)
        row.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.commission, row.level = data.get(COMMISSION, ""), data.get(LEVEL, 0)
        return row

    def get_expiry_date(self, **said: Any) -> datetime:
        """So long after a click, and never longer than a working day after the log-in. The demo has its own."""
        begun = self.get(BEGUN)
        if begun is None or settings.FORLOPP_DEMO:
            found: datetime = super().get_expiry_date(**said)
            return found
        told = configuration.get().session
        latest = datetime.fromtimestamp(begun, UTC) + timedelta(hours=told.hours)
        return min(timezone.now() + timedelta(minutes=told.idle_minutes), latest)

    def stay(self) -> None:
        """Somebody has clicked."""
        if self.ends_at is None or self.session_key is None or settings.FORLOPP_DEMO:
            return
        idle = timedelta(minutes=configuration.get().session.idle_minutes)
        if self.ends_at - timezone.now() > idle - EXTENDED_EVERY:
            return
        until = self.get_expiry_date()
        if until - self.ends_at > EXTENDED_EVERY:
            sessions.extend(session_key=self.session_key, until=until)

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
        self.ends_at = found.expire_date if found.staff else None
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


class Middleware(SessionMiddleware):
    """Django's, by which a session lasts while somebody is there; a page that asks by itself is nobody."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        store = request.session
        if isinstance(store, SessionStore) and store.ends_at and not store.modified and _is_somebody(request):
            store.stay()
        return super().process_response(request, response)


def _is_somebody(request: HttpRequest) -> bool:
    return request.method == "POST" or request.META.get("HTTP_SEC_FETCH_MODE", "navigate") == "navigate"
