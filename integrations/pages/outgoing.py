"""What goes out: found, looked into with a reason, sent at once, taken over by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.pages import content
from integrations.pages.content import Content
from integrations.pages.edge import Refused, StaffRequest, it_page, may_see, system_or_404, uuid_of
from integrations.pages.search import PAGE, Wanted
from people.services import access
from web import paging
from workflows import connectors, selectors
from workflows.models import IncidentState, OutboxMessage, OutboxState, ProcessInstance, TaskState, UserTask
from workflows.services import outbox, steps
from workflows.views.mending import action_id

KIND = "outbox-message"


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def listing(request: StaffRequest, key: str) -> HttpResponse:
    """Of one system, the latest first; a search is a POST."""
    found = system_or_404(key)
    wanted = Wanted.of(request, dict(OutboxState.choices))
    listed = _listed(request, key, wanted)
    context = {
        "found": found,
        "wanted": wanted,
        "listed": listed,
        "rows": [(row, title_of(row.operation)) for row in listed.rows],
        "states": OutboxState.choices,
        "operations": {name: op.title for name, op in connectors.operations().items() if name.startswith(f"{key}.")},
    }
    access.record(
        staff=request.user, individual=None, action="list", object_type=KIND, object_id=key, now=timezone.now()
    )
    return render(request, "integrations/outgoing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def one(request: StaffRequest, key: UUID) -> HttpResponse:
    """One call: how often it was tried, what became of it, and with a reason what was sent."""
    rows = OutboxMessage.objects.select_related("individual", "instance__definition", "instance__individual")
    found = rows.defer("instance__engine_state").filter(key=key).first()
    if found is None or not may_see(request.user, found.individual or found.instance.individual):
        raise Http404
    refused, shown = None, None
    if request.method == "POST":
        try:
            done = _act(request, found)
        except Refused as problem:
            refused = problem
        else:
            if isinstance(done, HttpResponse):
                return done
            shown = done
    context = _context(request, found, shown) | {
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "typed": request.POST,
    }
    return render(request, "integrations/call.html", context, status=422 if refused else 200)


def title_of(operation: str) -> str:
    known = connectors.operations().get(operation)
    return known.title if known else operation


def _listed(request: StaffRequest, key: str, wanted: Wanted) -> paging.Page[OutboxMessage]:
    rows = OutboxMessage.objects.filter(system=key).defer("params", "result", "late_result")
    rows = wanted.within(rows, "created_at")
    if wanted.name:
        rows = rows.filter(operation=wanted.name)
    if not request.user.may_see_protected:
        rows = rows.filter(Q(individual=None) | Q(individual__protection="ingen"))
    if wanted.text:
        rows = _found(request, rows, wanted)
    return paging.page(rows, "created_at", older_than=wanted.older_than, size=PAGE)


def _found(request: StaffRequest, rows: QuerySet[OutboxMessage], wanted: Wanted) -> QuerySet[OutboxMessage]:
    if (ref := uuid_of(wanted.text)) is not None:
        instance = ProcessInstance.objects.filter(public_id=ref).values_list("pk", flat=True).first()
        return rows.filter(Q(key=ref) | Q(instance_id=instance)) if instance else rows.filter(key=ref)
    individual = wanted.individual(request)
    return rows.filter(individual=individual) if individual else rows.none()


def _act(request: StaffRequest, found: OutboxMessage) -> HttpResponse | list[tuple[str, Content]]:
    action = request.POST.get("gor", "")
    if action == "visa":
        return _show(request, found)
    if action not in {"skicka", "hand"}:
        raise Refused("Välj vad du vill göra.")
    now, reason = timezone.now(), request.POST.get("skal", "").strip()
    try:
        if action == "skicka":
            outbox.hurry(row=found, by=request.user, now=now, action_id=action_id(request))
            messages.success(request, "Det skickas inom några sekunder.")
        elif not reason:
            raise Refused("Skriv ett skäl.", "skal-hand")
        else:
            outbox.take_over(row=found, reason=reason, by=request.user, now=now, action_id=action_id(request))
            messages.success(request, "Det är nu en uppgift att göra för hand.")
    except steps.Suspended:
        raise Refused("Ärendet är pausat. Återuppta det först.") from None
    except outbox.AlreadyEnded:
        messages.warning(request, "Någon hann före: anropet är redan avslutat.")
    return HttpResponseRedirect(reverse("integrations:call", args=[found.key]))


def _show(request: StaffRequest, found: OutboxMessage) -> list[tuple[str, Content]]:
    reason = request.POST.get("varfor", "").strip()
    if not reason:
        raise Refused("Skriv varför du behöver se innehållet.", "varfor")
    access.record(
        staff=request.user,
        individual=found.individual or found.instance.individual,
        action="read-raw",
        object_type=KIND,
        object_id=str(found.key),
        now=timezone.now(),
        reason=reason,
    )
    told = [("Det som skickas", found.params), ("Svar", found.result), ("Sent svar", found.late_result)]
    return [(title, content.plain(value)) for title, value in told if value is not None]


def _context(request: StaffRequest, found: OutboxMessage, shown: list[tuple[str, Content]] | None) -> dict[str, Any]:
    instance = found.instance
    tasks = UserTask.objects.filter(instance=instance, engine_task_id=found.engine_task_id).order_by("pk")
    by_hand = tasks.filter(state=TaskState.OPEN).exists()
    is_pending = found.state == OutboxState.PENDING and instance.is_active
    may_read = selectors.instance_for(request.user, instance.public_id) is not None
    return {
        "call": found,
        "title": title_of(found.operation),
        "shown": shown,
        "tasks": list(tasks.select_related("claimed_by", "completed_by")),
        "stops": [
            (stop, selectors.incident_for(request.user, stop.public_id) is not None)
            for stop in found.incidents.filter(state=IncidentState.OPEN)
        ],
        "instance_url": reverse("workflows:instance", args=[instance.public_id]) if may_read else "",
        "can_send": is_pending or (found.state == OutboxState.FAILED and by_hand),
        "can_take_over": is_pending,
        "action_id": action_id(request),
    }
