"""What became of a message: told by the provider or asked for, in any order and any number of times; told on once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integrations import configuration
from integrations.models import Channel, Dispatch, DispatchReport, DispatchState
from integrations.models.notis import FINAL
from integrations.notis import client, sending
from integrations.notis.dialects import Said
from workflows.connectors import DeliveryError
from workflows.services import inbox

SOURCE, OUTCOME = "notis", "notis_utfall"
STATES = {
    "skickat": DispatchState.SENT,
    "levererat": DispatchState.DELIVERED,
    "misslyckat": DispatchState.FAILED,
    "okant": DispatchState.UNKNOWN,
}
WORDS = {state: word for word, state in STATES.items()}
AT_ONCE = 200
LONGEST_LOOK = timedelta(hours=1)


def note(row: Dispatch, said: Said | str, *, provider_id: str = "", now: datetime) -> None:
    """A word of the provider's, stored when this has returned; a repeated or late one changes nothing."""
    state = STATES[said]
    with transaction.atomic():
        held = Dispatch.objects.select_for_update().get(pk=row.pk)
        DispatchReport.objects.get_or_create(dispatch=held, said=said, defaults={"received_at": now})
        told = {"sent_at": held.sent_at or now, "provider_id": held.provider_id or provider_id}
        if state > held.state:
            is_final = state in FINAL
            told |= {"state": state, "reason": "ej_levererat" if state == DispatchState.FAILED else ""}
            told |= {"ended_at": now, "outcome": held.outcome or said} if is_final else {}
            # What was given up as unknown may still be told of; nobody asks about it again.
            told |= {"look_at": None} if is_final else {}
        Dispatch.objects.filter(pk=held.pk).update(**told)
    tell(row.pk, now=now)


def tell(pk: int, *, now: datetime) -> None:
    """To the ärende that asked: one message, the same however often it is told."""
    row = Dispatch.objects.filter(pk=pk, wants_outcome=True, told_at=None).exclude(outcome="").first()
    if row is None or row.ended_at is None:
        return
    body = {"typ": OUTCOME, "notis_id": str(row.key), "kanal": row.channel, "utfall": row.outcome}
    body |= {"skickad_dt": row.sent_at.isoformat() if row.sent_at else row.created_at.isoformat()}
    inbox.receive(source=SOURCE, message_id=f"utfall-{row.key}", raw=json.dumps(body).encode(), now=now)
    Dispatch.objects.filter(pk=row.pk).update(told_at=now)


def look() -> None:
    """The job: asks about what has been silent, tells what a dead process left untold, empties what is old."""
    follow(clock=timezone.now)


def follow(*, clock: Callable[[], datetime]) -> None:
    """Raises DeliveryError when the provider does not answer; the rest is done all the same."""
    untold = Dispatch.objects.filter(wants_outcome=True, told_at=None, ended_at__isnull=False).exclude(outcome="")
    for row in untold.order_by("ended_at")[:AT_ONCE]:
        tell(row.pk, now=clock())
    trouble: DeliveryError | None = None
    for row in Dispatch.objects.filter(look_at__lte=clock()).order_by("look_at")[:AT_ONCE]:
        try:
            _look_at(row, asks=trouble is None, now=clock())
        except DeliveryError as problem:
            trouble = problem
    _forget(clock())
    if trouble is not None:
        raise trouble


# -- inside ------------------------------------------------------------------------------------------------------------


def _look_at(row: Dispatch, *, asks: bool, now: datetime) -> None:
    """A provider that is down is asked about one message, not about two hundred."""
    deadline = (row.sent_at or now) + sending.patience()
    is_late = now >= deadline
    try:
        said = client.provider().said(row.provider_id) if asks and row.channel == Channel.SMS else None
    finally:
        next_at = now + min(timedelta(minutes=2**row.looks), LONGEST_LOOK)
        next_at = next_at if is_late else min(next_at, deadline)
        Dispatch.objects.filter(pk=row.pk, look_at=row.look_at).update(look_at=next_at, looks=min(row.looks + 1, 10))
    if said is not None:
        note(row, said, now=now)
    if is_late and said in (None, "skickat"):
        note(row, "okant", now=now)


def _forget(now: datetime) -> None:
    """Addresses and texts of long ago are nobody's business; that something was sent is."""
    before = now - timedelta(days=configuration.of(SOURCE).whole("keep_days"))
    Dispatch.objects.filter(created_at__lt=before).exclude(address="", text="").update(address="", text="")
