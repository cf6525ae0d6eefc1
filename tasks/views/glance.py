"""What another system knows about a person: loaded beside the page, so that a system that is down never holds it up."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks import opening, persons
from workflows import connectors
from workflows.views.edge import StaffRequest, staff_page

SECONDS = 3.0
"""So long a system may think; then it does not answer just now."""


@require_safe
@staff_page
def glance(request: StaffRequest, ref: uuid.UUID, key: str) -> HttpResponse:
    """A part of the page for the script, a page of its own without."""
    now = timezone.now()
    found = connectors.glances().get(key)
    opened = opening.person(request, ref, now=now, what="glance")
    if found is None or not opened.sight.reads(found.sphere):
        raise Http404
    try:
        lines, is_down = found.run(ref, SECONDS), False
    except connectors.DeliveryError:
        lines, is_down = [], True
    context = {"glance": found, "lines": lines, "is_down": is_down, "at": now, "ref": ref}
    if request.headers.get("HX-Request"):
        return render(request, "tasks/glance_part.html", context)
    shown = persons.header(opened.individual, viewer=request.user, on=timezone.localdate(now))
    return render(request, "tasks/glance.html", context | {"person": shown})
