"""The municipality's style sheet and logotype, and the accessibility statement: for everyone, signed in or not."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from web import components, jinja, municipality

THEMES = {"system": "Som datorn", "light": "Ljust", "dark": "Mörkt"}
IT = "it_drift"

YEAR = 365 * 24 * 60 * 60


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def style(_request: HttpRequest) -> HttpResponse:
    """Kept by the browser: its address holds its version."""
    return HttpResponse(municipality.style(), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def logo(_request: HttpRequest) -> FileResponse:
    path = municipality.logo()
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type=municipality.LOGO_TYPES[path.suffix.lower()])
    # An SVG opened by itself is a page: it may draw, and nothing else.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement that lag (2018:1937) 13 § asks for."""
    return render(request, "web/accessibility.html", {"contact": settings.FORLOPP_ACCESSIBILITY_CONTACT})


@require_safe
def component_page(request: HttpRequest) -> HttpResponse:
    """For those who draw pages and those who choose the municipality's colours; it shows nobody's data."""
    if not (settings.FORLOPP_DEMO or IT in getattr(request.user, "roles", {})):
        raise Http404
    theme = request.GET.get("tema", "system")
    context = {
        "rooms": components.rooms(jinja.loaded(), now=timezone.now()),
        "styles": components.styles(),
        "themes": THEMES,
        "theme": theme if theme in THEMES else "system",
    }
    return render(request, "web/components.html", context)
