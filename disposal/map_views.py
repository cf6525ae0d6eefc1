"""The map of personal data: what is asked, heard, told and kept, for those who answer for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from disposal import datamap
from workflows import rights
from workflows.views.edge import StaffRequest, StaffView, only_for

P = ParamSpec("P")


def map_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those who answer for what is asked about people."""
    return only_for(rights.may_see_data_map, view)


@require_safe
@map_page
def index(request: StaffRequest) -> HttpResponse:
    """The förlopp that apply, and what the database holds besides."""
    context = {"courses": datamap.courses(), "tables": datamap.tables()}
    return render(request, "disposal/map.html", context)


@require_safe
@map_page
def course(request: StaffRequest, key: str) -> HttpResponse:
    """One förlopp, question by question, in each version that applies."""
    found = datamap.courses(key)
    if not found:
        raise Http404
    return render(request, "disposal/map_course.html", {"courses": found})


@require_safe
@map_page
def as_file(request: StaffRequest) -> HttpResponse:  # noqa: ARG001  what a view is given
    """All of it, as a file that a spreadsheet opens."""
    name = f"personuppgifter-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(datamap.as_csv(datamap.everything()), content_type="text/csv; charset=utf-8", headers=headers)
