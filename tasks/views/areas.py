"""Which area's units serve a person, said by hand where the postal code says wrong; and which unit has which area."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people import selectors as people
from people.models import Unit
from tasks import opening, persons
from workflows import rights
from workflows.services import areas
from workflows.views.edge import StaffRequest, staff_page, uuid_of

CHANGED = "En kollega har ändrat samma enhet. Det du skrev står kvar: jämför och spara igen."


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


@require_safe
@staff_page
def served(request: StaffRequest) -> HttpResponse:
    """Which unit has which area and which postal codes, for those who give out work."""
    if not rights.may_give_out(request.user):
        raise Http404
    units = list(Unit.objects.select_related("parent").order_by("area", "name"))
    theirs = areas.theirs(request.user, units, now=timezone.now())
    return render(request, "tasks/areas.html", {"units": [(unit, unit.pk in theirs) for unit in units]})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def serve(request: StaffRequest, key: str) -> HttpResponse:
    """What one unit has, and what has been said of it before."""
    found, now = Unit.objects.filter(key=key).first(), timezone.now()
    if found is None or not areas.may_serve(request.user, found, now=now):
        raise Http404
    if request.method != "POST":
        return _unit(request, found, {"omrade": found.area, "postnummer": found.postal_codes})
    told = {name: request.POST.get(name, "") for name in ("omrade", "postnummer")}
    last = request.POST.get("sist", "")
    try:
        areas.serve(
            unit=found,
            area=told["omrade"],
            postal_codes=told["postnummer"],
            last=int(last) if last.isdecimal() and len(last) < 16 else -1,
            by=request.user,
            now=now,
            action_id=uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
        )
    except areas.Unfit as unfit:
        return _unit(request, found, told, errors={unfit.field: unfit.message})
    except areas.Changed:
        return _unit(request, found, told, errors={"omrade": CHANGED})
    except areas.NotAllowed:
        raise Http404 from None
    messages.success(request, f"{found.name}: området är sparat.")
    return HttpResponseRedirect(reverse("tasks:areas"))


def _unit(
    request: StaffRequest, found: Unit, told: dict[str, str], *, errors: dict[str, str] | None = None
) -> HttpResponse:
    before = list(found.served.select_related("by")[:20])
    context = {
        "unit": found,
        "told": told,
        "errors": errors or {},
        "before": before,
        "last": before[0].pk if before else 0,
        "offered": people.areas(),
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }
    return render(request, "tasks/serve.html", context, status=422 if errors else 200)
