"""Persons with ongoing ärenden, and one person's page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people import selectors as people
from people.models import Individual
from people.selectors import Presented
from people.services import access
from tasks import persons as headers
from tasks import selectors, worklist
from workflows import selectors as workflows
from workflows.views.edge import StaffRequest, staff_page

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person in the list and the förlopp that go on."""

    ref: uuid.UUID
    person: Presented
    titles: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def persons(request: StaffRequest) -> HttpResponse:
    """The search is a POST: what one searches for must not stay in the address or the history."""
    text = request.POST.get("sok", "").strip()[:80]
    found = selectors.persons(request.user, text=text, limit=MOST + 1)
    access.record(
        staff=request.user,
        individual=None,
        action="search" if text else "list",
        object_type="individual",
        object_id="",
        now=timezone.now(),
    )
    listed = [
        Found(ref=individual.ref, person=people.presented(individual, viewer=request.user), titles=titles)
        for individual, titles in found[:MOST]
    ]
    context = {
        "people": listed,
        "text": text,
        "has_more": len(found) > MOST,
        "can_start": bool(selectors.startable(request.user)),
    }
    return render(request, "tasks/persons.html", context)


@require_safe
@staff_page
def person(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """What is going on for one person, what has happened, what one can do."""
    now = timezone.now()
    individual = get_object_or_404(Individual, ref=ref)
    cases = selectors.cases(individual, request.user)
    if people.presented(individual, viewer=request.user).is_hidden or not cases:
        access.record(
            staff=request.user,
            individual=individual,
            action="read",
            object_type="individual",
            object_id=str(ref),
            now=now,
            is_allowed=False,
        )
        raise Http404
    access.record(
        staff=request.user, individual=individual, action="read", object_type="individual", object_id=str(ref), now=now
    )
    open_tasks = workflows.open_tasks_of(individual, request.user)
    context: dict[str, Any] = {
        "person": headers.header(individual, viewer=request.user, on=timezone.localdate()),
        "ref": ref,
        "area": None if individual.is_protected else individual.area,
        "rows": worklist.task_rows(open_tasks, viewer=request.user, now=now),
        "cases": cases,
        "events": selectors.events(individual, request.user),
        "can_start": bool(selectors.startable(request.user)),
    }
    return render(request, "tasks/person.html", context)
