"""A unit's pages, for those who work there: the board first."""

from __future__ import annotations

import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from people import places
from people.places import Place
from people.services import access
from tasks.unit import board
from tasks.unit import workload as workloads
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def home(request: StaffRequest) -> HttpResponse:
    """To the board of one's unit, the first by name."""
    mine = places.of(request.user, on=timezone.localdate())
    if not mine:
        return render(request, "tasks/unit/none.html")
    return HttpResponseRedirect(reverse("tasks:unit_tavla", args=[mine[0].key]))


@require_safe
@staff_page
def show(request: StaffRequest, key: str) -> HttpResponse:
    """Who has what, what nobody has taken, what is late; an open page asks for it anew each minute."""
    now = timezone.now()
    place, mine = find(request, key, now=now)
    if not request.headers.get("HX-Request"):
        record(request, place, "list", now=now)
    shown = board.load(place, request.user, now=now)
    access.record_listed(staff=request.user, individual_ids=shown.persons, object_type="unit", now=now)
    context = frame(place, mine, "tavla") | {"board": shown, "now": now}
    return render(request, "tasks/unit/board.html", context)


@require_safe
@staff_page
def workload(request: StaffRequest, key: str) -> HttpResponse:
    """How much each profession has this week and next; numbers only, so nobody's person is read."""
    now = timezone.now()
    place, mine = find(request, key, now=now)
    found = workloads.load(place, request.user, now=now)
    return render(request, "tasks/unit/workload.html", frame(place, mine, "belastning") | {"workload": found})


def find(request: StaffRequest, key: str, *, now: datetime.datetime) -> tuple[Place, list[Place]]:
    """The unit, and all that the reader has; one that is somebody else's is as one that does not exist."""
    mine = places.of(request.user, on=timezone.localdate(now))
    place = next((one for one in mine if one.key == key), None)
    if place is None:
        raise Http404
    return place, mine


def find_own(request: StaffRequest, key: str, *, now: datetime.datetime) -> tuple[Place, list[Place]]:
    """The same of a unit where one works: what one shift writes to the next is not for those above it."""
    place, mine = find(request, key, now=now)
    if not place.is_own:
        raise Http404
    return place, mine


def frame(place: Place, mine: list[Place], current: str) -> dict[str, object]:
    """What every page of a unit shows around it."""
    return {"place": place, "places": mine, "current": current}


def record(request: StaffRequest, place: Place, action: str, *, now: datetime.datetime) -> None:
    access.record(
        staff=request.user, individual=None, action=action, object_type="unit", object_id=str(place.id), now=now
    )
