"""Which ways ärenden of a förlopp go: all of them, and one on its diagram."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followup import asked, courses
from followup.figures import FEW
from followup.ways import Ways
from workflows import catalogue
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
    version = found.shown.public_id
    names = {key: element.name for key, element in found.elements.items()}
    parts = catalogue.parts(version)
    part = request.GET.get("del", "")
    part = part if part in parts else ""
    more = {
        "way": told,
        "picture": catalogue.picture(version, part),
        "parts": [(key, names[key]) for key in parts if names.get(key)],
        "part": part,
        "names": names,
        "marks": found.marks(told),
        "widths": dict.fromkeys(told.flows, (3, "")),
    }
    return render(request, "followup/way.html", _context(found) | more)


def _read(request: StaffRequest, key: str) -> Ways:
    now = timezone.now()
    definition, knows_few = courses.followed(request.user, key)
    return Ways(definition, asked.read(request.GET.dict(), today=timezone.localdate(now)), knows_few, now)


def _context(found: Ways) -> dict[str, Any]:
    return {"results": found, "periods": asked.PERIODS, "few": FEW}
