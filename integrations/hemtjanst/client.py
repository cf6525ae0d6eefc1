"""The HTTP interface of home care planning: orders out, a mailbox to empty, rows to fetch page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations import http
from integrations.http import Peer
from integrations.polling import listed
from workflows.connectors import Json

PAGE = 1_000


class HomeCarePlanning:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("hemtjanst")

    def fetch(self, *, limit: int) -> list[Any]:
        return listed(self._peer.get("/api/meddelanden", max=limit))

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        body = {"meddelande_id": message_id, "status": status, "dt": at.isoformat()}
        self._peer.post("/api/kvittenser", body)

    def order(self, body: Json, *, key: UUID) -> Json:
        return self._peer.post("/api/bestallningar", body, key=key)

    def overview(self, person_ref: UUID) -> Any:
        """What the person has ordered just now."""
        return self._peer.get(f"/api/personer/{person_ref}/insatser")

    def rows(self, kind: str, *, after: str) -> tuple[list[Any], str]:
        """The rows of a contract that have changed after the cursor, and the cursor of the next page."""
        answer = self._peer.get(f"/api/rader/{kind}", efter=after, max=PAGE)
        rows = answer.get("rader") if isinstance(answer, Mapping) else None
        cursor = answer.get("nasta") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list) or not isinstance(cursor, str) or len(cursor) > 200:
            raise http.unreadable()
        return rows, cursor
