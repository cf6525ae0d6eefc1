"""The reviews: what there is to look at this month, what one found, and that it is done."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audit import entries, selectors, words
from audit.entries import Wanted
from audit.models import Pick, Round, Verdict
from audit.services import rounds
from people.services import access
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page
from workflows.views.mending import action_id

REFUSED = (
    rounds.NotChosen,
    rounds.NotYet,
    rounds.NotAllJudged,
    rounds.SaysNotWhy,
    rounds.OnesOwn,
    rounds.AlreadyClosed,
)


@require_safe
@staff_page
def index(request: StaffRequest) -> HttpResponse:
    """For those who review logs, and heads of units."""
    if not (rights.may_review_log(request.user) or rights.may_lead(request.user)):
        raise Http404
    found = [one for one in selectors.listed(request.user) if not one.is_empty]
    context = {
        "ready": [one for one in found if one.is_ready],
        "coming": [one for one in found if one.round.sampled_at is None],
        "closed": [one for one in found if one.round.closed_at is not None],
        "seal": selectors.last_seal(),
        "swept": selectors.swept_until(),
        "may_search": rights.may_review_log(request.user),
    }
    return render(request, "audit/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def review(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """A month at a unit: every pick, and the signature when all are judged."""
    found, error = _find(request, ref), ""
    if request.method == "POST":
        try:
            rounds.close(
                reviewed=found, conclusion=request.POST.get("slutsats", "")[:4000], by=request.user, now=timezone.now()
            )
        except REFUSED as problem:
            error = type(problem).__doc__ or ""
        else:
            messages.success(request, "Granskningen är avslutad och underskriven.")
            return HttpResponseRedirect(reverse("audit:review", args=[ref]))
    picks = selectors.picks(found, viewer=request.user)
    _record(request, found, "review")
    context = {
        "round": found,
        "picks": picks,
        "left": sum(one.judgement is None for one in picks),
        "month": words.month(found.month),
        "error": error,
        "conclusion": request.POST.get("slutsats", ""),
    }
    return render(request, "audit/review.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def pick(request: StaffRequest, ref: uuid.UUID, pick_ref: uuid.UUID) -> HttpResponse:
    """One pick: everything that member of staff did with the person that month, and what the reviewer says of it."""
    found = _find(request, ref)
    row = Pick.objects.filter(round=found, ref=pick_ref).select_related("staff", "individual").first()
    if row is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            return _judged(request, found, row)
        except REFUSED as problem:
            error = type(problem).__doc__ or ""
    shown = selectors.picked(row, viewer=request.user)
    access.record(
        staff=request.user,
        individual=row.individual,
        action="review",
        object_type="access_log",
        object_id=str(pick_ref),
        now=timezone.now(),
    )
    wanted = Wanted(
        individual=row.individual,
        staff=row.staff,
        unit=found.unit.key,
        first_on=found.month,
        last_on=rounds.last_day(found.month),
    )
    listed, older = entries.page(wanted, viewer=request.user)
    context = {
        "round": found,
        "shown": shown,
        "month": words.month(found.month),
        "entries": listed,
        "has_more": bool(older),
        "verdicts": Verdict.choices,
        "chosen": request.POST.get("bedomning", ""),
        "note": request.POST.get("anteckning", ""),
        "error": error,
        "action_id": action_id(request),
    }
    return render(request, "audit/pick.html", context, status=422 if error else 200)


def _judged(request: StaffRequest, found: Round, row: Pick) -> HttpResponse:
    rounds.judge(
        pick=row,
        verdict=request.POST.get("bedomning", ""),
        note=request.POST.get("anteckning", "")[:4000],
        by=request.user,
        now=timezone.now(),
        action_id=action_id(request),
    )
    following = next((one for one in selectors.picks(found, viewer=request.user) if one.judgement is None), None)
    messages.success(request, "Bedömningen är sparad." + ("" if following else " Nu är allt bedömt."))
    if following is None or following.is_own:
        return HttpResponseRedirect(reverse("audit:review", args=[found.ref]))
    return HttpResponseRedirect(reverse("audit:pick", args=[found.ref, following.pick.ref]))


def _find(request: StaffRequest, ref: uuid.UUID) -> Round:
    found = selectors.round_for(request.user, ref)
    if found is None:
        _record_refusal(request, ref)
        raise Http404
    return found


def _record(request: StaffRequest, found: Round, action: str) -> None:
    access.record(
        staff=request.user,
        individual=None,
        action=action,
        object_type="access_log",
        object_id=str(found.ref),
        now=timezone.now(),
    )


def _record_refusal(request: StaffRequest, ref: uuid.UUID) -> None:
    access.record(
        staff=request.user,
        individual=None,
        action="review",
        object_type="access_log",
        object_id=str(ref),
        now=timezone.now(),
        is_allowed=False,
    )
