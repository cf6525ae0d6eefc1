"""What every address has in common: a POST that may be sent twice, and who a call is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from ninja import Header
from ninja.responses import Status
from pydantic import BaseModel

from api import problems, selectors
from api.auth import ApiRequest
from api.reach import Reach
from api.services import repeats
from api.shapes import AboutPerson, PersonIn
from people import identity
from people.models import Individual
from people.services import individuals

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_-]{8,80}$",
        description="Of your own making, one for each thing to be done: the same again gets the same answer.",
    ),
]
UNKNOWN_PERSON = "Personen finns inte, eller så får klienten inte nå den."


def once(request: ApiRequest, key: str, act: Callable[[], BaseModel], *, status: int) -> Status[object]:
    """Do it once for the client's key; a repeated call gets the first one's answer."""

    def kept() -> dict[str, object]:
        found: dict[str, object] = json.loads(json.dumps(act().model_dump(), cls=DjangoJSONEncoder))
        return found

    marks = repeats.fingerprint(str(request.method).encode(), request.path.encode(), request.body)
    try:
        answer = repeats.once(client=request.auth.client, key=key, fingerprint=marks, act=kept, now=timezone.now())
    except repeats.Reused:
        raise reused() from None
    return Status(status, answer)


def leads_to(status: int, parameter: str, *operations: str) -> dict[str, Any]:
    """For the description: what the id of the answer can be used for."""
    links = {name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}} for name in operations}
    return {"responses": {status: {"links": links}}}


def reused() -> problems.Problem:
    said = "Nyckeln har redan använts för ett annat anrop. Gör en ny för varje sak som ska göras."
    wrong = problems.Wrong(parameter="Idempotency-Key", detail=said)
    return problems.Problem(422, "nyckel-anvand", said, [wrong])


def person_of(told: AboutPerson, reach: Reach, *, now: datetime) -> Individual:
    """Who it is about; somebody new is taken in. Raises Problem."""
    if told.person_ref is not None:
        found = selectors.person(reach, told.person_ref)
        if found is None:
            raise problems.invalid("/person_ref", UNKNOWN_PERSON, code="okand-person")
        return found
    if told.person is None:
        raise problems.invalid("/person", "Ange vem det gäller.", code="okand-person")
    return _by_number(told.person, now=now)


def identified(told: PersonIn, *, now: datetime) -> identity.Identity:
    """Raises Problem."""
    try:
        return identity.parse(told.number, today=timezone.localdate(now))
    except identity.InvalidIdentity as invalid:
        raise problems.invalid("/person/number", invalid.message_sv, code="personnummer") from None


def _by_number(told: PersonIn, *, now: datetime) -> Individual:
    """What is known of a person is not changed by a client."""
    number = identified(told, now=now)
    known = Individual.objects.filter(identity_type=number.type, identity_number=number.number).first()
    if known is not None:
        return known
    return individuals.find_or_create(
        identity_type=number.type,
        identity_number=number.number,
        given_name=told.given_name.strip(),
        family_name=told.family_name.strip(),
        born_on=number.born_on,
        now=now,
    )[0]
