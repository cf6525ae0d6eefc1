"""Groups of the directory and who is in them; what that gives is said in sign_in.toml, and follows at once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db import transaction

from people.identities import configuration
from people.models import DirectoryEntry, DirectoryGroup, Staff
from people.services import arrivals

SOURCE = "scim"


def rights(staff: Staff) -> frozenset[tuple[str, str]]:
    """Pairs of profession and unit, by all groups somebody is in."""
    names = set(DirectoryGroup.objects.filter(members=staff).values_list("name", flat=True))
    return frozenset((one.profession, one.unit) for one in configuration.get().directory.rights if one.group in names)


def make(*, name: str, external_id: str) -> DirectoryGroup:
    return DirectoryGroup.objects.create(name=name, external_id=external_id)


@transaction.atomic
def change(*, group: DirectoryGroup, what: str, keys: Iterable[str], by: Staff, now: datetime.datetime) -> None:
    """`what` is add, remove or replace; who is not of the directory is left out."""
    known = _known(keys)
    before = set(group.members.all())
    if what == "replace":
        group.members.set(known)
    elif what == "add":
        group.members.add(*known)
    else:
        group.members.remove(*known)
    _follow(before ^ set(group.members.all()), by=by, now=now)


@transaction.atomic
def remove(*, group: DirectoryGroup, by: Staff, now: datetime.datetime) -> None:
    members = set(group.members.all())
    group.delete()
    _follow(members, by=by, now=now)


def _follow(members: Iterable[Staff], *, by: Staff, now: datetime.datetime) -> None:
    for staff in members:
        held = {(role, unit, "") for role, unit in rights(staff)} if staff.is_active else set()
        arrivals.hold(staff=staff, source=SOURCE, held=held, by=by, now=now)


def _known(keys: Iterable[str]) -> list[Staff]:
    wanted = []
    for key in keys:
        try:
            wanted.append(uuid.UUID(key))
        except ValueError:
            continue
    rows = DirectoryEntry.objects.select_related("staff").filter(source=SOURCE, staff__public_id__in=wanted)
    return [entry.staff for entry in rows]
