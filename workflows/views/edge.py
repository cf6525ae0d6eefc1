"""What every page for staff has in common: who asks, nothing cached, one answer for missing and forbidden."""

import uuid
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from people.models import Staff
from people.services import access
from web.responses import typed
from workflows import rights
from workflows.models import ProcessInstance
from workflows.services import refusals

P = ParamSpec("P")
KEPT_NOWHERE = "max-age=0, no-cache, no-store, must-revalidate, private"


class StaffRequest(HttpRequest):
    """A request from someone who is logged in; `counted` are open tasks and stopp, when the page has counted them."""

    user: Staff
    counted: tuple[int, int]


StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


def staff_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those logged in; the page holds personal data and is kept by no cache. A refusal is in the log."""

    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Staff):
            return _log_in_first(request)
        try:
            response = view(_as_staff(request), *args, **kwargs)
        except Http404:
            _write_down(request, kwargs)
            raise
        response.headers.setdefault("Cache-Control", KEPT_NOWHERE)
        return response

    # The wrapper takes any request and the view only one with staff in it, which is the point; typing's wraps objects.
    update_wrapper(wrapped, view)
    return wrapped


def only_for(
    may: Callable[[Staff], bool], view: StaffView[P]
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for those who have a right; to others it is not there."""

    def wrapped(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    update_wrapper(wrapped, view)
    return staff_page(wrapped)


def it_page(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those to whom the stops of systems go."""
    return only_for(rights.may_operate, view)


def uuid_of(text: str | None) -> uuid.UUID | None:
    """An id as a page or an address told it; None when it is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def record(request: StaffRequest, instance: ProcessInstance, action: str) -> None:
    """Who did what with an ärende, in the access log."""
    access.record(
        staff=request.user,
        individual=instance.individual,
        action=action,
        object_type="instance",
        object_id=str(instance.public_id),
        now=timezone.now(),
    )


def _as_staff(request: Any) -> StaffRequest:
    # request.user is a stand-in that looks itself up again each time it is asked; views and templates ask the staff.
    request.user = get_user(request)
    staff_request: StaffRequest = request
    return staff_request


def _write_down(request: Any, asked: Mapping[str, Any]) -> None:
    """That it was refused, where what stood in the address is there and is about a person."""
    refusals.record(staff=request.user, asked=asked.values(), is_change=request.method == "POST", now=timezone.now())


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A poll from a page whose session has ended: reload the whole page rather than swap a log-in form into it.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    target = settings.LOGIN_URL
    if settings.FORLOPP_DEMO:
        target = "/demo/"
    if request.method == "POST" and request.accepts("text/html"):
        return _ended(request, target)
    return HttpResponseRedirect(f"{target}?{urlencode({'next': request.get_full_path()})}")


def _ended(request: HttpRequest, log_in: str) -> HttpResponse:
    """The session ended while somebody wrote: the page holds what was written until they are in again."""
    context = {"log_in": log_in, "path": request.get_full_path(), "typed": typed(request)}
    response = render(request, "401.html", context, status=401)
    response.headers["Cache-Control"] = KEPT_NOWHERE
    return response
