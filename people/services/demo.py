"""Fills an installation with invented staff, units and persons."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from people import identity, invented
from people.models import Assignment, Individual, Profession, Staff, Unit
from people.services import individuals


@transaction.atomic
def fill(*, now: datetime.datetime) -> None:
    """Can be run again at any time: what exists is kept as people have left it, what is missing is added."""
    for sort, (key, name) in enumerate(invented.PROFESSIONS, start=1):
        sphere = invented.SPHERES.get(key, "")
        Profession.objects.get_or_create(key=key, defaults={"name": name, "sort": sort, "sphere": sphere})
    add_units(invented.UNITS)
    for number, member in enumerate(invented.STAFF, start=1):
        _employ(member, number, on=timezone.localdate(now))
    for person in invented.PEOPLE:
        if person.is_known:
            _register(person, now=now)


@transaction.atomic
def add_units(units: Iterable[tuple[str, str, str, str]]) -> None:
    """Key, name, area and postal codes of each, as parts of the whole; what exists is kept."""
    new = []
    for key, name, area, codes in units:
        told = {"name": name, "area": area, "postal_codes": codes}
        new += [key] if Unit.objects.get_or_create(key=key, defaults=told)[1] else []
    top = Unit.objects.get(key=invented.WHOLE)
    Unit.objects.filter(key__in=new).exclude(pk=top.pk).update(parent=top)


@transaction.atomic
def employ(
    username: str,
    name: tuple[str, str],
    place: tuple[str, str],
    *,
    since: datetime.date,
    now: datetime.datetime,
) -> Staff:
    """An invented colleague whom nobody logs in as, with one profession at one unit; kept if already here."""
    profession, unit = place
    staff, is_new = Staff.objects.get_or_create(
        username=username,
        defaults={
            "first_name": name[0],
            "last_name": name[1],
            "title": dict(invented.PROFESSIONS)[profession],
            "hsa_id": f"SE2321000000-{username.upper()}",
            "may_see_protected": True,
            "is_invented": True,
            "date_joined": now,
            "password": "!",
        },
    )
    if is_new:
        role, where = Profession.objects.get(key=profession), Unit.objects.get(key=unit)
        Assignment.objects.create(staff=staff, profession=role, unit=where, valid_from=since)
    return staff


def _employ(member: invented.InventedStaff, number: int, *, on: datetime.date) -> None:
    staff, is_new = Staff.objects.get_or_create(
        username=member.username,
        defaults={
            "first_name": member.given_name,
            "last_name": member.family_name,
            "title": member.title,
            "hsa_id": f"SE2321000000-DEMO{number:03}",
            "may_see_protected": member.may_see_protected,
            "is_invented": True,
            # Nobody can log in with a password; only the demo's own page opens these accounts.
            "password": "!",
        },
    )
    if is_new:
        for profession, key in ((member.profession, member.unit), *invented.FURTHER.get(member.username, ())):
            role, unit = Profession.objects.get(key=profession), Unit.objects.get(key=key)
            Assignment.objects.create(staff=staff, profession=role, unit=unit, valid_from=on)


def _register(person: invented.InventedPerson, *, now: datetime.datetime) -> None:
    if Individual.objects.filter(identity_type=person.identity_type, identity_number=person.number).exists():
        return
    born_on = identity.parse(person.number, today=timezone.localdate(now)).born_on
    individuals.find_or_create(
        identity_type=person.identity_type,
        identity_number=person.number,
        given_name=person.given_name,
        family_name=f"{person.family_name} {invented.MARK}",
        street_address=person.street_address,
        postal_code=person.postal_code,
        city=person.city,
        phone=person.phone,
        municipality_code=person.municipality_code,
        protection=person.protection,
        born_on=born_on,
        is_invented=True,
        now=now,
    )
