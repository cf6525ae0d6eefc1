"""Health care and social services are apart in law (OSL 25:1, 26:1): who may read what. Pure, no database.

Every rule about it is a predicate here, so that one can see them all at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Protocol

from django.db import models


class Sphere(models.TextChoices):
    SOCIAL = "sol", "Socialtjänst"
    HEALTH = "hsl", "Hälso- och sjukvård"
    BOTH = "bada", "Båda"


ONE = frozenset({Sphere.SOCIAL.value, Sphere.HEALTH.value})
BETWEEN = "mellan_sfarer"
"""The kind of consent that opens the two to each other."""


class Given(Protocol):
    """A consent, or another ground that was recorded."""

    kind: str
    given_on: datetime.date
    valid_to: datetime.date | None
    withdrawn_on: datetime.date | None
    is_mistake: bool


def reach(spheres: Iterable[str]) -> frozenset[str]:
    """The spheres somebody works in, by those of their professions; one that works in both reaches both."""
    held = set(spheres)
    return ONE if Sphere.BOTH in held else frozenset(held & ONE)


def of_task(course: str, profession: str) -> str:
    """The sphere of what a profession writes in a förlopp: the förlopp's own, or the profession's in a joint one."""
    return course if course in ONE else profession or Sphere.BOTH.value


def of_writing(reached: frozenset[str]) -> str:
    """The sphere of what somebody writes who works in these."""
    return next(iter(reached)) if len(reached) == 1 else Sphere.BOTH.value


def is_in_force(consent: Given, *, on: datetime.date) -> bool:
    """From the day it was given until it is withdrawn or its time is out."""
    ended = consent.withdrawn_on is not None and consent.withdrawn_on <= on
    is_late = consent.valid_to is not None and consent.valid_to < on
    return consent.given_on <= on and not ended and not is_late and not consent.is_mistake


def are_open(consents: Iterable[Given], *, on: datetime.date) -> bool:
    """Whether the two may read each other about this person."""
    return any(consent.kind == BETWEEN and is_in_force(consent, on=on) for consent in consents)


def may_read(sphere: str, *, reached: frozenset[str], opened: bool, is_own: bool = False) -> bool:
    """Whether somebody who works in `reached` may read what was written in a sphere.

    `is_own`: written by them or offered to their profession. `opened`: a ground to share is recorded.
    """
    return is_own or opened or sphere not in ONE or sphere in reached


def is_theirs(assigned: Collection[tuple[str, str]], at_units: Collection[tuple[str, str]], units: set[str]) -> bool:
    """Whether a person with responsible `units` is somebody's to follow; both collections are (profession, unit).

    A unit keeps others of the professions that work there out, and nobody else: those of a profession that none of
    the units has still have to come in.
    """
    if not units:
        return True
    staffed = {profession for profession, _ in at_units}
    return any(unit in units or profession not in staffed for profession, unit in assigned)
