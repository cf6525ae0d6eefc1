"""The dialect of 46elks: form-encoded with basic authentication, and a callback for each change (46elks.se/docs)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from integrations import http
from integrations.http import Peer
from integrations.notis.dialects.shape import Accepted, Outgoing, Said, identified, read_object, unreadable
from integrations.notis.receivers import Unreachable

FORM = "application/x-www-form-urlencoded"
STATES: Mapping[str, Said] = {"sent": "skickat", "delivered": "levererat", "failed": "misslyckat"}
# Our clocks differ, and theirs may round down.
BEFORE = timedelta(minutes=5)
_NO_NUMBER = ("invalid to", "invalid phone", "unknown number", "not a valid")


class Elks:
    tells = True

    def __init__(self, peer: Peer, *, user: str, password: str) -> None:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._peer = replace(peer, headers={"Authorization": f"Basic {credentials}"})

    def send(self, message: Outgoing) -> Accepted:
        told = {"from": message.sender, "to": message.to, "message": message.text}
        if message.report_url:
            told["whendelivered"] = message.report_url
        body = urlencode(told).encode()
        answer = self._peer.exchange("/sms", body, content_type=FORM, read=_read, headers={}, key=message.key)
        return Accepted(identified(answer.get("id")))

    def find(self, message: Outgoing, *, known: frozenset[str]) -> Accepted | None:
        """There is no key to ask by: the same text to the same number since we began, that is no other message's."""
        since = (message.asked_at.astimezone(UTC) - BEFORE).strftime("%Y-%m-%dT%H:%M:%S")
        answer = self._peer.get("/sms", to=message.to, start=since, limit=100)
        rows = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            raise unreadable()
        for row in rows:
            if isinstance(row, Mapping) and (row.get("to"), row.get("message")) == (message.to, message.text):
                number = identified(row.get("id"))
                if number not in known:
                    return Accepted(number)
        return None

    def said(self, provider_id: str) -> Said | None:
        answer = self._peer.get(f"/sms/{quote(provider_id, safe='')}")
        return STATES.get(str(answer.get("status"))) if isinstance(answer, Mapping) else None

    def ask(self) -> None:
        self._peer.get("/me")


def _read(status: int, body: bytes) -> dict[str, Any]:
    if status in (400, 403, 422) and any(word in body[:500].decode("utf-8", "replace").lower() for word in _NO_NUMBER):
        raise Unreachable("okant_nummer", "Numret går inte att skicka sms till.")
    if status >= 300:
        raise http.failure(status, body)
    return read_object(body)
