"""What arrives is stored as it came, once: the first that is done with it, and all that its sender is promised."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from people import statements
from web import metrics, tracing
from workflows.models import InboxMessage
from workflows.services import incidents

LONGEST_ID = 200


@dataclass(frozen=True)
class Receipt:
    """`outcome` is stored, duplicate (same id, same body) or conflict (same id, other body: kept as a stopp)."""

    message: InboxMessage
    outcome: str


def store(*, source: str, message_id: str, raw: bytes, now: datetime) -> Receipt:
    """Store a message, in the caller's transaction if there is one. What is stored must then be handled: by `inbox`
    or `promptly` when it is committed, else by the worker.
    """
    message_id, digest = message_id[:LONGEST_ID], hashlib.sha256(raw).hexdigest()
    row = InboxMessage(source=source, message_id=message_id, digest=digest, raw=raw, received_at=now)
    row.trace = tracing.current()
    receipt = Receipt(row, "stored") if statements.insert_once(row) else _again(source, message_id, digest, now=now)
    metrics.RECEIVED.labels(source, receipt.outcome).inc()
    return receipt


def is_copy(*, source: str, message_id: str, raw: bytes) -> bool:
    """Whether just this has arrived before, in one statement; it is counted then."""
    digest = hashlib.sha256(raw).hexdigest()
    known = InboxMessage.objects.filter(source=source, message_id=message_id[:LONGEST_ID], digest=digest)
    if not known.update(copies=F("copies") + 1):
        return False
    metrics.RECEIVED.labels(source, "duplicate").inc()
    return True


def _again(source: str, message_id: str, digest: str, *, now: datetime) -> Receipt:
    known = InboxMessage.objects.get(source=source, message_id=message_id)
    InboxMessage.objects.filter(pk=known.pk).update(copies=F("copies") + 1)
    if known.digest == digest:
        return Receipt(known, "duplicate")
    text = "Samma meddelande-id kom igen med annat innehåll. Det första gäller; fråga avsändaren vilket som är rätt."
    incidents.open_incident(code="conflict", text=text, group=incidents.IT, message=known, now=now)
    return Receipt(known, "conflict")
