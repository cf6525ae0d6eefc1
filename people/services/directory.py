"""Follows the municipality's directory: who works here, in which professions and units. Nobody is removed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from people import tree
from people.models import DirectoryEntry, Profession, Staff, StaffKind, Unit
from people.services import arrivals, sessions
from people.services.arrivals import Held


class TakenByAnother(Exception):
    """HSA-id:t eller användarnamnet hör till någon annan."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody as the directory tells them; `rights` are pairs of profession and unit."""

    external_id: str
    given_name: str
    family_name: str
    hsa_id: str = ""
    username: str = ""
    title: str = ""
    email: str = ""
    is_active: bool = True
    rights: frozenset[tuple[str, str]] = field(default_factory=frozenset)


@transaction.atomic
def follow(*, source: str, told: Told, by: Staff | None, now: datetime.datetime) -> tuple[Staff, bool]:
    """Who it is here, and whether anything changed. Raises TakenByAnother."""
    entry = DirectoryEntry.objects.select_related("staff").filter(source=source, external_id=told.external_id).first()
    staff = entry.staff if entry else _known(told) or _new(told)
    if entry is None:
        if DirectoryEntry.objects.filter(staff=staff).exists():
            raise TakenByAnother
        entry = DirectoryEntry.objects.create(source=source, external_id=told.external_id, staff=staff)
    changed = _update(staff, told)
    if told.is_active and entry.removed_at is not None:
        DirectoryEntry.objects.filter(pk=entry.pk).update(removed_at=None)
    held: set[Held] = {(role, unit, "") for role, unit in told.rights} if told.is_active else set()
    changed |= _holds_otherwise(staff, source, held, now)
    arrivals.hold(staff=staff, source=source, held=held, by=by, now=now)
    if not told.is_active:
        sessions.end_all(staff=staff)
    return staff, changed


def leave(*, source: str, external_id: str, by: Staff | None, now: datetime.datetime) -> bool:
    """Somebody has left: their account is closed, what the directory gave them ends, and they are out at once."""
    with transaction.atomic():
        gone = DirectoryEntry.objects.filter(source=source, external_id=external_id, removed_at=None)
        entry = gone.select_related("staff").first()
        if entry is None:
            return False
        gone.update(removed_at=now)
        Staff.objects.filter(pk=entry.staff_id).update(is_active=False)
        arrivals.hold(staff=entry.staff, source=source, held=(), by=by, now=now)
        sessions.end_all(staff=entry.staff)
    return True


def unit(*, key: str, name: str, area: str, postal_codes: str) -> bool:
    """Whether it is new or another now."""
    told = {"name": name, "area": area, "postal_codes": postal_codes}
    return _kept(Unit, key, told)


class InARing(Exception):
    """Enheten kan inte vara en del av sig själv."""


@transaction.atomic
def part_of(*, parents: Mapping[str, str]) -> int:
    """Make units part of others, both by key, '' at the top; how many that moved. Raises InARing, and moves none."""
    known = {unit.key: unit for unit in Unit.objects.select_for_update(of=("self",)).select_related("parent")}
    before = {key: unit.parent.key if unit.parent else "" for key, unit in known.items()}
    wanted = {**before, **parents}
    moved = [key for key in parents if wanted[key] != before[key]]
    for key in moved:
        if way := tree.ring(wanted, key):
            raise InARing(" → ".join(way))
    for key in moved:
        above = known[wanted[key]].pk if wanted[key] else None
        Unit.objects.filter(pk=known[key].pk).update(parent=above)
    return len(moved)


def profession(*, key: str, name: str, sphere: str) -> bool:
    return _kept(Profession, key, {"name": name, "sphere": sphere})


def _kept(model: type[Unit | Profession], key: str, told: dict[str, str]) -> bool:
    found, is_new = model.objects.get_or_create(key=key, defaults=told)
    same = all(getattr(found, name) == value for name, value in told.items())
    if not same:
        model.objects.filter(pk=found.pk).update(**told)
    return is_new or not same


def _holds_otherwise(staff: Staff, source: str, held: Iterable[Held], now: datetime.datetime) -> bool:
    rows = staff.assignments.current(timezone.localdate(now)).filter(source=source)
    return set(rows.values_list("profession__key", "unit__key", "commission")) != set(held)


def _known(told: Told) -> Staff | None:
    """By HSA-id or by the name they sign in with; never by name."""
    people = Staff.objects.filter(kind=StaffKind.PERSON)
    found = people.filter(hsa_id=told.hsa_id).first() if told.hsa_id else None
    return found or (people.filter(username=told.username).first() if told.username else None)


def _new(told: Told) -> Staff:
    staff = Staff(username=told.username or f"katalog-{uuid.uuid4().hex[:16]}", hsa_id=told.hsa_id)
    staff.set_unusable_password()
    staff.save()
    return staff


def _update(staff: Staff, told: Told) -> bool:
    wanted = {
        "first_name": told.given_name,
        "last_name": told.family_name,
        "title": told.title,
        "is_active": told.is_active,
    }
    wanted |= {"email": told.email} if told.email else {}
    wanted |= {"hsa_id": told.hsa_id} if told.hsa_id else {}
    changed = {name: value for name, value in wanted.items() if getattr(staff, name) != value}
    if "hsa_id" in changed and Staff.objects.filter(hsa_id=told.hsa_id).exclude(pk=staff.pk).exists():
        raise TakenByAnother
    if changed:
        Staff.objects.filter(pk=staff.pk).update(**changed)
        staff.__dict__.update(changed)
    return bool(changed)
