"""The ways in, by a code on paper or by who knows who one is; whose plan, the way out, and the language one reads."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import browser
from people.identities import configuration
from people.models import Visit
from people.services import codes, own
from people.signin import persons
from plan import doors, language
from plan.doors import Door, Hall
from plan.views import edge
from plan.views.edge import OwnRequest, own_page, shown
from web.addresses import url
from workflows.views.edge import KEPT_NOWHERE

log = logging.getLogger(__name__)


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
    except codes.WrongCode:
        return entrance(request, error="wrong", status=422)
    except codes.Locked:
        return entrance(request, error="locked", status=429)
    own.speak(visit=visit, language=edge.spoken(request).key)
    return edge.keep(HttpResponseRedirect(url("plan:page")), key)


@require_safe
def begin(request: HttpRequest, broker: str) -> HttpResponse:
    """Leads to who knows who one is. A link and not a form: our pages may send forms nowhere but to ourselves."""
    told = _broker(broker)
    try:
        address, asked = persons.begin(request, broker, told, back=url("plan:answer_of", broker))
    except persons.Failed as failed:
        return _refused(request, broker, str(failed), "failed", 503)
    response = HttpResponseRedirect(address)
    edge.put(response, edge.ASKED_COOKIE, asked.kept(), seconds=persons.LONGEST_SECONDS)
    response.headers["Cache-Control"] = KEPT_NOWHERE
    return response


@require_safe
def answer(request: HttpRequest, broker: str) -> HttpResponse:
    """Where the browser is sent back. Whoever it is: nobody of staff is signed in, known or made by it."""
    told, now = _broker(broker), timezone.now()
    kept = request.COOKIES.get(edge.ASKED_COOKIE, "")
    try:
        said = persons.answered(request, broker, told, back=url("plan:answer_of", broker), kept=kept)
        found = doors.of(said, told, now=now)
    except persons.Failed as failed:
        response = _refused(request, broker, str(failed), "failed", 401)
    except doors.TooWeak:
        response = _refused(request, broker, "level_too_low", "weak", 403)
    except doors.Nobody as nobody:
        response = _refused(request, broker, nobody.code, "unknown", 403)
    else:
        hall = Hall(provider=broker, level=doors.level(said, told), doors=tuple(one.key for one in found))
        response = _opened(request, found[0], hall) if len(found) == 1 else _hall(hall)
    response.delete_cookie(edge.ASKED_COOKIE, path=edge.HOME, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Whose plan, for one who may read several; also later, without signing in once more."""
    now, visit = timezone.now(), edge.visit_of(request)
    hall = doors.hall(request.COOKIES.get(edge.HALL_COOKIE, ""), visit=visit)
    if hall is None:
        return HttpResponseRedirect(url("plan:page") if visit else f"{url('plan:enter')}?slut=1")
    found = doors.still_open(hall, now=now)
    if request.method == "POST":
        chosen = next((one for one in found if one.key == request.POST.get("plan")), None)
        if chosen is not None:
            return _opened(request, chosen, hall, before=visit)
    status = 422 if request.method == "POST" else 200
    return shown(request, "plan/choose.html", {"doors": found, "chosen": doors.door_of(visit)}, status=status)


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
    pages = {"in": "plan:enter", "valj": "plan:choose"}
    response = HttpResponseRedirect(url(pages.get(request.POST.get("sida", ""), "plan:page")))
    if chosen in language.every():
        response.set_cookie(edge.LANGUAGE_COOKIE, chosen, max_age=edge.YEAR, httponly=True, samesite="Lax")
    return response


def entrance(request: HttpRequest, *, error: str = "", told: str = "", status: int = 200) -> HttpResponse:
    """The page where one comes in."""
    ways = {key: one.title for key, one in configuration.get().persons.brokers.items()}
    return shown(request, "plan/enter.html", {"error": error, "told": told, "providers": ways}, status=status)


# -- inside ------------------------------------------------------------------------------------------------------------


def _broker(key: str) -> Any:
    """Raises Http404."""
    told = configuration.broker(key)
    if told is None:
        raise Http404
    return told


def _refused(request: HttpRequest, broker: str, reason: str, error: str, status: int) -> HttpResponse:
    """Why, and never who."""
    log.warning("a person's sign-in by %s refused: %s", broker, reason)
    return entrance(request, error=error, status=status)


def _hall(hall: Hall) -> HttpResponse:
    response = HttpResponseRedirect(url("plan:choose"))
    return edge.put(response, edge.HALL_COOKIE, hall.kept(), seconds=doors.FIRST_SECONDS)


def _opened(request: HttpRequest, door: Door, hall: Hall, *, before: Visit | None = None) -> HttpResponse:
    now = timezone.now()
    if before is not None:
        own.leave(visit=before, now=now)
    visit, key = own.begin(
        individual=door.individual,
        mandate=door.mandate,
        provider=hall.provider,
        level=hall.level,
        now=now,
        came_at=before.begun_at if before is not None and hall.visit else None,
    )
    own.speak(visit=visit, language=edge.spoken(request).key)
    response = edge.keep(HttpResponseRedirect(url("plan:page")), key)
    if len(hall.doors) > 1:
        seconds = int(own.LONGEST.total_seconds())
        edge.put(response, edge.HALL_COOKIE, replace(hall, visit=str(visit.public_id)).kept(), seconds=seconds)
    return response
