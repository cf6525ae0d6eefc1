"""Stops what would be destroyed about a person, and lets it go again; each with a reason and a name."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from disposal.models import Hold
from people.models import Individual, Staff
from people.services import access


class SaysNotWhy(Exception):
    """Skriv ett skäl."""


class AlreadyHeld(Exception):
    """Det finns redan ett gallringsstopp för personen."""


class NotHeld(Exception):
    """Gallringsstoppet är redan hävt."""


def place(*, individual: Individual, reason: str, by: Staff, now: datetime.datetime) -> Hold:
    """Raises SaysNotWhy and AlreadyHeld."""
    if not reason.strip():
        raise SaysNotWhy
    made = Hold(individual=individual, reason=reason.strip(), by=by, at=now)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _record(made, "hold", by=by, now=now)
    except IntegrityError:
        raise AlreadyHeld from None
    return made


def lift(*, hold: Hold, reason: str, by: Staff, now: datetime.datetime) -> None:
    """Raises SaysNotWhy and NotHeld."""
    if not reason.strip():
        raise SaysNotWhy
    with transaction.atomic():
        rows = Hold.objects.filter(pk=hold.pk, lifted_at=None)
        if not rows.update(lifted_at=now, lifted_by=by, lifted_why=reason.strip()):
            raise NotHeld
        _record(hold, "lift-hold", by=by, now=now)


def _record(hold: Hold, action: str, *, by: Staff, now: datetime.datetime) -> None:
    access.record(
        staff=by, individual=hold.individual, action=action, object_type="individual", object_id=str(hold.ref), now=now
    )
