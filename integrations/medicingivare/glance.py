"""What our register of dispensers knows about a person, for a look on the person's page."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from integrations.medicingivare import dispensers
from integrations.models import Dispenser, DispenserEvent
from web import swedish
from workflows.connectors import glance


@glance("medicingivare", title="Medicingivare", sphere="hsl")
def look(person_ref: UUID, _seconds: float) -> list[tuple[str, str]]:
    """Asks our own tables only, by index; the vendor need not be up."""
    now = timezone.now()
    theirs = list(Dispenser.objects.select_related("individual").filter(individual__ref=person_ref, is_active=True))
    lines: list[tuple[str, str]] = []
    for dispenser in theirs:
        heard = swedish.moment(dispenser.last_seen_at, now=now) if dispenser.last_seen_at else "inte än"
        lines.append((f"Givare {dispenser.serial} hördes senast", heard))
    if theirs:
        taken = DispenserEvent.objects.filter(dispenser__in=theirs, kind="dos_tagen").order_by("-occurred_at").first()
        lines.append(("Senaste dos togs", swedish.moment(taken.occurred_at, now=now) if taken else "inte än"))
        missed = dispensers.missed_doses(theirs[0].individual, until=now)
        lines.append(("Missade doser, sju dagar", swedish.number(missed)))
    return lines
