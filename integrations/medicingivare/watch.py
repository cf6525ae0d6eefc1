"""What is found out by nobody saying anything: silent dispensers and vendors, and outages that are the vendor's.

Each minute. Costs what is silent or out of reach just now, not what is well: everything is found by index.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from integrations.medicingivare import contact, intake
from integrations.medicingivare.contact import LOST
from integrations.models import Dispenser, DispenserEvent, DispenserVendor
from workflows.models import Incident, IncidentState
from workflows.services import incidents

# Ten within five minutes are not ten faults.
STORM, WITHIN = 10, timedelta(minutes=5)
AT_ONCE = 500
NURSE = "sjukskoterska"
OUTAGE, SILENT_VENDOR, SILENT = "leverantorsavbrott", "leverantor_tyst", "givare_tyst"


def run() -> None:
    look(now=timezone.now())


def look(*, now: datetime) -> None:
    """May be done by two at once: each step is taken once, or twice with the same effect."""
    _find_silent(now=now)
    _find_outages(now=now)
    _tell(now=now)
    _find_silent_vendors(now=now)
    _close(now=now)


def _find_silent(*, now: datetime) -> None:
    rows = Dispenser.objects.filter(expected_at__lte=now, is_active=True).order_by("expected_at")[:AT_ONCE]
    for dispenser in rows:
        still = Dispenser.objects.filter(pk=dispenser.pk, expected_at=dispenser.expected_at)
        # They fall silent one by one when the vendor does: time to see that it is many.
        tell_at = dispenser.tell_at or now + WITHIN
        still.update(expected_at=None, offline_since=dispenser.offline_since or now, tell_at=tell_at)


def _find_outages(*, now: datetime) -> None:
    """Begins at ten within five minutes; is over when fewer than ten are out of reach."""
    out = Dispenser.objects.filter(is_active=True, offline_since__isnull=False)
    counts = out.values("vendor").annotate(all=Count("pk"), new=Count("pk", filter=Q(offline_since__gte=now - WITHIN)))
    by_vendor = {row["vendor"]: row for row in counts}
    for vendor, row in by_vendor.items():
        if row["new"] >= STORM:
            known, _ = DispenserVendor.objects.get_or_create(vendor=vendor)
            if DispenserVendor.objects.filter(pk=known.pk, outage_since=None).update(outage_since=now):
                _open_outage(vendor, row["all"], now=now)
    for known in DispenserVendor.objects.filter(outage_since__isnull=False):
        if by_vendor.get(known.vendor, {"all": 0})["all"] < STORM:
            DispenserVendor.objects.filter(pk=known.pk).update(outage_since=None)


def _open_outage(vendor: str, count: int, *, now: datetime) -> None:
    it = (
        f"{count} medicingivare från {vendor} har tappat förbindelsen på en gång. Ring leverantören. Enskilda larm om"
        " frånkoppling hålls inne tills det är över."
    )
    care = (
        f"Medicingivare från {vendor} har tappat förbindelsen ({count} stycken). Missade doser syns inte här så länge."
        " Följ telefonrutinen: leverantörens egna larm gäller, och ring dem som inte kan vänta."
    )
    incidents.open_incident(code=OUTAGE, text=it, group=incidents.IT, element_id=vendor, now=now)
    incidents.open_incident(code=OUTAGE, text=care, group=NURSE, element_id=f"{vendor}, vården", now=now)


def _tell(*, now: datetime) -> None:
    """The care side is told of those that did not come back by themselves, unless the fault is the vendor's."""
    failing = DispenserVendor.objects.filter(outage_since__isnull=False).values("vendor")
    due = Dispenser.objects.filter(tell_at__lte=now, is_active=True).exclude(vendor__in=failing)
    for dispenser in due.order_by("tell_at")[:AT_ONCE]:
        held = DispenserEvent.objects.filter(dispenser=dispenser, kind=LOST, held_back__isnull=False)
        row = held.order_by("-occurred_at").first() or _silence(dispenser, now=now)
        # Before it is told: what comes from the dispenser meanwhile must know that there is something to take back.
        if not Dispenser.objects.filter(pk=dispenser.pk, tell_at=dispenser.tell_at).update(is_told=True):
            continue
        intake.tell(row, now=now)
        Dispenser.objects.filter(pk=dispenser.pk, tell_at=dispenser.tell_at).update(tell_at=None)


def _silence(dispenser: Dispenser, *, now: datetime) -> DispenserEvent:
    """An event of our own: nobody has said that it is out of reach, and that is what is wrong."""
    event_id = f"tyst-{dispenser.pk}-{dispenser.offline_since or now:%Y%m%dT%H%M%S}"
    heard = dispenser.last_seen_at or dispenser.offline_since or now
    told = contact.own_event(dispenser, LOST, event_id, at=heard, detail="Har inte hörts av som den ska.")
    row, _ = DispenserEvent.objects.get_or_create(
        vendor=dispenser.vendor,
        event_id=event_id,
        defaults={
            "message_id": event_id,
            "digest": "",
            "dispenser": dispenser,
            "kind": LOST,
            "occurred_at": heard,
            "received_at": now,
            "held_back": json.dumps(told).encode(),
        },
    )
    text = f"Medicingivare från {dispenser.vendor} hörs inte av. Vården har fått veta vilka. Ring leverantören."
    if not _is_open(SILENT, dispenser.vendor):
        incidents.open_incident(code=SILENT, text=text, group=incidents.IT, element_id=dispenser.vendor, now=now)
    return row


def _find_silent_vendors(*, now: datetime) -> None:
    for known in DispenserVendor.objects.filter(expected_at__lte=now, silent_since=None):
        if not DispenserVendor.objects.filter(pk=known.pk, silent_since=None).update(silent_since=now):
            continue
        it = f"{known.vendor} har slutat höra av sig. Larm kan utebli. Kontrollera förbindelsen och ring leverantören."
        care = (
            f"Larm från {known.vendor} kommer kanske inte fram hit. Följ telefonrutinen: leverantörens egna larm"
            " gäller, och ring dem som inte kan vänta."
        )
        incidents.open_incident(code=SILENT_VENDOR, text=it, group=incidents.IT, element_id=known.vendor, now=now)
        incidents.open_incident(
            code=SILENT_VENDOR, text=care, group=NURSE, element_id=f"{known.vendor}, vården", now=now
        )


def _close(*, now: datetime) -> None:
    """What is over closes by itself."""
    known = {row.vendor: row for row in DispenserVendor.objects.all()}
    for incident in Incident.objects.filter(state=IncidentState.OPEN, code__in=[OUTAGE, SILENT_VENDOR, SILENT]):
        vendor = incident.element_id.removesuffix(", vården")
        row = known.get(vendor)
        is_on = {
            OUTAGE: row is not None and row.outage_since is not None,
            SILENT_VENDOR: row is not None and row.silent_since is not None,
            SILENT: Dispenser.objects.filter(vendor=vendor, is_active=True, is_told=True).exists(),
        }[incident.code]
        if not is_on:
            incidents.resolve(incident=incident, by=None, now=now, note="Gick över av sig självt")


def _is_open(code: str, vendor: str) -> bool:
    return Incident.objects.filter(state=IncidentState.OPEN, code=code, element_id=vendor).exists()
