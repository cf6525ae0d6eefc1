"""Takes a dispenser's event, however it came: a row, and for what somebody must know also a message, now or later.

What an event says is written in one transaction; what there is to tell is brought on when it is committed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import transaction

from integrations.medicingivare import contact, dispensers
from integrations.medicingivare.dialects.table import EVERY_DEVICE
from integrations.medicingivare.messages import SOURCE, Event, read
from integrations.medicingivare.schemas import CLEARS, REPEATED, ROWS
from integrations.models import DispenserEvent
from workflows.connectors import Json, Unreadable
from workflows.models import InboxMessage
from workflows.services import arrivals, promptly


def accept(message_id: str, body: bytes, payload: Json, *, now: datetime) -> str:
    """What became of it: stored, duplicate or conflict. Safely stored when this has returned."""
    try:
        event = read(payload)
    except Unreadable:
        # The inbox finds out the same and makes a stopp of it.
        return store(message_id, body, now=now)
    if event.kind == "puls" and event.serial == EVERY_DEVICE:
        contact.vendor_heard(event.vendor, now=now)
        return "stored"
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    row = dispensers.known(event)
    if row is None:
        to_tell = list[arrivals.Receipt]()
        with transaction.atomic():
            is_new = _taken(event, body, to_tell, message_id=message_id, digest=digest, now=now)
        _bring_on(to_tell, now=now)
        if is_new:
            return to_tell[0].outcome if to_tell else "stored"
        row = dispensers.known(event)
    if row is None:
        raise RuntimeError("an event is known and cannot be found")
    return _again(row, body, message_id=message_id, digest=digest, now=now)


def store(message_id: str, body: bytes, *, now: datetime) -> str:
    receipt = arrivals.store(source=SOURCE, message_id=message_id, raw=body, now=now)
    _bring_on([receipt], now=now)
    return receipt.outcome


def tell(row: DispenserEvent, *, now: datetime) -> None:
    """What was held back is told after all, and after it the all-clears that came meanwhile. May be done twice."""
    store(row.message_id, bytes(row.held_back or b""), now=now)
    DispenserEvent.objects.filter(pk=row.pk).update(held_back=None)
    _bring_on(_released(row, now=now), now=now)


# -- inside ------------------------------------------------------------------------------------------------------------


def _taken(
    event: Event, body: bytes, to_tell: list[arrivals.Receipt], *, message_id: str, digest: str, now: datetime
) -> bool:
    """Write down a new event and what must be told because of it; False when it is known. Call in a transaction."""
    dispenser = dispensers.locked(event.vendor, event.serial)
    row = dispensers.record(event, dispenser, message_id=message_id, digest=digest, now=now)
    if row is None:
        return False
    if event.kind not in ROWS and not _rests(row, body, now=now):
        to_tell.append(arrivals.store(source=SOURCE, message_id=message_id, raw=body, now=now))
        to_tell += _released(row, now=now)
    for told in contact.noted(row, now=now):
        # It had been told as out of reach by us, and nobody else will say that it is back.
        more = json.dumps(told).encode()
        own = hashlib.sha256(more).hexdigest()
        _taken(read(told), more, to_tell, message_id=f"hord-{row.pk}", digest=own, now=now)
    return True


def _again(row: DispenserEvent, body: bytes, *, message_id: str, digest: str, now: datetime) -> str:
    """What is said to a copy. Of a message that was told the inbox says it, and keeps a copy that is unlike it."""
    if row.kind in ROWS:
        return "duplicate" if row.digest == digest else "conflict"
    if row.message_id == message_id and arrivals.is_copy(source=SOURCE, message_id=message_id, raw=body):
        return "duplicate"
    if _is_copy(row, message_id, digest) or _rests(row, body, now=now):
        return "duplicate"
    return store(message_id, body, now=now)


def _released(row: DispenserEvent, *, now: datetime) -> list[arrivals.Receipt]:
    """All-clears that came before their alarm."""
    return [
        arrivals.store(source=SOURCE, message_id=cleared.message_id, raw=bytes(cleared.held_back or b""), now=now)
        for cleared in dispensers.release(row)
    ]


def _bring_on(receipts: list[arrivals.Receipt], *, now: datetime) -> None:
    promptly.handle((receipt.message for receipt in receipts if receipt.outcome == "stored"), now=now)


def _rests(row: DispenserEvent, body: bytes, *, now: datetime) -> bool:
    """An all-clear with no alarm, an alarm that has been told, a lost connection that may come back by itself.

    Once the inbox has it, the inbox answers for it.
    """
    if row.kind in REPEATED:
        return dispensers.is_repeated(row) and not _is_told(row)
    if row.kind not in CLEARS and row.kind != contact.LOST:
        return False
    return not _is_told(row) and (dispensers.hold_back(row, body) or contact.may_come_back(row, body, now=now))


def _is_copy(row: DispenserEvent, message_id: str, digest: str) -> bool:
    """The same event under another id of delivery: some vendors make one for every attempt, and we ask as well."""
    if row.message_id == message_id or row.digest != digest:
        return False
    return row.held_back is not None or _is_told(row)


def _is_told(row: DispenserEvent) -> bool:
    return InboxMessage.objects.filter(source=SOURCE, message_id=row.message_id).exists()
