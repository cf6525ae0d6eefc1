"""The inbox: the list, its live update and where one lands after a task."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.models import Staff
from people.services import access
from tasks import together, worklist
from workflows import selectors as workflows
from workflows.models import UserTask
from workflows.views.edge import StaffRequest, staff_page


@dataclass(frozen=True, kw_only=True)
class Done:
    """What the confirmation says after a completed task."""

    name: str
    process_title: str
    next: list[UserTask]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way in."""
    if isinstance(request.user, Staff):
        return HttpResponseRedirect(reverse("tasks:inbox"))
    return HttpResponseRedirect("/demo/" if settings.FORLOPP_DEMO else settings.LOGIN_URL)


@require_safe
@staff_page
def inbox(request: StaffRequest) -> HttpResponse:
    """My groups' tasks by due time."""
    now = timezone.now()
    shown = worklist.load(request.user, mine=_mine(request), limit=_limit(request), now=now)
    access.record(staff=request.user, individual=None, action="list", object_type="inbox", object_id="", now=now)
    mentions = together.mentions(request.user)
    return render(request, "tasks/inbox.html", {"worklist": shown, "done": _done(request), "mentions": mentions})


@require_safe
@staff_page
def listing(request: StaffRequest) -> HttpResponse:
    """Only the list, for the open page that asks each second; 204 when it would look the same."""
    now = timezone.now()
    if request.GET.get("stampel") == worklist.stamp(request.user, now=now):
        return HttpResponse(status=204)
    shown = worklist.load(request.user, mine=_mine(request), limit=_limit(request), now=now)
    return render(request, "tasks/live.html", {"worklist": shown})


def _mine(request: StaffRequest) -> bool:
    return request.GET.get("visa") == "mina"


def _limit(request: StaffRequest) -> int:
    asked = request.GET.get("antal", "")
    return min(max(int(asked), worklist.PAGE), worklist.MOST) if asked.isdecimal() and len(asked) < 6 else worklist.PAGE


def _done(request: StaffRequest) -> Done | None:
    """Told from the task itself, so that a reload or a repeated click reads the same."""
    try:
        public_id = uuid.UUID(request.GET.get("klar", ""))
    except ValueError:
        return None
    task = workflows.just_done(request.user, public_id)
    if task is None:
        return None
    return Done(
        name=task.name,
        process_title=task.process_title,
        next=workflows.following(task, request.user),
    )
