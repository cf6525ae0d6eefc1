"""Who has what, what nobody has taken and what has been lifted: as many statements however much there is."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from people import places, reading
from people.models import Staff
from people.places import Member, Place
from tasks import rows
from tasks.rows import Row, persons
from tasks.unit.looking import Looking
from web.swedish import midnight
from workflows.models import UserTask
from workflows.selectors import TASKS, parts

SHOWN = 5
"""Of each member's and each profession's tasks; how many there are is said beside them."""
MOST_COUNTED = 100
"""Tasks that nobody has are counted no further: "99+" says as much."""
MOST_LIFTED = 30
COUNTED = {"many": "found.many", "late": "found.late", "today": "found.today"}
# The history tells when; what was given to another from the start, its person being protected, has no such row.
LIFTED_AT = """(SELECT max(told.at) FROM workflows_historyentry told WHERE told.instance_id = task.instance_id
    AND told.element_id = task.element_id AND told.kind = 'escalated')"""
DONE = f"""SELECT completed_by_id, count(*) FROM {TASKS}
    WHERE state = 'completed' AND completed_by_id IN ({{}}) AND ended_at >= %s AND {{}} GROUP BY completed_by_id"""


@dataclass(frozen=True, kw_only=True)
class Pile:
    """The first tasks of somebody or of a profession, and how many there are, how many late and due later today."""

    rows: list[Row] = field(default_factory=list)
    many: int = 0
    late: int = 0
    today: int = 0

    @property
    def more(self) -> int:
        return self.many - len(self.rows)

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

    @property
    def is_idle(self) -> bool:
        """There is nothing to tell of them but their name."""
        return not (self.pile.many or self.done or self.member.behalves or self.member.away_until)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What nobody in a profession has taken."""

    profession: str
    pile: Pile


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """A late task that has been lifted to the one who reads."""

    row: Row
    due_at: datetime.datetime | None
    at: datetime.datetime | None


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
    def persons(self) -> list[int]:
        """Keys of those whom the board tells of by name."""
        piled = [row for pile in self._piles for row in pile.rows]
        return persons([*piled, *(one.row for one in self.lifted)])

    @property
    def _piles(self) -> list[Pile]:
        return [*(hand.pile for hand in self.hands), *(one.pile for one in self.waiting)]


def load(place: Place, viewer: Staff, *, now: datetime.datetime) -> Board:
    """The board of a unit for one who works there."""
    working = places.members(place, on=timezone.localdate(now))
    looking = Looking(viewer, now=now)
    roles = {key: name for member in working for key, name in member.roles.items()}
    taken = _taken([member.id for member in working], looking)
    untaken = _untaken(list(roles), place, looking)
    done = _done([member.id for member in working], looking)
    return Board(
        hands=[
            Hand(member=member, pile=taken.get(member.id, NOTHING), done=done.get(member.id, 0)) for member in working
        ],
        waiting=[Waiting(profession=name, pile=untaken[key]) for key, name in roles.items() if key in untaken],
        lifted=_lifted(looking),
    )


def _taken(members: Sequence[int], looking: Looking) -> dict[int, Pile]:
    """What each has taken, by the index of those who have."""
    if not members:
        return {}
    mine = reading.places(members)
    text = f"""SELECT id, due_sort, claimed_by_id AS whose FROM {TASKS}
        WHERE state = 'open' AND {looking.seen} AND claimed_by_id IN ({mine})"""
    return _piles(text, members, "claimed_by_id", looking)


def _untaken(groups: Sequence[str], place: Place, looking: Looking) -> dict[str, Pile]:
    """What each profession has in the unit's area that nobody has taken, each by a walk along its index."""
    areas = ["area = %s", "area = ''"] if place.area else ["1 = 1"]
    texts, values = [], []
    for area in areas if groups else ():
        part = f"""SELECT id, due_sort, "group" AS whose FROM {TASKS}
            WHERE state = 'open' AND {looking.seen} AND claimed_by_id IS NULL AND {{}} AND {area}
            ORDER BY due_sort, id LIMIT {MOST_COUNTED}"""
        texts.append(parts(part, ("group",), "UNION ALL", len(groups)))
        values += [value for group in groups for value in (group, place.area)[: 1 + area.count("%s")]]
    return _piles(" UNION ALL ".join(texts), values, "group", looking) if texts else {}


def _piles(text: str, values: Sequence[Any], attribute: str, looking: Looking) -> dict[Any, Pile]:
    """The first of each, and the counts of all, in one statement."""
    until = midnight(timezone.localdate(looking.now) + datetime.timedelta(days=1))
    rest = f"""JOIN (SELECT id, due_sort, row_number() OVER (PARTITION BY whose ORDER BY due_sort, id) AS place,
            count(*) OVER (PARTITION BY whose) AS many,
            sum(CASE WHEN due_sort <= %s THEN 1 ELSE 0 END) OVER (PARTITION BY whose) AS late,
            sum(CASE WHEN due_sort > %s AND due_sort <= %s THEN 1 ELSE 0 END) OVER (PARTITION BY whose) AS today
        FROM ({text}) every) found ON found.id = task.id AND found.place <= {SHOWN}
        ORDER BY found.due_sort, found.id"""
    found: dict[Any, list[UserTask]] = {}
    read, more = rows.of_others(looking.viewer, **COUNTED)
    for task in read.rows(rest, [*more, looking.now, looking.now, until, *values]):
        found.setdefault(getattr(task, attribute), []).append(task)
    return {
        whose: Pile(rows=[looking.at(task) for task in tasks], **{name: vars(tasks[0])[name] for name in COUNTED})
        for whose, tasks in found.items()
    }


def _done(members: Sequence[int], looking: Looking) -> dict[int, int]:
    if not members:
        return {}
    today = midnight(timezone.localdate(looking.now))
    return dict(reading.rows(DONE.format(reading.places(members), looking.seen), [*members, today]))


def _lifted(looking: Looking) -> list[Lifted]:
    """What has been lifted to the viewer's professions from others, the one due first first."""
    part = f"""SELECT id, due_sort FROM {TASKS} WHERE state = 'open' AND {looking.seen} AND {{}}
        ORDER BY due_sort, id LIMIT {MOST_LIFTED}"""
    held = looking.viewer.professions
    text = parts(part, ("escalated_to",), "UNION", len(held))
    if not text:
        return []
    rest = f"JOIN ({text}) found ON found.id = task.id ORDER BY found.due_sort, found.id LIMIT {MOST_LIFTED}"
    read, more = rows.of_others(looking.viewer, lifted_at=LIFTED_AT)
    return [
        Lifted(
            row=looking.at(task),
            due_at=task.due_at,
            at=_moment(vars(task)["lifted_at"]),
        )
        for task in read.rows(rest, [*more, *held])
        if task.group not in held
    ]


def _moment(found: Any) -> datetime.datetime | None:
    """SQLite tells the greatest of several moments as text."""
    if not isinstance(found, str):
        return found if isinstance(found, datetime.datetime) else None
    return datetime.datetime.fromisoformat(found).replace(tzinfo=datetime.UTC)
