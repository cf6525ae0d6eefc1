"""What the coming weeks ask for: of every förlopp that one follows, and of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followup import courses, drawn
from followup.coming import Asked, Coming
from followup.figures import FEW
from followup.forecasting import between
from workflows import rights
from workflows.models import ProcessDefinition
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def every(request: StaffRequest) -> HttpResponse:
    found = courses.all_followed(request.user)
    if not found:
        raise Http404
    return _shown(request, dict(found), "followup/forecasts.html", {})


@require_safe
@staff_page
def one(request: StaffRequest, key: str) -> HttpResponse:
    definition, _ = courses.followed(request.user, key)
    return _shown(request, {definition.pk: definition}, "followup/forecast.html", {"definition": definition})


def _shown(
    request: StaffRequest, definitions: dict[int, ProcessDefinition], template: str, more: dict[str, Any]
) -> HttpResponse:
    asked = Asked(
        unit=request.GET.get("enhet", "")[:60],
        area=request.GET.get("omrade", "")[:120],
        group=request.GET.get("profession", "")[:50],
    )
    coming = Coming(definitions, asked, timezone.now(), lambda one: rights.is_shown(request.user, courses.config(one)))
    total = coming.total
    context = {
        "coming": coming,
        "asked": asked,
        "weeks": coming.weeks,
        "total": total,
        "between": [between(many) for many in total.weeks],
        "chart": drawn.weeks("Uppgifter att göra per vecka", zip(coming.weeks, total.weeks, strict=True)),
        "words": coming.words,
        "rows": coming.seen(request.user),
        "few": FEW,
    }
    return render(request, template, context | more)
