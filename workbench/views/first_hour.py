"""The first hour: what to do next in a draft, what has been done, and putting it away."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from workbench import drafting, first_hour
from workbench.models import Draft
from workbench.views.edge import draft_page, workbench_page
from workflows.views.edge import StaffRequest

AWAY = "first_hour_away"


@require_safe
@workbench_page
def begin(request: StaffRequest) -> HttpResponseBase:
    """Before there is a draft: what the hour holds, and the drafts that it can go on in."""
    mine = drafting.visible(request.user).filter(created_by=request.user, base=None).exclude(state__in=drafting.CLOSED)
    context = {"titles": first_hour.titles(), "drafts": mine[:5]}
    return render(request, "workbench/first_hour_begin.html", context)


@require_safe
@draft_page
def page(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    lessons = first_hour.lessons(draft)
    context = {
        "draft": draft,
        "lessons": lessons,
        "next": next((one for one in lessons if not one.is_done), None),
        "done": sum(one.is_done for one in lessons),
        "is_away": is_away(request, draft),
    }
    return render(request, "workbench/first_hour.html", context)


@require_POST
@draft_page
def put_away(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Off the page of the draft, or back on it; kept with the session."""
    away = set(request.session.get(AWAY, ()))
    away.symmetric_difference_update({str(draft.ref)})
    request.session[AWAY] = sorted(away)
    return redirect("workbench:draft", draft.ref)


def is_away(request: StaffRequest, draft: Draft) -> bool:
    return str(draft.ref) in request.session.get(AWAY, ())
