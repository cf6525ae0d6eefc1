"""Looks after what would else lie unseen: messages that nobody has registered, and what became of those we sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from integrations import configuration
from integrations.sdk import receipts
from integrations.sdk.messages import TO_REGISTER
from integrations.sdk.outgoing import SOURCE
from workflows.models import InboxState, Incident, IncidentState
from workflows.rights import HEAD
from workflows.services import incidents

UNREGISTERED = "ej_registrerat"
AT_ONCE = 200


def run() -> None:
    now, told = timezone.now(), configuration.of(SOURCE)
    hours = told.whole("kvittens_timmar")
    receipts.tell(now=now, patience=timedelta(hours=hours) if hours else None)
    if hours := told.whole("registrera_timmar"):
        ask_head(now=now, patience=timedelta(hours=hours))


def ask_head(*, now: datetime, patience: timedelta) -> None:
    """What nobody has registered is told once more, to the head as well."""
    late = Incident.objects.filter(
        state=IncidentState.OPEN,
        code=TO_REGISTER,
        message__source=SOURCE,
        message__state=InboxState.STOPPED,
        created_at__lte=now - patience,
    ).exclude(message__incidents__code=UNREGISTERED)
    for stop in late.select_related("message").order_by("created_at")[:AT_ONCE]:
        text = f"Ingen har registrerat det på {(now - stop.created_at).total_seconds() / 3600:.0f} timmar. {stop.text}"
        incidents.open_incident(code=UNREGISTERED, text=text, group=HEAD, message=stop.message, page=stop.page, now=now)
