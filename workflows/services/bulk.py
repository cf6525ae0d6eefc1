"""The same action on many stops of one kind: tried out first, then done, each in its own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from people.models import Staff
from workflows import engine
from workflows.models import Incident, IncidentState
from workflows.services import incidents, mending, settle, steps

MOST = 200
Action = Literal["retry", "skip", "cancel"]


class NotAlike(Exception):
    """Välj stopp av samma slag, högst så många som tillåts."""


@dataclass(frozen=True)
class Outcome:
    """How it went with one stopp; `problem` is empty when it went well."""

    stop: Incident
    problem: str = ""


def kind(stop: Incident) -> tuple[str, str, int | None]:
    """What stops must share to be dealt with together: the code, the element (or the page) and the förlopp."""
    return (stop.code, stop.element_id or stop.page, stop.instance.definition_id if stop.instance else None)


def try_out(*, stops: Sequence[Incident], action: Action, reason: str, by: Staff, now: datetime) -> list[Outcome]:
    """What would happen: each is really done, and undone again. Raises NotAlike."""
    _check(stops)
    found = []
    for stop in stops:
        with transaction.atomic():
            found.append(_do(stop, action, reason, by, now, None))
            transaction.set_rollback(True)
    return found


def carry_out(
    *, stops: Sequence[Incident], action: Action, reason: str, by: Staff, now: datetime, action_id: uuid.UUID
) -> list[Outcome]:
    """Do it, each by itself: what fails stays a stopp and the others are done. Raises NotAlike."""
    _check(stops)
    return [_do(stop, action, reason, by, now, uuid.uuid5(action_id, str(stop.public_id))) for stop in stops]


def _check(stops: Sequence[Incident]) -> None:
    if not 0 < len(stops) <= MOST or len({kind(stop) for stop in stops}) != 1:
        raise NotAlike


def _do(stop: Incident, action: Action, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None) -> Outcome:
    try:
        with transaction.atomic():
            _act(stop, action, reason, by, now, action_id)
    except engine.EngineError as error:
        return Outcome(stop, error.message)
    except (
        incidents.AlreadyResolved,
        mending.NotAllowed,
        mending.NoReason,
        settle.Conflict,
        steps.InstanceEnded,
        steps.Suspended,
    ) as error:
        return Outcome(stop, type(error).__doc__ or "")
    tried_anew = action == "retry" or stop.message is not None
    return Outcome(stop, _stopped_again(stop) if tried_anew else "")


def _act(stop: Incident, action: Action, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None) -> None:
    if action == "retry":
        incidents.retry(incident=stop, by=by, now=now, action_id=action_id)
        return
    if stop.instance is None:
        raise mending.NotAllowed
    if action == "skip":
        mending.skip(
            instance=stop.instance,
            element_id=stop.element_id,
            task_id=stop.outbox.engine_task_id if stop.outbox else None,
            reason=reason,
            by=by,
            now=now,
            action_id=action_id,
            stop=stop,
        )
        return
    mending.cancel(instance=stop.instance, reason=reason, by=by, now=now, action_id=action_id)


def _stopped_again(stop: Incident) -> str:
    """What a new try led to is told by a new stopp about the same."""
    same = Incident.objects.filter(state=IncidentState.OPEN, instance=stop.instance, message=stop.message)
    found = same.filter(outbox=stop.outbox).order_by("-pk").first()
    return found.text if found is not None else ""
