"""What is to be destroyed, the decision, the record of it afterwards, and holds."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from disposal import record as records
from disposal.models import Hold, Item, Outcome, Run
from disposal.services import handovers, runs
from disposal.services import holds as holding
from people import identity
from people import selectors as people
from people.models import Individual, Staff
from people.services import access
from people.signin.fresh import sensitive
from people.spheres import Sphere
from workflows import rights
from workflows.models import UserTask
from workflows.views.edge import StaffRequest, StaffView, only_for, uuid_of

P = ParamSpec("P")
Done = TypeVar("Done", bound=HttpResponseBase)
RESTRICTED = "I akten finns skyddade personuppgifter. En kollega som har behörighet till dem behöver hämta den."
NO_SUCH_PERSON = "Det finns ingen person med det numret här. Kontrollera numret."
MOST_RUNS, MOST_ITEMS, MOST_HOLDS = 50, 1000, 200


@dataclass(frozen=True, kw_only=True)
class Held:
    """A hold as it is shown."""

    hold: Hold
    person: str


def archive_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those who decide what is destroyed."""
    return only_for(rights.may_dispose, view)


@require_safe
@archive_page
def index(request: StaffRequest) -> HttpResponse:
    """What waits to be decided, and what has been done."""
    context = {
        "runs": Run.objects.select_related("approved_by")[:MOST_RUNS],
        "held": Hold.objects.filter(lifted_at=None).count(),
    }
    return render(request, "disposal/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@archive_page
def run(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """One list: the decision before, the record after. It names nobody."""
    found = Run.objects.filter(ref=ref).select_related("approved_by").first()
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            runs.approve(run=found, decision=request.POST.get("beslut", ""), by=request.user, now=timezone.now())
        except (runs.SaysNotWhy, runs.NotProposed) as problem:
            error = type(problem).__doc__ or ""
        else:
            messages.success(request, "Beslutet är fattat. Gallringen pågår och blir klar inom kort.")
            return HttpResponseRedirect(reverse("disposal:run", args=[ref]))
    items = list(found.items.all()[:MOST_ITEMS])
    context = {
        "run": found,
        "items": items,
        "many": found.items.count(),
        "courses": _courses(items),
        "spheres": dict(Sphere.choices),
        "destroyed": found.items.filter(outcome=Outcome.DESTROYED).count(),
        "kept": found.items.filter(outcome=Outcome.KEPT).count(),
        "copies_until": _copies_until(found),
        "error": error,
        "decision": request.POST.get("beslut", ""),
    }
    return render(request, "disposal/run.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@archive_page
def holds(request: StaffRequest) -> HttpResponse:
    """Who must not be destroyed, and why."""
    done, error, target = _posted(request, _held)
    if done is not None:
        return done
    rows = Hold.objects.select_related("individual", "by", "lifted_by")[:MOST_HOLDS]
    shown = [Held(hold=row, person=_named(row, request.user)) for row in rows]
    context = {
        "open": [one for one in shown if one.hold.lifted_at is None],
        "lifted": [one for one in shown if one.hold.lifted_at is not None],
        "error": error,
        "error_target": target,
        "typed": {name: request.POST.get(name, "") for name in ("personnummer", "skal")},
    }
    return render(request, "disposal/holds.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@archive_page
@sensitive("export")
def record(request: StaffRequest) -> HttpResponseBase:
    """All that there is about a person, as one file to hand over."""
    done, error, target = _posted(request, _whole)
    if done is not None:
        return done
    context = {
        "error": error,
        "error_target": target,
        "typed": {name: request.POST.get(name, "") for name in ("personnummer", "skal")},
    }
    return render(request, "disposal/record.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@archive_page
def handover(request: StaffRequest) -> HttpResponse:
    """That the archive has received a file that is kept for research."""
    done, error, target = _posted(request, _handed_over)
    if done is not None:
        return done
    context = {
        "error": error,
        "error_target": target,
        "spheres": [choice for choice in Sphere.choices if choice[0] != Sphere.HEALTH],
        "typed": {name: request.POST.get(name, "") for name in ("personnummer", "sfar", "kvitto")},
    }
    return render(request, "disposal/handover.html", context, status=422 if error else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


class _Refused(Exception):
    """`target` is the control to go to."""

    def __init__(self, text: str, target: str) -> None:
        super().__init__(text)
        self.text, self.target = text, target


def _posted(request: StaffRequest, act: Callable[[StaffRequest], Done]) -> tuple[Done | None, str, str]:
    """What was done, if something was asked for; else why not, and the control to go to."""
    if request.method != "POST":
        return None, "", ""
    try:
        return act(request), "", ""
    except _Refused as problem:
        return None, problem.text, problem.target


def _named(hold: Hold, viewer: Staff) -> str:
    return people.named(hold.individual, viewer=viewer, also_barred=True).name


def _held(request: StaffRequest) -> HttpResponse:
    now, reason = timezone.now(), request.POST.get("skal", "")[:2000]
    if lifted := request.POST.get("hav"):
        ref = uuid_of(lifted)
        hold = Hold.objects.filter(ref=ref).first() if ref else None
        if hold is None:
            raise Http404
        try:
            holding.lift(hold=hold, reason=reason, by=request.user, now=now)
        except (holding.SaysNotWhy, holding.NotHeld) as problem:
            raise _Refused(type(problem).__doc__ or "", f"skal-{hold.ref}") from None
        messages.success(request, "Gallringsstoppet är hävt.")
    else:
        try:
            holding.place(individual=_individual(request), reason=reason, by=request.user, now=now)
        except (holding.SaysNotWhy, holding.AlreadyHeld) as problem:
            target = "skal" if isinstance(problem, holding.SaysNotWhy) else "personnummer"
            raise _Refused(type(problem).__doc__ or "", target) from None
        messages.success(request, "Gallringsstoppet gäller nu.")
    return HttpResponseRedirect(reverse("disposal:holds"))


def _whole(request: StaffRequest) -> FileResponse:
    individual, now, reason = _individual(request), timezone.now(), request.POST.get("skal", "").strip()
    if not reason:
        raise _Refused("Skriv varför akten lämnas ut.", "skal")
    if (
        not request.user.may_see_protected
        and UserTask.objects.filter(individual=individual, is_restricted=True).exists()
    ):
        raise _Refused(RESTRICTED, "personnummer")
    access.record(
        staff=request.user,
        individual=individual,
        action="export",
        object_type="individual",
        object_id=str(individual.ref),
        now=now,
        reason=reason,
    )
    made = records.whole(individual, by=request.user, now=now)
    return FileResponse(made, as_attachment=True, filename=f"akt-{now:%Y-%m-%d}.zip", content_type="application/zip")


def _handed_over(request: StaffRequest) -> HttpResponse:
    sphere = request.POST.get("sfar", "")
    if sphere not in (Sphere.SOCIAL, Sphere.BOTH):
        raise _Refused("Välj vilken akt det gäller.", "sfar-sol")
    try:
        handovers.hand_over(
            individual=_individual(request),
            sphere=sphere,
            receipt=request.POST.get("kvitto", ""),
            by=request.user,
            now=timezone.now(),
        )
    except handovers.NoReceipt as problem:
        raise _Refused(problem.__doc__ or "", "kvitto") from None
    except (handovers.NothingToHandOver, handovers.NotFetched) as problem:
        raise _Refused(type(problem).__doc__ or "", "personnummer") from None
    messages.success(request, "Leveransen är antecknad. Akten gallras här när tiden är ute, om inget mer skrivs i den.")
    return HttpResponseRedirect(reverse("disposal:handover"))


def _individual(request: StaffRequest) -> Individual:
    try:
        parsed = identity.parse(request.POST.get("personnummer", "").strip(), today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise _Refused(invalid.message_sv, "personnummer") from None
    found = people.by_number(parsed, viewer=request.user, also_barred=True)
    if found is None:
        raise _Refused(NO_SUCH_PERSON, "personnummer")
    return found


def _courses(items: list[Item]) -> list[tuple[str, int]]:
    """How many ärenden of each förlopp."""
    counted = Counter(course["forlopp"] for item in items for course in item.courses)
    return sorted(counted.items())


def _copies_until(found: Run) -> datetime.date | None:
    """The day when the last copy of the database that holds it is to be gone."""
    if found.done_at is None:
        return None
    return timezone.localdate(found.done_at) + datetime.timedelta(days=settings.FORLOPP_BACKUP_DAYS)
