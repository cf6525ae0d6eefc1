"""Who has what, what nobody has taken and what has been lifted: as many statements however much there is."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from people import reading
from people import selectors as people
from people.models import Staff
from tasks.unit import lines, places
from tasks.unit.lines import Line, Writer
from tasks.unit.places import Member, Place
from web.swedish import STOCKHOLM
from workflows.models import UserTask
from workflows.selectors import TASKS, parts

SHOWN = 5
"""Of each member's and each profession's tasks; how many there are is said beside them."""
MOST_COUNTED = 100
"""Tasks that nobody has are counted no further: "99+" says as much."""
MOST_LIFTED = 30
COUNTED = {"many": "found.many", "late": "found.late", "today": "found.today"}
TALLIED = lines.read(**COUNTED)
# The history tells when; what was given to another from the start, its person being protected, has no such row.
LIFTED = lines.read(
    lifted_at="""(SELECT max(told.at) FROM workflows_historyentry told WHERE told.instance_id = task.instance_id
        AND told.element_id = task.element_id AND told.kind = 'escalated')"""
)
DONE = f"""SELECT completed_by_id, count(*) FROM {TASKS}
    WHERE state = 'completed' AND completed_by_id IN ({{}}) AND ended_at >= %s GROUP BY completed_by_id"""


@dataclass(frozen=True, kw_only=True)
class Pile:
    """The first tasks of somebody or of a profession, and how many there are, how many late and due later today."""

    lines: list[Line] = field(default_factory=list)
    many: int = 0
    late: int = 0
    today: int = 0

    @property
    def more(self) -> int:
        return self.many - len(self.lines)

    @property
    def is_capped(self) -> bool:
        return self.many >= MOST_COUNTED


NOTHING = Pile()


@dataclass(frozen=True, kw_only=True)
class Hand:
    """One member of staff with what they have taken and how much they have done today."""

    member: Member
    pile: Pile
    done: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What nobody in a profession has taken."""

    profession: str
    pile: Pile


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """A late task that has been lifted to the one who reads."""

    line: Line
    at: datetime.datetime | None
    taken_by: str
    is_mine: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    """The whole of it."""

    hands: list[Hand]
    waiting: list[Waiting]
    lifted: list[Lifted]

    @property
    def taken(self) -> int:
        return sum(hand.pile.many for hand in self.hands)

    @property
    def late(self) -> int:
        return sum(pile.late for pile in self._piles)

    @property
    def today(self) -> int:
        return sum(pile.today for pile in self._piles)

    @property
    def done(self) -> int:
        return sum(hand.done for hand in self.hands)

    @property
    def untaken(self) -> int:
        return sum(one.pile.many for one in self.waiting)

    @property
    def _piles(self) -> list[Pile]:
        return [*(hand.pile for hand in self.hands), *(one.pile for one in self.waiting)]


def load(place: Place, viewer: Staff, *, now: datetime.datetime) -> Board:
    """The board of a unit for one who works there."""
    working = places.members(place, on=timezone.localdate(now))
    writer = Writer(viewer, people.profession_names(), now=now)
    roles = {key: name for member in working for key, name in member.roles.items()}
    taken = _taken([member.id for member in working], writer)
    untaken = _untaken(list(roles), place, writer)
    done = _done([member.id for member in working], now=now)
    return Board(
        hands=[
            Hand(member=member, pile=taken.get(member.id, NOTHING), done=done.get(member.id, 0)) for member in working
        ],
        waiting=[Waiting(profession=name, pile=untaken[key]) for key, name in roles.items() if key in untaken],
        lifted=_lifted(writer),
    )


def _taken(members: Sequence[int], writer: Writer) -> dict[int, Pile]:
    """What each has taken, by the index of those who have."""
    if not members:
        return {}
    mine = reading.places(members)
    text = f"""SELECT id, due_sort, claimed_by_id AS whose FROM {TASKS}
        WHERE state = 'open' AND {_seen(writer.viewer)} claimed_by_id IN ({mine})"""
    return _piles(text, members, "claimed_by_id", writer)


