"""From a person's page: let a förlopp rest and go on, or change it for another while the goals stay."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tasks import forms, persons, selectors
from tasks.views import start
from web.addresses import url
from workflows import engine, published, rights
from workflows import selectors as workflows
from workflows.models import ProcessInstance
from workflows.published import Published
from workflows.services import changing, instances, mending, settle, steps
from workflows.views.edge import StaffRequest, record, staff_page, uuid_of

NO_REASON = "Skriv ett skäl."
MOVED_ON = "Ärendet ändrades i samma ögonblick, så ingenting gjordes. Försök en gång till."
ENDED = "Ärendet är redan avslutat."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def pause(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Pause an ärende that goes on, or let it go on again; always with a reason."""
    found = _find(request, public_id)
    error = ""
    if request.method == "POST":
        error = _paused(request, found, is_resume=request.POST.get("gor") == "ateruppta")
        if not error:
            return HttpResponseRedirect(f"{url('tasks:person', found.individual.ref)}#arenden")
    context = _frame(request, found) | {"error": error, "reason": request.POST.get("skal", "")}
    return render(request, "tasks/pause.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose the other förlopp, then answer its start form: one ends and the other begins together."""
    found = _find(request, public_id)
    here = published.of(found.version.public_id).key
    offered = [version for version in selectors.startable(request.user, found.individual) if version.key != here]
    asked = request.POST.get("till") or request.GET.get("till")
    chosen = next((version for version in offered if version.key == asked), None)
    if not found.is_active and request.method != "POST":
        raise Http404
    bound = start.bind(request, chosen) if chosen else None
    error = ""
    if request.method == "POST" and chosen is None:
        error = "Välj ett förlopp."
    elif chosen is not None and request.method == "POST" and (bound is None or bound.is_valid()):
        error, began = _changed(request, found, chosen, bound)
        if began is not None:
            return HttpResponseRedirect(f"{url('tasks:person', found.individual.ref)}#a-{began.public_id}")
    context = _frame(request, found) | {"error": error, "reason": request.POST.get("skal", "")}
    context |= {"offered": offered, "chosen": chosen, "bound": bound}
    is_wrong = bool(error or (bound is not None and bound.errors))
    return render(request, "tasks/change_course.html", context, status=422 if is_wrong else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _find(request: StaffRequest, public_id: uuid.UUID) -> ProcessInstance:
    """For those who see the ärende and may step in; written in the access log."""
    found = workflows.instance_for(request.user, public_id)
    if found is None or not rights.may_mend(request.user, found):
        raise Http404
    record(request, found, "read")
    return found


def _frame(request: StaffRequest, found: ProcessInstance) -> dict[str, Any]:
    return {
        "instance": found,
        "title": published.of(found.version.public_id).title,
        "person": persons.header(found.individual, viewer=request.user, on=timezone.localdate()),
        "ref": found.individual.ref,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }


def _more(request: StaffRequest, found: ProcessInstance) -> dict[str, Any]:
    return {
        "instance": found,
        "reason": request.POST.get("skal", ""),
        "by": request.user,
        "now": timezone.now(),
        "action_id": uuid_of(request.POST.get("action_id")),
    }


def _paused(request: StaffRequest, found: ProcessInstance, *, is_resume: bool) -> str:
    """What was wrong, or ''."""
    try:
        (mending.resume if is_resume else mending.suspend)(**_more(request, found))
    except mending.NoReason:
        return NO_REASON
    except steps.InstanceEnded:
        return ENDED
    except steps.Suspended:
        return "Ärendet är redan pausat."
    except mending.NotAllowed:
        raise Http404 from None
    messages.success(request, "Ärendet är återupptaget." if is_resume else "Ärendet är pausat.")
    return ""


def _changed(
    request: StaffRequest, found: ProcessInstance, chosen: Published, bound: forms.BoundForm | None
) -> tuple[str, ProcessInstance | None]:
    """What was wrong, or what was started."""
    try:
        began = changing.change_course(to=chosen.key, answers=bound.answers if bound else None, **_more(request, found))
    except mending.NoReason:
        return NO_REASON, None
    except steps.InstanceEnded:
        return ENDED, None
    except instances.InvalidStart as invalid:
        if bound is not None:
            bound.add_errors(invalid.errors)
        return "", None
    except settle.Conflict:
        return MOVED_ON, None
    except engine.EngineError as error:
        return f"Det gick inte, och allt är som förut. {error.message}", None
    except mending.NotAllowed:
        raise Http404 from None
    messages.success(request, f"{chosen.title} är startat, och målen följer med.")
    return "", began
