"""Who calls: a client and the row of staff that does what it does."""

from __future__ import annotations

from dataclasses import dataclass

from api.models import Client
from people.models import Staff


@dataclass(frozen=True)
class Caller:
    """For one request; `staff` has the professions of today."""

    client: Client
    staff: Staff

    def may(self, scope: str) -> bool:
        return scope in self.client.scopes
