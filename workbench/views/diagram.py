"""The editor of diagrams: its page, and what it asks of the server while one draws."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from workbench import drafting, moments
from workbench.models import Draft
from workbench.views.edge import EDITOR_POLICY, draft_page, refused
from workbench.views.files import NOT_UNDERSTOOD
from workflows import definitions, strict_json
from workflows.views.edge import StaffRequest

PLACE = "FIL"


@require_safe
@draft_page
def page(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    if drafting.kind_of(name) is not drafting.DIAGRAM or not draft.files.filter(name=name).exists():
        raise Http404
    context = {
        "draft": draft,
        "name": name,
        "is_fixed": drafting.is_fixed(draft, name),
        "pages": json.dumps({kind.key: reverse(kind.page, args=[draft.ref, PLACE]) for kind in drafting.KINDS}),
    }
    response: HttpResponse = render(request, "workbench/diagram.html", context)
    response["Content-Security-Policy"] = EDITOR_POLICY
    return response


@require_POST
@draft_page
def times(request: StaffRequest, _draft: Draft) -> HttpResponseBase:
    """When a time would come, if an ärende reached it now: {text, kind} to {times, problem, why}."""
    try:
        told = _sent(request, "text", "kind")
    except ValueError:
        return refused(NOT_UNDERSTOOD, 422, "not-json")
    found = moments.of_timer(told["text"], is_cycle=told["kind"] == "timeCycle", now=timezone.now())
    return JsonResponse({"times": found.times, "problem": found.problem, "why": found.why})


@require_POST
@draft_page
def known(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """What has a value at an element of the diagram as it is being drawn: {file, text, element} to {names}."""
    try:
        told = _sent(request, "file", "text", "element")
    except ValueError:
        return refused(NOT_UNDERSTOOD, 422, "not-json")
    files = {**drafting.texts(draft), told["file"]: told["text"]}
    names = definitions.names_at(drafting.folder_of(draft.key, files), told["element"])
    return JsonResponse({"names": [{"name": each.name, "type": each.kind, "origin": each.origin} for each in names]})


def _sent(request: HttpRequest, *names: str) -> Mapping[str, str]:
    """The texts that were sent. Raises ValueError."""
    told = strict_json.parse(request.body)
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
        raise ValueError
    return {name: told[name] for name in names}
