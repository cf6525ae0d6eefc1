"""Stopp: what stopped, what was tried, and the few things one can do about it."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people import identity
from people import selectors as people
from people.models import Individual, Profession
from people.services import access
from people.signin.fresh import sensitive
from web import swedish
from workflows import connectors, published, rights, selectors, stops
from workflows.models import (
    InboxState,
    Incident,
    IncidentState,
    MessageSubscription,
    OutboxState,
    ProcessInstance,
)
from workflows.services import bulk, inbox, steps
from workflows.services import incidents as service
from workflows.views.edge import StaffRequest, staff_page
from workflows.views.mending import action_id

MOST_CANDIDATES = 20
NO_SUCH_PERSON = (
    "Du kan inte para ihop med den personen. Kontrollera numret. Stämmer det, starta förloppet för hand eller be en "
    "kollega med särskild behörighet."
)


class Refused(Exception):
    """The wish could not be carried out; `target` is the control to go to."""

    def __init__(self, text: str, target: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.target = target


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """A stopp in the list."""

    incident: Incident
    heading: str
    title: str
    person: str
    step: str
    is_paused: bool
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """Stops of one kind: those of more than one can be dealt with together."""

    key: str
    title: str
    rows: list[IncidentRow]
    can_cancel: bool
    can_skip: bool


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An ärende that a message might belong to."""

    public_id: uuid.UUID
    name: str
    identity: str
    title: str
    started_at: Any


@require_safe
@staff_page
def incidents(request: StaffRequest) -> HttpResponse:
    """Those that are open and mine to see."""
    found = selectors.open_incidents(request.user)
    access.record(
        staff=request.user, individual=None, action="list", object_type="incident", object_id="", now=timezone.now()
    )
    return render(request, "workflows/incidents.html", {"groups": _groups(found, request), "most": bulk.MOST})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@sensitive("dismiss", when=lambda request: request.POST.get("gor") == "avskriv")
