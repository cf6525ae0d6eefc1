"""Counts wrong log-ins, locks after too many, and lets what may be used once be used once; for all our processes."""

from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from people import statements
from people.models import FailedSignIn, PasswordCode, SpentOnce
from web import metrics

log = logging.getLogger(__name__)
WINDOW = datetime.timedelta(minutes=15)
"""How long wrong log-ins are remembered, and how long a lock holds."""
MOST = {"pair": 5, "name": 20, "address": 100}
"""Wrong ones in the window: of a name from an address, of a name, from an address. The last only tells."""
LOCKING = ("pair", "name")


@transaction.atomic
def failed(*, username: str, address: str, now: datetime.datetime) -> None:
    """One more; IT is told when it locks."""
    log.info("sign-in by lokal refused: wrong name, password or code")
    for kind, key in _keys(username, address).items():
        FailedSignIn.objects.get_or_create(key=key, defaults={"since": now})
        row = FailedSignIn.objects.select_for_update().get(key=key)
        if row.since < now - WINDOW:
            row.failures, row.since = 0, now
        row.failures += 1
        if row.failures == MOST[kind]:
            row.locked_until = now + WINDOW if kind in LOCKING else None
            log.warning("too many wrong log-ins by %s within %s minutes", kind, int(WINDOW.total_seconds() // 60))
            metrics.SIGN_IN_LOCKS.labels(kind).inc()
        row.save()


def is_locked(*, username: str, address: str, now: datetime.datetime) -> bool:
    keys = _keys(username, address)
    wanted = [keys[kind] for kind in LOCKING]
    return FailedSignIn.objects.filter(key__in=wanted, locked_until__gt=now).exists()


def succeeded(*, username: str, address: str) -> None:
    """What was wrong before from there is forgotten."""
    FailedSignIn.objects.filter(key=_keys(username, address)["pair"]).delete()


def spend(*, what: str, until: datetime.datetime) -> bool:
    """Whether this was the first time; `what` may be told apart by its kind first, as "totp:1:123456"."""
    return statements.insert_once(SpentOnce(key=_hash(what), until=until))


def purge(*, now: datetime.datetime) -> int:
    """Forget what protects nothing any more; how many."""
    old = FailedSignIn.objects.filter(Q(locked_until=None) | Q(locked_until__lt=now), since__lt=now - WINDOW)
    late = [model.objects.filter(until__lt=now).delete()[0] for model in (SpentOnce, PasswordCode)]
    return old.delete()[0] + sum(late)


def _keys(username: str, address: str) -> dict[str, str]:
    name = username.strip().casefold()
    told = {"pair": f"{name}\n{address}", "name": name, "address": address}
    return {kind: _hash(f"{kind}:{one}") for kind, one in told.items()}


def _hash(what: str) -> str:
    return salted_hmac("people.attempts", what, algorithm="sha256").hexdigest()
