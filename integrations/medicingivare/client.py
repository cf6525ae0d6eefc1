"""The vendor's HTTP interface: pause and resume a dispenser."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from integrations import http
from integrations.http import Peer
from workflows.connectors import Json


class Vendor:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("medicingivare")

    def events(self, *, after: str, limit: int) -> Json:
        """{"handelser": [oldest first], "nasta": where to go on}."""
        answer = self._peer.get("/api/handelser", efter=after, max=limit)
        return answer if isinstance(answer, dict) else {}

    def pause(self, serial: str, body: Json, *, key: UUID) -> Json:
        return self._peer.post(f"/api/enheter/{quote(serial, safe='')}/paus", body, key=key)

    def resume(self, serial: str, body: Json, *, key: UUID) -> Json:
        return self._peer.post(f"/api/enheter/{quote(serial, safe='')}/ateruppta", body, key=key)
