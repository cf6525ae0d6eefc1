"""Which area's units have the tasks about a person: the person's own area, also for what is already open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from people.models import Individual, Staff
from people.services import access, individuals
from workflows.models import TaskState, UserTask


@transaction.atomic
def place(*, individual: Individual, area: str, by: Staff, now: datetime) -> None:
    """Say by hand which area it is; '' gives the tasks to all of the profession."""
    individuals.place(individual=individual, area=area, now=now)
    follow(individual=individual, now=now)
    access.record(
        staff=by,
        individual=individual,
        action="place",
        object_type="individual",
        object_id=str(individual.ref),
        now=now,
    )


def follow(*, individual: Individual, now: datetime) -> None:
    """The open tasks go where the person has gone; of a protected person they tell no area."""
    area = "" if individual.is_protected else individual.area
    rows = UserTask.objects.filter(individual=individual, state=TaskState.OPEN).exclude(area=area)
    rows.update(area=area, changed_at=now)
