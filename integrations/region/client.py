"""The region's HTTP interface: a mailbox to empty, receipts and messages to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from integrations import http
from integrations.http import Peer
from integrations.polling import listed
from workflows.connectors import Json


class Region:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("region")

    def fetch(self, *, limit: int) -> list[Any]:
        return listed(self._peer.get("/api/meddelanden", max=limit))

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        self.send_receipt(message_id, status=status, at=at)

    def send_receipt(
        self, message_id: str, *, status: str, at: datetime, reason: str = "", key: UUID | None = None
    ) -> Json:
        """Status: mottagen, last, felaktig_mottagare or avvisad."""
        body = {"meddelande_id": message_id, "status": status, "dt": at.isoformat()}
        return self._peer.post("/api/kvittenser", body | ({"orsak": reason} if reason else {}), key=key)

    def send_message(self, envelope: Json, *, key: UUID) -> Json:
        return self._peer.post("/api/meddelanden", envelope, key=key)
