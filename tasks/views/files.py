"""Files and photos of a task: add some, take one's own back."""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from tasks import files, persons, together
from tasks.views import page
from web import uploads, words
from workflows.attachments import shelf
from workflows.attachments.kinds import Refused
from workflows.models import UserTask
from workflows.services import attachments, user_tasks
from workflows.services.attachments import Added, Problem, Received
from workflows.views.edge import StaffRequest, staff_page, uuid_of

NONE_CHOSEN = Problem(name="", text="Välj en fil eller ta ett foto först.", status=422)
NO_ROOM = Problem(name="", text="Filerna kunde inte sparas just nu. Försök igen om en stund.", status=503)
GONE = Problem(name="", text="Uppgiften är avslutad, så filerna sparades inte.", status=409)


@csrf_exempt  # checked by `_add`: the check reads the form, and who may not add must not be read
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def of_task(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """The files by themselves, also with what could not be added; POST adds."""
    found = page.find(request, public_id)
    if request.method != "POST":
        return _page(request, found, [], now=timezone.now())
    if not together.may_work(found, request.user):
        raise Http404
    limits = {"most_bytes": files.most_bytes(), "most_files": settings.FORLOPP_FILES_PER_TASK}
    if uploads.is_too_long(request, **limits):
        return _page(request, found, [Problem(name="", text=_too_long(), status=413)], now=timezone.now())
    try:
        with uploads.receiving(request, folder=shelf.incoming(), most_bytes=limits["most_bytes"]):
            return csrf_protect(_add)(request, found)
    except OSError:
        return _page(request, found, [NO_ROOM], now=timezone.now())


@require_POST
@staff_page
def withdraw(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back one's own."""
    found = page.find(request, public_id)
    key = uuid_of(request.POST.get("fil"))
    try:
        if key and attachments.withdraw(task=found, key=key, by=request.user, now=timezone.now()):
            messages.success(request, "Filen är borttagen.")
    except user_tasks.NotAllowed:
        raise Http404 from None
    return _back(found)


def _add(request: StaffRequest, found: UserTask) -> HttpResponse:
    now = timezone.now()
    received = [_received(file) for file in uploads.arrived(request, "fil")]
    if not received:
        return _answer(request, found, Added(problems=[NONE_CHOSEN]), now=now)
    action_id = page.action_id(request) or uuid.uuid4()
    try:
        added = attachments.add(task=found, received=received, by=request.user, now=now, action_id=action_id)
    except user_tasks.TaskGone:
        return _answer(request, found, Added(problems=[GONE]), now=now)
    return _answer(request, found, added, now=now)


def _received(file: uploads.Arrived) -> Received:
    refused = Refused(_too_long(), status=413) if file.is_too_long else None
    return Received(name=file.name or "", path=file.path, size=file.size or 0, refused=refused)


def _too_long() -> str:
    return f"Filen är för stor. Den får vara högst {settings.FORLOPP_FILE_MEGABYTES} MB."


def _answer(request: StaffRequest, found: UserTask, added: Added, *, now: datetime.datetime) -> HttpResponse:
    """Back to the task when all went well, else a page that says what did not; the script is told both as JSON."""
    told = f"{words.counted(len(added.kept), 'fil', 'filer')} har lagts till." if added.kept else ""
    if request.headers.get("Accept") == "application/json" and added.problems:
        problems = [{"namn": problem.name, "text": problem.text} for problem in added.problems]
        return JsonResponse({"sparat": told, "fel": problems}, status=added.problems[0].status)
    if told:
        messages.success(request, told)
    if added.problems:
        return _page(request, page.find(request, found.public_id), added.problems, now=now)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"till": _url(found)})
    return _back(found)


def _page(request: StaffRequest, found: UserTask, problems: list[Problem], *, now: datetime.datetime) -> HttpResponse:
    page.record(request, found, "read", now=now)
    context = {
        "task": found,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "files": files.of(found, request.user, problems=problems),
    }
    return render(request, "tasks/task_files.html", context, status=problems[0].status if problems else 200)


def _url(found: UserTask) -> str:
    return f"{reverse('tasks:task', args=[found.public_id])}#filer"


def _back(found: UserTask) -> HttpResponse:
    return HttpResponseRedirect(_url(found))
