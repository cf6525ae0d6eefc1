"""Who is away and who stands in: told by oneself or by the head of the unit, ended the same way."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import places
from people.models import Absence, Staff
from people.places import Member, Place
from people.services import absences as services
from tasks.unit import away
from tasks.views import unit
from web import swedish
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.views.edge import StaffRequest, staff_page, uuid_of

FIELDS = ("vem", "fran", "till", "vikarie")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def absences(request: StaffRequest, key: str) -> HttpResponse:
    """The list and, below it, the form that adds to it."""
    now = timezone.now()
    place, mine = unit.find(request, key, now=now)
    members = places.members(place, on=timezone.localdate(now))
    if request.method != "POST" or "visa" in request.POST:
        return _show(request, place, mine, members, now=now)
    try:
        absence = _register(request, place, members, now=now)
    except services.Unfit as unfit:
        return _show(request, place, mine, members, now=now, errors={unfit.field: unfit.message})
    except services.NotAllowed:
        raise Http404 from None
    messages.success(request, _told(absence, now=now))
    return HttpResponseRedirect(reverse("tasks:unit_franvaro", args=[key]))


@require_POST
@staff_page
def end(request: StaffRequest, key: str, public_id: uuid.UUID) -> HttpResponse:
    """Back before time, or not to be away at all."""
    now = timezone.now()
    unit.find(request, key, now=now)
    absence = Absence.objects.select_related("staff").filter(public_id=public_id).first()
    if absence is None:
        raise Http404
    try:
        services.end(absence=absence, by=request.user, now=now)
    except services.NotAllowed:
        raise Http404 from None
    messages.success(request, f"Frånvaron för {absence.staff} är avslutad.")
    return HttpResponseRedirect(reverse("tasks:unit_franvaro", args=[key]))


def _register(request: StaffRequest, place: Place, members: list[Member], *, now: datetime.datetime) -> Absence:
    """Translate the form. Raises Unfit, NotAllowed."""
    sayable = {str(member.public_id): member.id for member in away.sayable(place, members, request.user)}
    who = sayable.get(request.POST.get("vem", ""))
    if who is None:
        raise services.Unfit("vem", "Välj vem som är borta.")
    substitute = None
    if request.POST.get("vikarie"):
        chosen = uuid_of(request.POST["vikarie"])
        substitute = Staff.objects.filter(public_id=chosen).first() if chosen else None
        if substitute is None:
            raise services.Unfit("vikarie", "Välj någon i listan, eller ingen.")
    return services.register(
        staff=Staff.objects.get(pk=who),
        substitute=substitute,
        first_on=_day(request, "fran", "Första dagen", now=now),
        last_on=_day(request, "till", "Sista dagen", now=now),
        by=request.user,
        now=now,
        action_id=uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    )


def _day(request: StaffRequest, field: str, called: str, *, now: datetime.datetime) -> datetime.date:
    try:
        day = moments.typed(request.POST, field, today=timezone.localdate(now), called=called)
    except AnswerError as error:
        raise services.Unfit(field, str(error)) from None
    if day is None:
        raise services.Unfit(field, f"Skriv {called.lower()}.")
    return day


def _told(absence: Absence, *, now: datetime.datetime) -> str:
    """What happens, and when, in a sentence."""
    goes = f"till {absence.substitute}" if absence.substitute else "tillbaka till gruppen"
    when = "nu" if absence.starts_at <= now else swedish.date(absence.first_on)
    return f"Inlagt. Det som {absence.staff} har tagit går {goes} {when}."


def _show(
    request: StaffRequest,
    place: Place,
    mine: list[Place],
    members: list[Member],
    *,
    now: datetime.datetime,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    today = timezone.localdate(now)
    values = {field: request.POST.get(field, "") for field in FIELDS}
    sayable = away.sayable(place, members, request.user)
    ids = [str(member.public_id) for member in sayable]
    usual = str(request.user.public_id) if str(request.user.public_id) in ids else next(iter(ids), "")
    values["vem"] = values["vem"] or usual
    context = unit.frame(place, mine, "franvaro") | {
        "away": away.listed(place, members, request.user, on=today),
        "sayable": sayable,
        "substitutes": _substitutes(request.user, sayable, values["vem"], on=today),
        "values": values,
        "errors": errors or {},
        "today": today,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }
    return render(request, "tasks/unit/away.html", context, status=422 if errors else 200)


def _substitutes(by: Staff, sayable: list[Member], chosen: str, *, on: datetime.date) -> QuerySet[Staff]:
    """Those who can stand in for whom it is about."""
    known = [member.id for member in sayable if str(member.public_id) == chosen]
    staff = Staff.objects.filter(pk__in=known).first()
    return services.fitting(staff, by, on=on) if staff else Staff.objects.none()
