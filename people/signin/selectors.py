"""What sign_in.toml speaks of and what there is."""

from __future__ import annotations

from django.utils import timezone

from people.identities.shape import GroupRight, Right, SignIn
from people.models import Assignment, Profession, Unit
from web.views import IT


def not_here(told: SignIn) -> list[str]:
    """Keys of professions and units that some rule gives and nobody has made."""
    rights: list[Right | GroupRight] = [*told.directory.rights]
    rights += [right for one in told.providers.values() for right in one.rights]
    professions, units = {one.profession for one in rights}, {one.unit for one in rights}
    professions -= set(Profession.objects.filter(key__in=professions).values_list("key", flat=True))
    units -= set(Unit.objects.filter(key__in=units).values_list("key", flat=True))
    return sorted(professions | units)


def has_it() -> bool:
    """Whether anybody looks after accounts and systems."""
    held = Assignment.objects.current(timezone.localdate()).filter(profession__key=IT)
    return held.filter(staff__is_active=True).exists()
