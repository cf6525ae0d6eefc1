"""Plays the year: every ärende of every profile in the order they begin, many in one transaction, again from where it
was stopped. What has been played is known by the ärenden themselves: a förlopp and the microsecond they began."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from config.year import inhabitants, months, profiles, told, town
from config.year.answering import Answers, Script
from config.year.colleagues import Colleagues
from config.year.course import Course, Stuck, Town
from config.year.draws import Draw
from config.year.hours import at_work
from config.year.profiles import Group, Plan, Profile
from followup.services import counting
from people.models import Staff, Unit
from workflows.models import ProcessInstance
from workflows.services import instances, user_tasks

log = logging.getLogger(__name__)

TOGETHER = 25
"""Ärenden in one transaction: flushing it to the disk takes longer than a step."""
MEMORY_KB = 200_000
EARLIER = timedelta(days=4 * 365)


@dataclass
class Made:
    """How far it has come. `stuck` tells of ärenden that could not be played."""

    done: int = 0
    of: int = 0
    stuck: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def anchor(*, now: datetime) -> datetime:
    """The moment the year ends: when somebody first began to make it here."""
    first = Staff.objects.filter(username__startswith=town.NAMED, is_invented=True).order_by("date_joined").first()
    return first.date_joined if first else now


def make(root: Path, share: float, *, now: datetime, tell: Callable[[Made], None]) -> Made:
    """Play what is not there yet of a year of a town with `share` x 100 000 inhabitants. Raises profiles.Unreadable."""
    known = profiles.read(root)
    until = anchor(now=now)
    town.people_it(since=(until - EARLIER).date(), now=until)
    place = Town(known, Colleagues((until - EARLIER).date()), Answers(known, _units()), until)
    plans = sorted(left(known, share, until))
    _give_room()
    made = Made(of=len(plans))
    for first in range(0, len(plans), TOGETHER):
        with transaction.atomic():
            for plan in plans[first : first + TOGETHER]:
                _play(plan, known[plan.group.key], place, made)
        made.done = min(first + TOGETHER, len(plans))
        tell(made)
    told.tell(known, until)
    _months(known, place, made)
    while user_tasks.escalate_due(now=until):
        pass
    while counting.run_waiting(now=now):
        pass
    return made


def left(known: Mapping[str, Profile], share: float, until: datetime) -> Iterator[Plan]:
    """What is to be played and is not there."""
    published = set(instances.definitions().values_list("key", flat=True))
    there = set(ProcessInstance.objects.values_list("definition__key", "started_at"))
    for profile in known.values():
        for group in profile.groups if profile.key in published else ():
            for number in range(group.many(share)):
                plan = planned(group, number, until)
                if (group.key, plan.at) not in there:
                    yield plan


def planned(group: Group, number: int, until: datetime) -> Plan:
    """The first ones are the same however many there are."""
    longest, shortest = (until - (one.after(until) - until) for one in group.begins)
    draw = Draw(group.name, number)
    at = at_work(longest + (shortest - longest) * draw.even("begins"), "", is_urgent=False)
    # Which one it is shows in the microseconds, so that it can be told whether it is there.
    at = at.replace(second=group.number % 60, microsecond=number % 1_000_000)
    return Plan(at, group.name, number, group)


def _months(known: Mapping[str, Profile], place: Town, made: Made) -> None:
    """What the visits of a month add up to begins the ärenden of that month."""
    for person, plan in list(months.plans(known, place.until)):
        with _counted(plan, made), transaction.atomic():
            script = Script(known[plan.group.key], plan.group, Draw(plan.name, plan.number))
            Course(place, person, script, f"{plan.name}/{plan.number}").play(plan.at)


def _play(plan: Plan, profile: Profile, place: Town, made: Made) -> None:
    group = plan.group
    script = Script(profile, group, Draw(group.name, plan.number))
    then = timezone.localdate(plan.at)
    with _counted(plan, made), transaction.atomic():
        number = plan.number + group.offset
        individual, _ = inhabitants.somebody(group.ages, number, today=then, is_alone=group.is_alone)
        Course(place, individual, script, f"{plan.name}/{plan.number}").play(plan.at)


@contextmanager
def _counted(plan: Plan, made: Made) -> Iterator[None]:
    """One that cannot be played must not cost the others; it is told of, and undone."""
    began = time.process_time()
    try:
        yield
    except Exception as problem:
        log.exception("ärende %s/%s of the year", plan.name, plan.number)
        made.stuck.append(str(problem) if isinstance(problem, Stuck) else f"{plan.name}: {type(problem).__name__}")
    made.seconds[plan.name] = made.seconds.get(plan.name, 0) + time.process_time() - began


def _give_room() -> None:
    """SQLite writes what a long transaction has changed to the disk again and again where its memory is small."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{MEMORY_KB}")


def _units() -> dict[str, str]:
    """A unit for each area, that someone can be handed over to."""
    found = dict(Unit.objects.filter(key__startswith="hemtjanst").order_by("-key").values_list("area", "key"))
    return {"": "hemtjanst_norr", **found}
