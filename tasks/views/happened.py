"""Tell an ärende of what has happened, from the person's page or the ärende: a choice among what it listens for."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tasks import persons
from web.addresses import url
from workflows import engine, published, rights
from workflows import selectors as workflows
from workflows.models import ProcessInstance
from workflows.services import settle, steps, telling
from workflows.views.edge import StaffRequest, record, staff_page, uuid_of

NOT_CHOSEN = "Välj vad som har hänt."
PAUSED = "Ärendet är pausat. Återuppta det först."
MOVED_ON = "Ärendet ändrades i samma ögonblick, så ingenting gjordes. Försök en gång till."
TOLD = "Ärendet vet nu vad som har hänt."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def happened(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """For those whose profession the ärende is for."""
    found = workflows.instance_for(request.user, public_id)
    if found is None or not rights.is_shown(request.user, published.of(found.version.public_id).config):
        raise Http404
    record(request, found, "tell" if request.method == "POST" else "read")
    error = ""
    if request.method == "POST":
        error = _told(request, found)
        if not error:
            messages.success(request, TOLD)
            return HttpResponseRedirect(f"{url('tasks:person', found.individual.ref)}#arenden")
    context = {
        "instance": found,
        "title": published.of(found.version.public_id).title,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "ref": found.individual.ref,
        "heard": telling.heard(found),
        "chosen": request.POST.get("hant", ""),
        "what": request.POST.get("vad", ""),
        "error": error,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }
    return render(request, "tasks/happened.html", context, status=422 if error else 200)


def _told(request: StaffRequest, found: ProcessInstance) -> str:
    """What was wrong, or ''."""
    if not request.POST.get("hant"):
        return NOT_CHOSEN
    try:
        telling.tell(
            instance=found,
            name=request.POST["hant"],
            what=request.POST.get("vad", ""),
            by=request.user,
            now=timezone.now(),
            action_id=uuid_of(request.POST.get("action_id")),
        )
    except (telling.NothingSaid, telling.NotHeard) as problem:
        return type(problem).__doc__ or ""
    except steps.Suspended:
        return PAUSED
    except settle.Conflict:
        return MOVED_ON
    except engine.EngineError as problem:
        return f"Det gick inte, och allt är som förut. {problem.message}"
    except telling.NotAllowed:
        raise Http404 from None
    return ""
