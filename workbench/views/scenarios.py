"""A scenario in words: what it is called, shows and answers can be changed; the rest is played again and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Profession
from tasks import forms
from tasks.forms.shown import ShownSection
from web import swedish
from workbench import drafting, scenario_text, toml_text, trying
from workbench.models import Draft, DraftFile
from workbench.services import trials
from workbench.views.edge import draft_page
from workbench.views.saving import can_change, can_undo, file_of, posted_revision, remembered, saved, undone
from workbench.views.trying import bound_to
from workflows import published, scenarios
from workflows.engine import clock
from workflows.engine.clock import ZONE
from workflows.memory_world import MemoryWorld
from workflows.outline import times
from workflows.scenarios import Scenario
from workflows.views.edge import StaffRequest

OUTCOME = "end_"
"""What stands before the outcome in the id of an end event."""
STEP, BUTTON = "steg", "gor"
WAYS = {"complete": "gjord", "could_not": "kunde_inte", "not_needed": "ej_aktuell", "start": "gjord"}
DONE = {
    "start": "Startar",
    "complete": "Gör",
    "could_not": "Kunde inte utföra",
    "not_needed": "Ej aktuellt",
    "service": "Systemet svarar",
    "send": "Meddelandet kommer",
    "signal": "Signalen hörs",
    "wait": "Det går",
    "until": "Klockan blir",
    "tasks": "Då har de här något att göra",
    "check": "Då stämmer det att",
    "signalled": "Då har det sänts",
    "end": "Slutar med",
}


@dataclass(frozen=True)
class Told:
    """One step; `answers` as people read them, `known` what else it says."""

    number: int
    what: str
    about: str
    answers: list[ShownSection] = field(default_factory=list)
    known: Mapping[str, Any] = field(default_factory=dict)
    is_answered: bool = False
    is_check: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def page(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """All of it, or with `steg` the form of one step with what is answered there."""
    file = file_of(draft, name, drafting.SCENARIO)
    try:
        scenario = _parsed(draft, file)
    except scenarios.Failed as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    if request.method == "POST" and not can_change(draft, name):
        raise Http404
    if STEP in request.GET:
        return _step(request, draft, file, scenario)
    if request.method == "POST":
        return _posted(request, draft, file)
    return _page(request, draft, file, scenario)


def _posted(request: StaffRequest, draft: Draft, file: DraftFile) -> HttpResponseBase:
    button = request.POST.get(BUTTON)
    if button == "angra":
        undone(request, draft, file, unsaved=False)
    elif button == "spela-in":
        try:
            trials.again(draft=draft, name=file.name, by=request.user, now=timezone.now())
        except trials.Impossible as problem:
            messages.error(request, str(problem))
        else:
            return redirect("workbench:trial", draft.ref)
    else:
        title = request.POST.get("titel", "").strip()
        text = scenario_text.titled(file.text, title) if title else file.text
        text = scenario_text.ending(text, request.POST.get("slut", ""))
        _saved(request, draft, file, scenario_text.described(text, request.POST.get("visar", "")))
        if not title:
            messages.error(request, "Ett scenario behöver ett namn. Det gamla står kvar.")
    return redirect("workbench:scenario", draft.ref, file.name)


def _step(request: StaffRequest, draft: Draft, file: DraftFile, scenario: Scenario) -> HttpResponseBase:
    """The real form, where the ärende has come when the step is to be taken."""
    number = int(told) if (told := request.GET[STEP]).isdecimal() and len(told) < 5 else 0
    whole = trying.version(draft)
    if whole is None or not 0 < number <= len(scenario.steps):
        raise Http404
    step = scenario.steps[number - 1]
    way = next((action for action in scenario_text.ANSWERED if action in step), "")
    element = str(step.get(way, "")).rpartition(":")[2]
    world = MemoryWorld(whole, scenario)
    before = scenarios.play(Scenario(**{**vars(scenario), "steps": scenario.steps[: number - 1]}), world)
    found = trying.task(world, element)
    if not way or before.problem or element not in whole.definition.elements or (found is None and way != "start"):
        messages.error(request, "Scenariot går inte hit som utkastet är nu. Spela in det på nytt.")
        return redirect("workbench:scenario", draft.ref, file.name)
    how = trying.Played(world, before.now or scenario.now)
    answers = scenario_text.plain(step.get("answers", {}))
    bound = bound_to(request, whole, how, element, found, WAYS[way], answers=answers)
    if bound is None:
        raise Http404
    if request.method == "POST" and bound.is_valid():
        _saved(request, draft, file, scenario_text.answered(file.text, number, bound.answers))
        return redirect("workbench:scenario", draft.ref, file.name)
    context = {
        "draft": draft,
        "file": file,
        "title": scenario.title,
        "bound": bound,
        "element": whole.definition.elements[element],
        "number": number,
    }
    return render(request, "workbench/scenario_step.html", context, status=422 if bound.errors else 200)


def _saved(request: StaffRequest, draft: Draft, file: DraftFile, text: str) -> None:
    done = saved(request, draft, file.name, text, posted_revision(request))
    if done.theirs is not None:
        messages.error(request, f"{done.theirs.changed_by} sparade medan du skrev. Ditt ligger vid sidan av.")
    elif done.refused:
        messages.error(request, done.refused)
    else:
        remembered(request, draft, file, done)
        messages.success(request, "Scenariot är sparat.")


# -- the page ----------------------------------------------------------------------------------------------------------


def _page(request: StaffRequest, draft: Draft, file: DraftFile, scenario: Scenario) -> HttpResponse:
    whole, folder = trying.ready(draft)
    result = trying.result(file.name, whole, folder.papers) if whole is not None else None
    context = {
        "draft": draft,
        "file": file,
        "scenario": scenario,
        "shows": scenario_text.description(file.text),
        "begins": _at(scenario.now),
        "ends": scenario_text.ends(scenario.steps),
        "outcomes": _outcomes(whole),
        "steps": list(_told(scenario, whole)),
        "result": result,
        "is_fixed": not can_change(draft, file.name),
        "can_undo": can_undo(request, draft, file),
    }
    return render(request, "workbench/scenario.html", context)


def _told(scenario: Scenario, whole: published.Published | None) -> Iterator[Told]:
    elements = whole.definition.elements if whole is not None else {}
    professions = dict(Profession.objects.values_list("key", "name"))

    def called(one: object) -> str:
        role, _, key = str(one).rpartition(":")
        name = (elements[key].name or key) if key in elements else key
        return f"{name} ({professions.get(role, role)})" if role else name

    for number, step in enumerate(scenario.steps, start=1):
        action = next((name for name in scenarios.ACTIONS if name in step), "")
        about = step.get(action, "")
        if action == "wait":
            about = times.span(str(about)) or about
        elif action == "until":
            about = _at(about)
        elif isinstance(about, list):
            about = ", ".join(map(called, about)) or "ingen"
        else:
            about = called(about)
        more = {key: value for key, value in scenario_text.plain(step).items() if key not in (action, "answers")}
        shown = _answers(whole, step, action)
        given = {} if shown else scenario_text.plain(step.get("answers", {}))
        yield Told(
            number,
            DONE.get(action, action),
            str(about),
            shown,
            more | given,
            is_answered=bool(shown),
            is_check=action in trials.CHECKS,
        )


def _answers(whole: published.Published | None, step: Mapping[str, Any], action: str) -> list[ShownSection]:
    """By the questions of the form; nothing where the form is another than the step's own."""
    key = str(step.get(action, "")).rpartition(":")[2]
    if whole is None or action not in ("start", "complete") or key not in whole.definition.elements:
        return []
    form = whole.definition.elements[key].properties.get("formKey") or key
    if not whole.has_form(form):
        return []
    return forms.readonly(whole.form(form), scenario_text.plain(step.get("answers", {})))


def _outcomes(whole: published.Published | None) -> dict[str, str]:
    if whole is None:
        return {}
    found = whole.definition.elements.values()
    return {
        one.id.removeprefix(OUTCOME): one.name or one.id
        for one in found
        if one.type == "endEvent" and one.scope == whole.definition.process
    }


def _parsed(draft: Draft, file: DraftFile) -> Scenario:
    """Raises scenarios.Failed."""
    papers = drafting.folder(draft).papers
    try:
        toml_text.read(file.text)
    except toml_text.Unreadable as problem:
        raise scenarios.Failed(str(problem)) from None
    return scenarios.parse(file.name, file.text, lambda sample: papers[f"{trying.SAMPLES}{sample}"])


def _at(moment: Any) -> str:
    try:
        at = moment if hasattr(moment, "astimezone") else clock.parse_moment(str(moment))
    except clock.BadTimer:
        return str(moment)
    here = at.astimezone(ZONE)
    return f"{swedish.date(here)} {swedish.clock(here)}"
