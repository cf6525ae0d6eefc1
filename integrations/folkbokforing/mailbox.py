"""The register's changes, without those of people who have nothing to do with us: they are never stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.folkbokforing.client import Folkbokforing
from people import identity
from people.models import Individual

MAX_ROUNDS = 1_000


class KnownPersons:
    """A mailbox that tells of persons in our register only (GDPR article 5.1 c: no more than is needed)."""

    def __init__(self, register: Folkbokforing) -> None:
        self._register = register

    def fetch(self, *, limit: int) -> list[Any]:
        for _round in range(MAX_ROUNDS):
            items = self._register.fetch(limit=limit)
            strangers = self._strangers(items)
            for message_id in strangers:
                self._register.acknowledge(message_id, status="ej_aktuell", at=timezone.now())
            kept = [item for item in items if not (isinstance(item, dict) and item.get("meddelande_id") in strangers)]
            if kept or not items:
                return kept
        return []

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:
        self._register.acknowledge(message_id, status=status, at=at)

    def _strangers(self, items: list[Any]) -> set[str]:
        """The ids of changes that certainly are about somebody else; what cannot be read goes to a person of ours."""
        numbers = dict(filter(all, map(_told, items)))
        found = Individual.objects.filter(identity_number__in=set(numbers.values()))
        known = set(found.values_list("identity_number", flat=True))
        return {message_id for message_id, number in numbers.items() if number not in known}


def _told(item: Any) -> tuple[str, str]:
    """Id and number, empty where they cannot be read."""
    person = item.get("person") if isinstance(item, dict) else None
    number, message_id = (person.get("id"), item.get("meddelande_id")) if isinstance(person, dict) else (None, None)
    if not isinstance(number, str) or not isinstance(message_id, str):
        return "", ""
    try:
        return message_id, identity.parse(number, today=timezone.localdate()).number
    except identity.InvalidIdentity:
        return "", ""
