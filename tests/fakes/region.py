"""A region that keeps its mailbox in a list, and made-up messages of its set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflows.connectors import DeliveryError

PERSON = {
    "id_typ": "personnummer",
    "id": "19380514-2381",
    "namn": "Margareta Lindqvist",
    "folkbokforingskommun": "1880",
    "adress": "Påhittade gatan 1, 702 10 Örebro",
    "telefon": "070-174 06 10",
    "skydd": "ingen",
}


def notice(message_id: str = "m-1", **changes: Any) -> dict[str, Any]:
    """An envelope with a notice of admission; `changes` replace its parts."""
    return {
        "schema": "se.forlopp.samverkan/1",
        "meddelande_id": message_id,
        "typ": "inskrivningsmeddelande",
        "version": 1,
        "ersatter_meddelande_id": None,
        "inskrivning_id": "vard-1",
        "skickad_dt": "2026-11-23T08:55:00+01:00",
        "avsandare": {"orgnr": "232100-0000", "hsa_id": "SE2321000000-DEMO", "enhet": "Avd 3", "telefon": "019-1"},
        "mottagare": {"kommunkod": "1880", "funktionsadress": "vard-samordning", "hsa_id": None},
        "person": dict(PERSON),
        "innehall": {
            "namn": "Margareta Lindqvist",
            "personnummer": "193805142381",
            "folkbokforingsadress": "Påhittade gatan 1",
            "beraknad_utskrivning": "2026-11-27",
            "inskriven_dt": "2026-11-22T20:00:00+01:00",
            "vardenhet": "Avd 3",
            "behov": {"sol": True, "hsl": True, "oppenvard_region": False},
        },
        **changes,
    }


class Mailbox:
    """Hands out what is not acknowledged, oldest first, as the real one does; can be told to refuse receipts."""

    def __init__(self, items: list[Any], *, refuses: DeliveryError | None = None) -> None:
        self.items = list(items)
        self.receipts: list[tuple[str, str]] = []
        self.refuses = refuses

    def fetch(self, *, limit: int) -> list[Any]:
        return self.items[:limit]

    def acknowledge(self, message_id: str, *, status: str, at: datetime) -> None:  # noqa: ARG002 - the real one's shape
        if self.refuses:
            raise self.refuses
        self.receipts.append((message_id, status))
        self.items = [
            item for item in self.items if not (isinstance(item, dict) and item.get("meddelande_id") == message_id)
        ]
