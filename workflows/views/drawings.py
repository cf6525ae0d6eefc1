"""The diagrams of a published version, as they are drawn: to look at, to save as a picture and to print."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from web import swedish
from web.paper import Drawing, drawn
from web.responses import because
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
    version, now = _asked(request, key, number, name), timezone.now()
    try:
        sent = pictured.read(request.body)
    except RequestDataTooBig:
        return because(JsonResponse({"message": "Bilden är för stor för en PDF."}, status=413), "too-large")
    except pictured.NotDrawn:
        return because(JsonResponse({"message": pictured.NotDrawn.__doc__}, status=422), "not-drawn")
    title = version.definition.title
    dates = f"publicerad {_day(version.published_at)}. Utskrivet {_day(now)}."
    made = drawn(
        Drawing(
            title=title,
            mark=f"{title} · version {number}",
            foot=f"{name}, {dates}",
            at=now,
            size=sent.size,
            pictures=sent.pictures,
        )
    )
    told = content_disposition_header(as_attachment=True, filename=f"{key}-{number}.pdf") or "attachment"
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": told})


def _asked(request: StaffRequest, key: str, number: int, name: str | None) -> ProcessVersion:
    """The version, where this file, if any, is one of its diagrams; missing and another's are the same answer."""
    version = catalogue.version(request.user, key, number)
    if version is None or name not in {None, *catalogue.drawings(version.public_id)}:
        raise Http404
    return version


def _day(at: datetime) -> str:
    return swedish.date(at.astimezone(swedish.STOCKHOLM).date())
