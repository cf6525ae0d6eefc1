"""The region over HTTP: a mailbox to empty, receipts and messages to send."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from integrations.http import Peer
from integrations.polling import listed
from integrations.region.schemas import RECEIPT, SCHEMA
from workflows.connectors import Json


class Region(Protocol):
    """What there is to say to a region, whatever it speaks."""

    def fetch(self, *, limit: int) -> list[Any]:
        """The oldest messages not acknowledged, each as it is to be stored."""
        ...

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None: ...

    def send_receipt(
        self, message_id: str, *, status: str, at: datetime, reason: str = "", key: UUID | None = None
    ) -> Json:
        """Status: mottagen, last, felaktig_mottagare or avvisad."""
        ...

    def send_message(self, envelope: Json, *, key: UUID) -> Json: ...


class JsonRegion:
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def fetch(self, *, limit: int) -> list[Any]:
        return listed(self._peer.get("/api/meddelanden", max=limit))

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        self.send_receipt(message_id, status=status, at=at)

    def send_receipt(
        self, message_id: str, *, status: str, at: datetime, reason: str = "", key: UUID | None = None
    ) -> Json:
        body = {"meddelande_id": message_id, "status": status, "dt": at.isoformat()}
        return self._peer.post("/api/kvittenser", body | ({"orsak": reason} if reason else {}), key=key)

    def send_message(self, envelope: Json, *, key: UUID) -> Json:
        return self._peer.post("/api/meddelanden", envelope, key=key)


class Enveloped:
    """A region to which a receipt is a message like any other."""

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        self.send_receipt(message_id, status=status, at=at)

    def send_receipt(
        self, message_id: str, *, status: str, at: datetime, reason: str = "", key: UUID | None = None
    ) -> Json:
        # One machine's word about one message is one receipt, however often it is sent and whenever.
        key = key or uuid.uuid5(uuid.NAMESPACE_URL, f"{message_id}:{status}")
        content = {"meddelande_id": message_id, "status": status, "orsak": reason or None, "dt": at.isoformat()}
        receipt = {
            "schema": SCHEMA,
            "meddelande_id": str(key),
            "typ": RECEIPT,
            "version": 1,
            "skickad_dt": at.isoformat(),
            "innehall": content,
        }
        return self.send_message(receipt, key=key)

    def send_message(self, envelope: Json, *, key: UUID) -> Json:
        raise NotImplementedError
