"""The task page: read, take, give back, complete; whatever happens meanwhile, what one typed is never lost."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import selectors as people
from people.services import access
from tasks import forms, persons, selectors
from workflows import engine, published
from workflows import selectors as workflows
from workflows.forms.definition import Form
from workflows.models import TaskState, UserTask
from workflows.services import incidents, settle, steps, user_tasks
from workflows.views.edge import StaffRequest, staff_page

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
    found = _find(request, public_id)
    if request.method == "POST" and found.is_open:
        return _answer(request, found, now=now)
    if request.method == "POST" and found.action_id and str(found.action_id) == request.POST.get("action_id"):
        return _done(found)
    return _page(request, found, now=now)


@require_POST
@staff_page
def take(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Tell the colleagues that I do this one; `ta_over` when somebody else had it."""
    found = _find(request, public_id)
    try:
        user_tasks.claim(task=found, by=request.user, now=timezone.now(), take_over="ta_over" in request.POST)
    except user_tasks.ClaimedByOther as other:
        messages.warning(request, f"{other.by_name} hann ta uppgiften.")
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone):
        pass  # the page says so
    except user_tasks.NotAllowed:
        raise Http404 from None
    return HttpResponseRedirect(reverse("tasks:task", args=[public_id]))


@require_POST
@staff_page
def release(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give it back to the group."""
    found = _find(request, public_id)
    try:
        user_tasks.release(task=found, by=request.user, now=timezone.now())
        messages.success(request, "Uppgiften är tillbaka i gruppens lista.")
    except (user_tasks.AlreadyCompleted, user_tasks.ClaimedByOther, user_tasks.TaskGone):
        return HttpResponseRedirect(reverse("tasks:task", args=[public_id]))
    except user_tasks.NotAllowed:
        raise Http404 from None
    return HttpResponseRedirect(reverse("tasks:inbox"))


def _answer(request: StaffRequest, found: UserTask, *, now: datetime.datetime) -> HttpResponse:
    bound = _bind(request, found, now=now)
    if not bound.is_valid():
        return _page(request, found, now=now, bound=bound, status=200 if bound.was_row_action else 422)
    try:
        user_tasks.complete(task=found, answers=bound.answers, by=request.user, now=now, action_id=_action_id(request))
    except user_tasks.InvalidAnswers as invalid:
        bound.add_errors(invalid.errors)
        return _page(request, found, now=now, bound=bound, status=422)
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone, user_tasks.ClaimedByOther):
        found = _find(request, found.public_id)
        return _page(request, found, now=now, bound=bound, status=409)
    except user_tasks.NotAllowed:
        raise Http404 from None
    except (settle.Conflict, steps.InstanceEnded):
        messages.warning(request, MEANWHILE)
        return _page(request, _find(request, found.public_id), now=now, bound=bound, status=409)
    except steps.Suspended:
        messages.warning(request, PAUSED)
        return _page(request, _find(request, found.public_id), now=now, bound=bound, status=409)
    except engine.EngineError as error:
        incidents.from_engine(instance_id=found.instance_id, error=error, now=now)
        messages.error(request, STOPPED)
        return _page(request, found, now=now, bound=bound, status=409)
    return _done(found)


def _done(found: UserTask) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('tasks:inbox')}?klar={found.public_id}")


def _find(request: StaffRequest, public_id: uuid.UUID) -> UserTask:
    found = workflows.task_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _record(request: StaffRequest, found: UserTask, *, now: datetime.datetime) -> None:
    access.record(
        staff=request.user,
        individual=found.individual,
        action="read",
        object_type="user_task",
        object_id=str(found.public_id),
        now=now,
    )


def _bind(request: StaffRequest, found: UserTask, *, now: datetime.datetime) -> forms.BoundForm:
    return forms.bind(
        _form(found),
        variables=steps.variables_of(found.instance, found.engine_task_id)
        | {"inloggad": {"hsa_id": request.user.hsa_id or None}},
        post=request.POST if request.method == "POST" else None,
        now=now,
    )


def _form(found: UserTask) -> Form:
    version = published.of(found.instance.version.public_id)
    return version.form(found.form_key) if version.has_form(found.form_key) else Form(title=found.name)


def _action_id(request: StaffRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("action_id", ""))
    except ValueError:
        return None


PAGES = {
    TaskState.OPEN: "tasks/task_open.html",
    TaskState.COMPLETED: "tasks/task_done.html",
    TaskState.CANCELLED: "tasks/task_gone.html",
}


def _page(
    request: StaffRequest,
    found: UserTask,
    *,
    now: datetime.datetime,
    bound: forms.BoundForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as the task now is; written in the access log before it is sent."""
    _record(request, found, now=now)
    state = TaskState(found.state)
    if state == TaskState.CANCELLED:
        status = 410
    elif state == TaskState.COMPLETED and request.method == "POST":
        status = 409
    context = _common(request, found) | _by_state(request, found, state, bound, now=now)
    is_paused = state == TaskState.OPEN and found.instance.is_suspended and bound is None
    return render(request, "tasks/task_paused.html" if is_paused else PAGES[state], context, status=status)


def _common(request: StaffRequest, found: UserTask) -> dict[str, Any]:
    names = people.profession_names()
    return {
        "task": found,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "process_title": published.of(found.instance.version.public_id).title,
        "profession": names.get(found.group, found.group),
        "told": selectors.told(found.instance, now=timezone.now()),
        "known": selectors.known(found.instance, apart_from=found),
        "taken": {
            "name": str(found.claimed_by) if found.claimed_by else "",
            "by_me": found.claimed_by_id == request.user.pk,
            "at": found.claimed_at,
        },
    }


def _by_state(
    request: StaffRequest,
    found: UserTask,
    state: TaskState,
    bound: forms.BoundForm | None,
    *,
    now: datetime.datetime,
) -> dict[str, Any]:
    if state == TaskState.OPEN:
        posted = _action_id(request) if request.method == "POST" else None
        return {
            "bound": bound or _bind(request, found, now=now),
            "action_id": posted or uuid.uuid4(),
            "onward": workflows.following(found, request.user) if found.instance.is_suspended else [],
        }
    typed: Mapping[str, Any] = {}
    if request.method == "POST":
        typed = (bound or _bind(request, found, now=now)).raw
    form = _form(found)
    return {
        "typed": forms.readonly(form, typed) if typed else None,
        "answers": forms.readonly(form, found.answers) if found.answers else None,
        "completed": {"by_name": str(found.completed_by) if found.completed_by else "systemet", "at": found.ended_at},
        "instance_ended": not found.instance.is_active,
        "onward": workflows.following(found, request.user),
    }
