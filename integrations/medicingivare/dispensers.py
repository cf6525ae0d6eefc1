"""Keeps the register of dispensers and their events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from integrations.medicingivare.schemas import CLEARS, ENDS, REPEATED
from integrations.models import Dispenser, DispenserEvent
from people.models import Individual
from workflows.models import InboxMessage

if TYPE_CHECKING:
    from integrations.medicingivare.messages import Event

SOURCE = "medicingivare"
WEEK = timedelta(days=7)
CLEARED_BY = {alarm: clear for clear, alarms in CLEARS.items() for alarm in alarms}


def find(vendor: str, serial: str) -> Dispenser | None:
    """The dispenser, when it is in use by someone here."""
    return Dispenser.objects.select_related("individual").filter(vendor=vendor, serial=serial, is_active=True).first()


def record(event: Event, *, message_id: str, digest: str, now: datetime) -> tuple[DispenserEvent, bool]:
    """The row of this event, and whether it is new; the vendor's own event id decides."""
    return DispenserEvent.objects.get_or_create(
        vendor=event.vendor,
        event_id=event.event_id,
        defaults={
            "message_id": message_id,
            "digest": digest,
            "dispenser": find(event.vendor, event.serial),
            "kind": event.kind,
            "planned_at": event.planned_at,
            "occurred_at": event.occurred_at,
            "received_at": now,
        },
    )


def missed_doses(individual: Individual, *, until: datetime) -> int:
    """Doses missed in the seven days up to `until`; several reports of one dose count once."""
    missed = DispenserEvent.objects.filter(
        dispenser__individual=individual, kind="dos_missad", occurred_at__gt=until - WEEK, occurred_at__lte=until
    )
    moments = missed.annotate(dose=Coalesce("planned_at", "occurred_at")).values("dispenser_id", "dose")
    return moments.distinct().count()


def hold_back(row: DispenserEvent, body: bytes) -> bool:
    """Whether an all-clear may rest as a row, because nothing has alarmed; the body waits with it.

    The row is there before the question is asked, here and for the alarm, so that of two at once one sees the other.
    Asked again when the body is kept: the alarm may have looked for it in between. If both bring it, it has one effect.
    """
    if row.kind not in CLEARS or row.dispenser is None or _told(row).exists():
        return False
    DispenserEvent.objects.filter(pk=row.pk).update(held_back=body)
    return not _told(row).exists()


def release(row: DispenserEvent) -> list[DispenserEvent]:
    """The all-clears that came before the alarm they clear, with their bodies, for the inbox to take after it."""
    if row.kind not in CLEARED_BY or row.dispenser is None:
        return []
    return list(_others(row, {CLEARED_BY[row.kind]}).filter(held_back__isnull=False).order_by("occurred_at"))


def is_repeated(row: DispenserEvent) -> bool:
    """Whether the same has been told within its time and not ended since: a person has it already."""
    window = REPEATED.get(row.kind)
    if window is None or row.dispenser is None:
        return False
    since = row.occurred_at - window
    same = DispenserEvent.objects.filter(dispenser=row.dispenser, occurred_at__gte=since).exclude(pk=row.pk)
    earlier = same.filter(kind=row.kind, planned_at=row.planned_at, occurred_at__lte=row.occurred_at)
    first = earlier.order_by("occurred_at").first()
    if first is None or not InboxMessage.objects.filter(source=SOURCE, message_id=first.message_id).exists():
        return False
    return not same.filter(kind=ENDS.get(row.kind, ""), occurred_at__gte=first.occurred_at).exists()


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
