"""A person's goals and who is responsible for them, as FHIR: of what the caller's professions may read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from api.fhir import resources
from api.reach import Reach
from people.models import Goal, Individual, Rating, Unit
from people.plan import ContactKind, current
from workflows import sight
from workflows.sight import Sight

Json = dict[str, Any]
TEAM = (ContactKind.CARE, ContactKind.HEALTH, ContactKind.UNIT)


def goals(individual: Individual, reach: Reach, *, thread: uuid.UUID | None = None) -> list[tuple[int, Json]]:
    """The latest written first; those of a confined förlopp, or closed to the caller's units, are as none."""
    if not reach.knows(individual):
        return []
    looking = sight.of(reach.caller.staff, individual)
    rows = current(Goal).filter(individual=individual).exclude(thread__in=looking.untold).order_by("-pk")
    found = [one for one in (rows.filter(thread=thread) if thread else rows) if not looking.has_closed(one)]
    ratings = _latest(looking, found)
    return [(one.pk, resources.goal(one, ratings.get(one.thread), individual, looking)) for one in found]


def team(individual: Individual, reach: Reach) -> list[tuple[int, Json]]:
    if not reach.knows(individual):
        return []
    members = list(_members(sight.of(reach.caller.staff, individual)))
    return [(individual.pk, resources.care_team(individual, members))]


# -- inside ------------------------------------------------------------------------------------------------------------


def _latest(looking: Sight, goals: Iterable[Goal]) -> dict[uuid.UUID, Rating]:
    rows = current(Rating).filter(individual=looking.individual, goal__in=[one.thread for one in goals])
    return {one.goal: one for one in rows.order_by("on", "pk") if not looking.has_closed(one)}


def _members(looking: Sight) -> Iterable[tuple[str, str]]:
    """Roles and names of those who are contacts today."""
    units = dict(Unit.objects.values_list("key", "name"))
    today = timezone.localdate()
    for one in looking.contacts:
        if one.kind in TEAM and sight.is_now(one, on=today) and one.thread not in looking.untold:
            name = units.get(one.unit_key, one.unit_key) if one.kind == ContactKind.UNIT else one.name
            yield ContactKind(one.kind).label, name
