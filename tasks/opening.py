"""Opens a person to one viewer, or not: one answer for missing and forbidden; what was opened is in the access log."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.http import Http404

from people import selectors as people
from people.models import Individual, Staff
from people.services import access
from tasks import positions
from tasks.positions import Case
from workflows import confined, sight
from workflows.models import ProcessInstance, UserTask
from workflows.sight import Sight
from workflows.views.edge import StaffRequest


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The person, what the viewer sees by, and what had to be read to know that they may."""

    individual: Individual
    sight: Sight
    cases: list[Case]
    tasks: list[UserTask]


def person(
    request: StaffRequest,
    ref: uuid.UUID,
    *,
    now: datetime.datetime,
    what: str = "individual",
    to_change: bool = False,
) -> Opened:
    """The person, if the viewer sees an ärende of theirs and no responsible unit keeps them out. Raises Http404.

    `to_change` asks more: one who works with the person.
    """
    viewer = request.user
    individual = Individual.objects.filter(ref=ref).first()
    if individual is None:
        raise Http404
    seen = sight.of(viewer, individual)
    cases = positions.cases(individual, seen)
    is_open = bool(cases) and not people.is_hidden(individual, viewer=viewer) and seen.is_let_in
    # Whom one has opened in an emergency one reads about, and changes nothing.
    to_change = to_change or (seen.is_emergency and request.method == "POST")
    is_open = is_open and (seen.works_with_them or not to_change)
    if not is_open:
        raise Http404
    access.record(staff=viewer, individual=individual, action="read", object_type=what, object_id=str(ref), now=now)
    return Opened(individual=individual, sight=seen, cases=cases, tasks=positions.open_tasks(individual, seen))


def may_meet(viewer: Staff, individual: Individual) -> bool:
    """Whether the page of the person is for the viewer."""
    if people.is_hidden(individual, viewer=viewer):
        return False
    seen = sight.of(viewer, individual)
    return bool(positions.cases(individual, seen)) and seen.is_let_in


def is_unmet(viewer: Staff, individual: Individual | None) -> bool:
    """Whether all that there is about the person is for others: then their number must not tell that we know them.

    None is nobody, of whom the database is asked the same: else the time tells what the answer does not.
    """
    asked = individual or Individual(pk=0)
    seen = sight.of(viewer, asked)
    cases = positions.cases(asked, seen)
    has_any = ProcessInstance.objects.filter(individual_id=asked.pk).exists()
    is_hidden = individual is None or people.is_hidden(asked, viewer=viewer)
    return is_hidden or (has_any and not (cases and seen.is_let_in))


def may_open(individual: Individual) -> bool:
    """Whether there is something that an emergency opens."""
    closed = confined.everything().versions
    return ProcessInstance.objects.filter(individual=individual).exclude(version__in=closed).exists()


def is_barred(viewer: Staff, individual: Individual) -> bool:
    """Whether nothing but a spärr keeps the viewer out: who may know that there is one (PDL 4:4)."""
    if individual.pk not in viewer.barred or people.is_hidden(individual, viewer=viewer, also_barred=True):
        return False
    seen = sight.of(viewer, individual)
    return bool(positions.cases(individual, seen)) and seen.is_let_in
