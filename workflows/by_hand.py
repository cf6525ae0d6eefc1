"""Messages that a person registers because no system brought them: understood as if one had, and marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from workflows import connectors, strict_json
from workflows.connectors import IncomingMessage, Json, Unreadable, translator
from workflows.models import InboxMessage

SOURCE = "manuell"


def registrar(message: InboxMessage | None) -> int | None:
    """Who registered it; None for what a system brought."""
    if message is None or message.source != SOURCE:
        return None
    who: int = strict_json.parse(bytes(message.raw))["registered"]["by"]
    return who


@translator(SOURCE)
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """{"system", "message": as it would have sent it, "keys", "individual_ref", "registered": who and why}."""
    understand = connectors.get_translator(str(payload.get("system")))
    if understand is None:
        raise Unreadable("unknown-source", "Ingen koppling är inställd för det som registrerades för hand.")
    message = understand(payload["message"], now=now)
    # What the message says of itself goes first: versions are counted within it.
    more = {key: value for key, value in payload["keys"].items() if value and key not in message.keys}
    return replace(
        message,
        keys={**message.keys, **more},
        payload={**message.payload, "registrerat_for_hand": True},
        person=None,
        individual_ref=UUID(payload["individual_ref"]),
    )
