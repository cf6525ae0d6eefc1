"""What home care planning knows about a person, for a look on the person's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from integrations import http
from integrations.hemtjanst.client import HomeCarePlanning
from web import swedish
from workflows.connectors import glance

STATES = {"aktiv": "Pågår", "pausad": "Pausad", "avslutad": "Avslutad"}
MOST_TEXT = 100


@glance("hemtjanst", title="Hemtjänst", sphere="sol")
def look(person_ref: UUID, seconds: float) -> list[tuple[str, str]]:
    """State, visits and the time of the latest change; what the system says beside that is not shown."""
    told = HomeCarePlanning(http.peer("hemtjanst", seconds=seconds)).overview(person_ref)
    if not isinstance(told, Mapping):
        raise http.unreadable()
    if not told.get("status"):
        return []
    lines = [("Hemtjänsten", STATES.get(str(told["status"]), "Okänt läge"))]
    if isinstance(told.get("besok_per_dag"), int):
        lines.append(("Besök per dag", str(told["besok_per_dag"])))
    if isinstance(told.get("enhet"), str):
        lines.append(("Enhet", told["enhet"][:MOST_TEXT]))
    if at := _moment(told.get("andrad_dt")):
        lines.append(("Senast ändrad", swedish.moment(at, now=timezone.now())))
    return lines


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo else None
