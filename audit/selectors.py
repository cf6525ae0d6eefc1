"""Which reviews somebody may make, and what is in them."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from audit import rules, words
from audit.models import Judgement, Pick, Round, Seal, SweptDay
from audit.services import rounds
from people import selectors as people
from people.models import Staff
from workflows import rights

MOST_ROUNDS = 200


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A review in the list; `left` picks are to be judged."""

    round: Round
    picks: int
    left: int

    @property
    def is_ready(self) -> bool:
        return self.round.closed_at is None and self.round.sampled_at is not None

    @property
    def month(self) -> str:
        return words.month(self.round.month)

    @property
    def is_empty(self) -> bool:
        return not self.picks


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A pick as it is shown: `why` in words with how many rows; `judgement` holds when nothing has come since."""

    pick: Pick
    who: str
    person: str
    why: list[tuple[str, int]]
    judgements: list[Judgement]
    is_own: bool

    @property
    def judgement(self) -> Judgement | None:
        last = self.judgements[-1] if self.judgements else None
        return last if last and last.at >= self.pick.last_at else None


def reviewed_by(staff: Staff) -> QuerySet[Round]:
    """Those of the units that one reviews."""
    rows, units = Round.objects.select_related("unit", "closed_by"), rights.reviewed(staff, on=timezone.localdate())
    return rows if units is None else rows.filter(unit__in=units)


def listed(staff: Staff) -> list[Listed]:
    """The newest month first."""
    rows = reviewed_by(staff).annotate(picked=Count("picks")).order_by("-month", "unit__name")[:MOST_ROUNDS]
    return [Listed(round=row, picks=row.picked, left=rounds.left(row) if row.picked else 0) for row in rows]


def round_for(staff: Staff, ref: uuid.UUID) -> Round | None:
    return reviewed_by(staff).filter(ref=ref).first()


def picks(of: Round, *, viewer: Staff) -> list[Picked]:
    """Those that are left first, then by who it is."""
    rows = of.picks.select_related("staff", "individual").prefetch_related("judgements__by")
    found = [picked(row, viewer=viewer) for row in rows]
    return sorted(found, key=lambda one: (one.judgement is not None, one.who, one.pick.pk))


def picked(row: Pick, *, viewer: Staff) -> Picked:
    """One of them."""
    return Picked(
        pick=row,
        who=str(row.staff),
        person=people.named(row.individual, viewer=viewer, also_barred=True).name if row.individual else "",
        why=[(rules.TITLES[key], row.why[key]) for key in rules.TITLES if key in row.why],
        judgements=list(row.judgements.all()),
        is_own=row.staff_id == viewer.pk,
    )


def last_seal() -> Seal | None:
    return Seal.objects.last()


def swept_until() -> datetime.date | None:
    last: datetime.date | None = SweptDay.objects.aggregate(last=Max("day"))["last"]
    return last
