"""Which units one works in and leads; one that is somebody else's is as one that does not exist."""

from __future__ import annotations

import datetime

from django.http import Http404
from django.utils import timezone

from people import places, tree
from people.models import Staff, Unit
from workflows import rights


def unit(staff: Staff, key: str, *, now: datetime.datetime) -> Unit:
    """One that the staff member works in, or above."""
    return _found(key, places.of(staff, on=timezone.localdate(now)))


def led(staff: Staff, key: str, *, now: datetime.datetime) -> Unit:
    """One that the staff member leads, or the unit that it is part of."""
    return _found(key, all_led(staff, now=now))


def followed(staff: Staff, key: str, *, now: datetime.datetime) -> Unit:
    """One of those whose figures the staff member sees."""
    return _found(key, all_followed(staff, now=now))


def all_led(staff: Staff, *, now: datetime.datetime) -> list[places.Place]:
    return [place for place in places.of(staff, on=timezone.localdate(now)) if place.is_head]


def all_followed(staff: Staff, *, now: datetime.datetime) -> list[places.Place]:
    """Those that one leads; who answers for statistics sees where they are placed and all below."""
    today = timezone.localdate(now)
    if not rights.holds(staff, rights.STATISTICS):
        return all_led(staff, now=now)
    seen = tree.units(staff, tree.FIGURES, on=today)
    return [place for place in places.of(staff, on=today, roles=tree.FIGURES) if place.id in seen]


def _found(key: str, among: list[places.Place]) -> Unit:
    found = next((one for one in among if one.key == key), None)
    if found is None:
        raise Http404
    return Unit.objects.get(pk=found.id)
