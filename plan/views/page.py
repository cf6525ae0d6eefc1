"""The person's page, on the screen and as large print."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from people.services import own
from plan import doors, paper, shown
from plan.views.edge import HALL_COOKIE, OwnRequest, own_page, spoken
from plan.views.edge import shown as page_of
from web.paper import pdf


@require_safe
@own_page
def page(request: OwnRequest) -> HttpResponse:
    now = timezone.now()
    own.noted(request.visit, action="read", object_type="own_plan", now=now)
    done = request.GET.get("klart", "")
    context = {
        "own": shown.load(request.visit, since=own.before(request.visit), now=now),
        "has_others": doors.hall(request.COOKIES.get(HALL_COOKIE, ""), visit=request.visit) is not None,
        "done": done if f"done.{done}" in spoken(request).words else "",
    }
    return page_of(request, "plan/page.html", context)


@require_safe
@own_page
def print_page(request: OwnRequest) -> HttpResponse:
    """To be saved, by a name that tells nothing of whom."""
    now = timezone.now()
    own.noted(request.visit, action="print", object_type="own_plan", now=now)
    made = paper.of(shown.load(request.visit, since=None, now=now), request.visit, spoken(request), now=now)
    disposition = content_disposition_header(as_attachment=True, filename="min-plan.pdf") or "attachment"
    return HttpResponse(pdf(made), content_type="application/pdf", headers={"Content-Disposition": disposition})
