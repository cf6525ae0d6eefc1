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

    def pause(self, serial: str, body: Json, *, key: UUID) -> Json:
        return self._peer.post(f"/api/enheter/{quote(serial, safe='')}/paus", body, key=key)

    def resume(self, serial: str, body: Json, *, key: UUID) -> Json:
        return self._peer.post(f"/api/enheter/{quote(serial, safe='')}/ateruppta", body, key=key)
