"""The HTTP interface of the economy system: an invoice out, and a question about one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from integrations import http
from integrations.http import Peer
from workflows.connectors import Json


class Economy:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("ekonomi")

    def invoice(self, body: Json, *, key: UUID) -> str:
        """Its number at the receiver; the same key again is the same invoice."""
        return _number(self._peer.post("/api/fakturor", body, key=key))

    def find(self, key: UUID) -> str | None:
        """The number of the invoice with our reference; None when there is none."""
        answer = self._peer.get("/api/fakturor", referens=str(key))
        found = answer.get("fakturor") if isinstance(answer, Mapping) else None
        if not isinstance(found, list):
            raise http.unreadable()
        return _number(found[0]) if found else None

    def ask(self) -> None:
        """Whether it answers."""
        self.find(UUID(int=0))


def _number(told: object) -> str:
    number = told.get("faktura_id") if isinstance(told, Mapping) else None
    if not isinstance(number, str) or not 0 < len(number) <= 100:
        raise http.unreadable()
    return number
