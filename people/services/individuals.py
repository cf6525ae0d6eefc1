"""Takes in what a message or a member of staff tells about a person."""

import datetime

from django.db import IntegrityError, transaction

from people import selectors
from people.models import IdentityType, Individual, Protection

_RISING = [Protection.INGEN, Protection.SEKRETESSMARKERING, Protection.SKYDDAD_FOLKBOKFORING]


def find_or_create(  # noqa: PLR0913 - one argument for each thing a message can tell
    *,
    identity_type: str,
    identity_number: str,
    now: datetime.datetime,
    given_name: str = "",
    family_name: str = "",
    street_address: str = "",
    postal_code: str = "",
    city: str = "",
    phone: str = "",
    municipality_code: str = "",
    protection: str = Protection.INGEN,
    born_on: datetime.date | None = None,
    deceased_on: datetime.date | None = None,
    is_invented: bool = False,
) -> tuple[Individual, bool]:
    """The person with this identity, brought up to date, and whether the person is new.

    What is empty here never erases what is known, and protection is only ever raised: a sender that does not know of
    it must not reveal the person. Without a number there is nothing to recognise anyone by, so the person is new.
    """
    told: dict[str, object] = {
        "given_name": given_name,
        "family_name": family_name,
        "street_address": street_address,
        "postal_code": postal_code,
        "city": city,
        "phone": phone,
        "municipality_code": municipality_code,
        "born_on": born_on,
        "deceased_on": deceased_on,
        "area": selectors.area_of(postal_code) if postal_code else "",
    }
    identity = {"identity_type": identity_type, "identity_number": identity_number}
    marks = {"protection": protection, "is_invented": is_invented, "created_at": now, "updated_at": now}
    if not identity_number:
        unknown = {"identity_type": IdentityType.OKAND, "identity_number": ""}
        return Individual.objects.create(**unknown, **told, **marks), True
    with transaction.atomic():
        known = _known(identity)
        if known is None:
            try:
                with transaction.atomic():
                    return Individual.objects.create(**identity, **told, **marks), True
            except IntegrityError:
                known = _known(identity)
                if known is None:  # refused for another reason than that someone else was first
                    raise
        _update(known, told=told, protection=protection, now=now)
    return known, False


def _known(identity: dict[str, str]) -> Individual | None:
    # no_key: who writes a row that points to the person need not wait, or two could wait for each other.
    return Individual.objects.select_for_update(no_key=True).filter(**identity).first()


def _update(individual: Individual, *, told: dict[str, object], protection: str, now: datetime.datetime) -> None:
    news = {field: value for field, value in told.items() if value and getattr(individual, field) != value}
    if _RISING.index(Protection(protection)) > _RISING.index(Protection(individual.protection)):
        news["protection"] = protection
    if not news:
        return
    for field, value in news.items():
        setattr(individual, field, value)
    individual.updated_at = now
    individual.save(update_fields=[*news, "updated_at"])


def place(*, individual: Individual, area: str, now: datetime.datetime) -> None:
    """Say by hand which area's units serve the person; it stands until the person is heard of at another address."""
    Individual.objects.filter(pk=individual.pk).update(area=area, updated_at=now)
    individual.area, individual.updated_at = area, now
