"""Try a draft as each profession, with the real forms and a clock one can move; run its scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import Profession
from tasks import forms
from web import swedish
from workbench import drafting, trying
from workbench.models import Draft, Trial
from workbench.services import drafts, trials
from workbench.views.edge import draft_page, review_page
from workflows import connectors, minimap, published, strict_json
from workflows.definitions import Folder, main_file
from workflows.diagram import Element
from workflows.engine.clock import ZONE
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.scenarios import Open
from workflows.views.edge import StaffRequest

AHEAD = {"PT1H": "1 timme", "P1D": "1 dygn", "P7D": "1 vecka", "P30D": "30 dygn"}
WAYS = {"gjord": "complete", "kunde_inte": "could_not", "ej_aktuell": "not_needed"}
WORDS = {
    "start": "Startade",
    "complete": "Gjorde",
    "could_not": "Kunde inte utföra",
    "not_needed": "Ej aktuellt",
    "service": "Svarade för",
    "send": "Skickade",
    "signal": "Sände signalen",
    "wait": "Väntade",
    "until": "Gick till",
}
MOST_AGE = 120


@dataclass(frozen=True, kw_only=True)
class Done:
    """One step that was taken, in words; `number` counts from 1."""

    number: int
    text: str


@require_safe
@draft_page
def trial(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Where the ärende that is tried stands, and what can be done."""
    (whole, folder), mine = trying.ready(draft), _mine(request, draft)
    context: dict[str, Any] = {"draft": draft, "trial": mine, "can_play": whole is not None, "ahead": AHEAD}
    if whole is not None and mine is not None:
        context |= _where(folder, mine, whole)
    return render(request, "workbench/trial.html", context)


