"""Messages and signals to an ärende that is paused: kept for it, and given to it in order when it goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from workflows.models import Heard, HeldMessage, InboxMessage, InboxState, ProcessInstance, SignalDelivery
from workflows.services import bringing, history, incidents, messages, steps, turns


def release(*, instance_id: int, now: datetime) -> int:
    """Give an instance what was kept for it; how many. Nothing happens while it is still paused."""
    kept: list[tuple[datetime, int, Callable[[], bool]]] = []
    for key, at in HeldMessage.objects.filter(instance=instance_id).values_list("pk", "at"):
        kept.append((at, key, partial(_release, key, instance_id, now=now)))
    for key, at in SignalDelivery.objects.filter(instance=instance_id, state=Heard.HELD).values_list("pk", "at"):
        kept.append((at, key, partial(bringing.release, delivery_id=key, now=now)))
    return sum(act() for _, _, act in sorted(kept, key=lambda item: item[:2]))


def release_all(*, now: datetime, limit: int = 100) -> int:
    """The same for instances that have gone on though a process died before they got theirs."""
    messages_, signals_ = HeldMessage.objects.all(), SignalDelivery.objects.filter(state=Heard.HELD)
    waiting: set[int | None] = set()
    for rows in (messages_, signals_):
        waiting |= set(rows.filter(instance__suspended_at=None).values_list("instance", flat=True).distinct()[:limit])
    return sum(release(instance_id=instance_id, now=now) for instance_id in sorted(filter(None, waiting)))


@turns.again
def _release(key: int, instance_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        instance = steps.locked(instance_id)
        held = HeldMessage.objects.select_related("message").filter(pk=key).first()
        if held is None or instance.is_suspended:
            return False
        held.delete()
        result = messages.deliver_to(instance, held.message, now=now)
        if result.failed:
            _stopped(held.message, now=now)
        elif not result.delivered:
            _left_over(instance, held.message, now=now)
    return True


def _stopped(message: InboxMessage, *, now: datetime) -> None:
    text = f"Meddelandet ”{message.name}” kunde inte tas emot av sitt ärende när det återupptogs."
    incidents.open_incident(code="not-taken", text=text, group=incidents.IT, message=message, now=now)
    InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.STOPPED)


def _left_over(instance: ProcessInstance, message: InboxMessage, *, now: datetime) -> None:
    """It is waited for no more: kept as an early message, unless others have had it or nobody can wait for it."""
    ttl = messages.time_to_live(message.name)
    if instance.is_active and ttl and not message.deliveries.exists():
        messages.keep(message=message, keys=message.keys, ttl=ttl, now=now)
        message.state, message.handled_at = InboxState.BUFFERED, None
        message.save(update_fields=["state", "handled_at", "expires_at"])
        return
    history.write_message(instance, "", message.name, without_effect=True, now=now)
