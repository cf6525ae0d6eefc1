"""Start a förlopp by hand: choose what and for whom, then answer its start form."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import identity
from people import selectors as people
from people.models import Individual
from people.services import access, individuals
from tasks import forms, opening, persons, selectors
from web import responses
from web.addresses import url
from workflows import engine, published
from workflows.services import instances, settle
from workflows.views.edge import StaffRequest, staff_page, uuid_of

HANDED_OVER = "{title} är startat, om det inte redan pågick. En kollega med särskild behörighet tar vid."
NOT_YET = "Förloppet går inte att starta för den personen än: det prövas först i andra områden."
REGISTER = "_meddelande"
"""Chosen in place of a förlopp: something that a system would have told, which may start one."""
UNSEEN = "start_unmet"
"""Session key: whom this viewer named without having the right to see that we know them."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An entry of the error summary and the control it leads to."""

    target: str
    message: str


@dataclass
class Choice:
    """What has been chosen so far on the first page, and what is wrong with it."""

    key: str = ""
    individual: Individual | None = None
    typed: str = ""
    needs_name: bool = False
    given_name: str = ""
    family_name: str = ""
    problem: Problem | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def start(request: StaffRequest) -> HttpResponse:
    """First page: which förlopp, and for whom."""
    startable = selectors.startable(request.user)
    if request.method == "POST":
        choice = _posted(request)
    else:
        choice = Choice(individual=known(request, request.GET.get("person")))
    problems = [choice.problem] if choice.problem else []
    if request.method == "POST":
        if choice.key not in {REGISTER, *(version.key for version in startable)}:
            problems.insert(0, Problem(target="forlopp-0", message="Välj ett förlopp."))
        if not problems and choice.individual is not None and choice.key == REGISTER:
            return HttpResponseRedirect(reverse("tasks:register", args=[choice.individual.ref]))
        if not problems and choice.individual is not None:
            if selectors.startable_for(request.user, choice.key, choice.individual) is not None:
                return HttpResponseRedirect(reverse("tasks:start_form", args=[choice.key, choice.individual.ref]))
            problems = [Problem(target="forlopp-0", message=NOT_YET)]
    context = _first_page(request, choice, startable, problems)
    return render(request, "tasks/start.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def start_form(request: StaffRequest, key: str, ref: uuid.UUID) -> HttpResponse:
    """Second page: the start form."""
    now = timezone.now()
    individual = get_object_or_404(Individual, ref=ref)
    version = selectors.startable_for(request.user, key, individual)
    if version is None or not _may_start_for(request, individual):
        raise Http404
    bound = bind(request, version)
    is_tried = request.method == "POST" and (bound is None or bound.is_valid())
    if is_tried:
        answer = _try_start(request, version, individual, bound, now=now)
        if answer is not None:
            return answer
    access.record(
        staff=request.user, individual=individual, action="read", object_type="start_form", object_id=key, now=now
    )
    context = {
        "definition": version,
        "ref": ref,
        "bound": bound,
        "person": header(request, individual),
    }
    is_refused = is_tried or (bound is not None and bool(bound.errors))
    return render(request, "tasks/start_form.html", context, status=422 if is_refused else 200)


def _try_start(
    request: StaffRequest,
    version: published.Published,
    individual: Individual,
    bound: forms.BoundForm | None,
    *,
    now: datetime.datetime,
) -> HttpResponse | None:
    """Where to go; None when the form must be shown again."""
    answers = bound.answers if bound else None
    try:
        started = instances.start(
            definition_key=version.key, individual=individual, by=request.user, now=now, answers=answers
        )
    except instances.InvalidStart as invalid:
        if bound is not None:
            bound.add_errors(invalid.errors)
        return None
    except instances.AlreadyRunning:
        if _is_hidden(request, individual):
            return _hand_over(request, version)
        messages.warning(request, "Det pågår redan ett sådant ärende för personen.")
        is_met = opening.may_meet(request.user, individual)
        return HttpResponseRedirect(url("tasks:person", individual.ref) if is_met else url("tasks:inbox"))
    except settle.Conflict:
        return responses.conflict(request)
    except engine.EngineError as error:
        messages.error(request, f"Förloppet kunde inte starta: {error.message}")
        return None
    if _is_hidden(request, individual):
        return _hand_over(request, version)
    messages.success(request, f"{version.title} är startat.")
    return HttpResponseRedirect(reverse("workflows:instance", args=[started.public_id]))


def _hand_over(request: StaffRequest, version: published.Published) -> HttpResponse:
    request.session.pop(UNSEEN, None)
    messages.success(request, HANDED_OVER.format(title=version.title))
    return HttpResponseRedirect(url("tasks:inbox"))


def _is_hidden(request: StaffRequest, individual: Individual) -> bool:
    return people.presented(individual, viewer=request.user).is_hidden


def _may_start_for(request: StaffRequest, individual: Individual) -> bool:
    """Everyone one may meet, and the one whose number and name one has just written."""
    named = request.session.get(UNSEEN, {}).get("ref") == str(individual.ref)
    return named or not opening.is_unmet(request.user, individual)


def header(request: StaffRequest, individual: Individual) -> persons.PersonHeader:
    """Shows only what the viewer wrote of somebody they may not meet, exactly as of somebody we have never met."""
    today = timezone.localdate()
    typed = request.session.get(UNSEEN, {})
    if typed.get("ref") != str(individual.ref) or not opening.is_unmet(request.user, individual):
        return replace(persons.header(individual, viewer=request.user, on=today), url="")
    found = identity.parse(typed["identity"], today=today)
    name = {"given_name": typed["given_name"], "family_name": typed["family_name"]}
    stranger = Individual(identity_type=found.type, identity_number=found.number, born_on=found.born_on, **name)
    return replace(persons.header(stranger, viewer=request.user, on=today), url="")


def bind(request: StaffRequest, version: published.Published) -> forms.BoundForm | None:
    """The start form, with what was posted; None when the förlopp has none."""
    event = instances.manual_start(version)
    if event is None or not version.has_form(event):
        return None
    return forms.bind(
        version.form(event),
        variables={
            "parametrar": version.config.get("parameters", {}),
            "inloggad": {"hsa_id": request.user.hsa_id or None},
        },
        post=request.POST if request.method == "POST" else None,
        now=timezone.now(),
    )


def _posted(request: StaffRequest) -> Choice:
    choice = Choice(
        key=request.POST.get("forlopp", ""),
        individual=known(request, request.POST.get("person")),
        typed=request.POST.get("personnummer", "").strip(),
        given_name=request.POST.get("fornamn", "").strip()[:120],
        family_name=request.POST.get("efternamn", "").strip()[:120],
    )
    if choice.individual is None:
        _identify(request, choice)
    return choice


def _identify(request: StaffRequest, choice: Choice) -> None:
    """By number; a name too for someone new, and for someone whom only others may know that we have met."""
    if not choice.typed:
        choice.problem = Problem(target="personnummer", message="Skriv ett personnummer.")
        return
    try:
        found = identity.parse(choice.typed, today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        choice.problem = Problem(target="personnummer", message=invalid.message_sv)
        return
    individual = Individual.objects.filter(identity_type=found.type, identity_number=found.number).first()
    is_met = not opening.is_unmet(request.user, individual)
    access.record(
        staff=request.user,
        individual=individual,
        action="search",
        object_type="individual",
        object_id="",
        now=timezone.now(),
        is_allowed=is_met or individual is None,
    )
    choice.individual = individual if is_met else _unmet(request, choice, found, individual)


def _unmet(
    request: StaffRequest, choice: Choice, found: identity.Identity, known: Individual | None
) -> Individual | None:
    choice.needs_name = True
    if not choice.given_name or not choice.family_name:
        target = "efternamn" if choice.given_name else "fornamn"
        choice.problem = Problem(target=target, message="Skriv personens för- och efternamn.")
        return None
    if known is not None:
        typed = {"given_name": choice.given_name, "family_name": choice.family_name, "identity": found.number}
        request.session[UNSEEN] = {"ref": str(known.ref), **typed}
        return known
    individual, _ = individuals.find_or_create(
        identity_type=found.type,
        identity_number=found.number,
        given_name=choice.given_name,
        family_name=choice.family_name,
        born_on=found.born_on,
        now=timezone.now(),
    )
    return individual


def known(request: StaffRequest, ref: str | None) -> Individual | None:
    """A person chosen on an earlier page; None when missing or hidden from this viewer."""
    wanted = uuid_of(ref)
    individual = Individual.objects.filter(ref=wanted).first() if wanted else None
    return individual if individual is not None and _may_start_for(request, individual) else None


def _first_page(
    request: StaffRequest, choice: Choice, startable: list[published.Published], problems: list[Problem]
) -> dict[str, Any]:
    shown = choice.individual
    number_problem = next((problem.message for problem in problems if problem.target == "personnummer"), "")
    return {
        "startable": startable,
        "register": REGISTER,
        "chosen_key": choice.key or (startable[0].key if len(startable) == 1 else ""),
        "person": header(request, shown) if shown else None,
        "ref": shown.ref if shown else "",
        "typed_identity": choice.typed,
        "identity_error": number_problem,
        "needs_name": choice.needs_name,
        "name_missing": any(problem.target in {"fornamn", "efternamn"} for problem in problems),
        "given_name": choice.given_name,
        "family_name": choice.family_name,
        "errors": problems,
    }
