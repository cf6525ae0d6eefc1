"""What the person says, as förlopp hear it: told and understood as a system's messages are."""

from __future__ import annotations

import uuid
from datetime import datetime

from people.own import MESSAGES
from plan.services.telling import BAD_WEEK, HEARD, UNHEARD
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, Unreadable, translator

FIELDS = {
    "svar_id": "str!",
    "slag": "word:svar|vecka|samtycke|overenskommelse|narstaende!",
    "svarat_av": "word:personen|narstaende|god_man|forvaltare|framtidsfullmakt!",
    "har_text": "flag!",
    "har_omsorgskontakt": "flag!",
    "har_vardkontakt": "flag!",
    "steg": "str",
    "stegets_roll": "str",
    "fraga": "str",
    "betyg": "number",
}
KINDS = {
    HEARD: ("Personen har svarat i Min plan", FIELDS),
    UNHEARD: ("Personen har sagt något i Min plan som någon behöver läsa", FIELDS),
    BAD_WEEK: ("Personen har haft en dålig vecka", FIELDS),
}
connectors.incoming(MESSAGES, keys=("person_ref", "svar_id"), kinds=KINDS)


@translator(MESSAGES)
def translate(payload: Json, *, now: datetime) -> IncomingMessage:  # noqa: ARG001  as every translator is called
    """Our own room has written it. Raises Unreadable for what is not as it writes."""
    name = payload.get("typ")
    if name not in KINDS:
        raise Unreadable("okand_typ", "Svaret är av ett slag som inte känns igen.")
    return IncomingMessage(
        name=name,
        keys={"svar_id": str(payload["svar_id"])},
        payload={key: payload[key] for key in FIELDS if key in payload},
        sent_at=datetime.fromisoformat(payload["skickad_dt"]),
        individual_ref=uuid.UUID(payload["person_ref"]),
    )
