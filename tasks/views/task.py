"""The task page: read, take, give back, complete; whatever happens meanwhile, what one typed is never lost."""

from __future__ import annotations

import datetime
import logging
import uuid
from contextlib import suppress
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tasks import forms
from tasks.services import drafts
from tasks.views import drafts as draft_pages
from tasks.views import page, signing
from web.addresses import url
from workflows import engine
from workflows.models import UserTask
from workflows.services import incidents, settle, steps, user_tasks
from workflows.views.edge import StaffRequest, staff_page

log = logging.getLogger(__name__)
MEANWHILE = "Ärendet ändrades i samma ögonblick, så ingenting sparades. Det du skrev står kvar: skicka en gång till."
PAUSED = "Ärendet är pausat, så ingenting sparades. Det du skrev står kvar: skicka det när ärendet har återupptagits."
STOPPED = (
    "Ärendet kunde inte gå vidare, så ingenting sparades. De som sköter systemet har fått veta. "
    "Det du skrev står kvar här: vänta en stund och försök igen."
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def task(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """One task: its form while it is open, else what became of it."""
    now = timezone.now()
    if request.method == "POST" and "utkast" in request.POST.getlist("action"):
        return draft_pages.save(request, public_id, now=now)
    found = page.find(request, public_id)
    if found.joint_of_id:
        return signing.main_of(found)
    if request.method == "POST" and found.is_open:
        return _answer(request, found, now=now)
    if request.method == "POST" and found.action_id and str(found.action_id) == request.POST.get("action_id"):
        return _done(found)
    if request.method == "POST":
        return _too_late(request, found, page.bind(request, found, now=now), now=now)
    return page.show(request, found, now=now)


@require_POST
@staff_page
def take(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Tell the colleagues that I do this one; `ta_over` when somebody else had it."""
    found = page.find(request, public_id)
    try:
        user_tasks.claim(task=found, by=request.user, now=timezone.now(), take_over="ta_over" in request.POST)
    except user_tasks.ClaimedByOther as other:
        messages.warning(request, f"{other.by_name} hann ta uppgiften.")
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone):
        pass  # the page says so
    except user_tasks.NotAllowed:
        raise Http404 from None
    return page.back(public_id)


@require_POST
@staff_page
def release(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give it back to the group."""
    found = page.find(request, public_id)
    try:
        user_tasks.release(task=found, by=request.user, now=timezone.now())
        messages.success(request, "Uppgiften är tillbaka i gruppens lista.")
    except (user_tasks.AlreadyCompleted, user_tasks.ClaimedByOther, user_tasks.TaskGone):
        return page.back(public_id)
    except user_tasks.NotAllowed:
        raise Http404 from None
    return HttpResponseRedirect(reverse("tasks:inbox"))


def _answer(request: StaffRequest, found: UserTask, *, now: datetime.datetime) -> HttpResponse:
    bound = page.bind(request, found, now=now)
    agreed = signing.bind(request, found, now=now)
    if not bound.is_valid() or (agreed and not agreed.is_valid()):
        status = 200 if bound.was_row_action else 422
        return page.show(request, found, now=now, bound=bound, agreed=agreed, status=status)
    try:
        ended = _send(request, found, bound, now=now)
    except user_tasks.InvalidAnswers as invalid:
        agreed = signing.asked_anew(request, invalid.errors, now=now)
        bound.add_errors(error for error in invalid.errors if agreed is None or error not in agreed.errors)
        return page.show(request, found, now=now, bound=bound, agreed=agreed, status=422)
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone, user_tasks.ClaimedByOther):
        return _too_late(request, page.find(request, found.public_id), bound, now=now)
    except user_tasks.NotAllowed:
        raise Http404 from None
    except (settle.Conflict, steps.InstanceEnded):
        messages.warning(request, MEANWHILE)
        return page.show(request, page.find(request, found.public_id), now=now, bound=bound, status=409)
    except steps.Suspended:
        messages.warning(request, PAUSED)
        return page.show(request, page.find(request, found.public_id), now=now, bound=bound, status=409)
    except engine.EngineError as error:
        incidents.from_engine(instance_id=found.instance_id, error=error, now=now)
        messages.error(request, STOPPED)
        return page.show(request, found, now=now, bound=bound, status=409)
    return _done(found) if ended else HttpResponseRedirect(reverse("tasks:inbox"))


def _send(request: StaffRequest, found: UserTask, bound: forms.BoundForm, *, now: datetime.datetime) -> bool:
    """Whether the task is done now; a joint one is when all have signed. Raises as the services."""
    if found.to_sign:
        return not signing.sign(request, found, bound, now=now).is_open
    if strange := forms.unknown(bound.form, request.POST):
        log.warning("%s unknown fields were left out of the answers to a task", strange)
    user_tasks.complete(
        task=found,
        answers=bound.answers,
        by=request.user,
        now=now,
        action_id=page.action_id(request),
        also=partial(drafts.discard, task=found, by=request.user),
    )
    return True


def _too_late(
    request: StaffRequest, found: UserTask, bound: forms.BoundForm, *, now: datetime.datetime
) -> HttpResponse:
    """Somebody else has it or has ended it: what was written becomes a draft, which its page shows."""
    if not found.is_open:
        with suppress(user_tasks.NotAllowed, drafts.Unsaveable, drafts.Newer, drafts.Done):
            draft_pages.keep(request, found, now=now)
    return page.show(request, found, now=now, bound=bound, status=409)


def _done(found: UserTask) -> HttpResponse:
    return HttpResponseRedirect(f"{url('tasks:inbox')}?klar={found.public_id}")
