"""Pages that say why a task is not done: it could not be done now, or it is not needed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Staff
from tasks import forms, persons
from tasks.views import page
from tasks.views.task import MEANWHILE, PAUSED, STOPPED
from web import swedish
from workflows import engine
from workflows.forms.definition import Form
from workflows.models import UserTask
from workflows.services import incidents, not_done, settle, steps, user_tasks
from workflows.views.edge import StaffRequest, staff_page


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one of the two pages asks and does."""

    key: str
    title: str
    lead: str
    button: str
    form: Form
    act: Callable[..., str]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def could_not(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody tried in vain: the attempt is kept and the task is put off."""
    found = page.find_workable(request, public_id)
    asked = Page(
        key="kunde-inte",
        title="Kunde inte göras nu",
        lead="Försöket skrivs upp med ditt namn. Uppgiften ligger kvar, är ledig för kollegorna och får en ny tid.",
        button="Skriv upp försöket",
        form=not_done.could_not_form(found),
        act=_tried,
    )
    return _answer(request, found, asked)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def not_needed(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Nobody is to do it: it ends without answers."""
    found = page.find_workable(request, public_id)
    form = not_done.not_needed_form(found)
    if form is None:
        raise Http404
    asked = Page(
        key="ej-aktuell",
        title="Ej aktuell",
        lead="Uppgiften avslutas utan svar, med ditt namn och skälet. Ärendet går vidare. Det går inte att ångra.",
        button="Avsluta som ej aktuell",
        form=form,
        act=_ended,
    )
    return _answer(request, found, asked)


def _answer(request: StaffRequest, found: UserTask, asked: Page) -> HttpResponse:
    now = timezone.now()
    post = request.POST if request.method == "POST" else None
    bound = forms.bind(asked.form, variables={}, post=post, now=now)
    task_page = page.back(found.public_id)
    if not found.is_open and post is None:
        return task_page
    if not bound.is_valid():
        page.record(request, found, "read", now=now)
        return _shown(request, found, asked, bound, status=422 if bound.errors else 200)
    do = partial(asked.act, task=found, answers=bound.answers, by=request.user, now=now)
    try:
        messages.success(request, do(action_id=page.action_id(request)))
    except user_tasks.InvalidAnswers as invalid:
        bound.add_errors(invalid.errors)
        return _shown(request, found, asked, bound, status=422)
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone, user_tasks.ClaimedByOther):
        messages.warning(request, "Inget sparades: någon annan hann före. Så här är uppgiften nu.")
        return task_page
    except user_tasks.NotAllowed:
        raise Http404 from None
    except (settle.Conflict, steps.InstanceEnded, steps.Suspended, engine.EngineError) as error:
        messages.warning(request, _hindered(error, found))
        return _shown(request, found, asked, bound, status=409)
    return HttpResponseRedirect(reverse("tasks:inbox"))


def _hindered(error: Exception, found: UserTask) -> str:
    if isinstance(error, engine.EngineError):
        incidents.from_engine(instance_id=found.instance_id, error=error, now=timezone.now())
        return STOPPED
    return PAUSED if isinstance(error, steps.Suspended) else MEANWHILE


def _shown(request: StaffRequest, found: UserTask, asked: Page, bound: forms.BoundForm, *, status: int) -> HttpResponse:
    context = {
        "task": found,
        "asked": asked,
        "bound": bound,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "action_id": page.action_id(request) or uuid.uuid4(),
        "taken_by": str(found.claimed_by) if found.claimed_by_id not in (None, request.user.pk) else "",
    }
    return render(request, "tasks/not_done.html", context, status=status)


def _tried(
    *, task: UserTask, answers: dict[str, Any], by: Staff, now: datetime.datetime, action_id: uuid.UUID | None
) -> str:
    tried = not_done.could_not(task=task, answers=answers, by=by, now=now, action_id=action_id)
    if not tried.is_open or tried.due_at is None:
        return f"Försöket är uppskrivet. ”{tried.name}” är avslutad, och ärendet går vidare på annat sätt."
    return f"Försöket är uppskrivet. Ny tid för ”{tried.name}”: {swedish.moment(tried.due_at, now=now)}."


def _ended(
    *, task: UserTask, answers: dict[str, Any], by: Staff, now: datetime.datetime, action_id: uuid.UUID | None
) -> str:
    ended = not_done.not_needed(task=task, answers=answers, by=by, now=now, action_id=action_id)
    return f"”{ended.task.name}” är avslutad som ej aktuell."
