"""The ärenden that a month of home care begins: one for each person, with what the visits of the year add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from config.year.profiles import Plan, Profile
from integrations import configuration
from integrations.hemtjanst import months
from people.models import Individual
from web.swedish import STOCKHOLM
from workflows.models import ProcessInstance
from workflows.services import instances

TOLD_AT = time(4)
USUAL = 3
"""The day of the month, where this installation has not said another."""


def plans(known: Mapping[str, Profile], until: datetime) -> Iterator[tuple[Individual, Plan]]:
    """What is to be played and is not there, oldest first. Call when the year's visits are written."""
    published = set(instances.definitions().values_list("key", flat=True))
    for profile in known.values():
        if profile.months and profile.key in published:
            there = set(
                ProcessInstance.objects.filter(definition__key=profile.key).values_list("started_at", flat=True)
            )
            for period in _periods(until, profile.months["back"]):
                yield from _of(profile, period, until, there)


def _of(
    profile: Profile, period: months.Period, until: datetime, there: set[datetime]
) -> Iterator[tuple[Individual, Plan]]:
    group, settings = profile.months["group"], configuration.of(months.SOURCE)
    at = datetime.combine(period.after.replace(day=settings.whole("month_day") or USUAL), TOLD_AT, STOCKHOLM)
    if at > until:
        return
    found = dict(months.of_month(period, settings.whole("month_percent")))
    people = Individual.objects.in_bulk(found)
    for key, sums in found.items():
        # Which person it is shows in the microseconds, as for the others of the year.
        moment = at.replace(second=group.number, microsecond=key % 1_000_000)
        if moment not in there:
            answers = {**group.answers, months.MESSAGE: {**group.answers.get(months.MESSAGE, {}), **sums}}
            yield people[key], Plan(moment, group.name, key, replace(group, answers=answers))


def _periods(until: datetime, back: int) -> list[months.Period]:
    found: list[months.Period] = []
    after: date = until.astimezone(STOCKHOLM).date().replace(day=1)
    for _ in range(back):
        first = (after - timedelta(days=1)).replace(day=1)
        found.insert(0, months.Period(first, after))
        after = first
    return found
