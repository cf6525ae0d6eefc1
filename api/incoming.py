"""Reads what clients send as messages, when the inbox asks: the same body that was stored."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from api.shapes import MessageIn, PersonIn
from people import identity
from people.models import Individual
from workflows.connectors import IncomingMessage, Json, PersonData, Unreadable

WAY = "api"
EARLIEST = 1900
LONGEST = 200


class BadMoment(ValueError):
    """Skriv tidpunkten med datum, klockslag och förskjutning från UTC, till exempel 2026-11-21T08:00:00+01:00."""


def source_of(client_key: str) -> str:
    """Each client is a sender of its own."""
    return f"{WAY}:{client_key}"


def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable."""
    try:
        told = MessageIn.model_validate(payload)
        moment = sent_at(told, now=now)
    except (ValidationError, BadMoment):
        raise Unreadable("unreadable", "Meddelandet följer inte API:ets beskrivning.") from None
    message = IncomingMessage(
        name=told.name,
        keys=told.keys or texts(told.payload),
        payload=told.payload,
        sent_at=moment,
        individual_ref=uuid.UUID(told.person_ref) if told.person_ref else None,
        version=told.version,
    )
    return replace(message, **_person(told.person, message, now=now)) if told.person else message


def sent_at(told: MessageIn, *, now: datetime) -> datetime:
    """Raises BadMoment."""
    return moment_of(told.sent_at, now=now)


def moment_of(text: str | None, *, now: datetime) -> datetime:
    """Never later than now. Without its offset nobody knows when it was. Raises BadMoment."""
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment from None
    if moment.tzinfo is None or not EARLIEST <= moment.year <= now.year + 1:
        raise BadMoment
    return min(moment, now)


def texts(payload: Json) -> dict[str, str]:
    """What a message is matched by when nothing else is said, as one that an ärende throws."""
    return {key: value for key, value in payload.items() if isinstance(value, str) and 0 < len(value) <= LONGEST}


def names_a_number(value: Any, *, now: datetime) -> bool:
    """Whether a personnummer stands in a text: the content of a message goes where no identity may."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return any(names_a_number(item, now=now) for item in items)
    return isinstance(value, str) and any(_is_number(found[0], now=now) for found in identity.IN_PROSE.finditer(value))


def _is_number(text: str, *, now: datetime) -> bool:
    try:
        found = identity.parse(text, today=timezone.localdate(now))
    except identity.InvalidIdentity:
        return False
    return found.type in {"personnummer", "samordningsnummer"}


def _person(told: PersonIn, message: IncomingMessage, *, now: datetime) -> dict[str, Any]:
    """Whom it is about. What is known of a person is not changed by a client."""
    try:
        number = identity.parse(told.number, today=timezone.localdate(now))
    except identity.InvalidIdentity as invalid:
        raise Unreadable("personnummer", invalid.message_sv, partial=message) from None
    known = Individual.objects.filter(identity_type=number.type, identity_number=number.number).first()
    if known is not None:
        return {"individual_ref": known.ref}
    given, family = told.given_name.strip(), told.family_name.strip()
    data = PersonData(number.type, number.number, given_name=given, family_name=family, born_on=number.born_on)
    return {"person": data}