@require_POST
@review_page
def act(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """What the button says: begin, wait, answer for a system, send a message, go back or save."""
    whole, mine, now = trying.version(draft), _mine(request, draft), timezone.now()
    what = request.POST.get("gor", "")
    try:
        if what == "borja":
            _begin(request, draft, now)
        elif whole is None or mine is None:
            messages.error(request, "Börja om: utkastet går inte att prova som det var.")
        elif what == "tillbaka":
            trials.go_back(trial=mine, to=_number(request, "till", len(mine.steps) - 1), now=now)
        elif what in ("ersatt", "spara"):
            _keep(request, mine, whole, now)
        else:
            trials.take(trial=mine, step=_step(request, what, mine, whole), whole=whole, now=now)
    except trials.Impossible as problem:
        messages.error(request, f"Det går inte: {problem}")
    except drafts.Unstorable as problem:
        messages.error(request, str(problem))
    except (trials.NoTitle, drafts.Closed, drafts.Overtaken) as problem:
        messages.error(request, type(problem).__doc__ or "")
    return redirect("workbench:trial", draft.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def answer(request: StaffRequest, draft: Draft, element: str) -> HttpResponseBase:
    """The form of a task or of a start, as staff will see it; what is answered is a step of the trial."""
    whole, mine = trying.version(draft), _mine(request, draft)
    if whole is None or mine is None or element not in whole.definition.elements:
        raise Http404
    how = trying.played(mine, whole, drafting.folder(draft).papers)
    found = trying.task(how.world, element)
    way = request.GET.get("som", "gjord")
    if way not in WAYS or (found is None and how.world.waiting() is not None):
        raise Http404
    bound = bound_to(request, whole, how, element, found, way)
    if request.method == "POST" and (bound is None or bound.is_valid()):
        action = "start" if found is None else WAYS[way]
        step = {action: element, "answers": bound.answers if bound is not None else {}}
        return _taken(request, draft, mine, whole, step)
    one = whole.definition.elements[element]
    context = {
        "draft": draft,
        "bound": bound,
        "element": one,
        "profession": _professions().get(found.role if found else one.lane, ""),
        "clock": _at(how.now),
    }
    return render(
        request, "workbench/trial_form.html", context, status=422 if bound is not None and bound.errors else 200
    )


@require_safe
@draft_page
def coverage(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Every scenario, how it went, and what none of them reaches."""
    whole, folder = trying.ready(draft)
    results, steps = trying.tried(whole, folder) if whole is not None else ([], None)
    elements = whole.definition.elements if whole is not None else {}

    def named(keys: Iterable[str]) -> list[Element]:
        return sorted((elements[key] for key in keys), key=lambda one: one.name or one.id)

    file = main_file(folder.config, folder.sources)
    context = {
        "draft": draft,
        "can_play": whole is not None,
        "results": results,
        "steps": steps,
        "passed": sum(result.is_passed for result in results),
        "missed": named(steps.own - steps.reached) if steps else [],
        "missed_shared": named(steps.shared - steps.reached) if steps else [],
        "names": {key: element.name for key, element in elements.items()},
        "picture": minimap.picture(folder.sources.get(file, ""), str(folder.config.get("process", ""))),
    }
    return render(request, "workbench/coverage.html", context)


def _taken(
    request: StaffRequest, draft: Draft, mine: Trial, whole: published.Published, step: dict[str, Any]
) -> HttpResponse:
    try:
        trials.take(trial=mine, step=step, whole=whole, now=timezone.now())
    except trials.Impossible as problem:
        messages.error(request, f"Det går inte: {problem}")
    return redirect("workbench:trial", draft.ref)


def _mine(request: StaffRequest, draft: Draft) -> Trial | None:
    return Trial.objects.filter(draft=draft, by=request.user).select_related("draft").first()


def _keep(request: StaffRequest, mine: Trial, whole: published.Published, now: datetime) -> None:
    """As a scenario of its own, or in the one that it began from."""
    if request.POST.get("gor") == "ersatt":
        made = trials.replace(trial=mine, whole=whole, by=request.user, now=now)
    else:
        made = trials.record(trial=mine, title=request.POST.get("titel", ""), whole=whole, by=request.user, now=now)
    messages.success(request, f"Sparat som {made.name}. Det spelas varje gång du kör scenarierna.")


def _begin(request: StaffRequest, draft: Draft, now: datetime) -> None:
    age = _number(request, "alder", 82)
    begins_at, typed = now.astimezone(ZONE).replace(second=0, microsecond=0), request.POST.get("borjar", "").strip()
    try:
        begins_at = moments.moment(typed, today=begins_at.date()) if typed else begins_at
    except AnswerError as error:
        messages.error(request, f"Tiden {error}")
        return
    trials.begin(
        draft=draft,
        person={"alder": min(age, MOST_AGE), "skyddad": request.POST.get("skyddad") == "ja"},
        answers_for_systems=request.POST.get("svarar_sjalv") == "ja",
        begins_at=begins_at,
        by=request.user,
        now=now,
    )


def _step(request: StaffRequest, what: str, mine: Trial, whole: published.Published) -> dict[str, Any]:
    """What a scenario would say of the button. Raises Impossible."""
    post = request.POST
    if what == "vanta" and post.get("tid") in AHEAD:
        return {"wait": post["tid"]}
    if what == "nasta":
        how = trying.played(mine, whole, drafting.folder(mine.draft).papers)
        due = how.world.next_due()
        if due is None:
            raise trials.Impossible("Ingen tid bevakas just nu.")
        return {"until": max(due, how.now).astimezone(ZONE).isoformat()}
    if what == "svara":
        return _system(post.get("system", ""), post.get("svar", ""))
    if what == "skicka":
        return _message(post.get("meddelande", ""), post.get("exempel", ""), post.get("innehall", ""))
    raise trials.Impossible("Knappen finns inte längre. Läs om sidan.")


def _system(operation: str, how: str) -> dict[str, Any]:
    known = connectors.operations().get(operation)
    if known is None:
        raise trials.Impossible("Systemet finns inte.")
    if how == "ja":
        return {"service": operation, "result": dict(known.example)}
    if how == "nere":
        return {"service": operation, "error": "permanent"}
    return {"service": operation, "error": f"business:{how}"}


def _message(name: str, sample: str, content: str) -> dict[str, Any]:
    if sample:
        return {"send": name, "sample": sample}
    try:
        payload = strict_json.parse(content) if content.strip() else {}
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise trials.Impossible('Innehållet ska vara JSON: { "namn": "värde" }.')
    return {"send": name, "payload": payload}


def bound_to(
    request: StaffRequest,
    whole: published.Published,
    how: trying.Played,
    element: str,
    found: Open | None,
    way: str,
    *,
    answers: Mapping[str, Any] | None = None,
) -> forms.BoundForm | None:
    """The form; None for a step without one, which is answered by the button alone."""
    key = how.world.form_of(found) if found is not None else element
    if way == "kunde_inte":
        form = whole.could_not_form(key, is_urgent=False)
    elif way == "ej_aktuell":
        not_needed = whole.not_needed_form(key, element)
        if not_needed is None:
            raise Http404
        form = not_needed
    elif not whole.has_form(key):
        return None
    else:
        form = whole.form(key)
    seen = how.world.seen_by(found) if found is not None else {"parametrar": dict(whole.config.get("parameters", {}))}
    post = request.POST if request.method == "POST" else None
    return forms.bind(form, variables=seen, post=post, answers=answers, now=how.now)


def _where(folder: Folder, mine: Trial, whole: published.Published) -> dict[str, Any]:
    """What the page shows of a trial."""
    how = trying.played(mine, whole, folder.papers)
    world, elements = how.world, whole.definition.elements
    waiting = world.waiting()
    samples = trying.messages_of(folder.papers, how.now)
    professions = _professions()
    file = main_file(folder.config, folder.sources)
    tasks = sorted(world.open_tasks(), key=lambda task: task.role)
    timers = sorted(waiting.timers, key=lambda timer: timer.due_at) if waiting else []
    return {
        "how": how,
        "is_begun": waiting is not None,
        "outcome": world.outcome(),
        "tasks": [(task, elements[task.element_id], professions.get(task.role, task.role)) for task in tasks],
        "not_needed": {task.element_id for task in tasks if _may_be_not_needed(whole, world.form_of(task), task)},
        "operations": [connectors.operations()[name] for name in dict.fromkeys(world.waiting_operations())],
        "messages_in": [(name, title, samples.get(name, [])) for name, title in _heard(whole, how)],
        "clock": _at(how.now),
        "timers": [(_at(timer.due_at), elements[timer.element_id].name or timer.element_id) for timer in timers],
        "starts": [one for one in elements.values() if _begins(one, whole)] if waiting is None else [],
        "done": list(_done(mine, elements)),
        "picture": minimap.picture(folder.sources.get(file, ""), str(folder.config.get("process", ""))),
        "names": {key: element.name for key, element in elements.items()},
        "visited": world.visited(),
        "active": {task.element_id for task in tasks} | {timer.element_id for timer in timers},
        "variables": sorted(world.variables().items()),
        "decisions": world.decisions[-5:],
    }


def _may_be_not_needed(whole: published.Published, key: str, task: Open) -> bool:
    return not task.is_by_hand and whole.not_needed_form(key, task.element_id) is not None


def _begins(one: Any, whole: published.Published) -> bool:
    """Starts that a person makes; those of messages are among the messages."""
    return one.type == "startEvent" and one.scope == whole.definition.process and not one.event


def _heard(whole: published.Published, how: trying.Played) -> Iterator[tuple[str, str]]:
    """The messages that somebody waits for now, by the name that they arrive with, and where they lead."""
    elements, waiting = whole.definition.elements, how.world.waiting()
    if waiting is None:
        for one in elements.values():
            if one.type == "startEvent" and one.scope == whole.definition.process and one.message:
                yield one.message, one.name or one.id
        return
    told: dict[str, str] = {}
    for message in waiting.messages:
        rule = whole.messages.get(message.name)
        name = rule.arrives_as if rule is not None else message.name
        told.setdefault(name, elements[message.element_id].name or message.element_id)
    yield from told.items()


def _done(mine: Trial, elements: Any) -> Iterator[Done]:
    for number, step in enumerate(mine.steps, start=1):
        action = next((key for key in WORDS if key in step), "")
        about = str(step.get(action, ""))
        name = elements[about].name if about in elements else AHEAD.get(about, about)
        told = "nästa bevakade tid" if action == "until" else name or about
        yield Done(number=number, text=f"{WORDS.get(action, '')} {told}".strip())


def _at(moment: datetime) -> str:
    """With the whole date: today and tomorrow are another world's."""
    here = moment.astimezone(ZONE)
    return f"{swedish.date(here)} {swedish.clock(here)}"


def _professions() -> dict[str, str]:
    return dict(Profession.objects.values_list("key", "name"))


def _number(request: StaffRequest, name: str, otherwise: int) -> int:
    told = request.POST.get(name, "")
    return int(told[:6]) if told.isdecimal() else otherwise
