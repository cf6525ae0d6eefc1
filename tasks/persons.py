"""A person as a page header shows them to one viewer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from people import selectors as people
from people.models import Contact, Individual, Staff
from people.plan import ContactKind, ContactWay
from web import addresses
from workflows.sight import Sight, is_now

REPRESENTING = (ContactKind.GUARDIAN, ContactKind.ADMINISTRATOR, ContactKind.MANDATE)


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


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How one talks with the person (F_PERSON): in which language, which way, and through whom."""

    interpreter: str
    way: str
    through: list[Contact]


def reach(sight: Sight) -> Reach:
    """By the contacts of today; relatives only where the person wants to be reached through them."""
    now = [contact for contact in sight.contacts if is_now(contact, on=sight.on)]
    own = [contact for contact in now if contact.kind == ContactKind.SELF]
    is_by_relative = any(contact.way == ContactWay.RELATIVE for contact in own)
    asked = (*REPRESENTING, ContactKind.RELATIVE) if is_by_relative else REPRESENTING
    return Reach(
        interpreter=", ".join(contact.interpreter for contact in own if contact.interpreter),
        way=" eller ".join(contact.get_way_display().lower() for contact in own if contact.way),
        through=sorted((one for one in now if one.kind in asked), key=lambda one: asked.index(ContactKind(one.kind))),
    )
