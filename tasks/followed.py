"""SQL of what one waits for and follows: questions to colleagues that are not answered, and tasks that one watches."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from people import reading
from people.models import Staff
from people.reading import Reading
from tasks import rows
from workflows import rights, sieve
from workflows.models import UserTask
from workflows.selectors import LISTED, TASKS

MOST_ENDED = 50
WAITS = "kind = 'question' AND seen_at IS NULL AND withdrawn_at IS NULL"
# Whose answer a task waits for, read along with its row from the index of what is not answered.
ASKED_OF = f"""(SELECT COALESCE(NULLIF(TRIM(asked.first_name || ' ' || asked.last_name), ''), asked.username)
    FROM (SELECT mentioned_id FROM tasks_comment WHERE task_id = task.id AND {WAITS} ORDER BY id LIMIT 1) question
    JOIN people_staff asked ON asked.id = question.mentioned_id)"""
TOLD_AT = "watch.told_at"


@lru_cache(maxsize=100)
def _rows(closed: str) -> Reading[UserTask]:
    extra = {"closed": closed, **LISTED.extra, "asked_of": ASKED_OF}
    return Reading(UserTask, "task", LISTED.columns, extra=extra, **LISTED.also)


ROWS = _rows("''")
"""Of one's own tasks; how to make a task of what `rows_of_others` gives, too."""


def rows_of_others(staff: Staff, rest: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """As `ROWS.raw`, of tasks among which are such as one may not read."""
    closed, more = sieve.closed(staff)
    return _rows(closed).raw(rest, [*more, *values])


def asked(staff: Staff) -> tuple[str, list[Any]]:
    """Open tasks, among those one may do, about which a colleague has not yet answered; (id, due_sort, changed_at)."""
    held = staff.professions
    mine = f"IN ({reading.places(held)})"
    seen = rights.unrestricted(staff)
    text = f"""SELECT task.id, due_sort, changed_at
        FROM (SELECT task_id FROM tasks_comment WHERE by_id = %s AND {WAITS}) question CROSS JOIN {TASKS} task
        WHERE task.id = question.task_id AND state = 'open' AND {seen} AND ("group" {mine} OR escalated_to {mine})"""
    return (text, [staff.pk, *held, *held]) if held else ("", [])


def watched(staff: Staff, *, also_untold: bool = False) -> tuple[str, list[Any]]:
    """Open tasks that one follows and may see, with `also_untold` those that have ended without one's knowing it."""
    seen, values = sieve.followed(staff)
    untold = "OR watch.told_at IS NULL" if also_untold else ""
    text = f"""SELECT task.id, due_sort, changed_at FROM tasks_watch watch CROSS JOIN {TASKS} task
        WHERE task.id = watch.task_id AND watch.by_id = %s AND (state = 'open' {untold}) AND {seen}"""
    return text, [staff.pk, *values]


def ended(staff: Staff) -> list[UserTask]:
    """Tasks that one follows and that have ended, the latest first."""
    seen, values = sieve.followed(staff)
    read, more = rows.of_others(staff, told_at=TOLD_AT)
    rest = f"""JOIN tasks_watch watch ON watch.task_id = task.id WHERE watch.by_id = %s AND task.state <> 'open'
        AND {seen} ORDER BY task.ended_at DESC, task.id DESC LIMIT {MOST_ENDED}"""
    return read.rows(rest, [*more, staff.pk, *values])
