"""The monthly reports of the units that one leads, or of all for who follows up all; and whether one wants a letter."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from followup.models import MonthlyReport, ReportWish
from followup.services import reports as services
from followup.telling import month_name
from followup.units import mine
from people.models import Staff
from web.addresses import url
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def reports(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    leads = bool(mine.all_led(request.user, now=now))
    if not mine.all_followed(request.user, now=now) and not _sees_all(request.user):
        raise Http404
    if request.method == "POST":
        is_wanted = leads and request.POST.get("brev") == "ja"
        services.wish(by=request.user, is_wanted=is_wanted, now=now)
        messages.success(request, "Du får ett brev när en rapport är klar." if is_wanted else "Du får inga brev.")
        return HttpResponseRedirect(url("followup:reports"))
    months: dict[datetime.date, list[MonthlyReport]] = {}
    for one in _seen(request.user, now).exclude(at=None).select_related("unit").defer("pdf"):
        months.setdefault(one.month, []).append(one)
    context = {
        "months": [(month_name(month).capitalize(), found) for month, found in months.items()],
        "leads": leads,
        "is_wanted": ReportWish.objects.filter(staff=request.user).exists(),
    }
    return render(request, "followup/reports.html", context)


@require_safe
@staff_page
def report(request: StaffRequest, key: str, month: str) -> HttpResponse:
    try:
        first = datetime.date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404 from None
    found = _seen(request.user, timezone.now()).filter(unit__key=key, month=first).first()
    if found is None or found.pdf is None:
        raise Http404
    disposition = f'inline; filename="manadsrapport-{key}-{month}.pdf"'
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers={"Content-Disposition": disposition})


def _sees_all(staff: Staff) -> bool:
    """Who steers; others see the units that they lead, or whose figures they answer for."""
    return rights.holds(staff, rights.IT, rights.OWNER)


def _seen(staff: Staff, now: datetime.datetime) -> QuerySet[MonthlyReport]:
    rows = MonthlyReport.objects.all()
    return rows if _sees_all(staff) else rows.filter(unit__in=[one.id for one in mine.all_followed(staff, now=now)])
