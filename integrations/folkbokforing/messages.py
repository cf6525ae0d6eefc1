"""Translates the register's changes into the messages that every förlopp may wait for (avliden, flyttat …)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from integrations import reading
from integrations.folkbokforing.schemas import FIELDS, TITLES
from people.models import Individual, Protection
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, PersonData, Unreadable, translator

# Ärenden are found by the person, who is looked up by the number.
connectors.incoming(
    "folkbokforing", keys=("person_ref",), kinds={name: (TITLES[name], told) for name, told in FIELDS.items()}
)


@translator("folkbokforing")
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable: the change is kept as it came and becomes a stopp for a person."""
    name = payload.get("typ")
    if not isinstance(name, str) or name not in FIELDS:
        raise Unreadable("okand_typ", "Ändringen är av ett slag som inte känns igen.")
    person = read_person(payload.get("person"), today=timezone.localdate(now))
    fields = reading.payload(payload, FIELDS[name], reading.Identity.of(person))
    if name == "avliden":
        person = replace(person, deceased_on=date.fromisoformat(fields["avliden_dt"]))
    if name == "flyttat":
        person = replace(person, municipality_code=fields["ny_kommun"][:4])
    if name == "skyddade_uppgifter_andrad":
        person = replace(person, protection=fields["skydd"])
        _refuse_lowered(person)
    sent_at = reading.moment(reading.required(payload, "skickad_dt"), "skickad_dt")
    return IncomingMessage(name=name, keys={}, payload=fields, sent_at=sent_at, person=person)


def read_person(told: object, *, today: date) -> PersonData:
    """The person of a change or of an answer. Raises Unreadable."""
    return reading.person({"id_typ": "personnummer"} | told if isinstance(told, dict) else told, today=today)


def _refuse_lowered(person: PersonData) -> None:
    """To show a person who was hidden is for a human to decide, who also goes through what is open."""
    known = Individual.objects.filter(identity_number=person.identity_number).exclude(protection=Protection.INGEN)
    if person.protection == Protection.INGEN and known.exists():
        told = "Skyddet har hävts i folkbokföringen. Kontrollera och ändra för hand; till dess är personen skyddad här."
        raise Unreadable("skydd_havt", told)
