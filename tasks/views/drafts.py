"""Drafts: kept while one types and by a button, taken over from a colleague, thrown away."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks import forms, together
from tasks.services import drafts
from tasks.views import page
from web import swedish
from workflows.models import UserTask
from workflows.views.edge import StaffRequest, staff_page

NEWER = "Du har ett nyare utkast, skrivet på en annan enhet eller i en annan flik. Det här sparades inte över det."
DONE = "Du har redan slutfört uppgiften."
UNSAVEABLE = "Utkastet kunde inte sparas: en text är för lång eller har tecken som inte går att spara."
SECONDS_TO_NUMBER = 1000
"""A save is numbered by the milliseconds since 1970."""


def save(request: StaffRequest, public_id: uuid.UUID, *, now: datetime.datetime) -> HttpResponse:
    """Keep what is in the form, right or wrong: asked by the script all the time, or by the button."""
    task = together.workable(request.user, public_id)
    if task is None:
        raise Http404
    is_script = request.headers.get("Accept") == "application/json"
    if not is_script or "utkast_forsta" in request.POST:
        # A page that is typed in saves each second; it is written down once.
        page.record(request, task, "draft", now=now)
    try:
        keep(request, task, now=now)
    except drafts.Unsaveable:
        return _refused(request, task, UNSAVEABLE, now=now, is_script=is_script, status=422)
    except drafts.Newer:
        return _refused(request, task, NEWER, now=now, is_script=is_script, status=409)
    except drafts.Done:
        return _refused(request, task, DONE, now=now, is_script=is_script, status=409)
    if is_script:
        return _saved(task, now=now)
    messages.success(request, f"Utkastet sparades {swedish.clock(now)}.")
    return page.back(public_id)


def keep(request: StaffRequest, task: UserTask, *, now: datetime.datetime) -> None:
    """What was posted becomes the draft. Raises as `drafts.save`."""
    number = request.POST.get("utkast_nummer", "")
    drafts.save(
        task=task,
        written=forms.posted(page.form_of(task), request.POST),
        by=request.user,
        page=page.action_id(request) or uuid.uuid4(),
        number=int(number[:15]) if number.isdecimal() else int(now.timestamp() * SECONDS_TO_NUMBER),
        seen=_seen(request),
        now=now,
    )


@require_POST
@staff_page
def take_over(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Go on with what a colleague has written."""
    now = timezone.now()
    task = together.workable(request.user, public_id)
    if task is None:
        raise Http404
    page.record(request, task, "draft", now=now)
    draft_id = request.POST.get("utkast", "")
    if drafts.take_over(task=task, draft_id=_number(draft_id), by=request.user, now=now):
        messages.success(request, "Det som var tomt hos dig är ifyllt ur utkastet. Kollegans eget finns kvar.")
    else:
        messages.warning(request, "Utkastet finns inte längre.")
    return page.back(public_id)


@require_POST
@staff_page
def discard(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw away one's own."""
    task = together.workable(request.user, public_id)
    if task is None:
        raise Http404
    drafts.discard(task=task, by=request.user)
    messages.success(request, "Utkastet är slängt.")
    return page.back(public_id)


def _seen(request: StaffRequest) -> datetime.datetime | None:
    try:
        seen = datetime.datetime.fromisoformat(request.POST.get("utkast_sett", ""))
    except ValueError:
        return None
    return seen if seen.tzinfo else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _saved(task: UserTask, *, now: datetime.datetime) -> HttpResponse:
    """409 when the task has ended meanwhile: it is kept, and whoever writes should know."""
    told = {"sparat": swedish.clock(now)}
    if task.is_open:
        return JsonResponse(told)
    by = f"{task.completed_by} har slutfört uppgiften" if task.completed_by else "Uppgiften är inte längre aktuell"
    return JsonResponse(told | {"meddelande": f"{by}. Det du skrev är kvar som ditt utkast."}, status=409)


def _refused(
    request: StaffRequest, task: UserTask, text: str, *, now: datetime.datetime, is_script: bool, status: int
) -> HttpResponse:
    if is_script:
        return JsonResponse({"meddelande": text}, status=status)
    messages.warning(request, text)
    found = page.find(request, task.public_id)
    return page.show(request, found, now=now, bound=page.bind(request, found, now=now), status=status)
