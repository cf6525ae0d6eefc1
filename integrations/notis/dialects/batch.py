"""The dialect of JSON batches with a bearer token, as Sinch's REST API speaks; what became of one is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from integrations import http
from integrations.http import Peer
from integrations.notis.dialects.shape import Accepted, Outgoing, Said, identified, read_object, unreadable
from integrations.notis.receivers import Unreachable
from workflows import strict_json

STATES: Mapping[str, Said] = {
    "Dispatched": "skickat",
    "Delivered": "levererat",
    **dict.fromkeys(("Aborted", "Cancelled", "Rejected", "Deleted", "Failed", "Expired"), "misslyckat"),
}
NO_NUMBER = ("syntax_invalid_parameter_format", "invalid_recipient", "unknown_recipient")


class Batches:
    tells = False

    def __init__(self, peer: Peer, *, user: str, password: str) -> None:  # noqa: ARG002 - the token is in the peer
        self._peer = peer

    def send(self, message: Outgoing) -> Accepted:
        told = {
            "from": message.sender,
            "to": [message.to],
            "body": message.text,
            "client_reference": str(message.key),
            "delivery_report": "none",
        }
        body = json.dumps(told, ensure_ascii=False).encode()
        answer = self._peer.exchange(
            "/batches", body, content_type="application/json", read=_read, headers={}, key=message.key
        )
        return Accepted(identified(answer.get("id")))

    def find(self, message: Outgoing, *, known: frozenset[str]) -> Accepted | None:  # noqa: ARG002 - asked for by key
        answer = self._peer.get("/batches", client_reference=str(message.key), page_size=10)
        rows = answer.get("batches") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            raise unreadable()
        theirs = [row for row in rows if isinstance(row, Mapping) and row.get("client_reference") == str(message.key)]
        return Accepted(identified(theirs[0].get("id"))) if theirs else None

    def said(self, provider_id: str) -> Said | None:
        answer = self._peer.get(f"/batches/{quote(provider_id, safe='')}/delivery_report")
        match answer:
            case {"statuses": [{"status": str(state)}, *_]}:
                return STATES.get(state)
        return None

    def ask(self) -> None:
        self._peer.get("/batches", page_size=1)


def _read(status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = strict_json.parse(body)
    except ValueError:
        answer = None
    if status in (400, 403, 422) and isinstance(answer, dict) and answer.get("code") in NO_NUMBER:
        raise Unreachable("okant_nummer", "Numret går inte att skicka sms till.")
    if status >= 300:
        raise http.failure(status, body)
    return read_object(body)
