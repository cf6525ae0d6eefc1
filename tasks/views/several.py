"""Many tasks at once, for those who give out work: chosen in the list, taken or given to a colleague."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Staff
from tasks import lists, rows, together, worklist
from tasks.services import handovers
from tasks.views import inbox, page
from tasks.wanted import MOST, Wanted
from web.words import counted
from workflows import rights
from workflows.models import UserTask
from workflows.services.handover import Fate, Outcome
from workflows.views.edge import StaffRequest, staff_page, uuid_of

NONE_CHOSEN = "Välj minst en uppgift."
NOBODY = "Välj vem uppgifterna ska tilldelas."
UNKNOWN = "Den du valde kan inte göra någon av uppgifterna. Välj en annan."


class Wrong(NamedTuple):
    """What is missing, and the id of where."""

    error: str
    place: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def several(request: StaffRequest) -> HttpResponse:
    """The list with boxes to tick, as narrowed as it was; what to do with those ticked is posted here."""
    if not rights.may_give_out(request.user):
        raise Http404
    asked = inbox.wanted_by(request)
    if asked.visa not in ("", "mina"):
        asked = asked.without("visa")
    if request.method == "POST":
        return _post(request, asked)
    return _show(request, asked)


def _post(request: StaffRequest, asked: Wanted) -> HttpResponse:
    chosen = [public_id for text in request.POST.getlist("val")[:MOST] if (public_id := uuid_of(text))]
    if not chosen:
        return _show(request, asked, wrong=Wrong(NONE_CHOSEN, "uppgifter"))
    tasks = together.workable_among(request.user, chosen)
    to, till = request.user, request.POST.get("till", "")
    if request.POST.get("gor") == "tilldela":
        named = [one for one in together.colleagues_of(tasks, request.user) if str(one.public_id) == till]
        if not named:
            return _show(request, asked, chosen=chosen, wrong=Wrong(UNKNOWN if till else NOBODY, "till"))
        to = named[0]
    outcomes = handovers.give_out(
        tasks=tasks,
        to=to,
        by=request.user,
        now=timezone.now(),
        action_id=page.action_id(request) or uuid.uuid4(),
    )
    _tell(request, to, outcomes, missing=len(chosen) - len(outcomes))
    return HttpResponseRedirect(asked.address())


def _tell(request: StaffRequest, to: Staff, outcomes: Sequence[Outcome], *, missing: int) -> None:
    given = sum(one.fate == Fate.GIVEN for one in outcomes)
    if given:
        number = counted(given, "uppgift", "uppgifter")
        word = "tilldelad" if given == 1 else "tilldelade"
        said = f"Du har tagit {number}." if to == request.user else f"{number} {word} {to}."
        messages.success(request, said)
    fates = Counter(_problem(one, to) for one in outcomes if one.fate != Fate.GIVEN)
    if missing:
        fates["fanns inte längre bland dina"] += missing
    if fates:
        messages.warning(request, "; ".join(f"{number} {why}" for why, number in fates.items()) + ".")


def _problem(outcome: Outcome, to: Staff) -> str:
    if outcome.fate == Fate.TAKEN:
        return f"var redan tagna av {outcome.task.claimed_by}"
    if outcome.fate == Fate.COMPLETED:
        return f"var redan klara, av {outcome.task.completed_by}"
    return "var inte längre aktuella" if outcome.fate == Fate.GONE else f"kan {to} inte göra"


def _show(
    request: StaffRequest, asked: Wanted, *, chosen: Sequence[uuid.UUID] = (), wrong: Wrong | None = None
) -> HttpResponse:
    now = timezone.now()
    found: list[UserTask] = lists.tasks(request.user, asked, limit=asked.antal, now=now)
    inbox.record(request, "list", now=now)
    titles = {**lists.choices(), "profession": request.user.roles}
    context = {
        "wanted": asked,
        "rows": rows.all_of(found, viewer=request.user, now=now),
        "narrowed": worklist.words(asked, choices=titles),
        "colleagues": together.colleagues_of(found, request.user),
        "chosen": {str(task.public_id) for task in found if "alla" in request.GET or task.public_id in chosen},
        "to": request.POST.get("till", ""),
        "wrong": wrong,
        "all_url": asked.address("tasks:several", alla="1"),
        "action_id": page.action_id(request) or uuid.uuid4(),
    }
    return render(request, "tasks/several.html", context, status=422 if wrong else 200)
