"""Step in when an ärende has stopped: skip, move, pause, cancel, and change what it knows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Profession
from workflows import engine, published, rights, selectors, written
from workflows.models import Incident, ProcessInstance
from workflows.services import incidents, mending, settle, steps
from workflows.views.edge import StaffRequest, record, staff_page, uuid_of

MOST_PLACES = 30
TYPES = {
    "endEvent": "slut",
    "exclusiveGateway": "vägval",
    "parallelGateway": "delning",
    "inclusiveGateway": "vägval",
    "eventBasedGateway": "väntar på det som kommer först",
    "intermediateCatchEvent": "väntar",
    "userTask": "uppgift",
    "serviceTask": "anrop till annat system",
    "scriptTask": "uträkning",
    "businessRuleTask": "beslut",
    "subProcess": "delprocess",
    "callActivity": "delprocess",
}
MOVED_ON = "Ärendet har hunnit gå vidare. Titta på läget nu och gör om det som fortfarande behövs."


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """Where the ärende stands and what can be done there."""

    id: uuid.UUID
    name: str
    kind: str
    profession: str
    can_skip: bool
    targets: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One thing that the ärende knows, as it is written in the form."""

    name: str
    text: str
    error: str


class Refused(Exception):
    """The wish could not be carried out; the text says why."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def mend(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Skip, move, pause and cancel. It names steps only: nothing of what the ärende is about."""
    found = _find(request, public_id)
    stop = _stop(request, found)
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, found, stop))
            return HttpResponseRedirect(_back(request, found))
        except Refused as refused:
            error = str(refused)
    record(request, found, "mend")
    places, problem = _places(found)
    context = _frame(request, found) | {
        "stop": stop,
        "places": places,
        "problem": problem,
        "error": error,
        "may_change": rights.may_see(request.user, found),
        "reason": request.POST.get("skal", ""),
        "chosen": request.POST.get("plats", ""),
        "tried": request.POST.get("gor", ""),
    }
    return render(request, "workflows/mend.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the ärende knows, each as JSON text; only for those who may see the ärende."""
    found = _find(request, public_id)
    if not found.is_active or not rights.may_see(request.user, found):
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _change(request, found)
        if not errors:
            messages.success(request, "Uppgifterna är ändrade.")
            return HttpResponseRedirect(_back(request, found))
    record(request, found, "change")
    context = _frame(request, found) | {
        "variables": _variables(request, found, errors),
        "errors": errors,
        "reason": request.POST.get("skal", ""),
        "new_name": request.POST.get("nytt_namn", ""),
        "new_text": request.POST.get("nytt_varde", ""),
        "revision": request.POST.get("revision", found.revision),
    }
    return render(request, "workflows/change.html", context, status=422 if errors else 200)


def action_id(request: StaffRequest) -> uuid.UUID:
    """The one the form was made with, so that a double click is known."""
    return uuid_of(request.POST.get("action_id")) or uuid.uuid4()


# -- inside ------------------------------------------------------------------------------------------------------------


def _find(request: StaffRequest, public_id: uuid.UUID) -> ProcessInstance:
    found = selectors.instance_by(public_id)
    if found is None or not rights.may_mend(request.user, found):
        raise Http404
    return found


def _stop(request: StaffRequest, found: ProcessInstance) -> Incident | None:
    """The open stopp that one came from."""
    wanted = uuid_of(request.GET.get("stopp"))
    stop = selectors.incident_for(request.user, wanted) if wanted else None
    return stop if stop is not None and stop.instance_id == found.pk and stop.resolved_at is None else None


def _frame(request: StaffRequest, found: ProcessInstance) -> dict[str, Any]:
    return {
        "instance": found,
        "title": published.of(found.version.public_id).title,
        "action_id": action_id(request),
        "back": _back(request, found),
    }


def _back(request: StaffRequest, found: ProcessInstance) -> str:
    """To the ärende for those who may see it, else to the stops."""
    if rights.may_see(request.user, found):
        return reverse("workflows:instance", args=[found.public_id])
    return reverse("workflows:incidents")


def _act(request: StaffRequest, found: ProcessInstance, stop: Incident | None) -> str:
    acts = {"hoppa": _skip, "flytta": _move, "pausa": _suspend, "ateruppta": _resume, "avbryt": _cancel}
    act = acts.get(request.POST.get("gor", ""))
    if act is None:
        raise Refused("Välj vad du vill göra.")
    more = {
        "instance": found,
        "reason": request.POST.get("skal", ""),
        "by": request.user,
        "now": timezone.now(),
        "action_id": action_id(request),
    }
    return _carried_out(lambda: act(request, more, stop))


def _carried_out(act: Callable[[], str]) -> str:
    try:
        return act()
    except mending.NoReason:
        raise Refused("Skriv ett skäl.") from None
    except (engine.NotWaiting, settle.Conflict):
        raise Refused(MOVED_ON) from None
    except engine.EngineError as error:
        raise Refused(f"Det gick inte, och allt är som förut. {error.message}") from None
    except steps.InstanceEnded:
        raise Refused("Ärendet är redan avslutat.") from None
    except steps.Suspended:
        raise Refused("Ärendet är pausat. Återuppta det först.") from None
    except incidents.AlreadyResolved:
        raise Refused("En kollega hann före: stoppet är redan åtgärdat.") from None
    except mending.NotAllowed:
        raise Http404 from None


def _skip(request: StaffRequest, more: dict[str, Any], stop: Incident | None) -> str:
    task_id = _chosen(request)
    if task_id is not None:
        mending.skip(task_id=task_id, stop=stop, **more)
        return "Steget är överhoppat."
    if stop is None or not stop.element_id:
        raise Refused("Välj vilket steg.")
    mending.skip(element_id=stop.element_id, stop=stop, **more)
    return "Steget hoppas över när ärendet kommer dit."


def _move(request: StaffRequest, more: dict[str, Any], stop: Incident | None) -> str:
    task_id, target = _chosen(request), request.POST.get("till", "")
    if task_id is None or not target:
        raise Refused("Välj vilket steg ärendet ska flyttas till.")
    mending.move(task_id=task_id, target=target, stop=stop, **more)
    return "Ärendet är flyttat."


def _suspend(_request: StaffRequest, more: dict[str, Any], _stop: Incident | None) -> str:
    mending.suspend(**more)
    return "Ärendet är pausat."


def _resume(_request: StaffRequest, more: dict[str, Any], _stop: Incident | None) -> str:
    mending.resume(**more)
    return "Ärendet är återupptaget."


def _cancel(_request: StaffRequest, more: dict[str, Any], _stop: Incident | None) -> str:
    mending.cancel(**more)
    return "Ärendet är avbrutet."


def _chosen(request: StaffRequest) -> uuid.UUID | None:
    return uuid_of(request.POST.get("plats"))


def _places(found: ProcessInstance) -> tuple[list[PlaceRow], str]:
    if not found.is_active:
        return [], ""
    try:
        places = mending.places(found)
    except engine.EngineError as error:
        return [], error.message
    professions = dict(Profession.objects.values_list("key", "name"))
    return [_place(item, professions) for item in places[:MOST_PLACES]], ""


def _place(item: engine.Place, professions: dict[str, str]) -> PlaceRow:
    element = item.element
    return PlaceRow(
        id=item.id,
        name=_name(element),
        kind=TYPES.get(element.type, ""),
        profession=professions.get(element.lane, ""),
        can_skip=item.can_skip,
        targets=[(target.id, _described(target)) for target in item.targets],
    )


def _name(element: engine.Element) -> str:
    return element.name or element.id.replace("_", " ").capitalize()


def _described(element: engine.Element) -> str:
    kind = TYPES.get(element.type, "")
    return f"{_name(element)} ({kind})" if kind else _name(element)


def _variables(request: StaffRequest, found: ProcessInstance, errors: dict[str, str]) -> list[Variable]:
    known, shut = steps.variables_of(found), written.variables(request.user, found)
    return [
        Variable(name=name, text=request.POST.get(f"v_{name}", _text(known[name])), error=errors.get(name, ""))
        for name in sorted(known)
        if name not in mending.FIXED and name not in shut
    ]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _change(request: StaffRequest, found: ProcessInstance) -> dict[str, str]:
    """What was wrong, by the name of the variable; nothing when it was carried out."""
    known = steps.variables_of(found)
    texts = {name: request.POST[f"v_{name}"] for name in known if f"v_{name}" in request.POST}
    new_name = request.POST.get("nytt_namn", "").strip()
    if new_name:
        texts[new_name] = request.POST.get("nytt_varde", "")

    def act() -> str:
        mending.change(
            instance=found,
            changes=mending.read_values(texts),
            revision=int(request.POST.get("revision", "0")) if request.POST.get("revision", "").isdecimal() else 0,
            reason=request.POST.get("skal", ""),
            by=request.user,
            now=timezone.now(),
            action_id=action_id(request),
        )
        return ""

    try:
        _carried_out(act)
    except mending.InvalidChange as invalid:
        return {invalid.name: invalid.message}
    except Refused as refused:
        return {"": str(refused)}
    return {}
