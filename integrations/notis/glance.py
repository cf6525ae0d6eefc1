"""What has been written to a person and those around them, for a look on the person's page."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from integrations.models import Dispatch, DispatchState, OptOut
from integrations.notis import templates
from web import swedish
from workflows.connectors import glance

LATEST = 3


@glance("notis", title="Sms och e-post", sphere="bada")
def look(person_ref: UUID, _seconds: float) -> list[tuple[str, str]]:
    """Our own rows only, by index: the providers need not be up."""
    now, titles = timezone.now(), templates.titles()
    rows = Dispatch.objects.filter(individual__ref=person_ref).order_by("-created_at")[:LATEST]
    found = list(rows)
    lines = [
        (
            f"{titles.get(row.template, row.template)}, {swedish.moment(row.created_at, now=now)}",
            f"{row.get_channel_display() or 'Inget'}: {DispatchState(row.state).label}",
        )
        for row in found
    ]
    addresses = [row.address for row in found if row.address]
    if addresses and OptOut.objects.filter(address__in=addresses).exists():
        lines.append(("Har svarat STOPP", "får inga fler sms"))
    return lines
