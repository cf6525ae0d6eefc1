"""Staff that are systems: what a system does stands in the history and the access log under a name of its own."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone

from people.models import Assignment, Profession, Staff, StaffKind, Unit


class Unknown(Exception):
    """Professionen eller enheten finns inte."""


def employ(
    *,
    username: str,
    name: str,
    professions: Sequence[tuple[str, str]],
    may_see_protected: bool,
    now: datetime.datetime,
) -> Staff:
    """A new row of staff that nobody can log in as; `professions` are pairs of profession and unit. Raises Unknown."""
    staff = Staff(username=username, last_name=name[:150], kind=StaffKind.SYSTEM, may_see_protected=may_see_protected)
    staff.set_unusable_password()
    staff.save()
    for profession, unit in professions:
        role = Profession.objects.filter(key=profession).first()
        place = Unit.objects.filter(key=unit).first()
        if role is None or place is None:
            raise Unknown(f"Professionen {profession} vid enheten {unit} finns inte.")
        Assignment.objects.create(staff=staff, profession=role, unit=place, valid_from=timezone.localdate(now))
    return staff


def dismiss(*, staff: Staff) -> None:
    """It does nothing more; what it did stays."""
    Staff.objects.filter(pk=staff.pk, kind=StaffKind.SYSTEM).update(is_active=False)
