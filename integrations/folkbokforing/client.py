"""The register's HTTP interface: changes that wait until we have them, and one person at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from integrations import http
from integrations.http import Peer
from integrations.polling import listed
from workflows.connectors import Json


class Folkbokforing:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("folkbokforing")

    def fetch(self, *, limit: int) -> list[Any]:
        """The oldest changes that we have not acknowledged."""
        return listed(self._peer.get("/api/meddelanden", max=limit))

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        """Status: mottagen, avvisad, or ej_aktuell when the person is nobody of ours."""
        self._peer.post("/api/kvittenser", {"meddelande_id": message_id, "status": status, "dt": at.isoformat()})

    def look_up(self, number: str, *, key: UUID) -> Json:
        """{"person": {…}} as in a change. The number travels in the body: addresses end up in logs."""
        return self._peer.post("/api/personposter", {"id": number}, key=key)
