"""What has come in: found, looked into with a reason, corrected, dismissed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
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
from people import selectors as people
from people.services import access
from web import paging
from workflows import selectors
from workflows.connectors import Unreadable
from workflows.models import InboxMessage, InboxState, IncidentState, MessageDelivery, UserTask
from workflows.services import inbox, incidents, repeating

KIND = "inbox-message"
GONE = "En kollega hann före: meddelandet har redan fått sin plats."


@dataclass(frozen=True)
class Became:
    """An ärende that took the message, and the tasks that appeared; `url` is empty when it is not theirs to see."""

    name: str
    url: str
    at: Any
    tasks: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def listing(request: StaffRequest, key: str) -> HttpResponse:
    """Of one system, the latest first; a search is a POST."""
    found = system_or_404(key)
    wanted = Wanted.of(request, dict(InboxState.choices))
    context = {
        "found": found,
        "wanted": wanted,
        "listed": _listed(request, key, wanted),
        "states": InboxState.choices,
        "names": [(name, name.replace("_", " ")) for name in sorted(_names(key))],
    }
    access.record(
        staff=request.user, individual=None, action="list", object_type=KIND, object_id=key, now=timezone.now()
    )
    return render(request, "integrations/incoming.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def one(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One message: what became of it, and with a reason what it says."""
    rows = InboxMessage.objects.select_related("individual").defer("raw", "payload")
    found = rows.filter(public_id=public_id).first()
    if found is None or not may_see(request.user, found.individual):
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
        if refused and refused.target != "varfor" and request.POST.get("gor") == "ratta":
            shown = _shown(request, found)
    context = _context(request, found, shown) | {
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "typed": request.POST,
    }
    return render(request, "integrations/message.html", context, status=422 if refused else 200)


def _names(key: str) -> set[str]:
    """Of what came lately, to choose from."""
    rows = InboxMessage.objects.filter(source=key).order_by("-received_at").values_list("name", flat=True)[:500]
    return {name for name in rows if name}


def _listed(request: StaffRequest, key: str, wanted: Wanted) -> paging.Page[InboxMessage]:
    rows = wanted.within(InboxMessage.objects.filter(source=key).defer("raw", "payload", "keys"), "received_at")
    if wanted.name:
        rows = rows.filter(name=wanted.name)
    if not request.user.may_see_protected:
        rows = rows.filter(Q(individual=None) | Q(individual__protection="ingen"))
    if wanted.text:
        rows = _found(request, rows, wanted)
    return paging.page(rows, "received_at", older_than=wanted.older_than, size=PAGE)


def _found(request: StaffRequest, rows: QuerySet[InboxMessage], wanted: Wanted) -> QuerySet[InboxMessage]:
    """By the sender's id, our own, an ärende or a person."""
    if (ref := uuid_of(wanted.text)) is not None:
        # Asked for by itself: within the other conditions no database finds its way by index.
        of_instance = list(MessageDelivery.objects.filter(instance__public_id=ref).values_list("message", flat=True))
        return rows.filter(Q(public_id=ref) | Q(message_id=wanted.text) | Q(pk__in=of_instance))
    individual = wanted.individual(request)
    return rows.filter(individual=individual) if individual else rows.filter(message_id=wanted.text)


def _act(request: StaffRequest, found: InboxMessage) -> HttpResponse | Content:
    actions: dict[str, Callable[[StaffRequest, InboxMessage], HttpResponse | Content]] = {
        "visa": _show,
        "igen": _retry,
        "ratta": _correct,
        "avskriv": _dismiss,
    }
    act = actions.get(request.POST.get("gor", ""))
    if act is None:
        raise Refused("Välj vad du vill göra.")
    try:
        return act(request, found)
    except incidents.AlreadyResolved:
        messages.warning(request, GONE)
        return _back(found)


def _show(request: StaffRequest, found: InboxMessage) -> Content:
    if not request.POST.get("varfor", "").strip():
        raise Refused("Skriv varför du behöver se innehållet.", "varfor")
    _require_open(request, found)
    return _shown(request, found)


