"""Keeps the register of dispensers and their events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from integrations.medicingivare.schemas import CLEARS, ENDS, REPEATED
from integrations.models import Dispenser, DispenserEvent
from people import statements
from people.models import Individual
from people.reading import EVERY, Reading
from workflows.models import InboxMessage

if TYPE_CHECKING:
    from integrations.medicingivare.messages import Event

SOURCE = "medicingivare"
WEEK = timedelta(days=7)
EVENT = Reading(DispenserEvent, "event", dispenser=EVERY)
DISPENSER = Reading(Dispenser, "dispenser")
WITH_PERSON = Reading(Dispenser, "dispenser", individual=EVERY)
SAME_DISPENSER = "WHERE event.dispenser_id = %s AND event.kind = %s AND event.occurred_at BETWEEN %s AND %s"
SAME_DOSE = " AND (event.planned_at = %s OR event.planned_at IS NULL)"
IN_USE = "WHERE dispenser.vendor = %s AND dispenser.serial = %s AND dispenser.is_active"
CLEARED_BY = {alarm: clear for clear, alarms in CLEARS.items() for alarm in alarms}


def find(vendor: str, serial: str) -> Dispenser | None:
    """The dispenser, when it is in use by someone here."""
    return WITH_PERSON.one(IN_USE, [vendor, serial])


def locked(vendor: str, serial: str) -> Dispenser | None:
    """The same with its row locked: its events are taken one after the other, so that each sees those before it."""
    lock = " FOR NO KEY UPDATE OF dispenser" if connection.features.has_select_for_no_key_update else ""
    return DISPENSER.one(IN_USE + lock, [vendor, serial])


def known(event: Event) -> DispenserEvent | None:
    """The row of this event when it has come before; the vendor's own event id decides."""
    return EVENT.one("WHERE event.vendor = %s AND event.event_id = %s", [event.vendor, event.event_id])


def record(
    event: Event, dispenser: Dispenser | None, *, message_id: str, digest: str, now: datetime
) -> DispenserEvent | None:
    """The new row of this event; None when there is one."""
    row = DispenserEvent(
        vendor=event.vendor,
        event_id=event.event_id,
        message_id=message_id,
        digest=digest,
        dispenser=dispenser,
        kind=event.kind,
        planned_at=event.planned_at,
        occurred_at=event.occurred_at,
        received_at=now,
    )
    return row if statements.insert_once(row) else None


def missed_doses(individual: Individual, *, until: datetime) -> int:
    """Doses missed in the seven days up to `until`; several reports of one dose count once."""
    missed = DispenserEvent.objects.filter(
        dispenser__individual=individual, kind="dos_missad", occurred_at__gt=until - WEEK, occurred_at__lte=until
    )
    moments = missed.annotate(dose=Coalesce("planned_at", "occurred_at")).values("dispenser_id", "dose")
    return moments.distinct().count()


def hold_back(row: DispenserEvent, body: bytes) -> bool:
    """Whether an all-clear may rest as a row, because nothing has alarmed; the body waits with it.

    Asked again when the body is kept, for a copy, which comes without the dispenser's lock: the alarm may have looked
    for it in between. If both bring it, it has one effect.
    """
    if row.kind not in CLEARS or row.dispenser is None or _told(row).exists():
        return False
    DispenserEvent.objects.filter(pk=row.pk).update(held_back=body)
    return not _told(row).exists()


def release(row: DispenserEvent) -> list[DispenserEvent]:
    """The all-clears that came before the alarm they clear, with their bodies, for the inbox to take after it."""
    if row.kind not in CLEARED_BY or row.dispenser_id is None:
        return []
    first, dose = (row.occurred_at, "") if row.planned_at is None else (row.occurred_at - WEEK, SAME_DOSE)
    values = [row.dispenser_id, CLEARED_BY[row.kind], first, row.occurred_at + WEEK]
    return EVENT.rows(
        f"{SAME_DISPENSER} AND event.held_back IS NOT NULL{dose} ORDER BY event.occurred_at",
        values if row.planned_at is None else [*values, row.planned_at],
    )


def is_repeated(row: DispenserEvent) -> bool:
    """Whether the same has been told within its time and not ended since: a person has it already."""
    window = REPEATED.get(row.kind)
    if window is None or row.dispenser_id is None:
        return False
    values = [row.dispenser_id, row.kind, row.occurred_at - window, row.occurred_at, row.pk]
    dose = "IS NULL" if row.planned_at is None else "= %s"
    first = EVENT.one(
        f"{SAME_DISPENSER} AND event.id <> %s AND event.planned_at {dose} ORDER BY event.occurred_at",
        values if row.planned_at is None else [*values, row.planned_at],
    )
    if first is None or not InboxMessage.objects.filter(source=SOURCE, message_id=first.message_id).exists():
        return False
    since = DispenserEvent.objects.filter(dispenser=row.dispenser, occurred_at__gte=first.occurred_at)
    return not since.filter(kind=ENDS.get(row.kind, "")).exclude(pk=row.pk).exists()


def _told(row: DispenserEvent) -> QuerySet[DispenserEvent]:
    """The alarms that it clears and that somebody has got; a lost connection may not have been told yet."""
    return _others(row, CLEARS[row.kind]).filter(held_back=None)


def _others(row: DispenserEvent, kinds: Collection[str]) -> QuerySet[DispenserEvent]:
    """Events of the other kinds about the same dose, or about the same dispenser in the week around."""
    same = DispenserEvent.objects.filter(dispenser=row.dispenser, kind__in=kinds)
    if row.planned_at is not None:
        return same.filter(Q(planned_at=row.planned_at) | Q(planned_at=None))
    is_clear = row.kind in CLEARS
    start, end = (row.occurred_at - WEEK, row.occurred_at) if is_clear else (row.occurred_at, row.occurred_at + WEEK)
    return same.filter(occurred_at__gte=start, occurred_at__lte=end)
