"""Rows of the access log as they are shown: found by person, by staff and by time, a page at a time."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from audit import rules, words
from people import selectors as people
from people.models import AccessLog, Individual, Profession, Staff, StaffKind, Unit
from web import paging, swedish

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row; `units` and `professions` are those of then, by the names of now."""

    key: int
    at: datetime.datetime
    who: str
    person: str
    what: str
    units: str
    professions: str
    reason: str
    is_denied: bool


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the person is told of a day: where, as what and what, and how often; never who."""

    day: datetime.date
    place: str
    what: str
    times: int
    first_at: datetime.datetime
    last_at: datetime.datetime

    @property
    def hours(self) -> str:
        first, last = swedish.clock(self.first_at), swedish.clock(self.last_at)
        return first if first == last else f"{first}–{last}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """None and "" are anything; days are included. `older_than` is the key of the page before."""

    individual: Individual | None = None
    staff: Staff | None = None
    unit: str = ""
    first_on: datetime.date | None = None
    last_on: datetime.date | None = None
    older_than: str = ""


def page(wanted: Wanted, *, viewer: Staff) -> tuple[list[Entry], str]:
    """The latest first, and the key of the next page; '' when there is none."""
    rows = _filtered(wanted).select_related("staff", "individual")
    found = paging.page(rows, "at", older_than=wanted.older_than, size=PAGE)
    units, professions = _names()
    shown = [
        Entry(
            key=row.pk,
            at=row.at,
            who=row.staff_name or "Förlopp självt",
            person=people.named(row.individual, viewer=viewer, also_barred=True).name if row.individual else "",
            what=words.what(row.action, row.object_type),
            units=_named(row.units, units),
            professions=_named(row.professions, professions),
            reason=row.reason or "",
            is_denied=row.outcome == AccessLog.Outcome.DENIED,
        )
        for row in found.rows
    ]
    return shown, found.older


def extract(individual: Individual, *, first_on: datetime.date, last_on: datetime.date) -> list[Told]:
    """For the person (PDL 8 kap. 5 §): unit and time, so that they can judge for themselves whether it was right.

    Refusals are left out: nothing was seen.
    """
    wanted = Wanted(individual=individual, first_on=first_on, last_on=last_on)
    rows = _filtered(wanted).exclude(outcome=AccessLog.Outcome.DENIED).order_by("at", "id")
    # Staff are told by unit; the person, and who has their leave, by name.
    rows = rows.annotate(own_name=Case(When(staff=None, then=F("staff_name")), default=Value("")))
    units, professions = _names()

    @functools.cache  # a person of whom much is read has twenty thousand rows, of a few kinds
    def line(
        kind: str, name: str, of_units: str | None, of_professions: str | None, action: str, of: str
    ) -> tuple[str, str]:
        if name:
            return name, words.what(action, of)
        parts = [_named(of_units, units), _named(of_professions, professions)]
        is_system = kind == StaffKind.SYSTEM
        place = "Ett annat system" if is_system else " · ".join(filter(None, parts)) or "Enhet ej noterad"
        return place, words.what(action, of)

    columns = ("at", "staff__kind", "own_name", "units", "professions", "action", "object_type")
    told = sorted((timezone.localdate(at), *line(*kind), at) for at, *kind in rows.values_list(*columns).iterator())
    found = []
    for (day, place, what), same in groupby(told, key=lambda one: one[:3]):
        moments = [at for *_, at in same]
        found.append(
            Told(day=day, place=place, what=what, times=len(moments), first_at=moments[0], last_at=moments[-1])
        )
    return sorted(found, key=lambda one: (one.day, one.first_at), reverse=True)


def _filtered(wanted: Wanted) -> QuerySet[AccessLog]:
    rows = AccessLog.objects.all()
    if wanted.individual is not None:
        rows = rows.filter(individual=wanted.individual)
    if wanted.staff is not None:
        rows = rows.filter(staff=wanted.staff)
    if wanted.unit:
        rows = rows.filter(rules.at_unit(wanted.unit))
    if wanted.first_on is not None:
        rows = rows.filter(at__gte=swedish.midnight(wanted.first_on))
    if wanted.last_on is not None:
        rows = rows.filter(at__lt=swedish.midnight(wanted.last_on + datetime.timedelta(days=1)))
    return rows


def _names() -> tuple[dict[str, str], dict[str, str]]:
    return dict(Unit.objects.values_list("key", "name")), dict(Profession.objects.values_list("key", "name"))


def _named(keys: str | None, names: dict[str, str]) -> str:
    told: Sequence[str] = [key for key in (keys or "").split(",") if key]
    return ", ".join(names.get(key, key) for key in told)
