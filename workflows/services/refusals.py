"""Writes down that somebody was refused something about a person; missing and forbidden are one answer, not one row."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from people.models import Individual, Staff
from people.services import access
from workflows.models import Attachment, InboxMessage, Incident, OutboxMessage, ProcessInstance, UserTask

ABOUT: tuple[tuple[str, type[Model], str, tuple[str, ...]], ...] = (
    ("individual", Individual, "ref", ("pk",)),
    ("user_task", UserTask, "public_id", ("individual_id",)),
    ("instance", ProcessInstance, "public_id", ("individual_id",)),
    ("attachment", Attachment, "public_id", ("task__individual_id", "message__individual_id")),
    ("incident", Incident, "public_id", ("instance__individual_id", "message__individual_id")),
    ("inbox-message", InboxMessage, "public_id", ("individual_id",)),
    ("outbox-message", OutboxMessage, "key", ("instance__individual_id",)),
)
"""What an address may ask for: the name in the access log, the model, its opaque id, and where its person stands."""


def record(*, staff: Staff, asked: Iterable[Any], is_change: bool, now: datetime.datetime) -> None:
    """`asked` is what stood in the address; what is about nobody is not written down."""
    ids = [one for one in map(_as_id, asked) if one is not None]
    for name, model, column, persons in ABOUT:
        for one in ids:
            rows = model._default_manager.filter(**{column: one})  # noqa: SLF001
            found = next((key for row in rows.values_list(*persons) for key in row if key), None)
            if found is not None:
                access.record(
                    staff=staff,
                    individual=Individual.objects.get(pk=found),
                    action="change" if is_change else "read",
                    object_type=name,
                    object_id=str(one),
                    now=now,
                    is_allowed=False,
                )
                return


def _as_id(told: Any) -> uuid.UUID | None:
    try:
        return told if isinstance(told, uuid.UUID) else uuid.UUID(str(told))
    except ValueError:
        return None
