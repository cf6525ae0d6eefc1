"""Following a task, and no more."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks.services import watching
from tasks.views import page
from tasks.wanted import Wanted
from workflows.views.edge import StaffRequest, staff_page

BEGUN = "Du bevakar uppgiften. Den finns under Bevakade, som berättar när den är klar."


@require_POST
@staff_page
def watch(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin, or with `sluta` end."""
    found = page.find(request, public_id)
    if "sluta" not in request.POST:
        watching.begin(task=found, by=request.user, now=timezone.now())
        messages.success(request, BEGUN)
        return page.back(public_id)
    watching.drop(task=found, by=request.user)
    if "lista" in request.POST:
        return HttpResponseRedirect(Wanted(visa="bevakade").address())
    messages.success(request, "Du bevakar inte längre uppgiften.")
    return page.back(public_id)


@require_POST
@staff_page
def drop_ended(request: StaffRequest) -> HttpResponse:
    """Those that have ended."""
    watching.drop_ended(by=request.user)
    return HttpResponseRedirect(reverse("tasks:inbox") + "?visa=bevakade")
