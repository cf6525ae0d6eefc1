"""What has come with SDK: read by the profession whose function address it came to, and registered by them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations.pages.edge import Refused, StaffRequest, may_see, uuid_of
from integrations.sdk import document, outgoing, registering, stored
from integrations.sdk.messages import REPLY, TO_REGISTER, parties
from integrations.sdk.watch import UNREGISTERED
from people import identity
from people import selectors as people
from people.identity import Identity
from people.models import Individual
from people.services import access, individuals
from workflows import sight
from workflows.attachments import shelf
from workflows.connectors import Json, Unreadable
from workflows.models import (
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    InstanceState,
    MessageSubscription,
    ProcessInstance,
)
from workflows.services import inbox, incidents
from workflows.views import attachments
from workflows.views.edge import staff_page

KIND = "sdk-message"
OURS = (TO_REGISTER, UNREGISTERED)
"""The stops that make a message somebody's to read."""
PAGE = 50
NEW = "nytt"
GONE = "En kollega hann före: meddelandet är redan registrerat."
NAME_IT = "Personen finns inte här, eller så får du inte se den. Kontrollera numret. Stämmer det, skriv namnet."


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An ärende that the message may belong to."""

    public_id: uuid.UUID
    title: str
    started_at: Any
    waits: bool


@require_safe
@staff_page
def listing(request: StaffRequest) -> HttpResponse:
    """What waits to be registered, the oldest first, and what was registered lately."""
    mine = Incident.objects.filter(
        code__in=OURS, group__in=request.user.professions, message__source=outgoing.SOURCE
    ).select_related("message", "message__individual", "resolved_by")
    waiting = list(mine.filter(state=IncidentState.OPEN).order_by("created_at")[:PAGE])
    done = list(mine.filter(state=IncidentState.RESOLVED).order_by("-resolved_at")[:PAGE])
    open_to = _open_to(request, [stop.message for stop in (*waiting, *done) if stop.message])
    shown = [stop for stop in waiting if stop.message_id in open_to]
    context = {
        "waiting": shown,
        "closed": len(waiting) - len(shown),
        "done": [stop for stop in done if stop.message_id in open_to],
    }
    _log(request, None, "list")
    return render(request, "integrations/sdk_messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def one(request: StaffRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message with its files. POST says whom it is about, or why it is not about anybody."""
    try:
        found = _find(request, message_id)
    except Closed:
        return render(request, "integrations/sdk_closed.html", status=403)
    refused, person = None, None
    if request.method == "POST":
        try:
            done = _act(request, found)
        except Refused as problem:
            refused = problem
        else:
            if isinstance(done, HttpResponse):
                return done
            person = done
    _log(request, found, "read")
    context = _context(request, found, person) | {
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "needs_name": (refused is not None and refused.text == NAME_IT) or request.POST.get("gor") == "ny",
        "typed": request.POST,
    }
    return render(request, "integrations/sdk_message.html", context, status=422 if refused else 200)


@require_safe
@staff_page
def file(request: StaffRequest, message_id: uuid.UUID, public_id: uuid.UUID) -> HttpResponseBase:
    """One of its files, as a file and never as a page."""
    found = _find(request, message_id)
    one = found.attachments.filter(public_id=public_id).first()
    if one is None or not one.is_kept:
        raise Http404
    _log(request, found, "read-file")
    return attachments.sent(request, one, shelf.path_of(public_id), type_=one.what.type, is_shown=one.what.is_picture)


class Closed(Http404):
    """It waits in one's list, and is about somebody whom one may not see: which may be so only since it came."""


def _find(request: StaffRequest, message_id: uuid.UUID) -> InboxMessage:
    """Missing and forbidden are one answer, but to those whose list of stops has it. Raises Closed to them."""
    rows = InboxMessage.objects.select_related("individual")
    found = rows.filter(source=outgoing.SOURCE, message_id=str(message_id)).first()
    if found is None:
        raise Http404
    mine = found.incidents.filter(code__in=OURS, group__in=request.user.professions)
    if not mine.exists():
        raise Http404
    if not may_see(request.user, found.individual) or found.pk not in _open_to(request, [found]):
        if mine.filter(state=IncidentState.OPEN, is_restricted=False).exists():
            raise Closed
        raise Http404
    return found


