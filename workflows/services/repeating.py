"""Messages once more: one that a person has corrected, or those of a period, tried out first.

A message that has had its effect is never handled again, and what is done with one is written in the same transaction
as how far we have come: whatever is killed, and however often it is asked for, nothing is done twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from people.models import Staff
from workflows.connectors import Unreadable
from workflows.models import Correction, InboxMessage, InboxState, Replay, ReplayState
from workflows.services import inbox, incidents, turns

log = logging.getLogger(__name__)

BATCH = 50
LONGEST = timedelta(days=92)
MOST_REASONS = 50
MOST_BYTES = 1_000_000
ALREADY, UNREADABLE, BROKEN = "already", "unreadable", "broken"


class NoReason(Exception):
    """Skriv ett skäl."""


class Unchanged(Exception):
    """Du har inte ändrat något i meddelandet."""


class TooLarge(Exception):
    """Meddelandet är för stort."""


class WrongPeriod(Exception):
    """Välj en period som börjar före den slutar och är högst 92 dagar."""


@turns.again
def correct(*, message: InboxMessage, raw: bytes, reason: str, by: Staff, now: datetime) -> InboxMessage:
    """Handle a stopped message as if this had come; what did come is kept, and each correction with who and why.

    Raises Unreadable (nothing is written), NoReason, Unchanged, TooLarge and incidents.AlreadyResolved.
    """
    if not reason.strip():
        raise NoReason
    if len(raw) > MOST_BYTES:
        raise TooLarge
    with transaction.atomic():
        row = inbox.locked(message, InboxState.STOPPED)
        if raw == inbox.raw_of(row):
            raise Unchanged
        number = row.corrections.count() + 1
        Correction.objects.create(message=row, number=number, raw=raw, reason=reason.strip()[:2000], by=by, at=now)
        incidents.resolve_for_message(message=row, by=by, now=now, note=f"Rättades: {reason.strip()}")
        inbox.go_through(row, now=now)
    return row


def begin(
    *,
    source: str,
    since: datetime,
    until: datetime,
    with_ignored: bool,
    is_trial: bool,
    reason: str,
    by: Staff,
    now: datetime,
) -> Replay:
    """The workers carry it out. Raises NoReason and WrongPeriod."""
    if not reason.strip():
        raise NoReason
    if not since < until <= since + LONGEST:
        raise WrongPeriod
    replay = Replay(
        source=source,
        since=since,
        until=until,
        with_ignored=with_ignored,
        is_trial=is_trial,
        total=0,
        reason=reason.strip()[:500],
        by=by,
        created_at=now,
    )
    replay.total = _period(replay).count()
    already = replay.total - _left(replay).count()
    replay.counts = {ALREADY: already} if already else {}
    replay.save()
    return replay


def stop(*, replay: Replay, now: datetime) -> None:
    """No more are handled; what is done stays done."""
    running = Replay.objects.filter(pk=replay.pk, state=ReplayState.RUNNING)
    running.update(state=ReplayState.STOPPED, ended_at=now)
    replay.refresh_from_db(fields=["state", "ended_at"])


def run_waiting(*, now: datetime, limit: int = BATCH) -> bool:
    """Some messages of the oldest replay that is under way; whether there is more to do."""
    found = Replay.objects.filter(state=ReplayState.RUNNING).order_by("pk").first()
    if found is None:
        return False
    keys = [*_left(found).order_by("received_at", "pk").values_list("pk", flat=True)[:limit]]
    if not keys:
        Replay.objects.filter(pk=found.pk, state=ReplayState.RUNNING).update(state=ReplayState.DONE, ended_at=now)
    for key in keys:
        if not _take(found.pk, key, now=now):
            break
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _period(replay: Replay) -> QuerySet[InboxMessage]:
    return InboxMessage.objects.filter(
        source=replay.source, received_at__gte=replay.since, received_at__lt=replay.until
    )


def _states(replay: Replay) -> list[InboxState]:
    """What a person has dismissed stays dismissed, and what waits for its ärende is brought there anyway."""
    return [InboxState.RECEIVED, InboxState.STOPPED, *([InboxState.IGNORED] if replay.with_ignored else [])]


def _left(replay: Replay) -> QuerySet[InboxMessage]:
    rows = _period(replay).filter(state__in=_states(replay))
    if replay.last_at is None:
        return rows
    after = Q(received_at__gt=replay.last_at) | Q(received_at=replay.last_at, pk__gt=replay.last)
    return rows.filter(after, received_at__gte=replay.last_at)


@turns.again
def _take(replay_id: int, key: int, *, now: datetime) -> bool:
    """Handle one message and note it in the same transaction; False when another worker has come further."""
    with transaction.atomic():
        replay = Replay.objects.select_for_update(no_key=True).get(pk=replay_id)
        if replay.state != ReplayState.RUNNING or not _left(replay).filter(pk=key).exists():
            return False
        row = inbox.locked(InboxMessage(pk=key))
        replay.last_at, replay.last = row.received_at, row.pk
        outcome, reason = _handled(row, replay, now=now)
        replay.counts = {**replay.counts, outcome: replay.counts.get(outcome, 0) + 1}
        if reason and (reason in replay.reasons or len(replay.reasons) < MOST_REASONS):
            replay.reasons = {**replay.reasons, reason: replay.reasons.get(reason, 0) + 1}
        replay.save(update_fields=["last_at", "last", "counts", "reasons"])
    return True


def _handled(row: InboxMessage, replay: Replay, *, now: datetime) -> tuple[str, str]:
    """What became of it, or would; and why it stopped. What cannot be read stays as it was, its stopp too."""
    try:
        with transaction.atomic():
            if not replay.is_trial:
                note = f"Kördes om: {replay.reason}"
                incidents.resolve_for_message(message=row, by=replay.by, now=now, note=note)
            inbox.go_through(row, now=now, is_replay=True)
            stopped = row.incidents.order_by("-pk").first() if row.state == InboxState.STOPPED else None
            if replay.is_trial:
                transaction.set_rollback(True)
    except Unreadable as error:
        return UNREADABLE, error.message
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("message %s could not be replayed", row.public_id)
        return BROKEN, f"Gick sönder ({type(error).__name__})."
    return row.state, stopped.text if stopped else ""
