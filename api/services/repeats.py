"""The same POST once: the answer is kept in the transaction of what was done, so neither can be without the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from api.models import Answer, Client
from workflows.services import turns

KEPT = timedelta(days=7)
BATCH = 1_000


class Reused(Exception):
    """The key has been used for another call."""


@turns.again
def once(
    *, client: Client, key: str, fingerprint: str, act: Callable[[], dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """What `act` answers, done once for the client's key. A second call meanwhile waits for the first.

    What `act` raises undoes all of it, the key too. Raises Reused.
    """
    with transaction.atomic():
        row = Answer(client=client, key=key, fingerprint=fingerprint, created_at=now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return _earlier(client, key, fingerprint)
        answer = act()
        Answer.objects.filter(pk=row.pk).update(body=answer)
    return answer


def fingerprint(*parts: bytes) -> str:
    """Of the address and the body."""
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def purge(*, now: datetime) -> None:
    """Forget old answers, some at a time."""
    old = Answer.objects.filter(created_at__lt=now - KEPT).order_by("created_at")[:BATCH]
    Answer.objects.filter(pk__in=old.values("pk")).delete()


def _earlier(client: Client, key: str, wanted: str) -> dict[str, Any]:
    known = Answer.objects.get(client=client, key=key)
    if known.fingerprint != wanted:
        raise Reused
    body: dict[str, Any] = known.body or {}
    return body
