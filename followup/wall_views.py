"""A unit's numbers on a screen on its wall: large, without persons, and asked for anew each minute without a script."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followup.services import screens
from followup.units import balance, mine
from people import browser
from people.models import Unit
from people.services import codes
from web import responses
from web.addresses import url
from workflows.views.edge import KEPT_NOWHERE, StaffRequest, staff_page, uuid_of

REFRESH_SECONDS = 60


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """What a screen shows that has been let in; else the way in."""
    now = timezone.now()
    screen = screens.of_key(request.COOKIES.get(settings.FORLOPP_SCREEN_COOKIE, ""), now=now)
    if screen is None:
        return HttpResponseRedirect(url("followup:screen_enter"))
    return _shown(request, screen.unit, is_screen=True)


@require_safe
@staff_page
def preview(request: StaffRequest, key: str) -> HttpResponse:
    """The same for those who work in the unit, signed in."""
    return _shown(request, mine.unit(request.user, key, now=timezone.now()), is_screen=False)


@sensitive_post_parameters("kod")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """A code is posted, never part of an address."""
    if request.method != "POST":
        return _entrance(request)
    now = timezone.now()
    try:
        _, key = screens.let_in(code=request.POST.get("kod", ""), address=browser.address(request), now=now)
    except codes.WrongCode:
        return _entrance(request, error="Koden stämmer inte, är använd eller äldre än en kvart.", status=422)
    except codes.Locked:
        return _entrance(request, error="För många fel. Försök igen om en kvart.", status=429)
    response = HttpResponseRedirect(url("followup:wall"))
    seconds = int(screens.LONGEST.total_seconds())
    return responses.keep(response, settings.FORLOPP_SCREEN_COOKIE, key, seconds=seconds, samesite="Strict")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def manage(request: StaffRequest, key: str) -> HttpResponse:
    """A unit's screens, for the one who leads it. POST adds one, and shows its code this once."""
    now = timezone.now()
    unit = mine.led(request.user, key, now=now)
    told, error = "", ""
    if request.method == "POST":
        try:
            _, told = screens.add(unit=unit, name=request.POST.get("namn", ""), by=request.user, now=now)
        except screens.TooMany as problem:
            error = type(problem).__doc__ or ""
    context = {
        "unit": unit,
        "screens": screens.of_unit(unit, now=now).select_related("by"),
        "code": told,
        "error": error,
        "address": request.build_absolute_uri(url("followup:wall")),
    }
    return render(request, "followup/screens.html", context, status=422 if error else 200)


@require_POST
@staff_page
def end(request: StaffRequest, key: str) -> HttpResponse:
    """One of the unit's own; any other is not there."""
    now = timezone.now()
    unit = mine.led(request.user, key, now=now)
    ref = uuid_of(request.POST.get("skarm"))
    found = screens.of_unit(unit, now=now).filter(public_id=ref).first() if ref else None
    if found is None:
        raise Http404
    screens.end(screen=found, by=request.user, now=now)
    return HttpResponseRedirect(url("followup:screens", unit.key))


def _shown(request: HttpRequest, unit: Unit, *, is_screen: bool) -> HttpResponse:
    now = timezone.now()
    context = {"balance": balance.load(unit, now=now), "is_screen": is_screen}
    response = render(request, "followup/wall.html", context)
    if is_screen:  # a session of staff is not kept alive by a page that nobody looks at
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    response.headers["Cache-Control"] = KEPT_NOWHERE
    return response


def _entrance(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    response = render(request, "followup/screen_enter.html", {"error": error}, status=status)
    response.headers["Cache-Control"] = KEPT_NOWHERE
    return response
