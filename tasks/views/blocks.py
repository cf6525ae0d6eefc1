"""A person's spärr: who may read, and that it is lifted; and a person opened in an emergency, for a while."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import identity
from people import selectors as people
from people.models import Emergency, Individual, Unit
from people.services import blocks
from tasks import opening, persons
from web.addresses import url
from workflows import rights
from workflows.services import restricted
from workflows.views.edge import StaffRequest, only_for, staff_page

NOBODY = "Personen finns inte här. Kontrollera numret."
LONGEST_NAME = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def block(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """Which units may read, and which have written what others may not; for those who work with the person."""
    now = timezone.now()
    individual = opening.person(request, ref, now=now, what="block", to_change=True).individual
    chosen = list(Unit.objects.filter(key__in=request.POST.getlist("enhet")))
    asked_by = request.POST.get("vem", "Personen själv").strip()[:LONGEST_NAME]
    error = ""
    if request.method == "POST":
        try:
            return _blocked(request, individual, chosen, asked_by)
        except (blocks.NothingChosen, blocks.NoUnit, blocks.NobodyThere, blocks.NoReason) as refused:
            error = refused.__doc__ or ""
    units, closed = blocks.units(individual), blocks.closed_writing(individual)
    ours = {key: name for key, name in closed.items() if key in request.user.units}
    context = {
        "person": persons.header(individual, viewer=request.user, on=timezone.localdate(now)),
        "ref": ref,
        "units": units,
        "offered": Unit.objects.order_by("name"),
        "chosen": {one.key for one in chosen} or set(units) or set(request.user.units),
        "asked_by": asked_by,
        "error": error,
        "closed": ours,
        "is_closed": len(ours) < len(closed),
        "was_opening": request.POST.get("gor") == "oppna",
        "was_lifting": request.POST.get("gor") == "hav",
    }
    return render(request, "tasks/block.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def _emergency(request: StaffRequest) -> HttpResponse:
    """Open a person whom one is else kept from, with a reason; it is reviewed afterwards."""
    typed = {name: request.POST.get(name, "").strip() for name in ("personnummer", "skal")}
    person = people_named(request)
    error, target = "", ""
    if request.method == "POST":
        try:
            blocks.require(typed["skal"])  # first: without a reason it is not told whom we know
            found = person or _typed(typed["personnummer"], request)
            blocks.open_now(individual=found, reason=typed["skal"], by=request.user, now=timezone.now())
            return HttpResponseRedirect(url("tasks:person", found.ref))
        except identity.InvalidIdentity as invalid:
            error, target = invalid.message_sv, "personnummer"
        except Individual.DoesNotExist:
            error, target = NOBODY, "personnummer"
        except blocks.NoReason as refused:
            error, target = refused.__doc__ or "", "skal"
    context = {"typed": typed, "person": person, "error": error, "error_target": target}
    return render(request, "tasks/emergency.html", context, status=422 if error else 200)


emergency = only_for(rights.may_open_in_emergency, _emergency)


@require_POST
@staff_page
def close(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Before its time; one's own."""
    found = Emergency.objects.select_related("individual", "staff").filter(public_id=public_id).first()
    if found is None or found.staff_id != request.user.pk:
        raise Http404
    blocks.close(emergency=found, now=timezone.now())
    messages.success(request, "Nödöppningen är stängd.")
    return HttpResponseRedirect(url("tasks:inbox"))


def people_named(request: StaffRequest) -> Individual | None:
    """Whom the page of a closed person leads here about; only one whom a spärr keeps one from."""
    try:
        ref = uuid.UUID(request.GET.get("person", ""))
    except ValueError:
        return None
    found = Individual.objects.filter(ref=ref).first()
    if found is None:
        return None
    is_closed = found.pk in request.user.unread and opening.may_meet(request.user, found)
    return found if is_closed or opening.is_barred(request.user, found) else None


# -- inside ------------------------------------------------------------------------------------------------------------


def _blocked(request: StaffRequest, individual: Individual, chosen: list[Unit], asked_by: str) -> HttpResponse:
    if request.POST.get("gor") in ("stang", "oppna"):
        return _written(request, individual, chosen, asked_by)
    if request.POST.get("gor") == "hav":
        reason = request.POST.get("skal", "")
        restricted.lift(individual=individual, reason=reason, by=request.user, now=timezone.now())
        messages.success(request, "Spärren är hävd. Alla som har rätt till det läser igen.")
        return HttpResponseRedirect(url("tasks:person", individual.ref))
    restricted.block(individual=individual, units=chosen, asked_by=asked_by, by=request.user, now=timezone.now())
    messages.success(request, "Spärren gäller nu. Ingen annan enhet läser om personen.")
    # Whoever closes a person to their own unit has let go of them.
    is_mine = any(one.key in request.user.units for one in chosen)
    return HttpResponseRedirect(url("tasks:person", individual.ref) if is_mine else url("tasks:persons"))


def _written(request: StaffRequest, individual: Individual, chosen: list[Unit], asked_by: str) -> HttpResponse:
    """Close what units have written, or open it: one's own as chosen, all that is closed to oneself when the person
    agrees, since which units they are is not told.
    """
    now, user = timezone.now(), request.user
    if request.POST["gor"] == "stang":
        blocks.close_writing(individual=individual, units=chosen, asked_by=asked_by, by=user, now=now)
        messages.success(request, f"Det {', '.join(one.name for one in chosen)} har skrivit läser ingen annan enhet.")
    else:
        units = {one.key for one in chosen if one.key in user.units}
        if "samtycke" in request.POST:
            units |= blocks.closed_writing(individual).keys() - user.units.keys()
        blocks.open_writing(individual=individual, units=units, reason=request.POST.get("skal", ""), by=user, now=now)
        messages.success(request, "Spärren är hävd. Andra enheter läser det som skrevs.")
    return HttpResponseRedirect(url("tasks:person", individual.ref))


def _typed(number: str, request: StaffRequest) -> Individual:
    parsed = identity.parse(number, today=timezone.localdate())
    found = people.by_number(parsed, viewer=request.user, also_barred=True)
    if found is None or not opening.may_open(found):
        raise Individual.DoesNotExist
    return found
