"""The way in with a code on paper, the way out, and the language one reads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from people import browser
from people.services import own
from plan import language
from plan.views import edge
from plan.views.edge import OwnRequest, own_page, shown
from web.addresses import url


@sensitive_post_parameters("kod")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """A code is posted, never part of an address."""
    if request.method != "POST":
        told = "ended" if "slut" in request.GET else "left" if "ut" in request.GET else ""
        return entrance(request, told=told)
    try:
        visit, key = own.enter_by_code(
            code=request.POST.get("kod", ""), address=browser.address(request), now=timezone.now()
        )
    except own.WrongCode:
        return entrance(request, error="wrong", status=422)
    except own.Locked:
        return entrance(request, error="locked", status=429)
    own.speak(visit=visit, language=edge.spoken(request).key)
    return edge.keep(HttpResponseRedirect(url("plan:page")), key)


@require_POST
@own_page
def leave(request: OwnRequest) -> HttpResponse:
    own.leave(visit=request.visit, now=timezone.now())
    response = HttpResponseRedirect(f"{url('plan:enter')}?ut=1")
    response["Clear-Site-Data"] = '"cache"'
    return edge.forget(response)


@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Read in another language; back to the page one was on."""
    chosen = request.POST.get("sprak", "")
    pages = {"in": "plan:enter"}
    response = HttpResponseRedirect(url(pages.get(request.POST.get("sida", ""), "plan:page")))
    if chosen in language.every():
        response.set_cookie(edge.LANGUAGE_COOKIE, chosen, max_age=edge.YEAR, httponly=True, samesite="Lax")
    return response


def entrance(request: HttpRequest, *, error: str = "", told: str = "", status: int = 200, **more: Any) -> HttpResponse:
    """The page where one comes in."""
    return shown(request, "plan/enter.html", {"error": error, "told": told, "providers": {}, **more}, status=status)
