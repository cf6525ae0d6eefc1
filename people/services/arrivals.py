"""Lets in those whom an identity provider vouches for: makes or updates them, and what they hold, as it says today."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from people.identities.mapping import Identity, NothingHere, Refused
from people.models import Assignment, Profession, Staff, StaffKind, Unit
from people.services import access

log = logging.getLogger(__name__)
ONE_DAY = datetime.timedelta(days=1)

Held = tuple[str, str, str]
"""Keys of a profession and a unit, and the uppdrag in which it is held ('' none)."""


class Closed(Refused):
    """Kontot är stängt. Kontakta din chef."""

    code = "closed"


@transaction.atomic
def arrive(*, source: str, known: Staff | None, identity: Identity, now: datetime.datetime) -> Staff:
    """Who signs in by `source`; `known` is whom it has vouched for before. Raises Closed, NothingHere.

    One whom we know by HSA-id is the same, whoever says it: the catalogue gives each to one person only.
    """
    staff = known or _by_hsa_id(identity.hsa_id) or _new(source, identity)
    if not staff.is_active or not staff.is_person:
        raise Closed
    told = {"first_name": identity.given_name, "last_name": identity.family_name, "title": identity.title}
    told |= {"email": identity.email} if identity.email else {}
    told |= {"hsa_id": identity.hsa_id} if identity.hsa_id and not staff.hsa_id else {}
    changed = {name: value for name, value in told.items() if getattr(staff, name) != value}
    if changed:
        Staff.objects.filter(pk=staff.pk).update(**changed)
        staff.__dict__.update(changed)
    held = {(role, unit, one.key) for one in identity.commissions for role, unit in one.rights}
    if not hold(staff=staff, source=source, held=held, by=staff, now=now):
        raise NothingHere
    return staff


def hold(*, staff: Staff, source: str, held: Iterable[Held], by: Staff | None, now: datetime.datetime) -> int:
    """What `source` says that somebody holds from today on, and nothing else of what it has said; how many it is.

    A profession or a unit that we do not have is left out and told to IT. What ends is over at the next click.
    """
    today = timezone.localdate(now)
    wanted = _known(held, source)
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    current = {
        (one.profession_id, one.unit_id, one.commission): one
        for one in Assignment.objects.current(today).filter(staff=staff, source=source)
    }
    gone = [one.pk for key, one in current.items() if key not in wanted]
    new = [key for key in wanted if key not in current]
    _end(gone, today)
    for profession_id, unit_id, commission in new:
        Assignment.objects.create(
            staff=staff,
            profession_id=profession_id,
            unit_id=unit_id,
            commission=commission,
            source=source,
            valid_from=today,
        )
    if gone or new:
        access.record(
            staff=by, individual=None, action="assign", object_type="staff", object_id=str(staff.public_id), now=now
        )
    return len(wanted)


def _end(keys: list[int], today: datetime.date) -> None:
    """Days are whole: what began today is gone, and what was held longer was held until yesterday."""
    ending = Assignment.objects.filter(pk__in=keys)
    ending.filter(valid_from__gte=today).delete()
    ending.filter(valid_from__lt=today).update(valid_to=today - ONE_DAY)


def _known(held: Iterable[Held], source: str) -> set[tuple[int, int, str]]:
    told = set(held)
    roles = dict(Profession.objects.filter(key__in={role for role, _, _ in told}).values_list("key", "pk"))
    units = dict(Unit.objects.filter(key__in={unit for _, unit, _ in told}).values_list("key", "pk"))
    missing = sorted({role for role, _, _ in told} - set(roles)) + sorted({unit for _, unit, _ in told} - set(units))
    if missing:
        log.error("%s gives professions or units that do not exist here: %s", source, " ".join(missing))
    return {(roles[role], units[unit], one) for role, unit, one in told if role in roles and unit in units}


def _by_hsa_id(hsa_id: str) -> Staff | None:
    return Staff.objects.filter(hsa_id=hsa_id, kind=StaffKind.PERSON).first() if hsa_id else None


def _new(source: str, identity: Identity) -> Staff:
    staff = Staff(
        username=f"{source}-{uuid.uuid4().hex[:16]}",
        hsa_id=identity.hsa_id,
        first_name=identity.given_name,
        last_name=identity.family_name,
    )
    staff.set_unusable_password()
    staff.save()
    return staff
