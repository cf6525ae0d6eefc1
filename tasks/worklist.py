"""The inbox as the page shows it: rows in sections, and the marker by which a browser asks whether it has changed."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from people import selectors as people
from people.models import Staff
from people.selectors import Presented
from tasks import followed, lists
from tasks.menu import MOST_COUNTED
from tasks.wanted import FILTERS, MOST, PAGE, PRIORITIES, TAKEN, TIMES, VIEWS, Wanted
from web import jinja, swedish
from web.addresses import url
from web.swedish import Urgency
from web.words import due_tag
from workflows.models import TaskState, UserTask

TITLES = {Urgency.LATE: "Försenade", Urgency.TODAY: "I dag", Urgency.LATER: "Senare"}
SORTED = {"nyast": "Nyast först", "person": "Efter person", "forlopp": "Efter förlopp"}


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task in a list, with the person as this viewer may see them; what others do leads to the ärende.

    Plain values only, all that the row says: rows that are equal are written once.
    """

    key: str
    name: str
    url: str
    person: str
    age: int | None
    process_title: str
    profession: str
    area: str
    is_first: bool
    is_paused: bool
    due: str
    attempts: int
    signed: int
    to_sign: int
    urgency: Urgency
    taken_by: str
    asked_of: str
    is_mine: bool
    is_escalated: bool
    can_take: bool

    @property
    def is_urgent(self) -> bool:
        """Worth a sign when it is new: of high priority, or late already."""
        return self.is_first or self.urgency == Urgency.LATE

    def written(self, *, with_person: bool = True) -> str:
        """The row as the page has it. Colleagues see the same rows, and most of them unchanged for hours."""
        return _written(self, with_person=with_person)


@dataclass(frozen=True, kw_only=True)
class Eyes:
    """All of one who looks that a row depends on."""

    pk: int
    held: frozenset[str]
    is_active: bool
    may_see_protected: bool

    @classmethod
    def of(cls, staff: Staff) -> Eyes:
        return cls(
            pk=staff.pk,
            held=frozenset(staff.professions),
            is_active=staff.is_active,
            may_see_protected=staff.may_see_protected,
        )


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A task that one follows, when it has been done or is needed no more; `by_name` empty for the latter."""

    task: UserTask
    person: Presented
    process_title: str
    by_name: str
    is_news: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: str
    rows: list[TaskRow]


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A view and how many tasks it holds, "99+" at most."""

    key: str
    title: str
    url: str
    is_current: bool
    count: str


@dataclass(frozen=True, kw_only=True)
class Chip:
    """Something the list is narrowed to, and the address that lets it go."""

    word: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """`more_url` is empty when everything is shown; `is_among_first` when there is more than one searches among."""

    wanted: Wanted
    tabs: list[Tab]
    sections: list[Section]
    poll_url: str
    more_url: str
    clear_url: str
    all_url: str
    is_among_first: bool
    ended: list[Ended]
    glance: lists.Glance


def stamp(staff: Staff, wanted: Wanted, *, now: datetime.datetime) -> str:
    """Changes with the tasks, and once a minute since due times are told in words."""
    return _stamp(staff, wanted, lists.latest(staff), now=now)


def load(staff: Staff, wanted: Wanted, *, now: datetime.datetime) -> Worklist:
    """The first tasks of what is wanted. The stamp is taken first: a change while we read shows at the next poll."""
    glance = lists.glance(staff, most=MOST_COUNTED + 1)
    mark = _stamp(staff, wanted, glance.latest, now=now)
    found = lists.rows(staff, wanted, limit=wanted.antal + 1, now=now)
    is_watched = wanted.visa == "bevakade"
    eyes, minute = Eyes.of(staff), now.replace(second=0, microsecond=0)
    listed = [_kept(row, eyes, minute, to_task=is_watched) for row in found[: wanted.antal]]
    has_more = len(found) > wanted.antal and wanted.antal < MOST
    return Worklist(
        wanted=wanted,
        tabs=_tabs(glance.held, wanted),
        sections=_sections(listed) if not wanted.sortera else _one_section(listed, wanted),
        poll_url=wanted.address("tasks:list", stampel=mark),
        more_url=replace(wanted, antal=wanted.antal + PAGE).address() if has_more else "",
        clear_url=wanted.without(*FILTERS, "sok").address(),
        all_url=Wanted().address(),
        is_among_first=lists.is_full(staff, wanted, now=now),
        ended=_ended(staff) if is_watched else [],
        glance=glance,
    )


def words(wanted: Wanted, *, choices: dict[str, dict[str, str]]) -> list[str]:
    """All that is asked for, in words."""
    view = [VIEWS[wanted.visa]] if wanted.visa else []
    order = [SORTED[wanted.sortera]] if wanted.sortera else []
    return [*view, *(word for _, word in _narrowed(wanted, choices)), *order]


