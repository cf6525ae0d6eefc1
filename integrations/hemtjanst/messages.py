"""Translates what home care planning sends; it knows the person by our own opaque reference."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from integrations import reading
from integrations.hemtjanst.schemas import FIELDS
from workflows.connectors import IncomingMessage, Json, Unreadable, translator


@translator("hemtjanst")
def translate(payload: Json, *, now: datetime) -> IncomingMessage:  # noqa: ARG001 - every translator is told the time
    """Raises Unreadable; with all the rest in it when only the person could not be read."""
    name = payload.get("typ")
    if not isinstance(name, str) or name not in FIELDS:
        raise Unreadable("okand_typ", "Meddelandet är av ett slag som inte känns igen.")
    content = payload.get("innehall")
    told = payload | content if isinstance(content, dict) else payload
    try:
        return _translated(payload, told, name, _reference(reading.identifier(told, "person_ref")))
    except _UnreadablePerson as problem:
        raise Unreadable(problem.code, problem.message, _translated(payload, told, name, None)) from None


class _UnreadablePerson(Unreadable):
    """All but the person may be in order."""


def _translated(payload: Json, told: Json, name: str, person_ref: UUID | None) -> IncomingMessage:
    sent_at = reading.moment(reading.required(payload, "skickad_dt"), "skickad_dt")
    message_id = reading.identifier(payload, "meddelande_id")
    fields = reading.payload(told, FIELDS[name], reading.Identity())
    person = {"person_ref": str(person_ref)} if person_ref else {}
    keys = {"meddelande_id": message_id} | person
    keys |= {key: fields[key] for key in ("bestallning_id",) if fields.get(key)}
    return IncomingMessage(
        name=name,
        keys=keys,
        payload=fields | person | {"meddelande_id": message_id, "skickad_dt": sent_at.isoformat()},
        sent_at=sent_at,
        individual_ref=person_ref,
    )


def _reference(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        # It may be a personnummer, so it is not repeated.
        raise _UnreadablePerson("okand_person", "Meddelandet pekar inte på någon person här.") from None
