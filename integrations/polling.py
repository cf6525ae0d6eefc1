"""Fetches what lies waiting at a system: stored first, acknowledged after; Prefect or no Prefect."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeGuard

from django.utils import timezone

from integrations import http
from integrations.systems import Job
from workflows.connectors import DeliveryError, TransientError
from workflows.services import inbox

log = logging.getLogger(__name__)

BATCH = 50
MAX_BATCH = 1_000
MAX_ROUNDS = 200
_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")


class Mailbox(Protocol):
    """A system that keeps messages until we have acknowledged them."""

    def fetch(self, *, limit: int) -> list[Any]:
        """The oldest messages not yet acknowledged. Any of them may be anything."""
        ...

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None: ...


@dataclass
class Tally:
    """What a poll did."""

    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    stuck: int = 0

    def count(self, outcome: str) -> None:
        self.stored += outcome == "stored"
        self.duplicates += outcome == "duplicate"
        self.conflicts += outcome == "conflict"


def job(source: str, mailbox: Callable[[], Mailbox]) -> Job:
    """Empties the mailbox of `source` each minute."""
    return Job("hamta", "Hämtar det som ligger och väntar", lambda: _run(source, mailbox), every_seconds=60)


def _run(source: str, mailbox: Callable[[], Mailbox]) -> None:
    empty(source, mailbox())


def empty(source: str, mailbox: Mailbox, *, clock: Callable[[], datetime] = timezone.now) -> Tally:
    """Raises DeliveryError; what was stored before stays stored and acknowledged."""
    tally, stuck = Tally(), 0
    for _round in range(MAX_ROUNDS):
        # What cannot be acknowledged stays at the head of the queue; ask past it.
        limit = min(BATCH + stuck, MAX_BATCH)
        items = mailbox.fetch(limit=limit)
        acknowledged = _take(source, mailbox, items, tally, clock)
        stuck = len(items) - acknowledged
        if len(items) < limit or (not acknowledged and limit == MAX_BATCH):
            break
    tally.stuck = stuck
    return tally


def _take(source: str, mailbox: Mailbox, items: list[Any], tally: Tally, clock: Callable[[], datetime]) -> int:
    """Store every item and acknowledge those that have an id; says how many were acknowledged.

    A system that hands out but takes no receipts still gets everything stored; the failure is raised afterwards.
    """
    acknowledged, trouble = 0, None
    for item in items:
        message_id, status = _store(source, item, tally, clock())
        if message_id is None or trouble is not None:
            continue
        try:
            mailbox.acknowledge(message_id, status=status, at=clock())
            acknowledged += 1
        except TransientError as problem:
            trouble = problem
        except DeliveryError as problem:
            log.warning("%s: acknowledgement refused: %s", source, problem.code)
    if trouble is not None:
        raise trouble
    return acknowledged


def _store(source: str, item: Any, tally: Tally, now: datetime) -> tuple[str | None, str]:
    """The id to acknowledge, None when the item has none, and the status to acknowledge it with."""
    raw = json.dumps(item, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    message_id = _message_id(item)
    # Without an id the content is the id, so that what lies there for ever is one message and one stopp.
    stored_as = message_id or id_of(raw)
    outcome = inbox.receive(source=source, message_id=stored_as, raw=raw, now=now).outcome
    tally.count(outcome)
    return message_id, "avvisad" if outcome == "conflict" else "mottagen"


def _message_id(item: Any) -> str | None:
    found = item.get("meddelande_id") if isinstance(item, dict) else None
    return found if is_id(found) else None


def is_id(found: object) -> TypeGuard[str]:
    """Whether it can be the id of a message."""
    return isinstance(found, str) and bool(_ID.fullmatch(found))


def id_of(raw: bytes) -> str:
    """The id of a message that has none of its own."""
    return f"utan-id-{hashlib.sha256(raw).hexdigest()}"


def listed(answer: Any) -> list[Any]:
    """The messages of a mailbox's answer {"meddelanden": […]}. Raises TransientError when it is something else."""
    items = answer.get("meddelanden") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise http.unreadable()
    return items
