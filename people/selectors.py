"""How people are shown: the only way from an individual to a name on a screen."""

import datetime
from dataclasses import dataclass, replace
from typing import Protocol

from people import identity, reading
from people.models import Assignment, Individual, Profession, Staff, Unit

HIDDEN_NAME = "Skyddade personuppgifter"
UNKNOWN_NAME = "Okänd person"


class Viewer(Protocol):
    """What of one who looks decides what they may see of a person."""

    @property
    def is_active(self) -> bool: ...

    @property
    def may_see_protected(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What one viewer may see of a person; `is_hidden` when something was held back."""

    name: str
    identity: str = ""
    address: str = ""
    is_hidden: bool = False


def presented(individual: Individual, *, viewer: Staff | None) -> Presented:
    """A protected person is shown by name, number and address only to those who `may_see_protected`."""
    shown = named(individual, viewer=viewer)
    if shown.is_hidden:
        return shown
    number = identity.formatted(individual.identity_type, individual.identity_number)
    return replace(shown, identity=number, address=_address(individual))


def is_hidden(individual: Individual, *, viewer: Viewer | None) -> bool:
    """Whether the person is protected and this viewer may not see who it is."""
    return individual.is_protected and not (viewer and viewer.is_active and viewer.may_see_protected)


def by_number(number: identity.Identity, *, viewer: Viewer | None) -> Individual | None:
    """The person, when the viewer may see who it is.

    None for nobody and for somebody hidden alike: the number alone must not tell that we know them.
    """
    found = Individual.objects.filter(identity_type=number.type, identity_number=number.number).first()
    return None if found is None or is_hidden(found, viewer=viewer) else found


def named(individual: Individual, *, viewer: Viewer | None) -> Presented:
    """The same without number and address, for lists."""
    if is_hidden(individual, viewer=viewer):
        return Presented(name=HIDDEN_NAME, is_hidden=True)
    return Presented(name=" ".join(filter(None, (individual.given_name, individual.family_name))) or UNKNOWN_NAME)


def demo_professions(*, on: datetime.date) -> dict[Profession, list[Staff]]:
    """Each profession with the invented staff who hold it that day: what the demo login offers."""
    held = Assignment.objects.current(on).filter(absence=None, staff__is_invented=True, staff__is_active=True)
    offered: dict[Profession, dict[Staff, None]] = {}  # once each, also who holds it in several units
    for assignment in held.select_related("profession", "staff").order_by("profession__sort", "staff__username"):
        offered.setdefault(assignment.profession, {})[assignment.staff] = None
    return {profession: list(staff) for profession, staff in offered.items()}


def profession_names() -> dict[str, str]:
    """Key -> the name on screen."""
    return dict(reading.rows("SELECT key, name FROM people_profession"))


def area_of(postal_code: str) -> str:
    """The area whose postal codes it belongs to, by the longest beginning; '' when no unit has said."""
    number = postal_code.replace(" ", "")
    told = Unit.objects.exclude(area="").exclude(postal_codes="").values_list("area", "postal_codes")
    starts = {start: area for area, starts in told for start in starts.split() if number.startswith(start)}
    return starts[max(starts, key=len)] if starts else ""


def areas() -> list[str]:
    """Those that some unit serves."""
    return list(Unit.objects.exclude(area="").order_by("area").values_list("area", flat=True).distinct())


def _address(individual: Individual) -> str:
    town = " ".join(part for part in (individual.postal_code, individual.city) if part)
    return ", ".join(part for part in (individual.street_address, town) if part)
