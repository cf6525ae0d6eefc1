"""Translates what became of a message, and what somebody answered, to messages of an ärende."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from integrations import reading
from integrations.models import Dispatch
from integrations.notis.outcomes import OUTCOME
from integrations.notis.replies import REPLY
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, Unreadable, translator

FIELDS = {
    OUTCOME: {
        "notis_id": "ref!",
        "kanal": "word:sms|epost!",
        "utfall": "word:levererat|misslyckat|okant!",
    },
    REPLY: {"notis_id": "ref", "text": "text!"},
}
TITLES = {OUTCOME: "Vad det blev av ett meddelande", REPLY: "Svar på ett sms"}

connectors.incoming(
    "notis", keys=("notis_id", "person_ref"), kinds={name: (TITLES[name], fields) for name, fields in FIELDS.items()}
)


@translator("notis")
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable. Whom it is about is known by the message that it is about, never by a number."""
    name = payload.get("typ")
    if not isinstance(name, str) or name not in FIELDS:
        raise Unreadable("okand_typ", "Meddelandet är av ett slag som inte känns igen.")
    fields = reading.payload(payload, FIELDS[name], reading.Identity())
    told_at = payload.get("skickad_dt")
    sent_at = reading.moment(told_at, "skickad_dt") if told_at else now
    about = _dispatch(fields.get("notis_id"))
    individual = about.individual if about else None
    keys = {"notis_id": fields["notis_id"]} if fields.get("notis_id") else {}
    if individual is not None:
        keys["person_ref"] = str(individual.ref)
    told = IncomingMessage(
        name=name,
        keys=keys,
        payload=fields | keys,
        sent_at=sent_at,
        individual_ref=individual.ref if individual else None,
    )
    if name == REPLY and individual is None:
        raise Unreadable("okand_avsandare", "Ett sms har kommit från någon som vi inte har skrivit till.", told)
    return told


def _dispatch(key: object) -> Dispatch | None:
    try:
        return Dispatch.objects.select_related("individual").filter(key=UUID(str(key))).first()
    except ValueError:
        return None
