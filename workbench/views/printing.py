"""A draft on paper: its routine, and the drawing that the browser has made of a diagram."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from people import selectors as people
from web import swedish
from web.paper import Drawing, drawn, pdf
from workbench import drafting
from workbench.models import Draft
from workbench.views.edge import draft_page, refused, review_page
from workbench.views.saving import file_of
from workflows import pictured, prose
from workflows.catalogue import README
from workflows.routine import routine
from workflows.routine_paper import About, paper
from workflows.views.edge import StaffRequest


@require_safe
@draft_page
def routine_pdf(_request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """The whole förlopp in words, as it stands in the draft."""
    folder, names, now = drafting.folder(draft), people.profession_names(), timezone.now()
    about = About(
        title=draft.title,
        purpose=prose.purpose(folder.papers.get(README, "")),
        owner=names.get(draft.owner, draft.owner),
        edition=_edition(draft),
        dated=f"sparat {_day(draft.changed_at)}",
        today=_day(now),
    )
    return _pdf(pdf(paper(about, routine(folder.config, folder.sources, names), at=now)), f"rutin-{draft.key}-utkast")


@require_POST
@review_page
def diagram_pdf(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """A page for the diagram and one for each part that has a drawing of its own, as the browser shows them."""
    file, now = file_of(draft, name, drafting.DIAGRAM), timezone.now()
    try:
        sent = pictured.read(request.body)
    except RequestDataTooBig:
        return refused("Bilden är för stor för en PDF.", 413)
    except pictured.NotDrawn:
        return refused(pictured.NotDrawn.__doc__ or "", 422)
    drawing = Drawing(
        title=draft.title,
        mark=f"{draft.title} · {_edition(draft)}",
        foot=f"{file.name}, sparat {_day(file.changed_at)}. Utskrivet {_day(now)}.",
        at=now,
        size=sent.size,
        pictures=sent.pictures,
    )
    return _pdf(drawn(drawing), name.rpartition("/")[2].removesuffix(".bpmn"))


def _pdf(made: bytes, name: str) -> HttpResponse:
    told = content_disposition_header(as_attachment=True, filename=f"{name}.pdf") or "attachment"
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": told})


def _edition(draft: Draft) -> str:
    return f"utkast från version {draft.base.number}" if draft.base else "utkast till ett nytt förlopp"


def _day(at: datetime) -> str:
    return swedish.date(at.astimezone(swedish.STOCKHOLM).date())