def _untaken(groups: Sequence[str], place: Place, writer: Writer) -> dict[str, Pile]:
    """What each profession has in the unit's area that nobody has taken, each by a walk along its index."""
    areas = ["area = %s", "area = ''"] if place.area else ["1 = 1"]
    texts, values = [], []
    for area in areas if groups else ():
        part = f"""SELECT id, due_sort, "group" AS whose FROM {TASKS}
            WHERE state = 'open' AND {_seen(writer.viewer)} claimed_by_id IS NULL AND {{}} AND {area}
            ORDER BY due_sort, id LIMIT {MOST_COUNTED}"""
        texts.append(parts(part, ("group",), "UNION ALL", len(groups)))
        values += [value for group in groups for value in (group, place.area)[: 1 + area.count("%s")]]
    return _piles(" UNION ALL ".join(texts), values, "group", writer) if texts else {}


def _piles(text: str, values: Sequence[Any], attribute: str, writer: Writer) -> dict[Any, Pile]:
    """The first of each, and the counts of all, in one statement."""
    until = datetime.datetime.combine(
        timezone.localdate(writer.now) + datetime.timedelta(days=1), datetime.time(), STOCKHOLM
    )
    rest = f"""JOIN (SELECT id, due_sort, row_number() OVER (PARTITION BY whose ORDER BY due_sort, id) AS place,
            count(*) OVER (PARTITION BY whose) AS many,
            sum(CASE WHEN due_sort <= %s THEN 1 ELSE 0 END) OVER (PARTITION BY whose) AS late,
            sum(CASE WHEN due_sort > %s AND due_sort < %s THEN 1 ELSE 0 END) OVER (PARTITION BY whose) AS today
        FROM ({text}) every) found ON found.id = task.id AND found.place <= {SHOWN}
        ORDER BY found.due_sort, found.id"""
    found: dict[Any, list[UserTask]] = {}
    for task in TALLIED.rows(rest, [writer.now, writer.now, until, *values]):
        found.setdefault(getattr(task, attribute), []).append(task)
    return {
        whose: Pile(lines=[writer.line(task) for task in tasks], **{name: vars(tasks[0])[name] for name in COUNTED})
        for whose, tasks in found.items()
    }


def _done(members: Sequence[int], *, now: datetime.datetime) -> dict[int, int]:
    if not members:
        return {}
    midnight = datetime.datetime.combine(timezone.localdate(now), datetime.time(), STOCKHOLM)
    return dict(reading.rows(DONE.format(reading.places(members)), [*members, midnight]))


def _lifted(writer: Writer) -> list[Lifted]:
    """What has been lifted to the viewer's professions from others, the one due first first."""
    part = f"""SELECT id, due_sort FROM {TASKS} WHERE state = 'open' AND {_seen(writer.viewer)} {{}}
        ORDER BY due_sort, id LIMIT {MOST_LIFTED}"""
    held = writer.viewer.professions
    text = parts(part, ("escalated_to",), "UNION", len(held))
    if not text:
        return []
    rest = f"JOIN ({text}) found ON found.id = task.id ORDER BY found.due_sort, found.id LIMIT {MOST_LIFTED}"
    return [
        Lifted(
            line=writer.line(task),
            at=_moment(vars(task)["lifted_at"]),
            taken_by=str(task.claimed_by) if task.claimed_by else "",
            is_mine=task.claimed_by_id == writer.viewer.pk,
        )
        for task in LIFTED.rows(rest, held)
        if task.group not in writer.held
    ]


def _moment(found: Any) -> datetime.datetime | None:
    """SQLite tells the greatest of several moments as text."""
    if not isinstance(found, str):
        return found if isinstance(found, datetime.datetime) else None
    return datetime.datetime.fromisoformat(found).replace(tzinfo=datetime.UTC)


def _seen(viewer: Staff) -> str:
    return "" if viewer.may_see_protected else "NOT is_restricted AND"