def _require_open(request: StaffRequest, found: InboxMessage) -> None:
    """Before anybody has said whom it is about, its own words tell. Raises Refused."""
    text = inbox.raw_of(found).decode("utf-8", "replace")
    if any(people.are_hidden_in([text], viewer=request.user, today=timezone.localdate())):
        raise Refused("Innehållet rör någon vars uppgifter är skyddade eller spärrade för dig.", "varfor")


def _shown(request: StaffRequest, found: InboxMessage) -> Content:
    access.record(
        staff=request.user,
        individual=found.individual,
        action="read-raw",
        object_type=KIND,
        object_id=str(found.public_id),
        now=timezone.now(),
        reason=request.POST.get("varfor", "").strip(),
    )
    return content.of(inbox.raw_of(found))


def _retry(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    stop = found.incidents.filter(state=IncidentState.OPEN).exclude(code="conflict").order_by("-pk").first()
    if stop is None:
        raise incidents.AlreadyResolved
    incidents.retry(incident=stop, by=request.user, now=timezone.now())
    messages.success(request, "Vi försökte igen. Gick det inte finns ett nytt stopp.")
    return _back(found)


def _correct(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    _require_open(request, found)
    text, reason = _lines(request.POST.get("innehall", "")), request.POST.get("skal", "")
    if text == _lines(content.of(inbox.raw_of(found)).editable):
        raise Refused(repeating.Unchanged.__doc__ or "", "innehall")
    try:
        repeating.correct(message=found, raw=text.encode(), reason=reason, by=request.user, now=timezone.now())
    except Unreadable as problem:
        raise Refused(f"Det rättade meddelandet går inte att använda. {problem.message}", "innehall") from None
    except repeating.NoReason as problem:
        raise Refused(problem.__doc__ or "", "skal-ratta") from None
    except (repeating.Unchanged, repeating.TooLarge) as problem:
        raise Refused(problem.__doc__ or "", "innehall") from None
    messages.success(request, "Meddelandet är rättat och kört. Originalet finns kvar.")
    return _back(found)


def _lines(text: str) -> str:
    """A browser sends every line break as two signs."""
    return re.sub(r"\r\n?", "\n", text)


def _dismiss(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    reason = request.POST.get("skal", "").strip()
    if not reason:
        raise Refused("Skriv ett skäl.", "skal-avskriv")
    inbox.dismiss(message=found, reason=reason, by=request.user, now=timezone.now())
    messages.success(request, "Meddelandet är avskrivet.")
    return _back(found)


def _back(found: InboxMessage) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:message", args=[found.public_id]))


def _context(request: StaffRequest, found: InboxMessage, shown: Content | None) -> dict[str, Any]:
    stops = found.incidents.order_by("-pk").select_related("resolved_by")
    is_stopped = found.state == InboxState.STOPPED
    return {
        "message": found,
        "shown": shown,
        "stops": [(stop, _stop_url(request, stop)) for stop in stops[:20]],
        "became": _became(request, found),
        "corrections": found.corrections.select_related("by").defer("raw"),
        "is_stopped": is_stopped,
        "can_dismiss": found.state in inbox.UNFINISHED,
        "can_retry": is_stopped and any(stop.state == IncidentState.OPEN for stop in stops if stop.code != "conflict"),
    }


def _stop_url(request: StaffRequest, stop: Any) -> str:
    """Where it is matched by hand, by those whose stopp it is."""
    if stop.state != IncidentState.OPEN or selectors.incident_for(request.user, stop.public_id) is None:
        return ""
    return reverse("workflows:incident", args=[stop.public_id])


def _became(request: StaffRequest, found: InboxMessage) -> list[Became]:
    rows = found.deliveries.select_related("instance__definition").defer("instance__engine_state").order_by("pk")
    return [_one_became(request, row) for row in rows[:20]]


def _one_became(request: StaffRequest, row: MessageDelivery) -> Became:
    instance = row.instance
    may_read = selectors.instance_for(request.user, instance.public_id) is not None
    # A task is dated as the step that made it, and the step as the message that it took.
    tasks = UserTask.objects.filter(instance=instance, created_at=row.at).order_by("pk").values_list("name", flat=True)
    url = reverse("workflows:instance", args=[instance.public_id]) if may_read else ""
    return Became(instance.definition.title, url, row.at, list(tasks[:20]))
