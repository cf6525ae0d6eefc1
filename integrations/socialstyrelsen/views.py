"""Pages of the statistics to Socialstyrelsen: what deviates, approval, and what has been left."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations.models import StatisticsMonth, StatisticsRow
from integrations.models.socialstyrelsen import RowState
from integrations.socialstyrelsen import deciding, preparing, versions
from integrations.socialstyrelsen.deciding import Refused
from integrations.socialstyrelsen.layouts import Layout
from people import selectors as people
from people.services import access
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page, uuid_of

PAGE = 50
SAMPLE = 20


@dataclass(frozen=True)
class Shown:
    """A row as the page has it. Of one whose person is hidden there are no values."""

    row: StatisticsRow
    layout: Layout
    name: str
    is_hidden: bool

    @property
    def fields(self) -> list[tuple[Any, str]]:
        return [(column, str(self.row.values.get(column.name, ""))) for column in self.layout.asked]


@require_safe
@staff_page
def months(request: StaffRequest) -> HttpResponse:
    """The latest first."""
    _check(request)
    found = StatisticsMonth.objects.annotate(
        odd=Count("rows", filter=Q(rows__state=RowState.DEVIATING)),
        waiting=Count("rows", filter=Q(rows__state=RowState.WAITING)),
    )
    shown = [(month, versions.get(month.regulation)) for month in found.order_by("-period", "regulation")[:PAGE]]
    return render(request, "integrations/statistics_months.html", {"months": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def month(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """One month of one regulation. POST decides about a row, makes the rows again, or approves."""
    _check(request)
    found = StatisticsMonth.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, found, now=timezone.now()))
            return HttpResponseRedirect(reverse("integrations:statistics_month", args=[public_id]))
        except Refused as problem:
            refused = str(problem)
    context = _context(request, found) | {"error": refused}
    return render(request, "integrations/statistics_month.html", context, status=422 if refused else 200)


def _check(request: StaffRequest) -> None:
    if not rights.holds(request.user, preparing.GROUP):
        raise Http404


def _act(request: StaffRequest, found: StatisticsMonth, *, now: datetime) -> str:
    acts: dict[str, Callable[..., str]] = {
        "godkann": _approve,
        "las-om": _prepare,
        "ratta": _correct,
        "uteslut": _leave_out,
    }
    act = acts.get(request.POST.get("gor", ""))
    if act is None:
        raise Refused("Välj vad du vill göra.")
    return act(request, found, now=now)


def _approve(request: StaffRequest, found: StatisticsMonth, *, now: datetime) -> str:
    if not request.POST.get("granskat"):
        raise Refused("Granska stickprovet och kryssa för att du har gjort det.")
    files = deciding.approve(found, by=request.user, now=now)
    _log(request, "approve", None, str(found.public_id))
    if not files:
        return "Det fanns inget att godkänna: en kollega hann före."
    return f"Godkänt. {', '.join(file.name for file in files)} läggs i katalogen inom någon minut."


def _prepare(_request: StaffRequest, found: StatisticsMonth, *, now: datetime) -> str:
    preparing.prepare(versions.get(found.regulation), found.period, now=now)
    return "Underlaget är gjort på nytt. Det du har avgjort står kvar."


def _correct(request: StaffRequest, found: StatisticsMonth, *, now: datetime) -> str:
    row = _row(request, found)
    left = deciding.correct(row, {name: str(told) for name, told in request.POST.items()}, by=request.user, now=now)
    _log(request, "correct", row, str(row.public_id))
    return f"Raden är ändrad men avviker fortfarande. {left}" if left else "Raden är rättad och väntar på godkännande."


def _leave_out(request: StaffRequest, found: StatisticsMonth, *, now: datetime) -> str:
    row, reason = _row(request, found), request.POST.get("skal", "").strip()
    if not reason:
        raise Refused("Skriv ett skäl.")
    deciding.leave_out(row, reason=reason, by=request.user, now=now)
    _log(request, "leave-out", row, str(row.public_id))
    return "Raden lämnas inte."


def _row(request: StaffRequest, found: StatisticsMonth) -> StatisticsRow:
    key = uuid_of(request.POST.get("rad")) or uuid.UUID(int=0)
    rows = StatisticsRow.objects.filter(month=found, public_id=key)
    row = rows.select_related("individual", "month").first()
    if row is None or row.state not in deciding.OPEN:
        raise Refused(deciding.AlreadyDecided.__doc__ or "")
    return row


def _context(request: StaffRequest, found: StatisticsMonth) -> dict[str, Any]:
    regulation, rows = versions.get(found.regulation), StatisticsRow.objects.filter(month=found)
    counts = dict(rows.values_list("state").annotate(count=Count("pk")))
    odd = [_shown(request, row) for row in _of(rows, RowState.DEVIATING).order_by("layout", "pk")[:PAGE]]
    sample = [_shown(request, row) for row in _of(rows, RowState.WAITING).order_by("public_id")[:SAMPLE]]
    seen = [one.row.individual_id for one in [*odd, *sample] if not one.is_hidden]
    if seen:
        access.record_all(
            staff=request.user, individual_ids=seen, action="read", object_type="statistics", now=timezone.now()
        )
    return {
        "month": found,
        "regulation": regulation,
        "states": [(state.label, counts[state]) for state in RowState if state in counts],
        "odd": odd,
        "odd_count": counts.get(RowState.DEVIATING, 0),
        "waiting_count": counts.get(RowState.WAITING, 0),
        "samples": [(layout, [one for one in sample if one.layout is layout]) for layout in regulation.layouts],
        "files": found.files.select_related("approved_by").order_by("-pk"),
        "is_compared": deciding.is_compared(regulation),
        "today": timezone.localdate(),
    }


def _of(rows: Any, state: RowState) -> Any:
    return rows.filter(state=state).select_related("individual", "month")


def _shown(request: StaffRequest, row: StatisticsRow) -> Shown:
    layout = versions.get(row.month.regulation).layout(row.layout)
    named = people.named(row.individual, viewer=request.user)
    return Shown(row, layout, named.name, people.is_hidden(row.individual, viewer=request.user))


def _log(request: StaffRequest, action: str, row: StatisticsRow | None, object_id: str) -> None:
    access.record(
        staff=request.user,
        individual=row.individual if row else None,
        action=action,
        object_type="statistics",
        object_id=object_id,
        now=timezone.now(),
    )
