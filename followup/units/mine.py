"""Which units one works in and leads; one that is somebody else's is as one that does not exist."""

from __future__ import annotations

import datetime

from django.http import Http404
from django.utils import timezone

from people import places
from people.models import Staff, Unit


def unit(staff: Staff, key: str, *, now: datetime.datetime) -> Unit:
    """One that the staff member works in."""
    return _unit(staff, key, now=now, is_led=False)


def led(staff: Staff, key: str, *, now: datetime.datetime) -> Unit:
    """One that the staff member leads."""
    return _unit(staff, key, now=now, is_led=True)


def all_led(staff: Staff, *, now: datetime.datetime) -> list[places.Place]:
    return [place for place in places.of(staff, on=timezone.localdate(now)) if place.is_head]


def _unit(staff: Staff, key: str, *, now: datetime.datetime, is_led: bool) -> Unit:
    found = next((one for one in places.of(staff, on=timezone.localdate(now)) if one.key == key), None)
    if found is None or (is_led and not found.is_head):
        raise Http404
    return Unit.objects.get(pk=found.id)
