"""Looks after what would else lie unseen: messages nobody has read, and those that came before their admission."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import QuerySet
from django.utils import timezone

from integrations import configuration
from integrations.region import earlier, formats, receipts
from integrations.region.earlier import SOURCE
from integrations.region.schemas import NOTICE, SCHEMA
from workflows.connectors import Json
from workflows.models import InboxMessage, InboxState, Incident, IncidentState
from workflows.rights import HEAD
from workflows.services import inbox, incidents

# Messages overtake each other by minutes; after this the notice is not on its way.
OVERTAKEN = timedelta(minutes=15)
AT_ONCE = 200
UNREAD, NO_STAY = "ej_kvitterat", "utskrivningsklar_utan_inskrivning"


def run() -> None:
    now = timezone.now()
    hours = configuration.of(SOURCE).whole("kvittens_timmar")
    begin_unannounced(now=now)
    if hours:
        ask_people(now=now, patience=timedelta(hours=hours))
    receipts.judge(now=now, patience=timedelta(hours=hours) if hours else None)


def begin_unannounced(*, now: datetime) -> None:
    """Somebody is ready to leave whom we have never heard of: begin provisionally, for the law's days are running."""
    late = _buffered(before=now - OVERTAKEN).filter(name="utskrivningsklar").select_related("individual")
    for row in late[:AT_ONCE]:
        stay = row.keys["inskrivning_id"]
        if earlier.is_provisional(stay):
            continue
        if row.individual is None:
            _once(
                row,
                code=NO_STAY,
                text="Någon är utskrivningsklar, men inskrivningsmeddelandet har inte kommit och det står inte vem."
                " Ring avdelningen, och para ihop meddelandet med rätt person.",
                group=incidents.COORDINATOR,
                now=now,
            )
            continue
        raw = json.dumps(_provisional(row), ensure_ascii=False, sort_keys=True).encode()
        inbox.receive(source=SOURCE, message_id=earlier.provisional_id(stay), raw=raw, now=now)


def ask_people(*, now: datetime, patience: timedelta) -> None:
    """What nobody has taken within `patience` is told again, to the head as well: someone must telephone."""
    before = now - patience
    stopped = Incident.objects.filter(state=IncidentState.OPEN, message__source=SOURCE, created_at__lte=before)
    stopped = stopped.exclude(code=UNREAD).select_related("message")
    about = chain((incident.message for incident in stopped[:AT_ONCE]), _buffered(before=before)[:AT_ONCE])
    hours = f"{patience.total_seconds() / 3600:.0f}"
    hours = f"{patience.total_seconds() / 3600:.0f}"
    text = (
        f"Ett meddelande från regionen har väntat i {hours} timmar på någon. Ring avdelningen och hör vad som gäller."
    )
    for message in filter(None, about):
        _once(message, code=UNREAD, text=text, group=HEAD, now=now)
    taken = Incident.objects.filter(state=IncidentState.OPEN, code=UNREAD, message__source=SOURCE)
    for incident in taken.exclude(message__state__in=[InboxState.BUFFERED, InboxState.STOPPED])[:AT_ONCE]:
        incidents.resolve(incident=incident, by=None, now=now, note="Meddelandet är omhändertaget")


def _buffered(*, before: datetime) -> QuerySet[InboxMessage]:
    rows = InboxMessage.objects.filter(state=InboxState.BUFFERED, expires_at__isnull=False, source=SOURCE)
    return rows.filter(received_at__lte=before).order_by("received_at")


def _once(message: InboxMessage, *, code: str, text: str, group: str, now: datetime) -> None:
    """The same stopp is not told each minute, nor again when somebody has closed it."""
    if not Incident.objects.filter(message=message, code=code).exists():
        incidents.open_incident(code=code, text=text, group=group, message=message, now=now)


def _provisional(row: InboxMessage) -> Json:
    """A notice with what is known, as the region would have written it; its id is that of what did come."""
    told = formats.envelope(json.loads(bytes(row.raw)))
    content = told.get("innehall") or {}
    place = (told.get("avsandare") or {}).get("enhet")
    kept = {key: told.get(key) for key in ("meddelande_id", "inskrivning_id", "skickad_dt", "avsandare", "mottagare")}
    known = {"beraknad_utskrivning": content.get("bedomd_dt"), "vardenhet": place, "preliminar": True}
    return {"schema": SCHEMA, "typ": NOTICE, "version": 1, **kept, "person": told.get("person"), "innehall": known}
