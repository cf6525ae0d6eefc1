"""Takes a dispenser's event, however it came: a row, and for what somebody must know also a message, now or later."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from integrations.medicingivare import contact, dispensers
from integrations.medicingivare.dialects.table import EVERY_DEVICE
from integrations.medicingivare.messages import SOURCE, Event, read
from integrations.medicingivare.schemas import ROWS
from integrations.models import DispenserEvent
from workflows.connectors import Json, Unreadable
from workflows.models import InboxMessage
from workflows.services import inbox


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
    row, is_new = dispensers.record(event, message_id=message_id, digest=digest, now=now)
    outcome = _told(event, row, body, is_new=is_new, message_id=message_id, digest=digest, now=now)
    if is_new and row.dispenser is not None:
        for body_of in contact.noted(row, now=now):
            # It had been told as out of reach by us, and nobody else will say that it is back.
            accept(f"hord-{row.pk}", json.dumps(body_of).encode(), body_of, now=now)
    return outcome


def store(message_id: str, body: bytes, *, now: datetime) -> str:
    return inbox.receive(source=SOURCE, message_id=message_id, raw=body, now=now).outcome


def tell(row: DispenserEvent, *, now: datetime) -> None:
    """What was held back is told after all, and after it the all-clears that came meanwhile. May be done twice."""
    store(row.message_id, bytes(row.held_back or b""), now=now)
    DispenserEvent.objects.filter(pk=row.pk).update(held_back=None)
    _release(row, now=now)


# -- inside ------------------------------------------------------------------------------------------------------------


def _told(
    event: Event, row: DispenserEvent, body: bytes, *, is_new: bool, message_id: str, digest: str, now: datetime
) -> str:
    if event.kind in ROWS:
        return "stored" if is_new else "duplicate" if row.digest == digest else "conflict"
    if not is_new and _is_copy(row, message_id, digest):
        return "duplicate"
    if _rests(row, body, now=now):
        return "stored" if is_new else "duplicate"
    outcome = store(message_id, body, now=now)
    _release(row, now=now)
    return outcome


def _release(row: DispenserEvent, *, now: datetime) -> None:
    """All-clears that came before their alarm. Were we to die here it stays open, and the nurse finds it over."""
    for cleared in dispensers.release(row):
        store(cleared.message_id, bytes(cleared.held_back or b""), now=now)


def _rests(row: DispenserEvent, body: bytes, *, now: datetime) -> bool:
    """An all-clear with no alarm, an alarm that has been told, a lost connection that may come back by itself.

    Once the inbox has it, the inbox answers for it.
    """
    if InboxMessage.objects.filter(source=SOURCE, message_id=row.message_id).exists():
        return False
    return dispensers.hold_back(row, body) or dispensers.is_repeated(row) or contact.may_come_back(row, body, now=now)


def _is_copy(row: DispenserEvent, message_id: str, digest: str) -> bool:
    """The same event under another id of delivery: some vendors make one for every attempt, and we ask as well."""
    if row.message_id == message_id or row.digest != digest:
        return False
    return row.held_back is not None or InboxMessage.objects.filter(source=SOURCE, message_id=row.message_id).exists()
