"""Reckons what ärenden under way will ask for, one förlopp at a time, once an hour; pages read what it came to."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from followup import forecasting, pacing
from followup.models import Expected, Forecast, PaceCount
from followup.pacing import Pace
from people import reading
from workflows.models import ProcessDefinition

OFTEN = datetime.timedelta(hours=1)
TOGETHER = 1_000
# Those that are paused stand still; protected persons are in no figure of an area.
STANDING = """SELECT trail.version_id, trail.last, trail.last_at, person.area FROM followup_trail trail
    JOIN workflows_processinstance held ON held.id = trail.instance_id AND held.state = 'active'
    JOIN people_individual person ON person.id = held.individual_id AND person.protection = 'ingen'
    WHERE held.definition_id = %s AND held.suspended_at IS NULL AND trail.last_at IS NOT NULL"""
Standing = Mapping[tuple[int, str], Counter[tuple[str, int]]]
"""By version and area: how many stand after a task since so many days."""


def reckon_due(*, now: datetime.datetime) -> bool:
    """Reckon one förlopp that is older than an hour, or has grown into another day; whether there was one."""
    definition = _due(now)
    if definition is None:
        return False
    made = list(_rows(definition, today=timezone.localdate(now)))
    try:
        with transaction.atomic():
            if not _claimed(definition, now):
                return False
            Expected.objects.filter(definition=definition).delete()
            Expected.objects.bulk_create(made, batch_size=TOGETHER)
    except IntegrityError:  # another worker was first
        return False
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _due(now: datetime.datetime) -> int | None:
    current = ProcessDefinition.objects.exclude(current=None).order_by("pk").values_list("pk", flat=True)
    at = dict(Forecast.objects.values_list("definition_id", "at"))
    return next((pk for pk in current if pk not in at or _is_old(at[pk], now)), None)


def _is_old(at: datetime.datetime, now: datetime.datetime) -> bool:
    return now - at >= OFTEN or at > now or timezone.localdate(at) != timezone.localdate(now)


def _claimed(definition: int, now: datetime.datetime) -> bool:
    """Of two that reckon at once one writes."""
    known = Forecast.objects.select_for_update().filter(definition=definition).first()
    if known is None:
        Forecast.objects.create(definition_id=definition, at=now)
        return True
    return _is_old(known.at, now) and bool(Forecast.objects.filter(pk=definition).update(at=now))


def _rows(definition: int, *, today: datetime.date) -> Iterator[Expected]:
    rows = PaceCount.objects.filter(version__definition=definition)
    names = ("version_id", "before", "after", "group", "days", "count")
    found = {Pace(*key): count for *key, count in rows.values_list(*names)}
    standing = _standing(definition, today)
    areas = {area for _, area in standing}
    groups, kept = _groups(found), {version: forecasting.paces(version, found) for version, _ in standing}
    for area in sorted(areas):
        here = {version: counts for (version, where), counts in standing.items() if where == area}
        tasks: dict[tuple[datetime.date, str], float] = defaultdict(float)
        for version, counts in here.items():
            stood = [(last, since, many) for (last, since), many in counts.items()]
            days = forecasting.expected(kept[version], stood, days=forecasting.days(today))
            for number, done in enumerate(days):
                week = forecasting.monday(today + datetime.timedelta(days=number))
                for element, many in done.items():
                    tasks[week, element] += many
        instances = sum(counts.total() for counts in here.values())
        for (week, element), many in tasks.items():
            for group, share in groups[element].items():
                yield Expected(
                    definition_id=definition,
                    week=week,
                    element_id=element,
                    group=group,
                    area=area,
                    tasks=many * share,
                    instances=instances,
                )


def _standing(definition: int, today: datetime.date) -> Standing:
    found: dict[tuple[int, str], Counter[tuple[str, int]]] = defaultdict(Counter)
    until = timezone.make_aware(datetime.datetime.combine(today, datetime.time(12)))
    for version, last, last_at, area in reading.rows(STANDING, [definition]):
        found[version, area][last, pacing.days_between(reading.as_moment(last_at), until)] += 1
    return found


def _groups(found: Mapping[Pace, int]) -> Mapping[str, Mapping[str, float]]:
    """Whose each task was, in shares."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pace, count in found.items():
        counts[pace.after][pace.group] += count
    return {element: {group: count / held.total() for group, count in held.items()} for element, held in counts.items()}
