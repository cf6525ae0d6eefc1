"""The catalogue: every förlopp that one owns, its page, and the whole folder as a package."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workflows import catalogue, prose, rights, versions
from workflows.views.edge import StaffRequest, staff_page

MOST_SEARCHED = 80


@require_safe
@staff_page
def courses(request: StaffRequest) -> HttpResponse:
    found = catalogue.courses(request.user)
    if not found and not rights.may_look(request.user):
        raise Http404
    text = request.GET.get("sok", "")[:MOST_SEARCHED].strip()
    fitting = [course for course in found if course.has(text)]
    return render(request, "workflows/courses.html", {"courses": fitting, "text": text, "has_any": bool(found)})


@require_safe
@staff_page
def course(request: StaffRequest, key: str) -> HttpResponse:
    """The folder's README first, then what the förlopp is made of."""
    found = catalogue.course(request.user, key)
    if found is None:
        raise Http404
    content = catalogue.content(found.version)
    config = content.whole.config
    applied = versions.where(found.version.definition)
    areas: dict[int, list[str]] = {}
    for one in applied:
        areas.setdefault(one.version.pk, []).append(one.area)
    context = {
        "course": found,
        "content": content,
        "readme": prose.page(content.papers.get(catalogue.README, "")),
        "versions": catalogue.every_version(key),
        "can_see_forms": rights.may_manage(request.user, config),
        "applied": applied,
        "current": found.version.definition.current_id,
        "tried": {key: versions.in_words(where) for key, where in areas.items() if any(where)},
        "units": versions.units_by_area(),
        "planned": catalogue.announced(key),
        "can_publish": rights.may_publish(request.user),
        "can_draft": rights.may_draft(request.user),
        "can_start": rights.may_start(request.user, config),
        "can_follow": rights.may_follow_up(request.user, config),
        "names": {key: element.name for key, element in content.whole.definition.elements.items()},
    }
    return render(request, "workflows/course.html", context)


@require_safe
@staff_page
def package(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """The zip."""
    found = catalogue.version(request.user, key, number)
    if found is None:
        raise Http404
    made = catalogue.content(found).package
    name = f"{key}-{number}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(made, content_type="application/zip", headers=headers)
