"""Which calls go out next: a system is given few at a time, and of one person's calls to it the first asked for first.

So a system that comes back after an outage gets what has gathered as fast as it answers and no faster, one system's
queue is not in the way of another's, and a resumption never overtakes the pause that was asked for before it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from workflows.models import OutboxMessage, OutboxState, SystemPause

AT_ONCE = 4
LONGEST_WAIT = timedelta(minutes=30)

# One at a time decides who gets what; whoever comes second looks again in a moment.
_TURN = 7_240_331
# Each system that has something waiting, found by as many steps in the index as there are systems.
_SYSTEMS = """
WITH RECURSIVE waiting(system) AS (
    SELECT min(system) FROM workflows_outboxmessage WHERE state = 'pending'
    UNION ALL
    SELECT (
        SELECT min(later.system) FROM workflows_outboxmessage later
        WHERE later.state = 'pending' AND later.system > waiting.system
    )
    FROM waiting WHERE waiting.system IS NOT NULL
) SELECT system FROM waiting WHERE system IS NOT NULL
"""


def next_rows(*, now: datetime, lease: timedelta, limit: int, at_once: Mapping[str, int]) -> list[OutboxMessage]:
    """Due calls that nobody alive has in hand, locked; call in a transaction. `at_once` is by system, else AT_ONCE."""
    if not _is_our_turn():
        return []
    busy, found = _busy(now, lease), list[OutboxMessage]()
    for system in _systems():
        room = min(at_once.get(system, AT_ONCE) - busy.get(system, 0), limit - len(found))
        if room > 0:
            found += _first(system, now, lease)[:room]
    return found


def is_free(now: datetime, lease: timedelta | None = None) -> Q:
    """Calls that nobody alive has in hand."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    # A lease longer than any was given by a clock that has been put back since.
    return free if lease is None else free | Q(lease_until__gt=now + 2 * lease)


def is_due(now: datetime) -> Q:
    """Also a call whose next try is further off than we ever set it: the clock has been put back since."""
    return Q(next_try_at__lte=now) | Q(next_try_at__gt=now + LONGEST_WAIT)


def is_held(now: datetime) -> Q:
    """Calls that may not be made yet (NotYet): new ones are due at once, those that failed have an attempt."""
    return Q(attempt=0, next_try_at__gt=now)


def _first(system: str, now: datetime, lease: timedelta) -> QuerySet[OutboxMessage]:
    asked_before = OutboxMessage.objects.filter(
        state=OutboxState.PENDING,
        system=system,
        individual=OuterRef("individual"),
        pk__lt=OuterRef("pk"),
        instance__suspended_at=None,
    ).exclude(is_held(now))
    rows = OutboxMessage.objects.filter(is_free(now, lease), is_due(now), state=OutboxState.PENDING, system=system)
    rows = rows.filter(~Exists(asked_before), instance__suspended_at=None).select_related("individual")
    skip = connection.features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip, of=("self",), no_key=True).order_by("next_try_at", "pk")


def _systems() -> list[str]:
    """In no order, so that none is always served last. Not those that IT has paused."""
    with connection.cursor() as cursor:
        cursor.execute(_SYSTEMS)
        waiting = {str(row[0]) for row in cursor.fetchall()}
    waiting -= set(SystemPause.objects.filter(resumed_at=None).values_list("system", flat=True))
    return random.sample(sorted(waiting), len(waiting))


def _busy(now: datetime, lease: timedelta) -> dict[str, int]:
    """How many calls each system has in hand."""
    held = OutboxMessage.objects.filter(state=OutboxState.PENDING, lease_until__isnull=False).exclude(
        is_free(now, lease)
    )
    return dict(held.values_list("system").annotate(Count("pk")).order_by())


def _is_our_turn() -> bool:
    """On SQLite the transaction itself is the turn."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURN])
        return bool(cursor.fetchone()[0])
