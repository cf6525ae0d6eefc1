"""What every SMS provider is asked, and what it answers, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from workflows import strict_json
from workflows.connectors import TransientError

Said = Literal["skickat", "levererat", "misslyckat"]


@dataclass(frozen=True)
class Outgoing:
    """One SMS. `report_url` is where the provider may tell what became of it, '' when it may not."""

    key: UUID
    sender: str
    to: str
    text: str
    asked_at: datetime
    report_url: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider has taken it, under a number of its own."""

    provider_id: str


class Provider(Protocol):
    """Every call raises DeliveryError; Unreachable when the number is none that can be written to.

    `tells`: it says by itself what became of a message, where it is told to.
    """

    tells: bool

    def send(self, message: Outgoing) -> Accepted: ...

    def find(self, message: Outgoing, *, known: frozenset[str]) -> Accepted | None:
        """What became of a call whose answer was lost; `known` are numbers that belong to other messages."""
        ...

    def said(self, provider_id: str) -> Said | None:
        """What became of a message; None while nobody knows."""
        ...

    def ask(self) -> None:
        """Whether it answers and lets us in."""
        ...


def identified(told: object) -> str:
    """The provider's own number of a message. Raises TransientError when it is none."""
    if not isinstance(told, str) or not 0 < len(told) <= 200 or not told.isprintable():
        raise unreadable()
    return told


def unreadable() -> TransientError:
    return TransientError("ovantat_svar", "Leverantören svarade något som inte går att läsa.")


def read_object(body: bytes) -> dict[str, Any]:
    """The answer as an object. Raises TransientError when it is none."""
    try:
        answer = strict_json.parse(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise unreadable()
    return answer
