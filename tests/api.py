"""What the tests of the API share: clients with tokens, and calls as other systems make them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.test import Client as Http
from django.utils import timezone

from api.models import SCOPES, Client
from api.services import clients
from tests import pages

FAST = {"per_minute": 60_000, "burst": 999}
YEAR = datetime.timedelta(days=365)


def added(key: str = "hjalpmedel", **wanted: Any) -> tuple[Client, str]:
    """A client that may do everything everywhere, unless told otherwise, and its token."""
    asked: dict[str, Any] = {"name": key.capitalize(), "scopes": list(SCOPES), "definitions": ["*"]} | FAST
    now = timezone.now()
    return clients.add(wanted=clients.Wanted(key=key, **(asked | wanted)), expires_at=now + YEAR, now=now)


class Caller:
    """A system that calls the API."""

    def __init__(self, token: str) -> None:
        self.http, self.token = Http(), token

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: object, *, key: str | None = None, **headers: str) -> Any:
        named = {"Idempotency-Key": key or str(uuid.uuid4()), **headers}
        sent: dict[str, Any] = {"data": body, "content_type": "application/json", "headers": self._headers(named)}
        return self.http.post(f"/api/v1{path}", **sent)

    def start(self, number: str = "19380514-2381", **more: Any) -> Any:
        body = {"definition": "hembesok", "person": {"number": number}, "answers": {"orsak": "Yrsel."}} | more
        return self.post("/instances", body)

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | (more or {})


def calling(key: str = "hjalpmedel", *, professions: Sequence[str] = (), **wanted: Any) -> Caller:
    """A caller with the small förlopp published."""
    pages.publish()
    for profession in professions:
        pages.staff(f"kollega-{profession}", profession)
    pairs = [(profession, "norr") for profession in professions]
    return Caller(added(key, professions=pairs, **wanted)[1])
