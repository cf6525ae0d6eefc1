"""What the person does: answers before a meeting, rates a week, says yes and no, approves, lets somebody else read."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import identity
from people.models import Mandate
from people.plan import ConsentKind
from people.services import own
from plan import shown
from plan.services import saying, telling
from plan.views.edge import OwnRequest, own_page
from plan.views.edge import shown as page_of
from web.addresses import url
from workflows.views.edge import uuid_of

RATINGS = range(1, 6)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def answer(request: OwnRequest, task: uuid.UUID) -> HttpResponse:
    """To what a step asks the person. What one has written is taken also when the step was done meanwhile."""
    step = shown.step(request.visit, task)
    if step is None:
        raise Http404
    if step.is_done and request.method != "POST":
        return _done("passed")
    error = ""
    if request.method == "POST":
        if text := request.POST.get("text", "").strip():
            return _said(request, lambda: saying.answer(step=step, text=text, **_signed(request)))
        error = "say.empty"
    return _asked(request, "plan/answer.html", error, step=step)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def week(request: OwnRequest) -> HttpResponse:
    """How the week has been, from 1 to 5."""
    error = ""
    if request.method == "POST":
        told = request.POST.get("betyg", "")
        if told.isdecimal() and int(told) in RATINGS:
            text = request.POST.get("text", "")
            return _said(request, lambda: saying.rate_week(rating=int(told), text=text, **_signed(request)))
        error = "week.choose"
    return _asked(request, "plan/week.html", error, ratings=list(RATINGS))


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def consent(request: OwnRequest) -> HttpResponse:
    """Say yes to something more."""
    _decides(request)
    error = ""
    if request.method == "POST":
        kind = request.POST.get("slag", "")
        if kind in ConsentKind.values:
            saying.consent(kind=kind, scope=request.POST.get("vad", ""), **_signed(request))
            return _done("consent")
        error = "consents.choose"
    return _asked(request, "plan/consent.html", error, kinds=ConsentKind.values)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def take_back(request: OwnRequest, thread: uuid.UUID) -> HttpResponse:
    """Say no to what one has said yes to."""
    _decides(request)
    if request.method == "POST":
        if not saying.take_back(thread=thread, **_signed(request)):
            raise Http404
        return _done("taken")
    chosen = shown.consent(request.visit, thread, now=timezone.now())
    if chosen is None:
        raise Http404
    return _asked(request, "plan/take_back.html", "", consent=chosen)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def agreement(request: OwnRequest, thread: uuid.UUID) -> HttpResponse:
    """Read the agreement, and approve it with e-legitimation."""
    found = shown.agreement(request.visit, thread)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            saying.sign(thread=thread, number=_whole(request.POST.get("nummer")), **_signed(request))
            return _done("signed")
        except saying.Changed:
            error = "sign.changed"
        except saying.NotTheirs:
            raise Http404 from None
    may = request.visit.may_decide and request.visit.is_sure and found.signed_on is None
    return _asked(request, "plan/agreement.html", error, agreement=found, may_sign=may)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def relatives(request: OwnRequest) -> HttpResponse:
    """Whom one lets read; only the person themselves."""
    if request.visit.mandate is not None:
        raise Http404
    error, now = "", timezone.now()
    if request.method == "POST":
        try:
            _let(request, now)
            return _done("let")
        except own.NotFilled as missing:
            error = f"let.{missing.key}"
        except identity.InvalidIdentity:
            error = "let.nummer"
        except saying.NotTheirs:
            error = "let.rests"
    today = timezone.localdate(now)
    mandates = Mandate.objects.filter(individual=request.visit.individual).select_related("individual")
    held = [one for one in mandates.order_by("pk") if one.lasts(today)]
    months = {number: today + datetime.timedelta(days=30 * number) for number in (1, 3, 6, 12)}
    return _asked(
        request, "plan/relatives.html", error, held=held, months=months, rests=request.visit.individual.is_protected
    )


@require_POST
@own_page
def let_no_more(request: OwnRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the person gave; what staff recorded by law is theirs to end."""
    if not saying.let_no_more(public_id=public_id, **_signed(request)):
        raise Http404
    return _done("let_no_more")


# -- inside ------------------------------------------------------------------------------------------------------------


def _let(request: OwnRequest, now: datetime.datetime) -> None:
    """Raises NotFilled, identity.InvalidIdentity."""
    months = _whole(request.POST.get("manader"))
    saying.let_read(
        name=request.POST.get("namn", ""),
        number=request.POST.get("nummer", ""),
        valid_to=timezone.localdate(now) + datetime.timedelta(days=30 * months) if 0 < months <= 12 else None,
        **_signed(request),
    )


def _said(request: OwnRequest, say: Any) -> HttpResponse:
    try:
        say()
    except telling.TooMuch:
        return _asked(request, "plan/told.html", "say.too_much", status=429)
    return _done("said")


def _done(what: str) -> HttpResponse:
    return HttpResponseRedirect(f"{url('plan:page')}?klart={what}")


def _asked(request: OwnRequest, template: str, error: str, *, status: int = 0, **more: Any) -> HttpResponse:
    action_id = uuid_of(request.POST.get("action_id")) or uuid.uuid4()
    context = {"error": error, "typed": request.POST, "action_id": action_id, **more}
    return page_of(request, template, context, status=status or (422 if error else 200))


def _signed(request: OwnRequest) -> dict[str, Any]:
    action_id = uuid_of(request.POST.get("action_id")) or uuid.uuid4()
    return {"visit": request.visit, "now": timezone.now(), "action_id": action_id}


def _decides(request: OwnRequest) -> None:
    if not request.visit.may_decide:
        raise Http404


def _whole(told: str | None) -> int:
    return int(told) if told and told.isdecimal() and len(told) < 9 else 0
