"""What the pages have in common: whose draft it is, answers to editors, and what a refusal is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from web.responses import because
from workbench import drafting
from workbench.models import Draft
from workflows import rights
from workflows.findings import Finding
from workflows.views.edge import StaffRequest, StaffView, only_for, staff_page

P = ParamSpec("P")
EDITOR_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""bpmn-js sets styles on elements and has its icons as a font in the style sheet; no other page needs that."""


def workbench_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those who change förlopp."""
    return only_for(rights.may_draft, view)


def publishing_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For those who publish them too."""
    return only_for(rights.may_enter_workbench, view)


def draft_page(
    view: Callable[Concatenate[StaffRequest, Draft, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view gets the draft that `ref` of the address names, which those who may not change it can only look at.

    Missing and another's are the same answer.
    """
    return _with_draft(view, takes_answers=False)


def review_page(
    view: Callable[Concatenate[StaffRequest, Draft, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The same, where those who publish act too."""
    return _with_draft(view, takes_answers=True)


def _with_draft(
    view: Callable[Concatenate[StaffRequest, Draft, P], HttpResponseBase], *, takes_answers: bool
) -> Callable[..., HttpResponseBase]:
    def wrapped(request: StaffRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        draft = drafting.find(request.user, kwargs.pop("ref"))
        is_acting = request.method not in ("GET", "HEAD") and not takes_answers
        if draft is None or (is_acting and not drafting.may_change(request.user, draft)):
            raise Http404
        return view(request, draft, *args, **kwargs)

    update_wrapper(wrapped, view)
    return staff_page(wrapped)


def refused(message: str, status: int, code: str = "", **more: Any) -> JsonResponse:
    return because(JsonResponse({"message": message, **more}, status=status), code)


def as_json(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [
        {
            "file": item.file,
            "element": item.element,
            "severity": item.severity,
            "code": item.code,
            "message": item.message,
        }
        for item in findings
    ]
