"""Pages of the files that a system has handed over: how each went, its report, and reading it again."""

from __future__ import annotations

import gzip
import uuid
from itertools import islice
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations import systems
from integrations.batches import importing, report
from integrations.models import Batch, BatchContent, BatchState
from people.models import Staff
from people.services import access
from people.signin.fresh import sensitive
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page

PAGE = 50
MOST_ROWS = 200


@require_safe
@staff_page
def batches(request: StaffRequest, system: str) -> HttpResponse:
    """The latest first."""
    found = _mine(request.user, system).order_by("-seen_at")[: PAGE + 1]
    shown = list(found)
    context = {"system": systems.get(system), "batches": shown[:PAGE], "has_more": len(shown) > PAGE}
    return render(request, "integrations/batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def batch(request: StaffRequest, system: str, public_id: uuid.UUID) -> HttpResponse:
    """How one went; POST reads it again, as when a person or an order has come since."""
    found = _one(request.user, system, public_id)
    if request.method == "POST":
        return _again(request, found)
    _seen(request.user, "read", found)
    refused, more = _refused(found)
    kind = importing.kinds(system).get(found.kind)
    context: dict[str, Any] = {
        "system": systems.get(system),
        "batch": found,
        "title": kind.title if kind else "Okänt innehåll",
        "refused": refused,
        "has_more": more,
        "can_read_again": found.has_ended and kind is not None and BatchContent.objects.filter(batch=found).exists(),
    }
    return render(request, "integrations/batch.html", context)


@require_safe
@staff_page
@sensitive("export", when=lambda _request: True)
def report_file(request: StaffRequest, system: str, public_id: uuid.UUID) -> HttpResponse:
    """Every row and how it went, for a spreadsheet."""
    found = _one(request.user, system, public_id)
    packed = _report(found)
    if packed is None:
        raise Http404
    _seen(request.user, "download", found)
    response = HttpResponse(gzip.decompress(packed), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rapport-{found.public_id}.csv"'
    return response


def _again(request: StaffRequest, found: Batch) -> HttpResponse:
    """Read at once: whoever asks wants to see how it went."""
    if found.has_ended and found.kind:
        read = importing.read(found, now=timezone.now())
        _seen(request.user, "read-again", found)
        if read.state == BatchState.REFUSED:
            messages.warning(request, "Filen går fortfarande inte att läsa.")
        elif read.refused:
            messages.warning(request, "Filen är läst igen. Några rader kan fortfarande inte tas emot.")
        else:
            messages.success(request, "Filen är läst igen. Alla rader är inlästa.")
    return HttpResponseRedirect(reverse("integrations:batch", args=[found.system, found.public_id]))


def _refused(found: Batch) -> tuple[list[report.Outcome], bool]:
    packed = _report(found) if found.refused or found.noted else None
    if packed is None:
        return [], False
    told = (row for row in report.read(packed) if row.what == report.REFUSED)
    rows = list(islice(told, MOST_ROWS + 1))
    return rows[:MOST_ROWS], len(rows) > MOST_ROWS


def _report(found: Batch) -> bytes | None:
    packed = BatchContent.objects.filter(batch=found).values_list("report", flat=True).first()
    return bytes(packed) if packed else None


def _mine(staff: Staff, system: str) -> QuerySet[Batch]:
    """Missing and forbidden are the same."""
    if not (importing.kinds(system) and rights.holds(staff, *importing.readers(system))):
        raise Http404
    return Batch.objects.filter(system=system)


def _one(staff: Staff, system: str, public_id: uuid.UUID) -> Batch:
    found = _mine(staff, system).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _seen(staff: Staff, action: str, found: Batch) -> None:
    access.record(
        staff=staff,
        individual=None,
        action=action,
        object_type="batch",
        object_id=str(found.public_id),
        now=timezone.now(),
    )
