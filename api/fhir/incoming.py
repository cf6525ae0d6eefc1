"""Reads message bundles (R4), when the inbox asks: who it is about, what it is called, and its parameters."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from api.fhir import resources
from api.fhir.systems import PERSON, REF
from api.incoming import BadMoment, moment_of, texts
from people import identity
from people.models import Individual
from workflows.connectors import IncomingMessage, Json, PersonData, Unreadable

WAY = "fhir"


class NotAMessage(Exception):
    """Skicka en Bundle av typen message med ett id, som börjar med en MessageHeader med eventCoding."""


def source_of(client_key: str) -> str:
    """Each client is a sender of its own, but for those that speak for a system that has a connector."""
    return f"{WAY}:{client_key}"


def header_of(payload: Json) -> Json:
    """The message's header, once the bundle is known to be a message. Raises NotAMessage."""
    try:
        resources.require("Bundle", resources.plain(payload))
    except (ValidationError, LookupError, TypeError, AttributeError, ValueError):
        # Of a kind of resource that there is not, the library raises what Python does.
        raise NotAMessage from None
    entries = payload.get("entry") or [{}]
    header: Json = entries[0].get("resource") or {}
    is_header = header.get("resourceType") == "MessageHeader" and payload.get("type") == "message"
    if not is_header or not key_of(payload) or not header.get("eventCoding", {}).get("code"):
        raise NotAMessage
    return header


def key_of(payload: Json) -> str:
    """What tells a second copy: the bundle's identifier, or the header's id; '' when it has neither."""
    entries = payload.get("entry") or [{}]
    found = payload.get("identifier", {}).get("value") or (entries[0].get("resource") or {}).get("id")
    return str(found or "")


def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable."""
    try:
        header = header_of(payload)
        told = parameters(payload)
        moment = moment_of(payload.get("timestamp"), now=now)
    except (NotAMessage, BadMoment):
        raise Unreadable("unreadable", "Meddelandet är inget FHIR-meddelande som går att läsa.") from None
    message = IncomingMessage(header["eventCoding"]["code"], texts(told), told, moment)
    return replace(message, **_person(payload, message, now=now))


def parameters(payload: Json) -> Json:
    """What the bundle's Parameters say, by name: `valueString`, `valueDateTime` and other values as they are."""
    found: Json = {}
    for resource in _resources(payload, "Parameters"):
        for parameter in resource.get("parameter", []):
            value = next((parameter[name] for name in parameter if name.startswith("value")), None)
            if isinstance(value, str | int | float | bool):
                found[parameter["name"]] = value
    return found


def _person(payload: Json, message: IncomingMessage, *, now: datetime) -> Json:
    for patient in _resources(payload, "Patient"):
        for one in patient.get("identifier", []):
            if one.get("system") == REF and str(one.get("value", "")).startswith("urn:uuid:"):
                return {"individual_ref": _uuid(one["value"].removeprefix("urn:uuid:"), message)}
            if one.get("system") in PERSON:
                return _identified(one, patient, message, now=now)
    return {}


def _identified(one: Json, patient: Json, message: IncomingMessage, *, now: datetime) -> Json:
    """What is known of a person is not changed by a client."""
    try:
        number = identity.parse(str(one.get("value", "")), today=timezone.localdate(now))
    except identity.InvalidIdentity as invalid:
        raise Unreadable("personnummer", invalid.message_sv, partial=message) from None
    known = Individual.objects.filter(identity_type=number.type, identity_number=number.number).first()
    if known is not None:
        return {"individual_ref": known.ref}
    name: Json = next(iter(patient.get("name", [])), {})
    given, family = " ".join(name.get("given", []))[:120], str(name.get("family", ""))[:120]
    return {
        "person": PersonData(number.type, number.number, given_name=given, family_name=family, born_on=number.born_on)
    }


def _uuid(text: str, message: IncomingMessage) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Unreadable("unknown-person", "Meddelandet gäller en person som inte finns här.", message) from None


def _resources(payload: Json, kind: str) -> list[Any]:
    found = [entry.get("resource", {}) for entry in payload.get("entry", [])]
    return [resource for resource in found if resource.get("resourceType") == kind]
