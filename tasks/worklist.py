"""The inbox as the page shows it: rows in sections, and the marker by which a browser asks whether it has changed."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString

from people import reading
from people.models import Staff
from tasks import followed, lists, rows
from tasks.menu import MOST_COUNTED
from tasks.rows import Eyes, Row
from tasks.wanted import FILTERS, MOST, PAGE, PRIORITIES, TAKEN, TIMES, VIEWS, Wanted, whole
from web.swedish import Urgency

TITLES = {
    Urgency.LATE: "Försenade",
    Urgency.NOW: "Nu, inom en timme",
    Urgency.TODAY: "I dag",
    Urgency.LATER: "Senare",
}
SORTED = {"nyast": "Nyast först", "person": "Efter person", "forlopp": "Efter förlopp"}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A task that one follows, when it has been done or is needed no more."""

    row: Row
    is_news: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: str
    rows: list[Row]

    @property
    def written(self) -> str:
        """The rows as the page has them."""
        return SafeString("".join([row.written() for row in self.rows]))


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

    @property
    def persons(self) -> list[int]:
        """Keys of those whom the list tells of by name."""
        return rows.persons([*(row for part in self.sections for row in part.rows), *(one.row for one in self.ended)])


def stamp(staff: Staff, wanted: Wanted, *, now: datetime.datetime) -> str:
    """Changes with the tasks, and once a minute since due times are told in words."""
    return _stamp(staff, wanted, lists.latest(staff), now=now)


def load(staff: Staff, wanted: Wanted, *, now: datetime.datetime) -> Worklist:
    """The first tasks of what is wanted. The stamp is taken first: a change while we read shows at the next poll."""
    with reading.kept_plans():
        glance = lists.glance(staff, most=MOST_COUNTED + 1)
        found = lists.rows(staff, wanted, limit=wanted.antal + 1, now=now)
    mark = _stamp(staff, wanted, glance.latest, now=now)
    is_watched = wanted.visa == "bevakade"
    eyes, minute = Eyes.of(staff), now.replace(second=0, microsecond=0)
    seen = eyes, minute, is_watched
    listed = [_kept(row, seen) for row in found[: wanted.antal]]
    has_more = len(found) > wanted.antal and wanted.antal < MOST
    return Worklist(
        wanted=wanted,
        tabs=_tabs(glance.held, wanted),
        sections=_sections(listed) if not wanted.sortera else _one_section(listed, wanted),
        poll_url=wanted.address("tasks:list", stampel=mark),
        more_url=replace(wanted, antal=wanted.antal + PAGE).address() if has_more else "",
        clear_url=whole(wanted.visa, wanted.sortera),
        all_url=whole(""),
        is_among_first=lists.is_full(staff, wanted, now=now),
        ended=_ended(staff, now=now) if is_watched else [],
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
            url=whole(key),
            is_current=key == wanted.visa,
            count=f"{MOST_COUNTED}+" if held[key] > MOST_COUNTED else str(held[key]),
        )
        for key, title in VIEWS.items()
    ]


def _ended(staff: Staff, *, now: datetime.datetime) -> list[Ended]:
    eyes = Eyes.of(staff)
    return [
        Ended(row=rows.made(task, eyes, now=now, to_task=True), is_news=vars(task)["told_at"] is None)
        for task in followed.ended(staff)
    ]


@lru_cache(maxsize=5_000)
def _kept(row: tuple[Any, ...], seen: tuple[Eyes, datetime.datetime, bool]) -> Row:
    """What one saw a moment ago and that has not changed says the same, until the minute is over."""
    viewer, minute, to_task = seen
    return rows.made(followed.ROWS.made(row), viewer, now=minute, to_task=to_task)


def _sections(listed: list[Row]) -> list[Section]:
    grouped = {kind: [row for row in listed if row.mark == kind] for kind in TITLES}
    return [Section(key=kind.value, title=TITLES[kind], rows=found) for kind, found in grouped.items() if found]


def _one_section(listed: list[Row], wanted: Wanted) -> list[Section]:
    return [Section(key="alla", title=SORTED[wanted.sortera], rows=listed)] if listed else []
