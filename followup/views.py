"""How it goes: every förlopp one may follow up, one on its diagram and in tables, and who waits at a step."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followup import choice, courses, drawn, where
from followup.figures import FEW, Step
from followup.flow import Flow
from web import swedish
from web.charts import Chart
from workflows import catalogue, rights
from workflows.views.edge import StaffRequest, staff_page

MOST_WAITING = 50


@require_safe
@staff_page
def index(request: StaffRequest) -> HttpResponse:
    found = catalogue.courses(request.user, may=rights.may_follow_up)
    if not found and not rights.may_follow_all(request.user):
        raise Http404
    return render(
        request, "followup/index.html", {"courses": found, "gives_statistics": rights.may_give_statistics(request.user)}
    )


@require_safe
@staff_page
def flow(request: StaffRequest, key: str) -> HttpResponse:
    """The diagram first, then the same as tables."""
    definition, knows_few = courses.followed(request.user, key)
    found = Flow(definition, choice.read(request.GET.dict(), today=timezone.localdate()), knows_few)
    steps = {step.element.id: step for step in found.steps}
    shown = [step for step in found.steps if step.is_reached and not step.is_quick]
    context = {
        "flow": found,
        "charts": _charts(found, shown),
        "steps": shown,
        "quick": [step for step in found.steps if step.is_reached and step.is_quick],
        "unreached": [step for step in found.steps if not step.is_reached],
        "marks": steps,
        "widths": _widths(found.followed),
        "periods": choice.PERIODS,
        "few": FEW,
        "units": sorted((name, key) for key, (name, _) in found.units.items()),
        "can_take_out": rights.may_take_out_events(request.user, found.whole.config),
        "can_look_into": rights.may_look_into(request.user, found.whole.config),
    }
    return render(request, "followup/flow.html", context | found.drawing(request.GET.get("del", "")))


@require_safe
@staff_page
def waiting(request: StaffRequest, key: str, element: str) -> HttpResponse:
    """Those that wait at a step: how many, and of those that the reader may follow since when, with the way there."""
    definition, knows_few = courses.followed(request.user, key)
    found = Flow(definition, choice.read({}, today=timezone.localdate()), knows_few)
    step = next((one for one in found.steps if one.element.id == element), None)
    if step is None:
        raise Http404
    rows = where.seen(request.user, found.now.get(element, ()), limit=MOST_WAITING)
    context = {"flow": found, "step": step, "rows": rows, "most": MOST_WAITING}
    return render(request, "followup/waiting.html", context)


def _charts(found: Flow, steps: list[Step]) -> dict[str, Chart | None]:
    return {
        "steps": drawn.waits_of_steps(steps),
        "professions": drawn.waits_of("Per profession", found.by_profession),
        "units": drawn.waits_of("Per enhet", found.by_unit),
        "versions": drawn.waits_of("Från start till slut per version", found.by_version),
        "outcomes": drawn.counts_of("Hur ärenden slutade", found.outcomes),
    }


def _widths(followed: dict[str, int]) -> dict[str, tuple[int, str]]:
    """How thick each flow is drawn, 1–6, and the number beside it."""
    most = max(followed.values(), default=0)
    return {key: (1 + round(5 * count / most), swedish.number(count)) for key, count in followed.items() if count}
