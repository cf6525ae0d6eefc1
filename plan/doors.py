"""Whose plans somebody who has signed in may open: found by a number that is kept nowhere, asked anew each time."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.utils import timezone

from people import identity
from people.identities import configuration
from people.identities.shape import Broker
from people.models import Individual, Mandate, Visit
from people.services import own

SALT = "plan.doors"
FIRST_SECONDS = 5 * 60
"""So long one may stand there before one has opened any plan; then for as long as the visit lasts."""


class TooWeak(Exception):
    """It is not known surely enough who it is."""


class Nobody(Exception):
    """There is nothing for them here; `code` is why, for the log, and is told to nobody else."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Door:
    """A plan that may be opened; `key` says which without a word of whose."""

    individual: Individual
    mandate: Mandate | None

    @property
    def key(self) -> str:
        return str(self.mandate.public_id) if self.mandate else str(self.individual.ref)


@dataclass(frozen=True, kw_only=True)
class Hall:
    """Where one stands who may open several; kept by their browser, signed, and good for nothing without its visit."""

    provider: str
    level: int
    doors: tuple[str, ...]
    visit: str = ""

    def kept(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)


def of(said: Mapping[str, Any], told: Broker, *, now: datetime.datetime) -> list[Door]:
    """At least one. Raises TooWeak, and Nobody for a stranger as for who has no number."""
    if level(said, told) < configuration.get().persons.least:
        raise TooWeak
    number = said.get(told.claims.number)
    try:
        found = identity.parse(number if isinstance(number, str) else "", today=timezone.localdate(now))
    except identity.InvalidIdentity:
        raise Nobody("no_number") from None
    doors = [Door(individual=one, mandate=mandate) for one, mandate in own.doors(number=found, now=now)]
    if not doors:
        raise Nobody("no_plan")
    return doors


def level(said: Mapping[str, Any], told: Broker) -> int:
    acr = said.get(told.claims.level)
    return told.level_told(acr if isinstance(acr, str) else "")


def hall(kept: str, *, visit: Visit | None) -> Hall | None:
    """Before the first plan is opened for some minutes, then as long as the visit that it is of goes on."""
    try:
        told = signing.loads(kept, salt=SALT, max_age=int(own.LONGEST.total_seconds()))
        found = Hall(**{**told, "doors": tuple(told["doors"])})
        if not found.visit:
            signing.loads(kept, salt=SALT, max_age=FIRST_SECONDS)
            return found
    except (signing.BadSignature, TypeError, KeyError):
        return None
    return found if visit is not None and str(visit.public_id) == found.visit else None


def still_open(hall: Hall, *, now: datetime.datetime) -> list[Door]:
    """Those of the doors that nobody has closed meanwhile, in their order."""
    keys = [uuid.UUID(key) for key in hall.doors]
    mine = Individual.objects.filter(ref__in=keys, deceased_on=None)
    mandates = Mandate.objects.select_related("individual").filter(public_id__in=keys)
    held = [one for one in mandates if one.holds(timezone.localdate(now)) and one.individual.deceased_on is None]
    doors = [Door(individual=one, mandate=None) for one in mine]
    doors += [Door(individual=one.individual, mandate=one) for one in held]
    return sorted(doors, key=lambda one: hall.doors.index(one.key))


def door_of(visit: Visit | None) -> str:
    """The key of the one that is open; '' none."""
    return Door(individual=visit.individual, mandate=visit.mandate).key if visit else ""