def _open_to(request: StaffRequest, letters: list[InboxMessage]) -> set[int]:
    """Those that the viewer may read: also before anybody has said whom one is about, its number tells."""
    named = [one for one in letters if one.individual is not None]
    rest = [one for one in letters if one.individual is None]
    hidden = people.are_hidden_in(list(map(stored.words, rest)), viewer=request.user, today=timezone.localdate())
    unnamed = {one.pk for one, is_hidden in zip(rest, hidden, strict=True) if not is_hidden}
    return unnamed | {one.pk for one in named if may_see(request.user, one.individual)}


def _act(request: StaffRequest, found: InboxMessage) -> HttpResponse | Individual:
    actions: dict[str, Callable[[StaffRequest, InboxMessage], HttpResponse | Individual]] = {
        "sok": _look_up,
        "ny": _register_somebody_new,
        "registrera": _register,
        "svar": _register_answer,
        "avskriv": _file,
    }
    act = actions.get(request.POST.get("gor", ""))
    if act is None:
        raise Refused("Välj vad du vill göra.")
    try:
        return act(request, found)
    except incidents.AlreadyResolved:
        messages.warning(request, GONE)
        return _back(found)
    except registering.NotTaken as problem:
        raise Refused(problem.__doc__ or "") from None
    except Unreadable as problem:
        raise Refused(problem.message) from None


def _look_up(request: StaffRequest, _found: InboxMessage) -> Individual:
    known = people.by_number(_typed(request), viewer=request.user)
    if known is None:
        raise Refused(NAME_IT, "fornamn")
    access.record(
        staff=request.user, individual=known, action="search", object_type=KIND, object_id="", now=timezone.now()
    )
    return known


