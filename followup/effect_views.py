"""What came of a förlopp: all its measures, one by month, version, unit and age, and what it gives and costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from followup import asked, courses, drawn
from followup.benefit import Benefit
from followup.figures import FEW
from followup.measured import Measured
from followup.results import Results
from followup.services import assumptions
from web.charts import Chart
from workflows import beside
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def effects(request: StaffRequest, key: str) -> HttpResponse:
    """Every measure of the förlopp, with how sure it is and what others have."""
    results = _results(request, key)
    figures = beside.told(results.declared.key_figures)
    more = {"chart": drawn.shares(results.figures), "beside": [(one, drawn.beside(one)) for one in figures]}
    return render(request, "followup/effects.html", _context(results) | more)


@require_safe
@staff_page
def measure(request: StaffRequest, key: str, measure: str) -> HttpResponse:
    found = Measured.of(_results(request, key), measure)
    if found is None:
        raise Http404
    return render(
        request, "followup/measure.html", _context(found.results) | {"found": found, "charts": _charts(found)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def benefit(request: StaffRequest, key: str) -> HttpResponse:
    """What it gives and costs. POST changes an assumption."""
    results, now = _results(request, key), timezone.now()
    may_change = courses.may_assume(request.user, results.definition)
    refused = ""
    if request.method == "POST":
        if not may_change or request.POST.get("antagande") not in results.declared.assumptions:
            raise Http404
        try:
            _assume(request, results, now=now)
            return HttpResponseRedirect(request.get_full_path())
        except (assumptions.Unclear, assumptions.Changed) as problem:
            refused = type(problem).__doc__ or ""
    found = Benefit(results, now)
    told = {
        "benefit": found,
        "chart": drawn.kronor(found.lines),
        "may_change": may_change,
        "error": refused,
        "asked_key": request.POST.get("antagande", ""),
    }
    return render(request, "followup/benefit.html", _context(results) | told, status=422 if refused else 200)


def _assume(request: StaffRequest, results: Results, *, now: datetime) -> None:
    try:
        value = float(
            request.POST.get("varde", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
        )
        seen = int(request.POST.get("sett", ""))
    except ValueError:
        raise assumptions.Unclear from None
    why, key = request.POST.get("varfor", ""), request.POST["antagande"]
    assumptions.change(
        definition=results.definition,
        key=key,
        value=value,
        why=why,
        seen=max(0, min(seen, 9999)),
        by=request.user,
        now=now,
    )
    messages.success(request, "Antagandet är ändrat. Det som gällde förut står kvar i historiken.")


def _charts(found: Measured) -> dict[str, Chart | None]:
    title = found.measure.title
    return {
        "month": drawn.by_month(found),
        "part": drawn.compared(f"{title} per del", found.by_part),
        "unit": drawn.compared(f"{title} per enhet", found.by_unit),
        "age": drawn.compared(f"{title} per åldersgrupp", found.by_age),
        "version": drawn.compared(f"{title} per version", found.by_version),
        "since": drawn.compared(f"{title} före och efter", found.since),
    }


def _results(request: StaffRequest, key: str) -> Results:
    definition, knows_few = courses.followed(request.user, key)
    return Results(definition, asked.read(request.GET.dict(), today=timezone.localdate()), knows_few)


def _context(results: Results) -> dict[str, Any]:
    return {
        "results": results,
        "periods": asked.PERIODS,
        "few": FEW,
        "units": sorted((name, key) for key, name in results.units.items()),
    }
