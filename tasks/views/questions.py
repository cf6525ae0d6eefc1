"""Asking a colleague about a task, and answering."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tasks import persons, together
from tasks.models.comment import MAX_LENGTH
from tasks.services import comments, questions
from tasks.views import page
from tasks.views.handover import LOST, TOO_LONG, too_late
from workflows.models import UserTask
from workflows.services import user_tasks
from workflows.views.edge import StaffRequest, staff_page

NOBODY = "Välj vem du vill fråga."
EMPTY = "Skriv vad du undrar."
UNKNOWN = "Den du valde får inte se ärendet. Välj en annan."
NO_ANSWER = "Skriv ett svar."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def ask(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Whom, and what; while the task is nobody's or one's own."""
    found = page.find_workable(request, public_id)
    if request.method == "POST":
        return _ask(request, found)
    if not found.is_open or found.claimed_by_id not in (None, request.user.pk):
        return page.back(public_id)  # its page says why
    return _show(request, found)


def _ask(request: StaffRequest, found: UserTask) -> HttpResponse:
    to, text = request.POST.get("till", ""), request.POST.get("anteckning", "")
    if not to:
        return _show(request, found, text=text, error=NOBODY, wrong="till")
    try:
        questions.ask(
            task=found,
            to=to,
            text=text,
            by=request.user,
            now=timezone.now(),
            action_id=page.action_id(request) or uuid.uuid4(),
        )
    except comments.UnknownColleague:
        return _show(request, found, text=text, error=UNKNOWN, wrong="till")
    except questions.AskedAlready as already:
        return _show(request, found, text=text, error=already.__doc__ or "", wrong="till")
    except comments.Unacceptable:
        return _show(request, found, to=to, text=text, error=TOO_LONG if text.strip() else EMPTY, wrong="anteckning")
    except LOST as lost:
        return too_late(request, found, text, lost)
    page.record(request, found, "ask", now=timezone.now())
    messages.success(request, "Frågan är skickad. Uppgiften ligger kvar hos dig tills du har fått svar.")
    return page.back(found.public_id)


@require_POST
@staff_page
def answer(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """To a question that one was asked, by anyone who may see the ärende."""
    found, now = page.find(request, public_id), timezone.now()
    number, text = request.POST.get("fraga", ""), request.POST.get("anteckning", "")
    if not number.isdecimal() or len(number) > 15:
        raise Http404
    try:
        questions.answer(
            task=found,
            question_id=int(number),
            text=text,
            by=request.user,
            now=now,
            action_id=page.action_id(request) or uuid.uuid4(),
        )
    except comments.Unacceptable:
        error = TOO_LONG if text.strip() else NO_ANSWER
        unsent = page.Unsent(text=text, mentioned="", error=error, question=int(number))
        return page.show(request, found, now=now, unsent=unsent, status=422)
    except (questions.Withdrawn, questions.AnsweredAlready) as late:
        context = {"task": found, "why": late.__doc__, "text": text}
        return render(request, "tasks/too_late.html", context, status=409)
    except user_tasks.NotAllowed:
        raise Http404 from None
    page.record(request, found, "comment", now=now)
    messages.success(request, "Svaret är skickat.")
    return page.back(public_id, to="#anteckningar")


def _show(
    request: StaffRequest, found: UserTask, *, to: str = "", text: str = "", error: str = "", wrong: str = ""
) -> HttpResponse:
    page.record(request, found, "read", now=timezone.now())
    groups: dict[str, list[object]] = {}
    for one in together.askable(found, request.user):
        groups.setdefault(vars(one)["profession"], []).append(one)
    context = {
        "task": found,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "groups": groups,
        "is_mine": found.claimed_by_id == request.user.pk,
        "to": to,
        "text": text,
        "error": error,
        "wrong": wrong,
        "max_length": MAX_LENGTH,
        "action_id": page.action_id(request) or uuid.uuid4(),
    }
    return render(request, "tasks/ask.html", context, status=422 if error else 200)
