"""A message as it lies in the inbox: JSON, with what its files are in place of the files."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from integrations.sdk.document import Message, Named, Party
from workflows import strict_json
from workflows.connectors import Json
from workflows.models import InboxMessage


def raw(message: Message) -> bytes:
    """The same for the same message, however often it comes."""
    told = {
        "meddelande_id": str(message.message_id),
        "konversation_id": str(message.conversation_id),
        "svar_pa": str(message.reply_to) if message.reply_to else None,
        "skapad_dt": message.created_at.isoformat(),
        "amne": message.subject,
        "text": message.text,
        "konfidentiell": message.is_confidential,
        "avsandare": _party(message.sender),
        "mottagare": _party(message.recipient),
        "bilagor": [
            {
                "namn": file.name,
                "typ": file.type,
                "byte": len(file.content),
                "sha256": hashlib.sha256(file.content).hexdigest(),
            }
            for file in message.files
        ],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def of(row: InboxMessage) -> Json:
    found: Json = strict_json.parse(bytes(row.raw))
    return found


def words(row: InboxMessage) -> str:
    """All that it says, of its numbers also those in the places that the sender has for them."""
    return bytes(row.raw).decode()


def _party(party: Party) -> dict[str, Any]:
    return {
        "organisation": party.organisation,
        "adress": party.address,
        "namn": party.name,
        "enhet": party.unit,
        "personer": [_named(one) for one in party.persons],
        "referenser": [_named(one) for one in party.references],
    }


def _named(told: Named) -> dict[str, str]:
    return {"slag": told.root, "id": told.value, "namn": told.label}
