"""A published version as a routine: the diagram in words, to read, to print and as a PDF."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people import selectors as people
from web import responses, swedish
from web.paper import pdf
from workflows import catalogue, prose, published
from workflows.catalogue import Content
from workflows.routine import Routine, routine
from workflows.routine_paper import About, paper
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def page(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """Nested lists, with the questions of the forms folded."""
    content, about, found = _asked(request, key, number)
    context = {
        "key": key,
        "number": number,
        "title": about.title,
        "purpose": about.purpose,
        "owner": about.owner,
        "is_current": content.version.pk == content.version.definition.current_id,
        "published_on": swedish.day_of(content.version.published_at),
        "today": about.today,
        "routine": found,
    }
    return render(request, "workflows/routine.html", context)


@require_safe
@staff_page
def as_pdf(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """The same on paper."""
    _, about, found = _asked(request, key, number)
    return responses.as_pdf(pdf(paper(about, found, at=timezone.now())), f"rutin-{key}-{number}")


def _asked(request: StaffRequest, key: str, number: int) -> tuple[Content, About, Routine]:
    """The version, what stands at its top, and its steps; missing and another's are the same answer."""
    version = catalogue.version(request.user, key, number)
    if version is None:
        raise Http404
    content, names = catalogue.content(version), people.profession_names()
    owner = str(content.whole.config.get("owner", ""))
    about = About(
        title=version.definition.title,
        purpose=prose.purpose(content.papers.get(catalogue.README, "")),
        owner=names.get(owner, owner),
        edition=f"version {number}",
        dated=f"publicerad {swedish.day_of(version.published_at)}",
        today=swedish.day_of(timezone.now()),
    )
    return content, about, _told(version.public_id, tuple(sorted(names.items())))


@lru_cache(maxsize=32)
def _told(version_id: UUID, professions: tuple[tuple[str, str], ...]) -> Routine:
    """A version never changes; what professions are called may."""
    whole = published.of(version_id)
    return routine(whole.config, whole.sources, dict(professions))
