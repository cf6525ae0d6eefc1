"""Change a person's förlopp: one ends and another begins in the same transaction, and the goals go along."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import Staff
from people.services import plan
from workflows import confined, published
from workflows.models import HistoryEntry, ProcessInstance
from workflows.services import instances, mending, steps, turns

OUTCOME = "overgang_annat_forlopp"
CAME_FROM = "bytt_fran"
"""The variable that tells the new ärende what it came from."""


@turns.again
def change_course(
    *,
    instance: ProcessInstance,
    to: str,
    answers: dict[str, Any] | None,
    reason: str,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None = None,
) -> ProcessInstance:
    """End `instance` and start the förlopp `to` for the same person; the one that was started.

    The same `action_id` again gives that one. Raises what `mending.cancel` and `instances.start` raise; then nothing
    has been done.
    """
    with transaction.atomic():
        row = steps.locked(instance.pk)
        earlier = _earlier(row, to, action_id)
        if earlier is not None:
            return earlier
        mending.cancel(instance=row, reason=reason, by=by, now=now, action_id=action_id)
        ProcessInstance.objects.filter(pk=row.pk).update(outcome=OUTCOME)
        began = instances.start(
            definition_key=to,
            individual=row.individual,
            by=by,
            now=now,
            answers=answers,
            variables={CAME_FROM: {"arende": str(row.public_id), "skal": reason.strip()}},
        )
        version = published.of(row.version.public_id)
        if not confined.is_so(version.config):
            apart = confined.threads(row.individual, confined.everything())
            told = f"Följer med från {version.title}"[:500]
            plan.carry(individual=row.individual, by=by, now=now, to=began.public_id, reason=told, apart_from=apart)
    return began


def _earlier(row: ProcessInstance, to: str, action_id: uuid.UUID | None) -> ProcessInstance | None:
    """What the same action started: at the moment when it ended this one."""
    if action_id is None:
        return None
    done = HistoryEntry.objects.filter(action_id=action_id, instance=row).first()
    if done is None:
        return None
    rows = ProcessInstance.objects.filter(individual=row.individual, definition__key=to, started_at=done.at)
    return rows.filter(started_by=done.by).first()
