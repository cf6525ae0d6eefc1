"""What makes a reading of somebody's data worth a look by a person. None of it says that anything is wrong.

From HSLF-FS 2016:40 4 kap. 9 § 5 and what Socialstyrelsen and IMY have found wanting in reviews: own relatives,
colleagues, protected persons, odd hours, many persons in a short time, refusals. Thresholds are our own assumption.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncHour

from people.access_log import EMERGENCY, LISTED
from people.models import AccessLog, Protection, Staff, StaffKind
from web.swedish import STOCKHOLM, midnight

MANY_PERSONS = 40
"""Persons opened within one hour of the clock."""
MANY_REFUSALS = 3
DEAD_FOR = datetime.timedelta(days=30)
NIGHT_ENDS, NIGHT_BEGINS = datetime.time(6), datetime.time(22)
SAMPLE = "urval"

TITLES = {
    "efternamn": "Samma efternamn",
    "kollega": "En kollegas uppgifter",
    "skyddad": "Skyddade personuppgifter",
    "nod": "Nödöppning",
    "skal": "Öppnat med skäl",
    "avliden": "Avliden sedan mer än 30 dagar",
    "natt": "På natten",
    "manga": f"Mer än {MANY_PERSONS} personer på en timme",
    "nekad": f"Nekad minst {MANY_REFUSALS} gånger på en dag",
    SAMPLE: "Slumpvis urval",
}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Rows of one day that a rule caught. `units` are keys; individual None: it is not about one person."""

    rule: str
    staff_id: int
    individual_id: int | None
    units: tuple[str, ...]
    rows: int
    first_at: datetime.datetime
    last_at: datetime.datetime


def hits(day: datetime.date) -> Iterator[Hit]:
    """What every rule catches of a day; each is one walk along the index of the day."""
    begins, ends = midnight(day), midnight(day + datetime.timedelta(days=1))
    rows = AccessLog.objects.filter(at__gte=begins, at__lt=ends, staff__kind=StaffKind.PERSON).exclude(units="")
    opened = rows.exclude(action=LISTED)
    about = opened.exclude(individual=None)
    yield from _hits(
        "efternamn", about.exclude(staff__last_name="").filter(staff__last_name=F("individual__family_name"))
    )
    yield from _hits("kollega", about.filter(_is_colleague()))
    yield from _hits("skyddad", about.exclude(individual__protection=Protection.INGEN))
    in_emergency = Q(action="emergency") | Q(reason=EMERGENCY)
    yield from _hits("nod", about.filter(in_emergency))
    yield from _hits("skal", about.exclude(reason="").exclude(reason=None).exclude(in_emergency))
    yield from _hits("avliden", about.filter(individual__deceased_on__lt=day - DEAD_FOR))
    yield from _hits("natt", _outside(about.filter(_at_night(day)), settings.FORLOPP_NIGHT_UNITS))
    yield from _many(opened)
    denied = opened.filter(outcome=AccessLog.Outcome.DENIED).values("staff_id", "units")
    for row in denied.annotate(rows=Count("pk"), first=Min("at"), last=Max("at")).filter(rows__gte=MANY_REFUSALS):
        yield _hit("nekad", row, None)


def at_unit(key: str) -> Q:
    """Rows of those who worked at a unit then."""
    return Q(units=key) | Q(units__startswith=f"{key},") | Q(units__endswith=f",{key}") | Q(units__contains=f",{key},")


def _hits(rule: str, rows: QuerySet[AccessLog]) -> Iterator[Hit]:
    grouped = rows.order_by().values("staff_id", "individual_id", "units")
    for row in grouped.annotate(rows=Count("pk"), first=Min("at"), last=Max("at")):
        yield _hit(rule, row, row["individual_id"])


def _many(rows: QuerySet[AccessLog]) -> Iterator[Hit]:
    hours = rows.order_by().annotate(hour=TruncHour("at")).values("staff_id", "units", "hour")
    told = hours.annotate(rows=Count("individual", distinct=True), first=Min("at"), last=Max("at"))
    for row in told.filter(rows__gt=MANY_PERSONS):
        yield _hit("manga", row, None)


def _hit(rule: str, row: dict[str, Any], individual_id: int | None) -> Hit:
    return Hit(
        rule=rule,
        staff_id=row["staff_id"],
        individual_id=individual_id,
        units=tuple(row["units"].split(",")),
        rows=row["rows"],
        first_at=row["first"],
        last_at=row["last"],
    )


def _is_colleague() -> Exists:
    """The person bears the name of somebody else who works here."""
    named = Staff.objects.filter(
        is_active=True,
        kind=StaffKind.PERSON,
        last_name=OuterRef("individual__family_name"),
        first_name=OuterRef("individual__given_name"),
    )
    return Exists(named.exclude(pk=OuterRef("staff_id")).exclude(last_name=""))


def _at_night(day: datetime.date) -> Q:
    ends = datetime.datetime.combine(day, NIGHT_ENDS, STOCKHOLM)
    return Q(at__lt=ends) | Q(at__gte=datetime.datetime.combine(day, NIGHT_BEGINS, STOCKHOLM))


def _outside(rows: QuerySet[AccessLog], units: Iterable[str]) -> QuerySet[AccessLog]:
    for key in units:
        rows = rows.exclude(at_unit(key))
    return rows