def incident(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """One stopp and what can be done."""
    found = selectors.incident_for(request.user, public_id)
    if found is None:
        raise Http404
    refused = None
    if request.method == "POST":
        try:
            return _act(request, found)
        except Refused as problem:
            refused = problem
    individual = stops.about(found)
    access.record(
        staff=request.user,
        individual=individual,
        action="read",
        object_type="incident",
        object_id=str(public_id),
        now=timezone.now(),
    )
    context = _context(request, found) | {
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "reason": request.POST.get("skal", ""),
        "typed_identity": request.POST.get("personnummer", ""),
    }
    return render(request, "workflows/incident.html", context, status=422 if refused else 200)


def _act(request: StaffRequest, found: Incident) -> HttpResponse:
    actions = {"igen": _retry, "para": _match, "avskriv": _dismiss}
    act = actions.get(request.POST.get("gor", ""))
    if act is None:
        raise Refused("Välj vad du vill göra.")
    try:
        done = act(request, found)
    except service.AlreadyResolved:
        messages.warning(request, "En kollega hann före: stoppet är redan åtgärdat.")
        return HttpResponseRedirect(reverse("workflows:incident", args=[found.public_id]))
    messages.success(request, done)
    return HttpResponseRedirect(reverse("workflows:incidents"))


def _retry(request: StaffRequest, found: Incident) -> str:
    try:
        service.retry(incident=found, by=request.user, now=timezone.now(), action_id=action_id(request))
    except steps.Suspended:
        raise Refused("Ärendet är pausat. Återuppta det först.") from None
    return "Vi försöker igen. Går det inte kommer stoppet tillbaka hit."


def _match(request: StaffRequest, found: Incident) -> str:
    if found.message is None:
        raise Refused("Det finns inget meddelande att para ihop.")
    chosen = _chosen_instance(request, found)
    individual = None if chosen else _typed_individual(request)
    try:
        inbox.match(message=found.message, instance=chosen, individual=individual, by=request.user, now=timezone.now())
    except connectors.Unreadable as problem:
        raise Refused(problem.message) from None
    return "Meddelandet är ihopparat."


def _dismiss(request: StaffRequest, found: Incident) -> str:
    reason = request.POST.get("skal", "").strip()
    if not reason:
        raise Refused("Skriv ett skäl.", "skal")
    waits = {InboxState.STOPPED, InboxState.BUFFERED, InboxState.RECEIVED}
    if found.message is not None and found.message.state in waits:
        inbox.dismiss(message=found.message, reason=reason, by=request.user, now=timezone.now())
        return "Meddelandet är avskrivet."
    service.resolve(incident=found, by=request.user, now=timezone.now(), note=reason)
    return "Stoppet är markerat som åtgärdat."


def _chosen_instance(request: StaffRequest, found: Incident) -> ProcessInstance | None:
    wanted = request.POST.get("arende", "")
    return next((each for each in _waiting(request, found) if str(each.public_id) == wanted), None)


def _typed_individual(request: StaffRequest) -> Individual:
    typed = request.POST.get("personnummer", "").strip()
    if not typed:
        raise Refused("Välj ett ärende eller skriv ett personnummer.", "personnummer")
    try:
        parsed = identity.parse(typed, today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise Refused(invalid.message_sv, "personnummer") from None
    individual = people.by_number(parsed, viewer=request.user)
    if individual is None:
        raise Refused(NO_SUCH_PERSON, "personnummer")
    return individual


def _waiting(request: StaffRequest, found: Incident) -> list[ProcessInstance]:
    """Ärenden that wait for such a message and whose person the viewer may see."""
    if found.message is None or not found.message.name:
        return []
    waiting = (
        MessageSubscription.objects.filter(message_name=found.message.name, instance__state="active")
        .select_related("instance__individual", "instance__version")
        .defer("instance__engine_state", "instance__version__sources", "instance__version__compiled")
        .order_by("-instance__started_at")[: MOST_CANDIDATES * 2]
    )
    unique = {row.instance_id: row.instance for row in waiting}
    seen = [each for each in unique.values() if stops.tells_whom(request.user, each)]
    return seen[:MOST_CANDIDATES]


def _context(request: StaffRequest, found: Incident) -> dict[str, Any]:
    is_open = found.state == IncidentState.OPEN
    return {
        "incident": found,
        "heading": stops.heading(found),
        "is_open": is_open,
        "can_retry": is_open and found.code != "conflict" and not found.page,
        "candidates": _candidates(request, found) if is_open and _can_match(found) else None,
        "facts": [*_told(found), *_facts(request, found)],
        "state_word": _state_word(found),
        "action_id": action_id(request),
        "mend_url": _mend_url(request, found) if is_open else "",
        "instance_url": _instance_url(request, found),
    }


def _state_word(found: Incident) -> str:
    if found.instance is None:
        return ""
    if found.instance.is_suspended:
        return "Ärendet är pausat. Inget händer i det förrän någon återupptar det."
    return "" if found.instance.is_active else "Ärendet är redan avslutat. Markera stoppet som åtgärdat."


def _mend_url(request: StaffRequest, found: Incident) -> str:
    if found.instance is None or not found.instance.is_active or not rights.may_mend(request.user, found.instance):
        return ""
    return f"{reverse('workflows:mend', args=[found.instance.public_id])}?stopp={found.public_id}"


def _can_match(found: Incident) -> bool:
    """What has a page of its own is matched there, by those who have read it."""
    return found.message is not None and found.message.state == InboxState.STOPPED and not found.page


def _candidates(request: StaffRequest, found: Incident) -> list[Candidate]:
    return [_candidate(request, each) for each in _waiting(request, found)]


def _candidate(request: StaffRequest, each: ProcessInstance) -> Candidate:
    shown = people.presented(each.individual, viewer=request.user)
    return Candidate(
        public_id=each.public_id,
        name=shown.name,
        identity=shown.identity,
        title=published.of(each.version.public_id).title,
        started_at=each.started_at,
    )


def _told(found: Incident) -> list[tuple[str, str]]:
    """Where it stopped and when it is tried next."""
    if found.instance is None:
        return []
    element = published.of(found.instance.version.public_id).definition.elements.get(found.element_id)
    where = [("Steg", element.name or element.id)] if element else []
    return [*where, ("Nästa försök", _next_try(found))] if found.state == IncidentState.OPEN else where


def _next_try(found: Incident) -> str:
    """By itself: a call that waits to go out again, or a timer that was put off."""
    instance = found.instance
    if instance is None or instance.is_suspended or not instance.is_active:
        return "inte av sig självt"
    calls = instance.outbox.filter(state=OutboxState.PENDING, attempt__gt=0).values_list("next_try_at", flat=True)
    put_off = instance.timers.filter(failures__gt=0).values_list("due_at", flat=True)
    moments = [*put_off, *calls]
    if not moments:
        return "inte av sig självt, först när någon provar igen"
    return f"{swedish.moment(min(moments), now=timezone.now())}, av sig självt"


def _facts(request: StaffRequest, found: Incident) -> list[tuple[str, str]]:
    """What was tried and what is known, one line each; nothing that identifies goes here unpresented."""
    now = timezone.now()
    groups = dict(Profession.objects.values_list("key", "name"))
    facts = [
        ("Hände", swedish.moment(found.created_at, now=now)),
        ("Antal gånger", str(found.attempts)),
        ("Visas för", groups.get(found.group, found.group)),
    ]
    if found.message is not None:
        facts += [
            ("Avsändare", found.message.source.capitalize()),
            ("Kom in", swedish.moment(found.message.received_at, now=now)),
            ("Meddelande", found.message.name.replace("_", " ") or "okänt"),
            ("Nummer hos avsändaren", found.message.message_id),
        ]
    if found.signal is not None:
        facts.append(("Signal", found.signal.name))
    if found.outbox is not None:
        facts += [
            ("Skulle göra", _operation_title(found.outbox.operation)),
            ("Försök", str(found.outbox.attempt)),
            ("Svar", found.outbox.error_text or "inget svar"),
        ]
    individual = stops.about(found)
    if individual is not None:
        facts.append(("Person", stops.whom(found, individual, request.user)))
    return facts


def _operation_title(name: str) -> str:
    try:
        return connectors.get_operation(name).title
    except connectors.UnknownOperation:
        return name


def _groups(found: list[Incident], request: StaffRequest) -> list[Group]:
    """By kind, the oldest first. Those with pages of their own are listed together and dealt with one by one."""
    kinds: dict[object, list[Incident]] = {}
    for stop in found:
        kinds.setdefault(("page", stop.code) if stop.page else bulk.kind(stop), []).append(stop)
    made = [_group(f"slag-{number}", stops, request) for number, stops in enumerate(kinds.values(), start=1)]
    seen: Counter[str] = Counter()
    for place, group in enumerate(made):
        # Two pages may wait for the same thing: each is found by a name of its own.
        seen[group.title] += 1
        if seen[group.title] > 1:
            made[place] = replace(group, title=f"{group.title} ({seen[group.title]})")
    return made


def _group(key: str, stops: list[Incident], request: StaffRequest) -> Group:
    rows = [_row(stop, request) for stop in stops]
    first = rows[0]
    title = ": ".join(part for part in (first.title, first.step or first.heading) if part)
    return Group(
        key=key,
        title=title,
        rows=rows,
        can_cancel=stops[0].instance is not None,
        can_skip=stops[0].instance is not None and bool(stops[0].element_id),
    )


def _row(stop: Incident, request: StaffRequest) -> IncidentRow:
    individual = stops.about(stop)
    return IncidentRow(
        incident=stop,
        heading=stops.heading(stop),
        title=published.of(stop.instance.version.public_id).title if stop.instance else "",
        person=stops.whom(stop, individual, request.user) if individual else "",
        step=dict(_told(stop)).get("Steg", ""),
        is_paused=bool(stop.instance and stop.instance.is_suspended),
        is_over=bool(stop.instance and not stop.instance.is_active),
    )


def _instance_url(request: StaffRequest, stop: Incident) -> str:
    if stop.instance is None or selectors.instance_for(request.user, stop.instance.public_id) is None:
        return ""
    return reverse("workflows:instance", args=[stop.instance.public_id])
