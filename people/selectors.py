"""How people are shown: the only way from an individual to a name on a screen."""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from django.db.models import Q
from django.utils import timezone

from people import identity, reading
from people.models import Assignment, Emergency, Individual, Profession, Staff, Unit

HIDDEN_NAME = "Skyddade personuppgifter"
BARRED_NAME = "Spärrade uppgifter"
UNKNOWN_NAME = "Okänd person"


class Viewer(Protocol):
    """What of one who looks decides what they may see of a person."""

    @property
    def is_active(self) -> bool: ...

    @property
    def may_see_protected(self) -> bool: ...

    @property
    def barred(self) -> frozenset[int]: ...


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What one viewer may see of a person; `is_hidden` when something was held back."""

    name: str
    identity: str = ""
    address: str = ""
    is_hidden: bool = False


def presented(individual: Individual, *, viewer: Viewer | None, also_barred: bool = False) -> Presented:
    """A protected person is shown by name, number and address only to those who `may_see_protected`.

    `also_barred`: where it is not about care, as in the access log and the archive, a spärr hides nobody's name.
    """
    shown = named(individual, viewer=viewer, also_barred=also_barred)
    if shown.is_hidden:
        return shown
    number = identity.formatted(individual.identity_type, individual.identity_number)
    return replace(shown, identity=number, address=_address(individual))


def named_like(word: str, *columns: str) -> Q:
    """That a word is part of one of the names."""
    # SQLite knows no case of å, ä and ö: a word that has them is asked for in each way it may be written.
    ways = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize(), word.title()}
    asked = Q()
    for way in sorted(ways):
        for column in columns:
            asked |= Q(**{f"{column}__icontains": way})
    return asked


def is_hidden(individual: Individual, *, viewer: Viewer | None, also_barred: bool = False) -> bool:
    """Whether the person is protected and this viewer may not see who it is, or has a spärr that keeps them out."""
    is_secret = individual.is_protected and not (viewer and viewer.is_active and viewer.may_see_protected)
    return is_secret or (not also_barred and viewer is not None and individual.pk in viewer.barred)


def by_number(number: identity.Identity, *, viewer: Viewer | None, also_barred: bool = False) -> Individual | None:
    """The person, when the viewer may see who it is.

    None for nobody and for somebody hidden alike: the number alone must not tell that we know them.
    """
    found = Individual.objects.filter(identity_type=number.type, identity_number=number.number).first()
    return None if found is None or is_hidden(found, viewer=viewer, also_barred=also_barred) else found


def mentioned(texts: Sequence[str], *, today: datetime.date) -> list[list[Individual]]:
    """Those whom we know of the numbers in each text, whoever wrote it; one statement for all of them."""
    numbers = [set(_numbers(text, today)) for text in texts]
    known = {number for some in numbers for number in some}
    found = {
        (one.identity_type, one.identity_number): one
        for one in Individual.objects.filter(identity_number__in={number for _, number in known} if known else ())
    }
    return [[found[number] for number in sorted(some) if number in found] for some in numbers]


def _numbers(text: str, today: datetime.date) -> Iterator[tuple[str, str]]:
    for found in identity.IN_PROSE.findall(text):
        try:
            number = identity.parse(found, today=today)
        except identity.InvalidIdentity:
            continue
        yield number.type, number.number


def are_hidden_in(texts: Sequence[str], *, viewer: Viewer, today: datetime.date) -> list[bool]:
    """Of each text, as it came from others, whether it tells the number of somebody whom this viewer may not see."""
    return [any(is_hidden(one, viewer=viewer) for one in some) for some in mentioned(texts, today=today)]


def named(individual: Individual, *, viewer: Viewer | None, also_barred: bool = False) -> Presented:
    """The same without number and address, for lists."""
    if is_hidden(individual, viewer=viewer, also_barred=also_barred):
        return Presented(name=HIDDEN_NAME if individual.is_protected else BARRED_NAME, is_hidden=True)
    return Presented(name=" ".join(filter(None, (individual.given_name, individual.family_name))) or UNKNOWN_NAME)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A person whom one has opened in an emergency, as every page tells meanwhile."""

    public_id: uuid.UUID
    ref: uuid.UUID
    name: str
    until: datetime.datetime


def emergencies(staff: Staff) -> list[Opened]:
    """Of a member of staff; asks nothing when there are none."""
    if not staff.emergencies:
        return []
    found = Emergency.objects.filter(staff=staff, ends_at__gt=timezone.now()).select_related("individual")
    return [
        Opened(
            public_id=one.public_id,
            ref=one.individual.ref,
            name=named(one.individual, viewer=staff).name,
            until=one.ends_at,
        )
        for one in found.order_by("ends_at")
    ]


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
