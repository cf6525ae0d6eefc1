"""Tasks given from one hand to another: to oneself, to a colleague or back to the group, one or many at once."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from people.models import Staff
from workflows import rights
from workflows.models import HistoryEntry, HistoryKind, TaskState, UserTask
from workflows.services import turns, user_tasks

MOST = 500
"""As many as a list shows."""


class Fate(StrEnum):
    """What became of a task that was to be given."""

    GIVEN = "given"
    TAKEN = "taken"
    COMPLETED = "completed"
    GONE = "gone"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Outcome:
    """How it went with one task, as it was when its row was held."""

    task: UserTask
    fate: Fate


@turns.again
def give(
    *,
    tasks: Sequence[UserTask],
    to: Staff | None,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID,
    also: Callable[[list[UserTask]], object] | None = None,
) -> list[Outcome]:
    """Give what nobody has, or oneself, to `to`, None being the group; `also` is told which, in the same transaction.

    One transaction for all: it is one thing that a person did. Nobody else can stop it, since a task that a colleague
    has, or that has ended, is only told of. The same `action_id` again gives the earlier answer.
    """
    with transaction.atomic():
        found = _held([task.pk for task in tasks[:MOST]])
        actions = {task.pk: uuid.uuid5(action_id, str(task.public_id)) for task in found}
        told = HistoryEntry.objects.filter(action_id__in=actions.values()).values_list("action_id", flat=True)
        earlier = {task.pk for task in found if actions[task.pk] in set(told)}
        to = None if to is None else _asked_once(to)
        both = [staff for staff in (_asked_once(by), to) if staff is not None]
        outcomes = [Outcome(task, Fate.GIVEN if task.pk in earlier else _fate(task, by, both)) for task in found]
        given = [one.task for one in outcomes if one.fate == Fate.GIVEN and one.task.pk not in earlier]
        _move([task for task in given if task.claimed_by != to], to, actions, by=by, now=now)
        if also is not None and given:
            also(given)
    return outcomes


def _held(keys: Sequence[int]) -> list[UserTask]:
    """The rows, locked in the order of their keys: two who give many wait for each other and do not stand crosswise.

    Whom they point to is asked for afterwards, since it may change while one waits for the lock.
    """
    rows = UserTask.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return list(rows.prefetch_related("individual", "claimed_by", "completed_by"))


def _may(task: UserTask, staff: Staff) -> bool:
    """As `user_tasks.may_work`, and never about a person whom one may not see."""
    if not staff.is_active or not staff.is_person or rights.is_closed(staff, task):
        return False
    return user_tasks.may_work(task, staff)


def _asked_once(staff: Staff) -> Staff:
    """The same member of staff, whose professions are not asked for again with every task."""
    same = copy.copy(staff)
    same.keep_roles(staff.roles, staff.units, staff.behalves, closed=staff.closed)
    return same


def _fate(task: UserTask, by: Staff, both: Sequence[Staff]) -> Fate:
    if task.state == TaskState.COMPLETED:
        return Fate.COMPLETED
    if not task.is_open:
        return Fate.GONE
    if not all(_may(task, staff) for staff in both):
        return Fate.CANNOT
    return Fate.GIVEN if task.claimed_by_id in (None, by.pk) else Fate.TAKEN


def _move(
    tasks: Sequence[UserTask], to: Staff | None, actions: dict[int, uuid.UUID], *, by: Staff, now: datetime
) -> None:
    kind = HistoryKind.RELEASED if to is None else HistoryKind.CLAIMED if to == by else HistoryKind.HANDED
    detail = {"to": str(to.public_id), "to_name": str(to)} if to is not None and to != by else {}
    lent = {task.pk: user_tasks.on_behalf_of(task, to) if to else "" for task in tasks}
    for absent in set(lent.values()):
        values = {"claimed_by": to, "claimed_at": now if to else None, "on_behalf_of": absent, "changed_at": now}
        UserTask.objects.filter(pk__in=[key for key, name in lent.items() if name == absent]).update(**values)
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            instance_id=task.instance_id,
            at=now,
            by=by,
            kind=kind,
            element_id=task.element_id,
            element_type="userTask",
            name=task.name,
            detail=detail | ({"for": lent[task.pk]} if lent[task.pk] and kind == HistoryKind.CLAIMED else {}),
            action_id=actions[task.pk],
        )
        for task in tasks
    )