def chips(wanted: Wanted, *, choices: dict[str, dict[str, str]]) -> list[Chip]:
    """What the list is narrowed to, each with the address without it."""
    found = [Chip(word=word, url=wanted.without(name).address()) for name, word in _narrowed(wanted, choices)]
    if wanted.text:
        found.append(Chip(word=f"”{wanted.text}”", url=wanted.without("sok").address()))
    return found


def _narrowed(wanted: Wanted, choices: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    told = {
        "forlopp": choices["forlopp"].get(wanted.forlopp, "Okänt förlopp"),
        "enhet": choices["enhet"].get(wanted.enhet, "Okänd enhet"),
        "profession": choices["profession"].get(wanted.profession, ""),
        "tid": TIMES.get(wanted.tid, ""),
        "prioritet": PRIORITIES.get(wanted.prioritet, ""),
        "tagen": TAKEN.get(wanted.tagen, ""),
    }
    return [(name, told[name]) for name in FILTERS if getattr(wanted, name)]


def _stamp(staff: Staff, wanted: Wanted, latest: str, *, now: datetime.datetime) -> str:
    mark = hashlib.sha256(latest.encode()).hexdigest()[:16]
    if wanted.visa in lists.ELSEWHERE:
        mark = hashlib.sha256(repr((mark, sorted(lists.changes(staff, wanted.visa)))).encode()).hexdigest()[:16]
    return f"{mark}.{int(now.timestamp()) // 60}"


def _tabs(held: dict[str, int], wanted: Wanted) -> list[Tab]:
    """The views with how much each holds, whatever it is narrowed to here."""
    return [
        Tab(
            key=key or "alla",
            title=title,
            url=Wanted(visa=key).address(),
            is_current=key == wanted.visa,
            count=f"{MOST_COUNTED}+" if held[key] > MOST_COUNTED else str(held[key]),
        )
        for key, title in VIEWS.items()
    ]


def _ended(staff: Staff) -> list[Ended]:
    return [
        Ended(
            task=task,
            person=people.named(task.individual, viewer=staff),
            process_title=task.process_title,
            by_name=str(task.completed_by) if task.state == TaskState.COMPLETED and task.completed_by else "",
            is_news=vars(task)["told_at"] is None,
        )
        for task in followed.ended(staff)
    ]


def task_rows(tasks: Iterable[UserTask], *, viewer: Staff, now: datetime.datetime) -> list[TaskRow]:
    """Each task with what its row says."""
    eyes = Eyes.of(viewer)
    return [_row(task, eyes, now=now, to_task=False) for task in tasks]


@lru_cache(maxsize=5_000)
def _kept(row: tuple[Any, ...], viewer: Eyes, minute: datetime.datetime, *, to_task: bool) -> TaskRow:
    """What one saw a moment ago and that has not changed says the same, until the minute is over."""
    return _row(followed.ROWS.made(row), viewer, now=minute, to_task=to_task)


def _row(task: UserTask, viewer: Eyes, *, now: datetime.datetime, to_task: bool) -> TaskRow:
    """`to_task` leads there also where one may not do it."""
    shown = people.named(task.individual, viewer=viewer)
    held = viewer.held
    can_work = task.group in held or task.escalated_to in held
    return TaskRow(
        key=str(task.public_id),
        name=task.name,
        url=url("tasks:task", task.public_id)
        if can_work or to_task
        else url("workflows:instance", task.instance.public_id),
        person=shown.name,
        # A list needs no personnummer: the age tells two of the same name apart, the rest is on the task's page.
        age=None if shown.is_hidden else task.individual.age(timezone.localdate(now)),
        process_title=task.process_title,
        profession=task.profession_name,
        area=task.area or "",
        is_first=task.priority == 1,
        is_paused=task.suspended_at is not None,
        due=due_tag(task.due_at, now=now),
        attempts=task.attempts,
        signed=task.signed,
        to_sign=task.to_sign,
        urgency=swedish.urgency(task.due_at, now=now),
        taken_by=str(task.claimed_by) if task.claimed_by else "",
        asked_of=vars(task).get("asked_of") or "",
        is_mine=task.claimed_by_id == viewer.pk,
        is_escalated=bool(task.escalated_to) and task.escalated_to in held and task.group not in held,
        can_take=can_work and task.claimed_by_id is None,
    )


@lru_cache(maxsize=20_000)
def _written(row: TaskRow, *, with_person: bool) -> str:
    template: Any = jinja.loaded().get_template("tasks/parts.html")
    return SafeString(template.module.task_row(row, with_person=with_person))


def _sections(listed: list[TaskRow]) -> list[Section]:
    grouped = {kind: [row for row in listed if row.urgency == kind] for kind in TITLES}
    return [Section(key=kind.value, title=TITLES[kind], rows=found) for kind, found in grouped.items() if found]


def _one_section(listed: list[TaskRow], wanted: Wanted) -> list[Section]:
    return [Section(key="alla", title=SORTED[wanted.sortera], rows=listed)] if listed else []
