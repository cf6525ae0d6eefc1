"""The inbox as the page shows it: rows in sections, and the marker by which a browser asks whether it has changed."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import timezone

from people import selectors as people
from people.models import Staff
from people.selectors import Presented
from web import swedish
from web.addresses import of_each, url
from web.swedish import Urgency
from workflows import selectors
from workflows.models import UserTask

PAGE = 50
MOST = 500

TITLES = {Urgency.LATE: "Försenade", Urgency.TODAY: "I dag", Urgency.LATER: "Senare"}


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task in a list, with the person as this viewer may see them."""

    task: UserTask
    url: str
    person: Presented
    age: int | None
    process_title: str
    profession: str
    urgency: Urgency
    taken_by: str
    is_mine: bool
    is_escalated: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: str
    rows: list[TaskRow]


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """`stamp` changes when the list would look different; `more_url` is empty when everything is shown."""

    sections: list[Section]
    mine: bool
    stamp: str
    poll_url: str
    more_url: str


def stamp(staff: Staff, *, now: datetime.datetime) -> str:
    """Changes with the tasks, and once a minute since due times are told in words."""
    return f"{selectors.inbox_stamp(staff)}.{int(now.timestamp()) // 60}"


def load(staff: Staff, *, mine: bool, limit: int, now: datetime.datetime) -> Worklist:
    """The first `limit` tasks by due time. The stamp is taken first: a change while we read shows at the next poll."""
    mark = stamp(staff, now=now)
    found = selectors.inbox_tasks(staff, mine=mine, limit=limit + 1)
    listed = task_rows(found[:limit], viewer=staff, now=now)
    return Worklist(
        sections=_sections(listed),
        mine=mine,
        stamp=mark,
        poll_url=_url("tasks:list", mine=mine, limit=limit, stampel=mark),
        more_url=_url("tasks:inbox", mine=mine, limit=limit + PAGE) if len(found) > limit and limit < MOST else "",
    )


def task_rows(tasks: list[UserTask], *, viewer: Staff, now: datetime.datetime) -> list[TaskRow]:
    """Each task with what its row says."""
    names = people.profession_names()
    held = set(viewer.professions)
    today = timezone.localdate(now)
    address = of_each("tasks:task")
    return [
        _row(task, address(task.public_id), viewer=viewer, names=names, held=held, now=now, today=today)
        for task in tasks
    ]


def _row(
    task: UserTask,
    address: str,
    *,
    viewer: Staff,
    names: dict[str, str],
    held: set[str],
    now: datetime.datetime,
    today: datetime.date,
) -> TaskRow:
    shown = people.named(task.individual, viewer=viewer)
    return TaskRow(
        task=task,
        url=address,
        person=shown,
        # A list needs no personnummer: the age tells two of the same name apart, the rest is on the task's page.
        age=None if shown.is_hidden else task.individual.age(today),
        process_title=task.process_title,
        profession=names.get(task.group, task.group),
        urgency=swedish.urgency(task.due_at, now=now),
        taken_by=str(task.claimed_by) if task.claimed_by else "",
        is_mine=task.claimed_by_id == viewer.pk,
        is_escalated=bool(task.escalated_to) and task.escalated_to in held and task.group not in held,
    )


def _sections(listed: list[TaskRow]) -> list[Section]:
    grouped = {kind: [row for row in listed if row.urgency == kind] for kind in TITLES}
    return [Section(key=kind.value, title=TITLES[kind], rows=found) for kind, found in grouped.items() if found]


def _url(name: str, *, mine: bool, limit: int, **more: str) -> str:
    query = {"visa": "mina"} if mine else {}
    if limit != PAGE:
        query["antal"] = str(limit)
    query |= more
    return f"{url(name)}?{urlencode(query)}" if query else url(name)
