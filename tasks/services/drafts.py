"""Keeps what people write in a form until they send it, throw it away or have long been done."""

# ruff: noqa: S608  the names are our models' own

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q

from people import reading, statements
from people.models import Staff
from tasks.models import Draft
from workflows import written as closed
from workflows.forms.values import MAX_TEXT as MAX_ANSWER
from workflows.models import TaskState, UserTask
from workflows.services import user_tasks

KEPT = timedelta(days=30)
"""After the task ended and the draft was last changed."""
BLANK: tuple[object, ...] = ("", None, [], {})
MAX_TEXT = 4 * MAX_ANSWER
"""Characters of one answer: more than a form takes, so that what is too long can be shortened."""


class Unsaveable(Exception):
    """Texten är för lång eller innehåller tecken som inte kan sparas."""


class Newer(Exception):
    """Ett nyare utkast finns, skrivet på en annan sida."""


class Done(Exception):
    """Uppgiften har slutförts av samma person."""


def save(
    *,
    task: UserTask,
    written: Mapping[str, Any],
    by: Staff,
    page: UUID,
    number: int,
    seen: datetime | None,
    now: datetime,
) -> None:
    """Keep what `page` holds; `seen` is when the draft that it was opened with had been changed.

    One statement. A save of the same page that arrives late changes nothing; a page that was opened before another one
    saved writes over nothing and gets Newer. A task that somebody else has ended takes drafts still: nothing is lost.
    Raises user_tasks.NotAllowed, Unsaveable, Done.
    """
    _require_right(task, by)
    if any(len(text) > MAX_TEXT or "\0" in text for text in _texts(written)):
        raise Unsaveable
    values = {"written": dict(written), "page": page, "number": number, "changed_at": now}
    text = _save_text(connection.features.has_select_for_update)
    written_as, seen_at = statements.stored(Draft, values), statements.stored(Draft, {"changed_at": seen})
    with connection.cursor() as cursor:
        cursor.execute(text, [by.pk, *written_as, task.pk, by.pk, *seen_at])
        if cursor.fetchone() is None:
            _raise_refused(task, by, page)


@lru_cache
def _save_text(can_lock: bool) -> str:
    # The lock waits for a completion under way, and then finds the task completed: no draft outlives it.
    draft, lock = reading.table(Draft), "FOR SHARE" if can_lock else ""
    return f"""
        INSERT INTO {draft} (by_id, written, page, number, changed_at, task_id)
        SELECT %s, %s, %s, %s, %s, task.id FROM (
            SELECT id FROM {reading.table(UserTask)}
            WHERE id = %s AND (completed_by_id IS NULL OR completed_by_id <> %s) {lock}
        ) task WHERE true
        ON CONFLICT (task_id, by_id) DO UPDATE
            SET written = excluded.written, page = excluded.page, number = excluded.number,
                changed_at = excluded.changed_at
            WHERE {draft}.page = excluded.page AND {draft}.number < excluded.number
                OR {draft}.page <> excluded.page AND {draft}.changed_at = %s
        RETURNING id
    """


def _raise_refused(task: UserTask, by: Staff, page: UUID) -> None:
    """Why nothing was saved; nothing to say of a save that arrived late, as the later one is kept."""
    if UserTask.objects.filter(pk=task.pk, completed_by=by).exists():
        raise Done
    if not Draft.objects.filter(task=task, by=by, page=page).exists():
        raise Newer


def take_over(*, task: UserTask, draft_id: int, by: Staff, now: datetime) -> bool:
    """Copy a colleague's draft to what mine has no answer to: nothing that anybody wrote is lost. Whether it was still
    there, and not closed to me.
    """
    _require_right(task, by)
    with transaction.atomic():
        theirs = Draft.objects.filter(pk=draft_id, task=task, task__state=TaskState.OPEN).first()
        if theirs is None or closed.of(by, task.individual_id).is_by(theirs.by_id, theirs.changed_at):
            return False
        mine = Draft.objects.select_for_update().filter(task=task, by=by).first()
        own = {key: value for key, value in mine.written.items() if value not in BLANK} if mine else {}
        copied = {"written": theirs.written | own, "page": uuid4(), "number": 0, "changed_at": now}
        Draft.objects.update_or_create(task=task, by=by, defaults=copied)
    return True


def discard(*, task: UserTask, by: Staff) -> None:
    """Throw away one's own draft."""
    statements.delete(Draft, {"task_id": task.pk, "by_id": by.pk})


def purge(*, now: datetime, limit: int = 100) -> int:
    """Delete drafts of tasks that ended long ago; how many."""
    before = now - KEPT
    old = Draft.objects.filter(~Q(task__state=TaskState.OPEN), changed_at__lt=before, task__ended_at__lt=before)
    return Draft.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _require_right(task: UserTask, by: Staff) -> None:
    if not user_tasks.may_work(task, by):
        raise user_tasks.NotAllowed


def _texts(written: object) -> Iterator[str]:
    """Every text in the answers, however deep."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, Mapping):
        for part in written.values():
            yield from _texts(part)
    elif isinstance(written, list):
        for part in written:
            yield from _texts(part)
