"""Handing a task over: to a colleague with a note, or back to the group."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Staff
from tasks import persons, together
from tasks.models.comment import MAX_LENGTH
from tasks.services import comments, handovers
from tasks.views import page
from workflows.models import UserTask
from workflows.services import user_tasks
from workflows.views.edge import StaffRequest, staff_page

GROUP = "gruppen"
NOBODY = "Välj vem du lämnar över till."
EMPTY = "Skriv vad kollegan behöver veta."
TOO_LONG = f"Texten är för lång eller har tecken som inte går att spara. Den får vara högst {MAX_LENGTH} tecken."
UNKNOWN = "Den du valde kan inte göra uppgiften. Välj en annan."
LOST = (user_tasks.AlreadyCompleted, user_tasks.ClaimedByOther, user_tasks.TaskGone)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def hand_over(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """To whom, and what to say; while it is nobody's or one's own."""
    found = page.find_workable(request, public_id)
    if request.method == "POST":
        return _post(request, found)
    if not found.is_open or found.claimed_by_id not in (None, request.user.pk):
        return page.back(public_id)  # its page says why
    return _show(request, found, to=request.GET.get("till", ""))


def _post(request: StaffRequest, found: UserTask) -> HttpResponse:
    to, note = request.POST.get("till", ""), request.POST.get("anteckning", "")
    if not to:
        return _show(request, found, note=note, error=NOBODY, wrong="till")
    try:
        handovers.hand_over(
            task=found,
            to="" if to == GROUP else to,
            note=note,
            by=request.user,
            now=timezone.now(),
            action_id=page.action_id(request) or uuid.uuid4(),
        )
    except comments.UnknownColleague:
        return _show(request, found, note=note, error=UNKNOWN, wrong="till")
    except comments.Unacceptable:
        return _show(request, found, to=to, note=note, error=TOO_LONG if note.strip() else EMPTY, wrong="anteckning")
    except LOST as lost:
        return too_late(request, found, note, lost)
    page.record(request, found, "hand_over", now=timezone.now())
    who = "gruppen" if to == GROUP else str(Staff.objects.get(public_id=to))
    messages.success(request, f"Uppgiften är överlämnad till {who}.")
    return HttpResponseRedirect(reverse("tasks:inbox"))


def too_late(request: StaffRequest, found: UserTask, text: str, lost: Exception) -> HttpResponse:
    """Somebody was first: who, and what one wrote, which was kept nowhere."""
    if isinstance(lost, user_tasks.ClaimedByOther):
        why = f"{lost.by_name} hann få uppgiften."
    elif isinstance(lost, user_tasks.AlreadyCompleted):
        why = f"{lost.by_name} hann göra uppgiften klar."
    else:
        why = "Uppgiften är inte längre aktuell."
    context = {"task": found, "why": why, "text": text}
    return render(request, "tasks/too_late.html", context, status=409)


def _show(
    request: StaffRequest, found: UserTask, *, to: str = "", note: str = "", error: str = "", wrong: str = ""
) -> HttpResponse:
    page.record(request, found, "read", now=timezone.now())
    context = {
        "task": found,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "colleagues": together.colleagues(found, request.user),
        "is_mine": found.claimed_by_id == request.user.pk,
        "to": to,
        "text": note,
        "error": error,
        "wrong": wrong,
        "max_length": MAX_LENGTH,
        "action_id": page.action_id(request) or uuid.uuid4(),
    }
    return render(request, "tasks/hand_over.html", context, status=422 if error else 200)
