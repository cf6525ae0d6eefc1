"""Which area's units serve a person: said by hand, where the postal code says nothing or says wrong."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import selectors as people
from tasks import opening, persons
from workflows.services import areas
from workflows.views.edge import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def area(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """Chosen among the areas that units serve; none of them is everybody's."""
    individual = opening.person(request, ref, now=timezone.now(), what="area").individual
    if individual.is_protected:
        raise Http404
    offered = people.areas()
    if request.method != "POST":
        shown = persons.header(individual, viewer=request.user, on=timezone.localdate())
        return render(request, "tasks/area.html", {"person": shown, "chosen": individual.area, "areas": offered})
    chosen = request.POST.get("omrade", "")
    if chosen and chosen not in offered:
        raise Http404
    if chosen != individual.area:
        areas.place(individual=individual, area=chosen, by=request.user, now=timezone.now())
    messages.success(request, f"Området är {chosen}." if chosen else "Personen har inget område.")
    return HttpResponseRedirect(reverse("tasks:person", args=[ref]))
