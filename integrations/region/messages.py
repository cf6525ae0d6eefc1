"""Translates the region's envelope: identity to the person register, the declared fields to the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations import reading
from integrations.region import earlier, formats
from integrations.region.schemas import FIELDS, NOTICE, RECEIPT, SCHEMA, TITLES
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, PersonData, Unreadable, translator

# The statutory four of a notice of admission (2017:612 2 kap. 1 §) are about a person; the rest may point to the stay.
_NEEDS_PERSON = (NOTICE,)
# What we make up when somebody is ready to leave before we have heard of them: no more is known.
_PROVISIONAL = {field: kind.rstrip("!") for field, kind in FIELDS[NOTICE].items()}

connectors.incoming(
    "region",
    keys=("inskrivning_id", "meddelande_id", "person_ref"),
    kinds={name: (TITLES[name], fields) for name, fields in FIELDS.items()},
)


@translator("region")
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable; with all the rest in it when only the person could not be read."""
    payload = formats.envelope(payload)
    if payload.get("schema") not in (None, SCHEMA):
        raise Unreadable("okant_schema", "Meddelandet följer en annan överenskommelse än den som används här.")
    name = payload.get("typ")
    if not isinstance(name, str) or name not in FIELDS:
        raise Unreadable("okand_typ", "Meddelandet är av ett slag som inte känns igen.")
    if name == RECEIPT:
        return _receipt(payload)
    try:
        return _translated(payload, name, _person(payload, name, now))
    except _UnreadablePerson as problem:
        raise Unreadable(problem.code, problem.message, _translated(payload, name, None)) from None


class _UnreadablePerson(Unreadable):
    """All but the person may be in order."""


def _translated(payload: Json, name: str, person: PersonData | None) -> IncomingMessage:
    sent_at = reading.moment(reading.required(payload, "skickad_dt"), "skickad_dt")
    who = reading.Identity.of(person) if person else reading.Identity.of_words(payload.get("person"))
    envelope = _envelope(payload, who) | {"skickad_dt": sent_at.isoformat()}
    content = _content(payload, name, who) | _about(name, person)
    name, content = _in_its_place(name, content, envelope)
    return IncomingMessage(
        name=name,
        # The stay first: versions of a message are counted within it.
        keys={key: envelope[key] for key in ("inskrivning_id", "meddelande_id")},
        payload=content | envelope,
        sent_at=sent_at,
        person=person,
        version=envelope["version"],
        replaces=envelope["ersatter_meddelande_id"],
    )


def _in_its_place(name: str, content: Json, envelope: Json) -> tuple[str, Json]:
    """What the message is, seen what came before it.

    A notice about a stay that we began ourselves is news about it. To cancel a message is not to cancel the stay: only
    the notice's own cancellation, or that of something we have never had, ends an ärende.
    """
    if name == NOTICE and not content["preliminar"] and earlier.is_provisional(envelope["inskrivning_id"]):
        return "info_uppdatering", {
            "text": "Inskrivningsmeddelandet har kommit.",
            "innehall": None,
            "uppdatering": content,
        }
    replaced = envelope["ersatter_meddelande_id"]
    if name != "makulering" or not replaced:
        return name, content
    cancelled = earlier.kind_of(replaced)
    if cancelled in ("", NOTICE, "aterinlaggning"):
        return name, content
    if cancelled == "utskrivningsklar":
        return "avbrott_utskrivningsklar", {"orsak": content["orsak"], "dt": envelope["skickad_dt"]}
    text = f"Regionen har makulerat ”{TITLES.get(cancelled, cancelled)}”: {content['orsak']}"
    return "info_uppdatering", _news(text)


def _news(text: str, told: Json | None = None) -> Json:
    return {"text": text, "innehall": None, "uppdatering": told}


def _receipt(payload: Json) -> IncomingMessage:
    """The region's word that what we sent has come or been read; found by the id of what we sent."""
    told = _content(payload, RECEIPT, reading.Identity())
    sent_at = reading.moment(reading.required(payload, "skickad_dt"), "skickad_dt")
    return IncomingMessage(RECEIPT, {"meddelande_id": told["meddelande_id"]}, told, sent_at)


def _person(payload: Json, name: str, now: datetime) -> PersonData | None:
    told = payload.get("person")
    if not told and name not in _NEEDS_PERSON:
        return None
    try:
        return reading.person(told, today=timezone.localdate(now))
    except Unreadable as problem:
        raise _UnreadablePerson(problem.code, problem.message) from None


def _envelope(payload: Json, who: reading.Identity) -> Json:
    sender, receiver = (_object(payload.get(key)) for key in ("avsandare", "mottagare"))
    place = {"enhet": "text", "hsa_id": "ref"}
    told = reading.payload(sender, place, who) | reading.payload(receiver, {"kommunkod": "ref"}, who)
    # A cancellation may name what it cancels in the envelope or in its content.
    replaced = {
        **_object(payload.get("innehall")),
        **{key: value for key, value in payload.items() if value is not None},
    }
    has_replaced = replaced.get("ersatter_meddelande_id") is not None
    return {
        "meddelande_id": reading.identifier(payload, "meddelande_id"),
        "inskrivning_id": reading.identifier(payload, "inskrivning_id"),
        "version": _version(payload.get("version", 1)),
        "ersatter_meddelande_id": reading.identifier(replaced, "ersatter_meddelande_id") if has_replaced else None,
        "avsandare_enhet": told["enhet"],
        "avsandare_hsa_id": told["hsa_id"],
        "mottagare_kommunkod": told["kommunkod"],
    }


def _content(payload: Json, name: str, who: reading.Identity) -> Json:
    content = payload.get("innehall")
    if content is not None and not isinstance(content, dict):
        raise Unreadable("fel_typ", "Meddelandets innehåll har fel form.")
    content = content or {}
    is_ours = name == NOTICE and content.get("preliminar") is True
    return reading.payload(content, _PROVISIONAL if is_ours else FIELDS[name], who)


def _about(name: str, person: PersonData | None) -> Json:
    """What the first decision asks about the person, without saying who it is."""
    if name not in _NEEDS_PERSON:
        return {}
    if person is None:
        return {"folkbokforingskommun": None, "identitetstyp": "okand", "skydd": "ingen"}
    return {
        "folkbokforingskommun": person.municipality_code or None,
        "identitetstyp": person.identity_type,
        "skydd": person.protection,
    }


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _version(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10_000:
        raise Unreadable("fel_version", "Meddelandets version är inte ett heltal från 1.")
    return value
