"""Screens on a unit's wall: each is let in by a code that its chef reads out, and shows that unit's numbers alone.

A screen is no member of staff and opens nothing else. Of the code and the key only keyed hashes are kept.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from followup.models import Screen
from people.models import Staff, Unit
from people.services import access, attempts, codes

CODE = 8
WAITS = datetime.timedelta(minutes=15)
"""How long a code lets a screen in."""
LONGEST = datetime.timedelta(days=365)
UNSEEN = datetime.timedelta(days=30)
"""A screen that has not asked for so long is let in no more."""
SEEN_EVERY = datetime.timedelta(minutes=10)
MOST = 20
"""Of a unit at a time."""


class TooMany(Exception):
    """Enheten har så många skärmar som den kan ha. Ta bort en som inte används."""


def add(*, unit: Unit, name: str, by: Staff, now: datetime.datetime) -> tuple[Screen, str]:
    """A screen that waits for its code, and the code, which is told this once. Raises TooMany."""
    code = codes.made(CODE)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        if of_unit(unit, now=now).count() >= MOST:
            raise TooMany
        row = Screen.objects.create(
            unit=unit,
            name=name.strip()[:60] or "Skärm",
            code_key=_code_key(code),
            code_until=now + WAITS,
            at=now,
            by=by,
        )
        access.record(
            staff=by, individual=None, action="add", object_type="screen", object_id=str(row.public_id), now=now
        )
    return row, codes.grouped(code, CODE // 2)


def let_in(*, code: str, address: str, now: datetime.datetime) -> tuple[Screen, str]:
    """The screen whose code it is, and the key that it keeps. Raises codes.WrongCode, codes.Locked."""
    who = {"username": f"skarm:{address}", "address": address}
    if attempts.is_locked(**who, now=now):
        raise codes.Locked
    plain, key = codes.plain(code), codes.key()
    waiting = Screen.objects.filter(~Q(code_key=""), code_key=_code_key(plain), code_until__gt=now, ended_at=None)
    # Of two at the same moment the database lets one in.
    if not waiting.update(code_key="", key_hash=codes.hashed(key), opened_at=now, seen_at=now):
        attempts.failed(**who, now=now)
        raise codes.WrongCode
    return Screen.objects.select_related("unit").get(key_hash=codes.hashed(key)), key


def of_key(key: str, *, now: datetime.datetime) -> Screen | None:
    """Whose key it is, while it holds; asked anew each time, so what is taken away is gone when it asks next."""
    rows = Screen.objects.select_related("unit")
    row = rows.filter(_shown(now), ~Q(key_hash=""), key_hash=codes.hashed(key)).first() if key else None
    if row is not None and row.seen_at is not None and now - row.seen_at > SEEN_EVERY:
        Screen.objects.filter(pk=row.pk).update(seen_at=now)
    return row


def end(*, screen: Screen, by: Staff, now: datetime.datetime) -> None:
    """It shows nothing more from when it asks next."""
    with transaction.atomic():
        if Screen.objects.filter(pk=screen.pk, ended_at=None).update(ended_at=now, ended_by=by, code_key=""):
            access.record(
                staff=by,
                individual=None,
                action="revoke",
                object_type="screen",
                object_id=str(screen.public_id),
                now=now,
            )


def of_unit(unit: Unit, *, now: datetime.datetime) -> QuerySet[Screen]:
    """Those that show something, or wait for their code."""
    return Screen.objects.filter(_shown(now) | Q(code_until__gt=now, opened_at=None, ended_at=None), unit=unit)


def purge(*, now: datetime.datetime) -> int:
    """What was never let in is forgotten; how many."""
    return Screen.objects.filter(opened_at=None, code_until__lt=now - datetime.timedelta(days=1)).delete()[0]


# -- inside ------------------------------------------------------------------------------------------------------------


def _shown(now: datetime.datetime) -> Q:
    return Q(opened_at__gt=now - LONGEST, seen_at__gt=now - UNSEEN, ended_at=None)


def _code_key(code: str) -> str:
    return salted_hmac("followup.screens.code", code, algorithm="sha256").hexdigest()
