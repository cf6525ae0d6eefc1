"""What the person's pages have in common: whose visit it is, in which language, and that nobody's cache keeps them."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from people.models import Visit
from people.services import own
from plan import language
from plan.language import Language
from web import responses
from web.addresses import url
from workflows.views.edge import KEPT_NOWHERE

P = ParamSpec("P")
LANGUAGE_COOKIE = "min_plan_sprak"
ASKED_COOKIE, HALL_COOKIE = "min_plan_fraga", "min_plan_dorrar"
HOME = "/min-plan/"
"""No other page of ours is sent what only these need."""
YEAR = 365 * 24 * 60 * 60


class OwnRequest(HttpRequest):
    """A request of somebody who has opened a plan."""

    visit: Visit


OwnView = Callable[Concatenate[OwnRequest, P], HttpResponseBase]


def own_page(view: OwnView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only with a visit of one's own; a session of staff is none. Kept by no cache."""

    def wrapped(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visit = visit_of(request)
        if visit is None:
            had = settings.FORLOPP_PLAN_COOKIE in request.COOKIES
            return HttpResponseRedirect(f"{url('plan:enter')}?slut=1" if had else url("plan:enter"))
        request.visit = visit
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = KEPT_NOWHERE
        return response

    update_wrapper(wrapped, view)
    return wrapped


def visit_of(request: HttpRequest) -> Visit | None:
    """Whose browser it is, while that holds."""
    key = request.COOKIES.get(settings.FORLOPP_PLAN_COOKIE, "")
    return own.visit_of(key, now=timezone.now()) if key else None


def spoken(request: HttpRequest) -> Language:
    """What the reader has chosen, else what their browser says that they know."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen not in language.every():
        chosen = language.asked(request.headers.get("Accept-Language", ""))
    return language.of(chosen)


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the reader's language."""
    words = spoken(request)
    told = {"t": words, "languages": language.every().values(), "visit": getattr(request, "visit", None), **context}
    response = render(request, template, told, status=status)
    response.headers["Cache-Control"] = KEPT_NOWHERE
    response.headers["Content-Language"] = words.tag
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response


def put(response: HttpResponse, name: str, value: str, *, seconds: int) -> HttpResponse:
    """Something that only these pages are told."""
    return responses.keep(response, name, value, seconds=seconds, path=HOME)


def keep(response: HttpResponse, key: str) -> HttpResponse:
    """The key of a visit, which only our own pages are sent."""
    return responses.keep(response, settings.FORLOPP_PLAN_COOKIE, key, seconds=int(own.LONGEST.total_seconds()))


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(settings.FORLOPP_PLAN_COOKIE, samesite="Lax")
    response.delete_cookie(HALL_COOKIE, path=HOME, samesite="Lax")
    return response
