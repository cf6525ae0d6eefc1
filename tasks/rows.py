"""A task as every list tells it: the inbox, what one follows, a person's page and a unit's day.

Nothing in a row is more than the page of its task or ärende would tell the same viewer (`workflows.sieve`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils import timezone

from people import selectors as people
from people.models import Staff
from people.reading import Reading
from web import jinja, swedish
from web.addresses import url
from web.swedish import Urgency
from web.words import due_tag, moment
from workflows import sieve
from workflows.models import TaskState, UserTask
from workflows.selectors import LISTED, NAMED


class Row(NamedTuple):
    """One task in a list, with the person as this viewer may see them; what others do leads to the ärende.

    Plain values only, all that the row says: rows that are equal are written once. `person` and `url` are empty for a
    viewer who may not know whom it is about; `is_closed` says that what is left tells only that there is something.
    `mark` is an urgency, done or ended.
    """

    key: str
    name: str
    url: str
    person: str
    person_id: int | None
    age: int | None
    process_title: str
    profession: str
    area: str
    is_first: bool
    is_paused: bool
    is_closed: bool
    due: str
    ended: str
    ended_at: str
    attempts: int
    signed: int
    to_sign: int
    mark: str
    taken_by: str
    in_place_of: str
    asked_of: str
    has_reply: bool
    is_mine: bool
    is_escalated: bool
    can_work: bool
    can_take: bool

    @property
    def is_urgent(self) -> bool:
        """Worth a sign when it is new: of high priority, or late already."""
        return self.is_first or self.mark == Urgency.LATE

    def written(self, *, with_person: bool = True) -> str:
        """The row as the page has it. Colleagues see the same rows, and most of them unchanged for hours."""
        return jinja.written("tasks/parts.html", "task_row", self, with_person)


class Eyes(NamedTuple):
    """All of one who looks that a row depends on."""

    pk: int
    held: frozenset[str]
    is_active: bool
    may_see_protected: bool
    barred: frozenset[int]

    @classmethod
    def of(cls, staff: Staff) -> Eyes:
        return cls(
            pk=staff.pk,
            held=frozenset(staff.professions),
            is_active=staff.is_active,
            may_see_protected=staff.may_see_protected,
            barred=staff.barred,
        )


def of_others(viewer: Staff, **extra: str) -> tuple[Reading[UserTask], list[Any]]:
    """Tasks open or ended, also those that the viewer may not read or follow, and `extra` expressions beside them.

    With the values that come before those of what follows FROM.
    """
    closed, values = sieve.closed(viewer)
    follows, more = sieve.followed(viewer)
    return _of_others(closed, follows, tuple(extra.items())), [*values, *more]


def all_of(tasks: Iterable[UserTask], *, viewer: Staff, now: datetime.datetime) -> list[Row]:
    """Each task, which the viewer may read, with what its row says."""
    eyes = Eyes.of(viewer)
    return [made(task, eyes, now=now) for task in tasks]


def made(
    task: UserTask, viewer: Eyes, *, now: datetime.datetime, to_task: bool = False, is_by_name: bool = False
) -> Row:
    """`to_task` leads there also where one may not do it. `is_by_name`: the list tells who has what, and so of the
    other sphere not whom it is about.
    """
    told, held = vars(task), viewer.held
    shown = people.named(task.individual, viewer=viewer)
    is_offered = task.group in held or task.escalated_to in held
    can_work, is_closed = is_offered and not shown.is_hidden, bool(told.get("closed"))
    is_known = can_work or (bool(told.get("is_followed", True)) and not (is_closed and is_by_name))
    is_open = told.get("state", TaskState.OPEN) == TaskState.OPEN
    of_task = url("tasks:task", task.public_id) if can_work or (to_task and not is_closed) else ""
    return Row(
        key=str(task.public_id),
        name=sieve.told(task),
        url=(of_task or url("workflows:instance", task.instance.public_id)) if is_known else "",
        person=shown.name if is_known else "",
        person_id=task.individual.pk if is_known and not shown.is_hidden else None,
        # A list needs no personnummer: the age tells two of the same name apart, the rest is on the task's page.
        age=task.individual.age(timezone.localdate(now)) if is_known and not shown.is_hidden else None,
        process_title=task.process_title if is_known or not is_closed else "",
        # Who works in one profession only is told so above the list.
        profession=task.profession_name if is_by_name or held != {task.group} else "",
        area=task.area or "",
        is_first=is_open and task.priority == 1 and not is_closed,
        is_paused=task.suspended_at is not None,
        is_closed=is_closed,
        due=due_tag(task.due_at, now=now) if is_open else "",
        ended="" if is_open else _ended(task, is_closed=is_closed),
        ended_at="" if is_open else moment(task.ended_at),
        attempts=0 if is_closed else task.attempts,
        signed=task.signed,
        to_sign=0 if is_closed else task.to_sign,
        mark=swedish.urgency(task.due_at, now=now) if is_open else _mark(task),
        taken_by=task.taken_by if is_open and not is_closed else "",
        in_place_of=task.on_behalf_of if is_open and not is_closed else "",
        asked_of=told.get("asked_of") or "",
        has_reply=is_open and bool(told.get("has_reply")) and not is_closed,
        is_mine=is_open and task.claimed_by_id == viewer.pk,
        is_escalated=bool(task.escalated_to) and task.escalated_to in held and task.group not in held,
        can_work=can_work,
        can_take=is_open and can_work and task.claimed_by_id is None,
    )


def persons(listed: Iterable[Row]) -> list[int]:
    """Keys of those whom rows tell of by name, for the access log."""
    return [row.person_id for row in listed if row.person_id is not None]


# -- inside ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def _of_others(closed: str, follows: str, extra: tuple[tuple[str, str], ...]) -> Reading[UserTask]:
    """The text of the SELECT is made once for viewers who are alike."""
    return Reading(
        UserTask,
        "task",
        (*LISTED.columns, "state", "created_at", "ended_at", "completed_by_id"),
        completed_by=NAMED,
        extra={"closed": closed, "is_followed": follows, **LISTED.extra, **dict(extra)},
        **LISTED.also,
    )


def _mark(task: UserTask) -> str:
    return "done" if task.state == TaskState.COMPLETED else "ended"


def _ended(task: UserTask, *, is_closed: bool) -> str:
    by = f" av {task.done_by}" if task.done_by and task.state == TaskState.COMPLETED and not is_closed else ""
    return f"{TaskState(task.state).label}{by}"
