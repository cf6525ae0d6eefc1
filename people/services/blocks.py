"""Begin and lift a spärr (PDL 4:4), and open a person for a while in an emergency: with a reason, and reviewed."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from people.block import Block, Closed, Emergency, WritingBlock
from people.models import Assignment, Individual, Staff, Unit
from people.services import access

LEAST_REASON = 10


class NoUnit(Exception):
    """Välj minst en enhet som ska få läsa."""


class NothingChosen(Exception):
    """Välj vad som ska hävas."""


class NobodyThere(Exception):
    """På de enheterna arbetar ingen just nu, så ingen skulle kunna hjälpa personen. Välj en enhet till."""


class NoReason(Exception):
    """Skriv varför, så att den som granskar loggen förstår."""


def units(individual: Individual) -> dict[str, str]:
    """Keys and names of the units that may read about the person; none when there is no spärr."""
    if not individual.is_blocked:
        return {}
    found = Block.objects.filter(individual=individual, lifted_at=None).order_by("unit__name")
    return dict(found.values_list("unit__key", "unit__name"))


def barring(staff_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Whom each of these is kept from by a spärr, for those who tell many at once."""
    found = Block.objects.filter(lifted_at=None).values_list("individual_id", "unit__key") if staff_ids else ()
    closed = Closed(blocks=tuple(found))
    if not closed.blocks:
        return {}
    today = timezone.localdate()
    held: dict[int, set[str]] = {}
    for pk, unit in Assignment.objects.current(today).filter(staff__in=staff_ids).values_list("staff_id", "unit__key"):
        held.setdefault(pk, set()).add(unit)
    return {pk: closed.to(held.get(pk, ())) for pk in staff_ids}


def begin(*, individual: Individual, units: Sequence[Unit], asked_by: str, by: Staff, now: datetime.datetime) -> None:
    """These units, and no others, read about the person from now on. Again with others: those take their place.

    Raises NoUnit, NobodyThere.
    """
    if not units or not asked_by.strip():
        raise NoUnit
    here = Assignment.objects.current(timezone.localdate(now)).filter(unit__in=units, staff__is_active=True)
    if not here.exists():
        raise NobodyThere
    with transaction.atomic():
        known = Block.objects.select_for_update().filter(individual=individual, lifted_at=None)
        kept = set(known.filter(unit__in=units).values_list("unit_id", flat=True))
        known.exclude(unit__in=units).update(lifted_at=now, lifted_by=by, lifted_reason="Andra enheter får läsa.")
        more = {"individual": individual, "at": now, "by": by, "asked_by": asked_by.strip()[:200]}
        Block.objects.bulk_create([Block(unit=unit, **more) for unit in units if unit.pk not in kept])
        _mark(individual, is_blocked=True)
        _note(by, individual, "block", now)


def lift(*, individual: Individual, reason: str, by: Staff, now: datetime.datetime) -> None:
    """The person lets all read again. Raises NoReason."""
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        known = Block.objects.filter(individual=individual, lifted_at=None)
        if known.update(lifted_at=now, lifted_by=by, lifted_reason=reason.strip()[:500]):
            _mark(individual, is_blocked=False)
            _note(by, individual, "lift-block", now, reason)


def close_writing(
    *, individual: Individual, units: Sequence[Unit], asked_by: str, by: Staff, now: datetime.datetime
) -> None:
    """What these units have written, and write, about the person in health care is read there only. Raises NoUnit."""
    if not units or not asked_by.strip():
        raise NoUnit
    with transaction.atomic():
        Individual.objects.select_for_update().get(pk=individual.pk)  # two clicks at once close it once
        known = WritingBlock.objects.filter(individual=individual, lifted_at=None, unit__in=units)
        closed = set(known.values_list("unit_id", flat=True))
        more = {"individual": individual, "at": now, "by": by, "asked_by": asked_by.strip()[:200]}
        made = [WritingBlock(unit=unit, **more) for unit in units if unit.pk not in closed]
        if WritingBlock.objects.bulk_create(made):
            _note(by, individual, "close-writing", now)


def open_writing(
    *, individual: Individual, units: Collection[str], reason: str, by: Staff, now: datetime.datetime
) -> None:
    """The person lets others read what these units, by key, have written. Raises NothingChosen, NoReason."""
    if not units:
        raise NothingChosen
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        known = WritingBlock.objects.filter(individual=individual, lifted_at=None, unit__key__in=units)
        if known.update(lifted_at=now, lifted_by=by, lifted_reason=reason.strip()[:500]):
            _note(by, individual, "open-writing", now, reason)


def closed_writing(individual: Individual) -> dict[str, str]:
    """Keys and names of the units whose writing is closed to others."""
    found = WritingBlock.objects.filter(individual=individual, lifted_at=None).order_by("unit__name")
    return dict(found.values_list("unit__key", "unit__name"))


def require(reason: str) -> None:
    """Raises NoReason."""
    if len(reason.strip()) < LEAST_REASON:
        raise NoReason


def open_now(*, individual: Individual, reason: str, by: Staff, now: datetime.datetime) -> Emergency:
    """For FORLOPP_EMERGENCY_MINUTES; one that is open already stays as it is. Raises NoReason."""
    require(reason)
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=by.pk)  # two clicks at once open it once
        if (known := Emergency.objects.filter(staff=by, individual=individual, ends_at__gt=now).first()) is not None:
            return known
        ends_at = now + datetime.timedelta(minutes=settings.FORLOPP_EMERGENCY_MINUTES)
        made = Emergency.objects.create(
            staff=by, individual=individual, reason=reason.strip()[:500], at=now, ends_at=ends_at
        )
        _note(by, individual, "emergency", now, reason)
    return made


def close(*, emergency: Emergency, now: datetime.datetime) -> None:
    """Before its time."""
    if Emergency.objects.filter(pk=emergency.pk, ends_at__gt=now).update(ends_at=now):
        _note(emergency.staff, emergency.individual, "end-emergency", now)


def _mark(individual: Individual, *, is_blocked: bool) -> None:
    Individual.objects.filter(pk=individual.pk).update(is_blocked=is_blocked)
    individual.is_blocked = is_blocked


def _note(by: Staff, individual: Individual, action: str, now: datetime.datetime, reason: str | None = None) -> None:
    access.record(
        staff=by,
        individual=individual,
        action=action,
        object_type="individual",
        object_id=str(individual.ref),
        now=now,
        reason=reason,
    )