def _register_somebody_new(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    parsed = _typed(request)
    given, family = (request.POST.get(name, "").strip()[:120] for name in ("fornamn", "efternamn"))
    if not (given and family):
        raise Refused(NAME_IT, "fornamn")
    # One who is here already, but not the viewer's to see, keeps the name that is known.
    known = Individual.objects.filter(identity_type=parsed.type, identity_number=parsed.number).first()
    person = known or _somebody_new(parsed, given, family)
    return _registered(request, found, person, None)


def _somebody_new(parsed: Identity, given: str, family: str) -> Individual:
    return individuals.find_or_create(
        identity_type=parsed.type,
        identity_number=parsed.number,
        given_name=given,
        family_name=family,
        born_on=parsed.born_on,
        now=timezone.now(),
    )[0]


def _register(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    ref = uuid_of(request.POST.get("individ"))
    person = Individual.objects.filter(ref=ref).first() if ref else None
    if person is None or people.is_hidden(person, viewer=request.user):
        raise Refused("Sök fram personen först.", "personnummer")
    wanted = request.POST.get("arende", NEW)
    chosen = next((one for one in _ongoing(request, person) if str(one.public_id) == wanted), None)
    if chosen is None and wanted != NEW:
        raise Refused("Välj ett ärende i listan, eller att det ska bli ett nytt.")
    return _registered(request, found, person, chosen)


def _register_answer(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    instance = _asked_by(request, stored.of(found))
    if instance is None:
        raise Refused("Ärendet går inte att välja längre. Sök fram personen i stället.", "personnummer")
    return _registered(request, found, instance.individual, instance)


def _registered(
    request: StaffRequest, found: InboxMessage, person: Individual, instance: ProcessInstance | None
) -> HttpResponse:
    taken = registering.register(
        message=found, individual=person, instance=instance, by=request.user, now=timezone.now()
    )
    _log(request, found, "register", person)
    if people.is_hidden(person, viewer=request.user):
        messages.success(request, "Meddelandet är registrerat. En kollega med särskild behörighet tar vid.")
        return HttpResponseRedirect(reverse("integrations:sdk_messages"))
    messages.success(request, f"Meddelandet är registrerat i ärendet ”{taken.definition.title}”.")
    return _back(found)


def _file(request: StaffRequest, found: InboxMessage) -> HttpResponse:
    reason = request.POST.get("skal", "").strip()
    if not reason:
        raise Refused("Skriv ett skäl.", "skal-avskriv")
    inbox.dismiss(message=found, reason=reason, by=request.user, now=timezone.now())
    _log(request, found, "dismiss")
    messages.success(request, "Meddelandet är avskrivet. Det finns kvar och kan läsas här.")
    return HttpResponseRedirect(reverse("integrations:sdk_messages"))


def _typed(request: StaffRequest) -> Identity:
    try:
        return identity.parse(request.POST.get("personnummer", ""), today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise Refused(invalid.message_sv, "personnummer") from None


def _ongoing(request: StaffRequest, person: Individual) -> list[ProcessInstance]:
    seen = sight.of(request.user, person)
    rows = ProcessInstance.objects.filter(individual=person, state=InstanceState.ACTIVE)
    rows = rows.select_related("definition", "version").defer("engine_state", "version__sources", "version__compiled")
    return [one for one in rows.order_by("-started_at")[:PAGE] if seen.may_follow(one)]


def _asked_by(request: StaffRequest, told: Json) -> ProcessInstance | None:
    """The ärende that asked what this answers, where it goes on and is the viewer's to see."""
    references = [one["id"] for one in told["mottagare"]["referenser"] if one["slag"] == outgoing.OURS]
    found = outgoing.answered(reply_to=told["svar_pa"], conversation=told["konversation_id"], references=references)
    if found is None or not found.is_active or people.is_hidden(found.individual, viewer=request.user):
        return None
    return found if sight.of(request.user, found.individual).may_follow(found) else None


def _context(request: StaffRequest, found: InboxMessage, person: Individual | None) -> dict[str, Any]:
    told = stored.of(found)
    stop = found.incidents.filter(code=TO_REGISTER).order_by("-pk").select_related("resolved_by").first()
    is_open = found.state == InboxState.STOPPED
    asked_by = _asked_by(request, told) if is_open else None
    return {
        "message": found,
        "told": told,
        "files": found.attachments.order_by("number"),
        "is_open": is_open,
        "stop": stop,
        "suggested": _suggested(told),
        "sender": parties(told)[1],
        "sent_at": datetime.fromisoformat(told["skapad_dt"]),
        "asked_by": asked_by,
        "asked_about": people.named(asked_by.individual, viewer=request.user) if asked_by else None,
        "person": people.presented(person, viewer=request.user) if person else None,
        "person_ref": person.ref if person else "",
        "choices": _choices(_ongoing(request, person)) if person else [],
        "taken": _taken(request, found),
    }


def _taken(request: StaffRequest, found: InboxMessage) -> ProcessInstance | None:
    """The ärende that has it, where the viewer may follow it."""
    rows = found.deliveries.select_related("instance__definition", "instance__version", "instance__individual")
    taken = rows.defer("instance__engine_state", "instance__version__sources", "instance__version__compiled").first()
    if taken is None or not sight.of(request.user, taken.instance.individual).may_follow(taken.instance):
        return None
    return taken.instance


def _choices(ongoing: list[ProcessInstance]) -> list[Choice]:
    rows = MessageSubscription.objects.filter(instance__in=ongoing, message_name=REPLY)
    waiting = set(rows.values_list("instance_id", flat=True))
    return [
        Choice(public_id=one.public_id, title=one.definition.title, started_at=one.started_at, waits=one.pk in waiting)
        for one in ongoing
    ]


def _suggested(told: Json) -> str:
    """The personnummer that the sender has written in the place for it; a person reads it before it counts."""
    parties = (told["avsandare"], told["mottagare"])
    named = [one for party in parties for kind in ("referenser", "personer") for one in party[kind]]
    return next((str(one["id"]) for one in named if one["slag"] == document.PERSONNUMMER), "")


def _back(found: InboxMessage) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:sdk_message", args=[found.message_id]))


def _log(request: StaffRequest, found: InboxMessage | None, action: str, person: Individual | None = None) -> None:
    access.record(
        staff=request.user,
        individual=person or (found.individual if found else None),
        action=action,
        object_type=KIND,
        object_id=str(found.public_id) if found else "",
        now=timezone.now(),
    )
