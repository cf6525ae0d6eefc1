"""Persons with ongoing ärenden: find one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import selectors as people
from people.selectors import Presented
from people.services import access
from tasks import selectors
from workflows import rights
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
    now, shown = timezone.now(), [individual.pk for individual, _ in found[:MOST]]
    if text:
        access.record_all(
            staff=request.user, individual_ids=shown or [None], action="search", object_type="individual", now=now
        )
    else:
        access.record_listed(staff=request.user, individual_ids=shown, object_type="individual", now=now)
    listed = [
        Found(ref=individual.ref, person=people.presented(individual, viewer=request.user), titles=titles)
        for individual, titles in found[:MOST]
    ]
    context = {
        "people": listed,
        "text": text,
        "has_more": len(found) > MOST,
        "can_start": bool(selectors.startable(request.user)),
        "can_open": rights.may_open_in_emergency(request.user),
    }
    return render(request, "tasks/persons.html", context)
