"""A person as a page header shows them to one viewer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from people import selectors as people
from people.models import Individual, Staff
from web import addresses


@dataclass(frozen=True, kw_only=True)
class PersonHeader:
    """Nothing of one who is hidden from the viewer; `phone` is what one calls the person on."""

    name: str
    identity: str
    address: str
    phone: str
    age: int | None
    is_hidden: bool
    is_deceased: bool
    url: str


def header(individual: Individual, *, viewer: Staff, on: datetime.date) -> PersonHeader:
    """Age and telephone are held back together with the name."""
    shown = people.presented(individual, viewer=viewer)
    return PersonHeader(
        name=shown.name,
        identity=shown.identity,
        address=shown.address,
        phone="" if shown.is_hidden or individual.deceased_on else individual.phone,
        age=None if shown.is_hidden else individual.age(on),
        is_hidden=shown.is_hidden,
        is_deceased=individual.deceased_on is not None,
        url=addresses.url("tasks:person", individual.ref),
    )
