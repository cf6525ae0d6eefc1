"""What has happened, told by one of the staff to an ärende that listens for it and that no system would have told."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from people.models import Staff
from workflows import engine, published, rights
from workflows.models import HistoryEntry, HistoryKind, InstanceState, MessageSubscription, ProcessInstance
from workflows.services import incidents, steps, turns


class NothingSaid(Exception):
    """Skriv vad som har hänt."""


class NotHeard(Exception):
    """Ärendet väntar inte på det längre."""


class NotAllowed(Exception):
    """The ärende is not for the profession of the one who tells."""


def heard(instance: ProcessInstance) -> dict[str, str]:
    """What can be told now: the message as the diagram calls it, and what `told` in its rule says has happened."""
    return {waits.catch_name: told for waits, told in _waiting(instance)}


@turns.again
def tell(
    *, instance: ProcessInstance, name: str, what: str, by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> None:
    """The ärende gets the message `name`, with `what` as its `vad`; the same `action_id` again does nothing.

    Raises NotAllowed, NothingSaid, NotHeard, and what steps.take raises; then nothing has been done.
    """
    with transaction.atomic():
        row = steps.locked(instance.pk)
        if not rights.is_shown(by, published.of(row.version.public_id).config):
            raise NotAllowed
        if incidents.is_repeated(action_id):
            return
        if not what.strip():
            raise NothingSaid
        waits = next((one for one, _ in _waiting(row) if one.catch_name == name), None)
        if waits is None:
            raise NotHeard
        payload = {"person_ref": str(row.individual.ref), "vad": what.strip()[:2000]}

        def act(execution: engine.Execution) -> None:
            execution.deliver(waits.engine_task_id, waits.catch_name, payload, now=now)

        try:
            steps.take(instance_id=row.pk, act=act, by=by, now=now, held=row)
        except engine.NotWaiting:
            raise NotHeard from None
        HistoryEntry.objects.create(
            instance=row,
            at=now,
            by=by,
            kind=HistoryKind.MESSAGE,
            element_id=waits.element_id,
            element_type="message",
            name=name,
            detail={"reason": payload["vad"]},
            action_id=action_id,
        )


def _waiting(instance: ProcessInstance) -> list[tuple[MessageSubscription, str]]:
    """What waits for something that the staff may tell, the oldest first, each with what it says has happened."""
    rules = published.of(instance.version.public_id).messages
    rows = MessageSubscription.objects.filter(instance=instance, instance__state=InstanceState.ACTIVE).order_by("pk")
    return [(one, rules[one.catch_name].told) for one in rows if one.catch_name in rules and rules[one.catch_name].told]
