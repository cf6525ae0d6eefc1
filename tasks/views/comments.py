"""Comments on a task: write one, withdraw one's own."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks.models.comment import MAX_LENGTH
from tasks.services import comments
from tasks.views import page
from workflows.views.edge import StaffRequest, staff_page

EMPTY = "Skriv en anteckning."
TOO_LONG = f"Anteckningen är för lång eller har tecken som inte går att spara. Den får vara högst {MAX_LENGTH} tecken."
UNKNOWN = "Den du valde kan inte göra uppgiften. Välj en annan, eller ingen."


@require_POST
@staff_page
def add(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write to the colleagues, and call one of them."""
    found, now = page.find_workable(request, public_id), timezone.now()
    text, mentioned = request.POST.get("anteckning", ""), request.POST.get("namnd", "")
    for_shift = "overlamning" in request.POST
    try:
        comments.add(
            task=found,
            text=text,
            mentioned=mentioned,
            for_shift=for_shift,
            by=request.user,
            now=now,
            action_id=page.action_id(request) or uuid.uuid4(),
        )
    except comments.Unacceptable:
        error = TOO_LONG if text.strip() else EMPTY
        unsent = page.Unsent(text=text, mentioned=mentioned, for_shift=for_shift, error=error)
        return page.show(request, found, now=now, unsent=unsent, status=422)
    except comments.UnknownColleague:
        unsent = page.Unsent(text=text, mentioned="", for_shift=for_shift, error=UNKNOWN)
        return page.show(request, found, now=now, unsent=unsent, status=422)
    page.record(request, found, "comment", now=now)
    return page.back(public_id, to="#anteckningar")


@require_POST
@staff_page
def withdraw(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back one's own."""
    found = page.find_workable(request, public_id)
    number = request.POST.get("anteckning", "")
    if number.isdecimal() and len(number) < 16:
        comments.withdraw(task=found, comment_id=int(number), by=request.user, now=timezone.now())
        messages.success(request, "Anteckningen är borttagen.")
    return page.back(public_id, to="#anteckningar")
