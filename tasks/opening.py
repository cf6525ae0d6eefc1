"""Opens a person to one viewer, or not: one answer for missing and forbidden, and both written in the access log."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.http import Http404
from django.utils import timezone

from people import selectors as people
from people.models import Consent, Contact, Individual
from people.services import access
from tasks import positions, sight
from tasks.positions import Case
from tasks.sight import Sight
from workflows.models import UserTask
from workflows.views.edge import StaffRequest


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The person, what the viewer sees by, and what had to be read to know that they may."""

    individual: Individual
    sight: Sight
    cases: list[Case]
    tasks: list[UserTask]
    contacts: list[Contact]
    consents: list[Consent]


def person(request: StaffRequest, ref: uuid.UUID, *, now: datetime.datetime, what: str = "individual") -> Opened:
    """The person, if the viewer sees an ärende of theirs and no responsible unit keeps them out. Raises Http404."""
    viewer, today = request.user, timezone.localdate(now)
    individual = Individual.objects.filter(ref=ref).first()
    if individual is None:
        raise Http404
    contacts, consents = sight.contacts_of(individual), sight.consents_of(individual)
    seen = sight.of(viewer, consents=consents, on=today)
    cases = positions.cases(individual, seen)
    tasks = positions.open_tasks(individual, seen) if cases else []
    is_offered = any(positions.is_mine(task, seen) for task in tasks)
    is_open = not people.named(individual, viewer=viewer).is_hidden and bool(cases)
    is_open = is_open and (is_offered or sight.is_with_their_unit(viewer, contacts, on=today))
    access.record(
        staff=viewer,
        individual=individual,
        action="read",
        object_type=what,
        object_id=str(ref),
        now=now,
        is_allowed=is_open,
    )
    if not is_open:
        raise Http404
    return Opened(individual=individual, sight=seen, cases=cases, tasks=tasks, contacts=contacts, consents=consents)
