"""What the person says, as förlopp hear it: told and understood as a system's messages are."""

from __future__ import annotations

import uuid
from datetime import datetime

from workflows import connectors
from workflows.connectors import IncomingMessage, Json, Unreadable, translator

FIELDS = {
    "svar_id": "str!",
    "slag": "word:svar|vecka!",
    "svarat_av": "str!",
    "text": "str",
}
KINDS = {
    "enskild_svar": ("Personen har svarat i Min plan", {**FIELDS, "fraga": "str", "betyg": "number"}),
    "dalig_vecka": ("Personen har haft en dålig vecka", {**FIELDS, "betyg": "number!"}),
}
connectors.incoming("min_plan", keys=("person_ref", "svar_id"), kinds=KINDS)


@translator("min_plan")
def translate(payload: Json, *, now: datetime) -> IncomingMessage:  # noqa: ARG001  as every translator is called
    """Our own room has written it. Raises Unreadable for what is not as it writes."""
    name = payload.get("typ")
    if name not in KINDS:
        raise Unreadable("okand_typ", "Svaret är av ett slag som inte känns igen.")
    told = {key: payload[key] for key in KINDS[name][1] if key in payload}
    return IncomingMessage(
        name=name,
        keys={"svar_id": str(payload["svar_id"])},
        payload=told,
        sent_at=datetime.fromisoformat(payload["skickad_dt"]),
        individual_ref=uuid.UUID(payload["person_ref"]),
    )
