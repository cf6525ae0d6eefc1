"""Takes tasks from those who are away, to their substitute or the group, and gives back what a substitute leaves.

Each task is a transaction of its own, by what its row then says: of a task that the absent one completes in the same
moment one of the two wins. Safe to run by several workers, and again at any time.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from people import reading
from people.models import Absence, Staff
from workflows.models import HistoryEntry, HistoryKind, TaskState, UserTask
from workflows.services import user_tasks

# What one has oneself taken since one should have been away one keeps: then one is there after all.
TAKEN = """SELECT task.id, absence.id FROM people_absence absence
    JOIN workflows_usertask task ON task.claimed_by_id = absence.staff_id AND task.state = 'open'
    WHERE absence.settled_at IS NULL AND absence.ended_at IS NULL AND absence.starts_at <= %s AND absence.last_on >= %s
    AND NOT EXISTS (SELECT 1 FROM workflows_historyentry told WHERE told.instance_id = task.instance_id
        AND told.element_id = task.element_id AND told.kind = 'claimed' AND told.by_id = absence.staff_id
        AND told.at >= absence.starts_at)
    ORDER BY absence.id, task.due_sort, task.id LIMIT %s"""


def reroute(*, now: datetime, limit: int = 100) -> int:
    """Take what those who are away have, and give back after those that have ended; how many tasks moved."""
    today = timezone.localdate(now)
    rows = reading.rows(TAKEN, [now, today, limit])
    absences = {found.pk: found for found in _absences().filter(pk__in={absence for _, absence in rows})}
    moved = sum(_take(task, absences[absence], now=now) for task, absence in rows)
    return moved + _settle(limit - len(rows), today=today, now=now)


def _absences() -> QuerySet[Absence]:
    return Absence.objects.select_related("staff", "substitute")


def _take(task_id: int, absence: Absence, *, now: datetime) -> bool:
    """From the absent one, to the substitute who is there and may do it, else to the group."""
    with transaction.atomic():
        task = UserTask.objects.get(pk=task_id)
        to = _able(absence.substitute, task, now=now)
        return _give(task, of=absence.staff_id, to=to, absence=absence, now=now)


def _settle(limit: int, *, today: date, now: datetime) -> int:
    """What a substitute may no longer do goes back to who was away, else to the group."""
    over = _absences().filter(Q(last_on__lt=today) | Q(ended_at__isnull=False), settled_at=None)
    moved = 0
    for absence in over.order_by("pk")[: max(limit, 0)]:
        left = _left(absence, limit)
        moved += sum(_return(task, absence, now=now) for task in left)
        limit -= len(left)
        if limit <= 0:
            break
        Absence.objects.filter(pk=absence.pk, settled_at=None).update(settled_at=now)
    return moved


def _left(absence: Absence, limit: int) -> list[UserTask]:
    """What the substitute has and may no longer do."""
    if absence.substitute is None:
        return []
    taken = UserTask.objects.filter(claimed_by=absence.substitute, state=TaskState.OPEN).order_by("due_sort", "pk")
    held = absence.substitute.professions
    return list(taken.exclude(Q(group__in=held) | Q(escalated_to__in=held))[:limit])


def _return(task: UserTask, absence: Absence, *, now: datetime) -> bool:
    with transaction.atomic():
        to = _able(absence.staff, task, now=now)
        return _give(task, of=task.claimed_by_id, to=to, absence=absence, now=now)


def _able(staff: Staff | None, task: UserTask, *, now: datetime) -> Staff | None:
    """The one asked for who works, is not away and may do the task."""
    if staff is None or not staff.is_active or not user_tasks.may_work(task, staff):
        return None
    away = Absence.objects.filter(staff=staff, ended_at=None, starts_at__lte=now, last_on__gte=timezone.localdate(now))
    return None if away.exists() else staff


def _give(task: UserTask, *, of: int | None, to: Staff | None, absence: Absence, now: datetime) -> bool:
    rows = UserTask.objects.filter(pk=task.pk, state=TaskState.OPEN, claimed_by_id=of)
    lent = str(absence.staff) if to and to != absence.staff else ""
    if rows.update(claimed_by=to, claimed_at=now if to else None, on_behalf_of=lent, changed_at=now) != 1:
        return False
    _tell(task, HistoryKind.RELEASED, None, {"away": str(absence.staff)}, now=now)
    if to is not None:
        _tell(task, HistoryKind.CLAIMED, to, {"for": lent} if lent else {}, now=now)
    return True


def _tell(task: UserTask, kind: HistoryKind, by: Staff | None, detail: dict[str, str], *, now: datetime) -> None:
    HistoryEntry.objects.create(
        instance_id=task.instance_id,
        at=now,
        by=by,
        kind=kind,
        element_id=task.element_id,
        element_type="userTask",
        name=task.name,
        detail=detail,
    )
