"""Who in a unit is away or will be, and whom one may say it about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from people.models import Absence, Staff
from people.places import Member, Place


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence, and whether the one who reads may end it."""

    absence: Absence
    has_begun: bool
    may_end: bool


def listed(place: Place, members: list[Member], viewer: Staff, *, on: datetime.date) -> list[Away]:
    """Those that last or are to come, the first first."""
    rows = Absence.objects.filter(staff__in=[member.id for member in members], ended_at=None, last_on__gte=on)
    return [
        Away(
            absence=absence,
            has_begun=absence.first_on <= on,
            may_end=place.is_head or absence.staff_id == viewer.pk,
        )
        for absence in rows.select_related("staff", "substitute")
    ]


def sayable(place: Place, members: list[Member], viewer: Staff) -> list[Member]:
    """Oneself; for the head those who work there by a right of their own."""
    return [member for member in members if member.id == viewer.pk or (place.is_head and not member.behalves)]
