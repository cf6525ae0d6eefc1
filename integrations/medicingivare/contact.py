"""Are the dispensers and their vendors in reach? What each event says of it; `watch` says what has not been said."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from integrations import configuration
from integrations.medicingivare.dispensers import SOURCE
from integrations.models import Dispenser, DispenserEvent, DispenserVendor
from people import statements
from workflows.connectors import Json

# Silent is who has missed two signs of life in a row.
MISSED = 2
LOST, BACK = "frankopplad", "ateransluten"


def noted(row: DispenserEvent, *, now: datetime) -> list[Json]:
    """A new event of a known dispenser: what it says of its contact. Gives what must be told because of it."""
    dispenser = row.dispenser
    if dispenser is None:
        return []
    values: Json = {"last_seen_at": now}
    is_back = row.kind != LOST and dispenser.offline_since is not None and _is_later(row, dispenser)
    if row.kind != LOST:
        # A dispenser that has never given a sign of life is not waited for.
        if (row.kind == "puls" or dispenser.expected_at is not None) and (wait := patience()):
            values["expected_at"] = now + wait
        if is_back:
            values |= {"offline_since": None, "tell_at": None, "is_told": False}
    statements.update(Dispenser, {"id": dispenser.pk}, values)
    if is_back and dispenser.is_told and row.kind != BACK:
        return [own_event(dispenser, BACK, f"hord-{row.pk}", at=row.occurred_at, detail="Har hörts av igen.")]
    return []


def may_come_back(row: DispenserEvent, body: bytes, *, now: datetime) -> bool:
    """Whether a lost connection waits: most come back by themselves, and many at once are the vendor's fault."""
    dispenser, wait = row.dispenser, grace()
    if row.kind != LOST or dispenser is None or not wait:
        return False
    DispenserEvent.objects.filter(pk=row.pk).update(held_back=body)
    at_latest = min(row.occurred_at, now)
    new = Dispenser.objects.filter(pk=dispenser.pk, offline_since=None)
    new.update(offline_since=now, tell_at=at_latest + wait, expected_at=None)
    return True


def vendor_heard(vendor: str, *, now: datetime) -> None:
    """The vendor's own sign of life: the way from there to here is open."""
    wait = patience()
    values = {"expected_at": now + wait if wait else None, "silent_since": None}
    DispenserVendor.objects.update_or_create(vendor=vendor, defaults=values)


def own_event(dispenser: Dispenser, kind: str, event_id: str, *, at: datetime, detail: str) -> Json:
    """An event that we have found out ourselves."""
    return {
        "handelse_id": event_id,
        "typ": kind,
        "leverantor": dispenser.vendor,
        "enhet_serienr": dispenser.serial,
        "intraffad_dt": at.isoformat(),
        "allvar": "varning" if kind == LOST else "info",
        "detalj": detail,
    }


def patience() -> timedelta:
    """How long to wait for a sign of life; none when they are not waited for."""
    return timedelta(minutes=MISSED * configuration.of(SOURCE).whole("puls_minuter"))


def grace() -> timedelta:
    """How long a lost connection may take to come back. In the demo somebody sits and waits."""
    minutes = configuration.of(SOURCE).whole("frankopplad_minuter")
    return timedelta(minutes=min(minutes, 1) if settings.FORLOPP_DEMO else minutes)


def _is_later(row: DispenserEvent, dispenser: Dispenser) -> bool:
    """Whether it happened after the connection was lost, as far as two clocks can tell."""
    lost = DispenserEvent.objects.filter(dispenser=dispenser, kind=LOST).order_by("-occurred_at").first()
    return lost is None or row.occurred_at >= lost.occurred_at
