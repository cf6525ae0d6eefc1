"""PDF of a task and of an ärende, for those who may see it on the screen."""

from __future__ import annotations

import datetime
import uuid

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from people.models import Individual
from people.services import access
from tasks import paper
from web.paper import Paper, pdf
from workflows import selectors as workflows
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def task(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    found, now = workflows.task_for(request.user, public_id), timezone.now()
    if found is None:
        raise Http404
    _record(request, found.individual, "user_task", public_id, now=now)
    return _sent(paper.of_task(found, request.user, now=now), f"uppgift-{now:%Y-%m-%d}.pdf")


@require_safe
@staff_page
def instance(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    found, now = workflows.instance_for(request.user, public_id), timezone.now()
    if found is None:
        raise Http404
    _record(request, found.individual, "instance", public_id, now=now)
    return _sent(paper.of_instance(found, request.user, now=now), f"arende-{now:%Y-%m-%d}.pdf")


def _record(
    request: StaffRequest, individual: Individual, object_type: str, public_id: uuid.UUID, *, now: datetime.datetime
) -> None:
    access.record(
        staff=request.user,
        individual=individual,
        action="print",
        object_type=object_type,
        object_id=str(public_id),
        now=now,
    )


def _sent(made: Paper, name: str) -> HttpResponse:
    """To be saved, by a name that tells nothing of the person."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(pdf(made), content_type="application/pdf", headers={"Content-Disposition": disposition})
