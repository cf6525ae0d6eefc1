"""Register by hand what a system would have told: chosen among all its messages, with who said it and why by hand."""

from __future__ import annotations

import datetime
import uuid
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Individual
from people.services import access
from tasks import forms, opening, selectors
from tasks.positions import Case
from tasks.views import start
from web.addresses import url
from workflows import connectors
from workflows.forms import definition
from workflows.forms.shapes import Form
from workflows.models import InboxMessage, InboxState, ProcessInstance
from workflows.services import by_hand
from workflows.services.by_hand import Told
from workflows.views.edge import StaffRequest, staff_page, uuid_of

# How it became known, before what was said.
TOLD: list[dict[str, Any]] = [
    {
        "key": "sagt_dt",
        "type": "dt",
        "label": "När lämnades beskedet?",
        "required": True,
        "max": "now()",
    },
    {
        "key": "sagt_av",
        "type": "str",
        "label": "Vem lämnade det?",
        "help": "Namn eller roll, och avdelning.",
        "required": True,
        "max": 200,
    },
    {
        "key": "hur",
        "type": "enum",
        "label": "Varför registreras det för hand?",
        "required": True,
        "choices": [
            {"value": "telefon", "label": "Beskedet kom på telefon"},
            {"value": "papper", "label": "Det kom på papper eller som brev"},
            {"value": "last", "label": "Jag har läst det i det andra systemet"},
            {"value": "annat", "label": "Annat"},
        ],
    },
    {"key": "anteckning", "type": "text", "label": "Anteckning", "max": 1000},
]
OUTCOMES = {
    InboxState.DONE: "Meddelandet är registrerat och har kommit till ärendet.",
    InboxState.BUFFERED: "Meddelandet är registrerat och väntar på sitt ärende.",
    InboxState.IGNORED: "Meddelandet är registrerat. Inget ärende väntade på det.",
}
UNMET = "Meddelandet är registrerat."
STOPPED = "Meddelandet är registrerat men blev ett stopp. En kollega behöver se över det."


@require_safe
@staff_page
def choose(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """Which message it is."""
    individual, _cases = _person(request, ref)
    systems = [
        {"key": system, "title": chosen.title, "kinds": [(kind, form["title"]) for kind, form in chosen.forms.items()]}
        for system, chosen in connectors.registrable().items()
    ]
    return render(request, "tasks/register.html", _frame(request, individual) | {"systems": systems})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def register(request: StaffRequest, ref: uuid.UUID, system: str, kind: str) -> HttpResponse:
    """What it said, and how we know."""
    individual, cases = _person(request, ref)
    form = _form(system, kind)
    post = request.POST if request.method == "POST" else None
    bound = forms.bind(form, variables={}, post=post, now=timezone.now())
    case = _case(request, cases)
    if bound.is_valid():
        row = _registered(request, individual, case, system, kind, dict(bound.answers))
        return _told(request, individual, row, is_met=bool(cases))
    context = _frame(request, individual) | {
        "title": form.title,
        "bound": bound,
        "cases": cases,
        "chosen": case,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    }
    return render(request, "tasks/register_form.html", context, status=422 if bound.errors else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _person(request: StaffRequest, ref: uuid.UUID) -> tuple[Individual, list[Case]]:
    """The person and their open ärenden, for who may start one; opened as the person's page is when there are any."""
    if not selectors.startable(request.user):
        raise Http404
    now = timezone.now()
    individual = start.known(request, str(ref))
    if individual is None:
        raise Http404
    if opening.may_meet(request.user, individual):
        opened = opening.person(request, ref, now=now, what="register")
        return opened.individual, [case for case in opened.cases if case.instance.is_active]
    access.record(
        staff=request.user, individual=individual, action="read", object_type="register", object_id=str(ref), now=now
    )
    return individual, []


def _told(request: StaffRequest, individual: Individual, row: InboxMessage, *, is_met: bool) -> HttpResponse:
    """What became of it; nothing that tells of ärenden that are for others."""
    if not is_met and not opening.may_meet(request.user, individual):
        messages.success(request, UNMET)
        return HttpResponseRedirect(url("tasks:inbox"))
    if row.state in OUTCOMES:
        messages.success(request, OUTCOMES[InboxState(row.state)])
    else:
        messages.warning(request, STOPPED)
    return HttpResponseRedirect(url("tasks:person", individual.ref))


def _case(request: StaffRequest, cases: list[Case]) -> Case | None:
    """The ärende it is about: as posted or asked for, else the only one."""
    told = request.POST if request.method == "POST" else request.GET
    if "arende" in told:
        return next((case for case in cases if str(case.public_id) == told["arende"]), None)
    return cases[0] if len(cases) == 1 else None


def _registered(
    request: StaffRequest, individual: Individual, case: Case | None, system: str, kind: str, answers: dict[str, Any]
) -> InboxMessage:
    told = Told(by_whom=answers.pop("sagt_av"), how=answers.pop("hur"), note=answers.pop("anteckning", None) or "")
    said_at = datetime.datetime.fromisoformat(answers.pop("sagt_dt"))
    return by_hand.register(
        system=system,
        kind=kind,
        content=answers,
        individual=individual,
        instance=ProcessInstance.objects.get(public_id=case.public_id) if case else None,
        sent_at=said_at,
        told=told,
        by=request.user,
        now=timezone.now(),
        action_id=uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
    ).message


@lru_cache(maxsize=128)
def _form(system: str, kind: str) -> Form:
    chosen = connectors.registrable().get(system)
    if chosen is None or kind not in chosen.forms:
        raise Http404
    form = chosen.forms[kind]
    return definition.load({**form, "fields": [*TOLD, *form["fields"]]}, shared=_none_shared, filename=kind)


def _none_shared(name: str) -> bytes:
    raise LookupError(name)


def _frame(request: StaffRequest, individual: Individual) -> dict[str, Any]:
    return {"person": start.header(request, individual), "ref": individual.ref}
