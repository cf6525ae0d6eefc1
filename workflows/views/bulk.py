"""Several stops of one kind at once: first what would happen, then the doing, some at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from people.services import access
from people.signin.fresh import sensitive
from workflows import selectors
from workflows.models import Incident
from workflows.services import bulk
from workflows.views.edge import StaffRequest, staff_page
from workflows.views.mending import action_id

AT_A_TIME = 20
WORDS: dict[str, str] = {"retry": "Försök igen", "skip": "Hoppa över steget", "cancel": "Avbryt ärendena"}


def _is_final(request: HttpRequest) -> bool:
    """To try again undoes nothing, and to look at what would happen changes nothing."""
    return request.POST.get("steg") == "gor" and request.POST.get("gor") != "retry"


@require_POST
@staff_page
@sensitive("bulk", when=_is_final)
def several(request: StaffRequest) -> HttpResponse:
    """`steg` says how far one has come: nothing yet (try it out), or `gor` (do the next ones)."""
    action, reason = request.POST.get("gor", ""), request.POST.get("skal", "").strip()
    chosen = _chosen(request)
    problem = _problem(action, reason, chosen)
    if problem:
        messages.error(request, problem)
        return HttpResponseRedirect(reverse("workflows:incidents"))
    access.record(
        staff=request.user,
        individual=None,
        action=f"bulk-{action}",
        object_type="incident",
        object_id="",
        now=timezone.now(),
    )
    act = _do if request.POST.get("steg") == "gor" else _try
    return act(request, cast(bulk.Action, action), reason, chosen)


def _problem(action: str, reason: str, chosen: Sequence[Incident]) -> str:
    if action not in WORDS:
        return "Välj vad du vill göra."
    if not chosen:
        return "Välj minst ett stopp."
    if len(chosen) > bulk.MOST:
        return f"Välj högst {bulk.MOST} stopp åt gången."
    if len({bulk.kind(stop) for stop in chosen}) > 1:
        return "Välj stopp av samma slag: samma fel i samma steg."
    return "" if reason or action == "retry" else "Skriv ett skäl."


def _chosen(request: StaffRequest) -> list[Incident]:
    """Open stops that the viewer may see, of those that were sent; one that a colleague has mended is left out."""
    wanted = set(request.POST.getlist("stopp"))
    return [stop for stop in selectors.open_incidents(request.user) if str(stop.public_id) in wanted]


def _try(request: StaffRequest, action: bulk.Action, reason: str, chosen: list[Incident]) -> HttpResponse:
    tried = bulk.try_out(stops=chosen, action=action, reason=reason, by=request.user, now=timezone.now())
    well = [found for found in tried if not found.problem]
    context = {
        "word": WORDS[action],
        "action": action,
        "reason": reason,
        "well": well,
        "bad": len(tried) - len(well),
        "problems": _counted(tried),
        "action_id": uuid.uuid4(),
        "left": [found.stop for found in well],
        "total": len(well),
        "failed": 0,
        "came": 0,
    }
    return render(request, "workflows/several.html", context)


def _do(request: StaffRequest, action: bulk.Action, reason: str, chosen: list[Incident]) -> HttpResponse:
    """Some at a time, each by itself: nobody waits long for a page, and what is done is done."""
    same = action_id(request)
    done = bulk.carry_out(
        stops=chosen[:AT_A_TIME], action=action, reason=reason, by=request.user, now=timezone.now(), action_id=same
    )
    failed = _number(request, "misslyckade") + sum(bool(found.problem) for found in done)
    left = chosen[AT_A_TIME:]
    total = max(_number(request, "antal"), len(chosen))
    if not left:
        went = total - failed
        messages.success(request, f"{WORDS[action]}: {went} av {total} gick." + (_stayed(failed)))
        return HttpResponseRedirect(reverse("workflows:incidents"))
    context = {
        "word": WORDS[action],
        "action": action,
        "reason": reason,
        "action_id": same,
        "left": left,
        "total": total,
        "failed": failed,
        "came": total - len(left),
        "problems": _counted(done),
    }
    return render(request, "workflows/several.html", context)


def _stayed(failed: int) -> str:
    if not failed:
        return ""
    return " Det som inte gick ligger kvar som stopp." if failed == 1 else f" {failed} ligger kvar som stopp."


def _counted(outcomes: list[bulk.Outcome]) -> list[tuple[str, int]]:
    """Why some would not go, and how many for each reason."""
    found: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.problem:
            found[outcome.problem] = found.get(outcome.problem, 0) + 1
    return sorted(found.items(), key=lambda item: -item[1])


def _number(request: StaffRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return min(int(text), bulk.MOST) if text.isdecimal() else 0
