"""The page of key figures, for those who lead."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations import configuration
from integrations.kolada import showing
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page

GENDERS = {"": ("T", "Alla"), "kvinnor": ("K", "Kvinnor"), "man": ("M", "Män")}


@require_safe
@staff_page
def key_figures(request: StaffRequest) -> HttpResponse:
    """Ours beside others' and the country's."""
    if not rights.may_see_key_figures(request.user):
        raise Http404
    chosen = request.GET.get("kon", "")
    if chosen not in GENDERS:
        raise Http404
    found = showing.shown(GENDERS[chosen][0])
    context = {
        "found": found,
        "is_enabled": configuration.of("kolada").is_enabled,
        "fetched_at": max((one.figure.fetched_at for one in found), default=None),
        "genders": [(key, title) for key, (_, title) in GENDERS.items()],
        "chosen": chosen,
    }
    return render(request, "integrations/key_figures.html", context)
