"""A draft on paper: its routine, and the drawing that the browser has made of a diagram."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people import selectors as people
from web import responses, swedish
from web.paper import pdf
from workbench import drafting
from workbench.models import Draft
from workbench.views.edge import draft_page, review_page
from workbench.views.saving import file_of
from workflows import prose
from workflows.catalogue import README
from workflows.routine import routine
from workflows.routine_paper import About, paper
from workflows.views.drawings import on_paper
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
        dated=f"sparat {swedish.day_of(draft.changed_at)}",
        today=swedish.day_of(now),
    )
    return responses.as_pdf(
        pdf(paper(about, routine(folder.config, folder.sources, names), at=now)), f"rutin-{draft.key}-utkast"
    )


@require_POST
@review_page
def diagram_pdf(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """A page for the diagram and one for each part that has a drawing of its own, as the browser shows them."""
    file = file_of(draft, name, drafting.DIAGRAM)
    foot = f"{file.name}, sparat {swedish.day_of(file.changed_at)}"
    return on_paper(
        request, draft.title, _edition(draft), foot=foot, name=name.rpartition("/")[2].removesuffix(".bpmn")
    )


def _edition(draft: Draft) -> str:
    return f"utkast från version {draft.base.number}" if draft.base else "utkast till ett nytt förlopp"
