"""The diagrams of a published version, as they are drawn: to look at, to save as a picture and to print."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from web import responses, swedish
from web.paper import Drawing, drawn
from workflows import catalogue, pictured, published
from workflows.models import ProcessVersion
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def page(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """One diagram at a time; `fil` is the one that is asked for, else the main one."""
    version = _asked(request, key, number, request.GET.get("fil"))
    drawings = catalogue.drawings(version.public_id)
    main = next(iter(drawings))
    chosen = request.GET.get("fil", main)
    context = {
        "key": key,
        "number": number,
        "title": version.definition.title,
        "is_current": version.pk == version.definition.current_id,
        "published_at": version.published_at,
        "drawings": drawings,
        "chosen": chosen,
        "picture": catalogue.picture(version.public_id) if chosen == main else None,
        "names": {key: one.name for key, one in published.of(version.public_id).definition.elements.items()},
    }
    return render(request, "workflows/drawing.html", context)


@require_safe
@staff_page
def source(request: StaffRequest, key: str, number: int, name: str) -> HttpResponse:
    """The XML, which never changes for a version."""
    version = _asked(request, key, number, name)
    text = published.of(version.public_id).sources[name]
    headers = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(text, content_type="application/xml; charset=utf-8", headers=headers)


@require_POST
@staff_page
def as_pdf(request: StaffRequest, key: str, number: int, name: str) -> HttpResponse:
    """A page for the diagram and one for each part that has a drawing of its own, as the browser shows them."""
    version = _asked(request, key, number, name)
    published_on = f"publicerad {swedish.day_of(version.published_at)}"
    named = f"{key}-{number}"
    return on_paper(request, version.definition.title, f"version {number}", foot=f"{name}, {published_on}", name=named)


def on_paper(request: StaffRequest, title: str, edition: str, *, foot: str, name: str) -> HttpResponse:
    """What the browser has drawn as PDF under this name, or in words why it could not be made."""
    now = timezone.now()
    try:
        sent = pictured.read(request.body)
    except RequestDataTooBig:
        return responses.because(JsonResponse({"message": "Bilden är för stor för en PDF."}, status=413), "too-large")
    except pictured.NotDrawn:
        return responses.because(JsonResponse({"message": pictured.NotDrawn.__doc__}, status=422), "not-drawn")
    drawing = Drawing(
        title=title,
        mark=f"{title} · {edition}",
        foot=f"{foot}. Utskrivet {swedish.day_of(now)}.",
        at=now,
        size=sent.size,
        pictures=sent.pictures,
    )
    return responses.as_pdf(drawn(drawing), name)


def _asked(request: StaffRequest, key: str, number: int, name: str | None) -> ProcessVersion:
    """The version, where this file, if any, is one of its diagrams; missing and another's are the same answer."""
    version = catalogue.version(request.user, key, number)
    if version is None or name not in {None, *catalogue.drawings(version.public_id)}:
        raise Http404
    return version
