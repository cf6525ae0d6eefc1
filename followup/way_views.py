"""Which ways ärenden of a förlopp go: all of them, one on its diagram, and what went past the diagram."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followup import asked, courses
from followup.conformance import Conformance
from followup.figures import FEW
from followup.on_diagram import InMonths
from followup.ways import Ways
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def ways(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "followup/ways.html", _context(_read(request, key)))


@require_safe
@staff_page
def way(request: StaffRequest, key: str, way: str) -> HttpResponse:
    """One that is shown, on the diagram and step by step; what is too few to be shown is as one that is not."""
    found = _read(request, key)
    told = found.way(way)
    if told is None:
        raise Http404
    more = {"way": told, "marks": found.marks(told), "widths": dict.fromkeys(told.flows, (3, ""))}
    return render(request, "followup/way.html", _context(found) | found.drawing(request.GET.get("del", "")) | more)


@require_safe
@staff_page
def conformance(request: StaffRequest, key: str) -> HttpResponse:
    """What ärenden did that the diagram did not foresee, where it was, and what was late."""
    definition, knows_few = courses.followed(request.user, key)
    found = Conformance(definition, asked.read(request.GET.dict(), today=timezone.localdate()), knows_few)
    more = {"marks": found.marks(), "widths": {}}
    return render(
        request, "followup/conformance.html", _context(found) | found.drawing(request.GET.get("del", "")) | more
    )


def _read(request: StaffRequest, key: str) -> Ways:
    now = timezone.now()
    definition, knows_few = courses.followed(request.user, key)
    return Ways(definition, asked.read(request.GET.dict(), today=timezone.localdate(now)), knows_few, now)


def _context(found: InMonths) -> dict[str, Any]:
    return {"results": found, "periods": asked.PERIODS, "few": FEW}
