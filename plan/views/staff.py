"""Where staff hand over access to a plan, see who has it and take it back; for those who work with the person."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from people import identity
from people.models import Individual, Letter, Mandate, Visit
from people.own import MandateKind
from people.services import own
from plan import language, paper
from tasks import opening, persons
from web.addresses import url
from web.paper import pdf
from workflows.views.edge import StaffRequest, staff_page, uuid_of

RECENT = 10
WRONG = {
    "namn": "Skriv vem det är.",
    "till": "Skriv till vilken dag det gäller: i dag eller senare, högst två år framåt.",
    "grund": "Skriv vad du har sett eller hört, till exempel ett förordnande, eller att personen har sagt ja och när.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def access(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """Who may open the plan and who has; a mandate, and what is taken back."""
    now = timezone.now()
    individual = opening.person(request, ref, now=now, what="own_plan", to_change=True).individual
    error, key = "", ""
    if request.method == "POST":
        try:
            return _done(request, individual, now)
        except own.NotFilled as missing:
            error, key = WRONG[missing.key], missing.key
        except identity.InvalidIdentity as invalid:
            error, key = invalid.message_sv, "nummer"
    today = timezone.localdate(now)
    mandates = list(
        Mandate.objects.filter(individual=individual).select_related("by", "individual").order_by("-at", "-pk")
    )
    context = _frame(request, individual) | {
        "held": [one for one in mandates if one.lasts(today)],
        "past": [one for one in mandates if not one.lasts(today)][:RECENT],
        "letters": Letter.objects.filter(
            individual=individual, used_at=None, revoked_at=None, expires_at__gt=now
        ).select_related("mandate", "by"),
        "visits": Visit.objects.filter(individual=individual).select_related("mandate").order_by("-begun_at")[:RECENT],
        "kinds": MandateKind.choices,
        "languages": language.every().values(),
        "typed": request.POST,
        "error": error,
        "error_key": key,
        "now": now,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }
    return render(request, "plan/access.html", context, status=422 if error else 200)


@require_POST
@staff_page
def letter(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """A letter with a new code: what is printed here is told nowhere else, and not again."""
    now = timezone.now()
    individual = opening.person(request, ref, now=now, what="own_plan", to_change=True).individual
    mandate = _mandate(individual, request.POST.get("ombud"))
    if mandate is not None and mandate.rests:
        raise Http404
    made, code = own.print_letter(individual=individual, mandate=mandate, by=request.user, now=now)
    words = language.of(request.POST.get("sprak", ""))
    written = paper.letter(letter=made, code=code, individual=individual, mandate=mandate, t=words, now=now)
    disposition = content_disposition_header(as_attachment=True, filename="brev-min-plan.pdf") or "attachment"
    return HttpResponse(pdf(written), content_type="application/pdf", headers={"Content-Disposition": disposition})


# -- inside ------------------------------------------------------------------------------------------------------------


def _done(request: StaffRequest, individual: Individual, now: datetime.datetime) -> HttpResponse:
    """What the button said. Raises NotFilled, identity.InvalidIdentity."""
    act = request.POST.get("gor", "")
    if act == "ombud":
        told = request.POST
        own.give(
            individual=individual,
            kind=told.get("slag", "") if told.get("slag") in MandateKind.values else MandateKind.RELATIVE,
            name=told.get("namn", ""),
            number=told.get("nummer", ""),
            valid_to=_day(told.get("till", "")),
            ground=told.get("grund", ""),
            may_decide="bestamma" in told,
            by=request.user,
            now=now,
            action_id=uuid_of(told.get("action_id")),
        )
        done = "Nu får den du skrev läsa planen. Skriv ut ett brev om hen inte loggar in med e-legitimation."
    elif act == "aterkalla" and (mandate := _mandate(individual, request.POST.get("ombud"))):
        own.take_back(mandate=mandate, by=request.user, now=now)
        done = "Tillgången är borttagen."
    elif act == "brev":
        waiting = Letter.objects.filter(individual=individual, public_id=_key(request.POST.get("brev"))).first()
        if waiting is None:
            raise Http404
        own.revoke_letter(letter=waiting, by=request.user, now=now)
        done = "Koden fungerar inte längre."
    elif act == "avsluta":
        own.end_all(individual=individual, by=request.user, now=now)
        done = "Alla koder är ogiltiga och alla är utloggade."
    else:
        raise Http404
    messages.success(request, done)
    return HttpResponseRedirect(url("plan:access", individual.ref))


def _mandate(individual: Individual, told: str | None) -> Mandate | None:
    """One that lasts, of this person's; None for the person. Raises Http404 for any other."""
    if not told:
        return None
    found = Mandate.objects.select_related("individual").filter(individual=individual, public_id=_key(told)).first()
    if found is None or not found.lasts(timezone.localdate()):
        raise Http404
    return found


def _key(told: str | None) -> uuid.UUID:
    """Raises Http404."""
    if (found := uuid_of(told)) is None:
        raise Http404
    return found


def _day(told: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(told.strip())
    except ValueError:
        return None


def _frame(request: StaffRequest, individual: Individual) -> dict[str, Any]:
    header = persons.header(individual, viewer=request.user, on=timezone.localdate())
    return {"person": header, "ref": individual.ref}
