"""One's sessions: which they are, ending them, and forgetting those that have ended."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

from people.models import Staff, StaffSession


@dataclass(frozen=True, kw_only=True)
class Open:
    """A session; `ref` tells which it is, and opens nothing. `told` is what it holds."""

    ref: str
    is_this: bool
    told: dict[str, Any]
    ends_at: datetime.datetime


def of(*, staff: Staff, this: str, now: datetime.datetime) -> list[Open]:
    """Those that are open; `this` is the key of the one that asks, which comes first, then the newest."""
    found = [
        Open(ref=_ref(one), is_this=one.session_key == this, told=_read(one), ends_at=one.expire_date)
        for one in _living(staff, now)
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.told.get("begun", 0)))


def end(*, staff: Staff, ref: str, now: datetime.datetime) -> bool:
    """One of them; False when it was over already."""
    keys = [one.session_key for one in _living(staff, now) if _ref(one) == ref]
    return bool(StaffSession.objects.filter(staff=staff, session_key__in=keys).delete()[0])


def _living(staff: Staff, now: datetime.datetime) -> Iterator[StaffSession]:
    return StaffSession.objects.filter(staff=staff, expire_date__gt=now).iterator()


def _ref(one: StaffSession) -> str:
    return salted_hmac("people.sessions", one.session_key, algorithm="sha256").hexdigest()[:32]


def _read(one: StaffSession) -> dict[str, Any]:
    try:
        found = json.loads(one.session_data)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def end_all(*, staff: Staff) -> int:
    """Everywhere; how many there were."""
    return StaffSession.objects.filter(staff=staff).delete()[0]


def extend(*, session_key: str, until: datetime.datetime) -> None:
    """Somebody is there still."""
    StaffSession.objects.filter(session_key=session_key).update(expire_date=until)


def purge(*, now: datetime.datetime, limit: int = 100) -> int:
    """Delete some of those whose time is out; how many."""
    ended = StaffSession.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:limit]
    return StaffSession.objects.filter(pk__in=list(ended)).delete()[0]
