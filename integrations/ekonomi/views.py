"""Pages of invoice runs: what deviates, approval, and what the run has saved."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations.ekonomi import deciding, vaccinations
from integrations.models import InvoiceRun, VaccinationInvoice
from integrations.models.ekonomi import InvoiceState
from people import identity
from people import selectors as people
from people.models import Individual
from people.services import access
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page

PAGE = 50
SAMPLE = 20
MOST_MINUTES = 600
NO_SUCH_PERSON = "Du kan inte välja den personen. Kontrollera numret."


class Refused(Exception):
    """What was asked cannot be done, in Swedish."""


@require_safe
@staff_page
def runs(request: StaffRequest) -> HttpResponse:
    """The latest first."""
    _check(request)
    found = InvoiceRun.objects.select_related("batch").order_by("-pk")[:PAGE]
    return render(request, "integrations/invoice_runs.html", {"runs": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def run(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """One file's invoices. POST approves, decides about a row, or changes the assumption."""
    _check(request)
    found = InvoiceRun.objects.select_related("batch", "approved_by").filter(batch__public_id=public_id).first()
    if found is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, found, now=timezone.now()))
            return HttpResponseRedirect(reverse("integrations:invoice_run", args=[public_id]))
        except Refused as problem:
            refused = str(problem)
    context = _context(request, found) | {"error": refused}
    return render(request, "integrations/invoice_run.html", context, status=422 if refused else 200)


def _check(request: StaffRequest) -> None:
    if not rights.holds(request.user, vaccinations.GROUP):
        raise Http404


def _act(request: StaffRequest, found: InvoiceRun, *, now: datetime) -> str:
    match request.POST.get("gor", ""):
        case "godkann":
            return _approve(request, found, now=now)
        case "antagande":
            return _assume(request, found)
        case "uteslut" | "for_hand" | "ratta" as what:
            return _decide(request, found, what, now=now)
    raise Refused("Välj vad du vill göra.")


def _approve(request: StaffRequest, found: InvoiceRun, *, now: datetime) -> str:
    if not request.POST.get("granskat"):
        raise Refused("Granska stickprovet och kryssa för att du har gjort det.")
    count = deciding.approve(found, by=request.user, now=now)
    _log(request, "approve", None, str(found.batch.public_id))
    return f"{count} fakturor är godkända och skickas inom någon minut."


def _assume(request: StaffRequest, found: InvoiceRun) -> str:
    told = request.POST.get("minuter", "")
    if not told.isdecimal() or not 0 < int(told) <= MOST_MINUTES:
        raise Refused(f"Skriv minuter som ett heltal från 1 till {MOST_MINUTES}.")
    InvoiceRun.objects.filter(pk=found.pk).update(minutes_a_row=int(told))
    return "Antagandet är ändrat."


def _decide(request: StaffRequest, found: InvoiceRun, what: str, *, now: datetime) -> str:
    key, reason = request.POST.get("rad", ""), request.POST.get("skal", "").strip()
    row = next((row for row in _deviating(found) if str(row.key) == key), None)
    if row is None:
        raise Refused(deciding.AlreadyDecided.__doc__ or "")
    try:
        if what == "ratta":
            return _correct(request, row, now=now)
        if not reason:
            raise Refused("Skriv ett skäl.")
        deciding.leave_out(row, by_hand=what == "for_hand", reason=reason, by=request.user, now=now)
    except deciding.AlreadyDecided as problem:
        raise Refused(problem.__doc__ or "") from None
    _log(request, what, row.individual, key)
    return "Raden är avgjord."


def _correct(request: StaffRequest, row: VaccinationInvoice, *, now: datetime) -> str:
    individual, amount = None, None
    if told := request.POST.get("personnummer", "").strip():
        individual = _individual(request, told)
    if told := request.POST.get("belopp", "").strip():
        try:
            amount = round(float(told.replace(",", ".")) * 100)
        except ValueError:
            raise Refused("Skriv beloppet i kronor, till exempel 250 eller 250,50.") from None
        if not 0 <= amount <= 10_000_00:
            raise Refused("Beloppet är orimligt.")
    left = deciding.correct(row, individual=individual, amount=amount, by=request.user, now=now)
    _log(request, "correct", individual or row.individual, str(row.key))
    return "Raden är ändrad men avviker fortfarande." if left else "Raden är rättad och väntar på godkännande."


def _individual(request: StaffRequest, told: str) -> Individual:
    try:
        parsed = identity.parse(told, today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise Refused(invalid.message_sv) from None
    found = Individual.objects.filter(identity_type=parsed.type, identity_number=parsed.number).first()
    if found is None or people.presented(found, viewer=request.user).is_hidden:
        raise Refused(NO_SUCH_PERSON)
    return found


def _deviating(found: InvoiceRun) -> list[VaccinationInvoice]:
    rows = VaccinationInvoice.objects.filter(batch=found.batch, state=InvoiceState.DEVIATING)
    return list(rows.select_related("individual").order_by("line")[:PAGE])


def _context(request: StaffRequest, found: InvoiceRun) -> dict[str, Any]:
    rows = VaccinationInvoice.objects.filter(batch=found.batch)
    counts = dict(rows.values_list("state").annotate(count=Count("pk")))
    sent, waiting = counts.get(InvoiceState.SENT, 0), rows.filter(state=InvoiceState.WAITING)
    shown = []
    for row in _deviating(found):
        name = people.named(row.individual, viewer=request.user).name if row.individual else "Okänd"
        shown.append({"row": row, "name": name})
        if row.individual:
            _log(request, "read", row.individual, str(row.key))
    minutes = sent * found.minutes_a_row
    return {
        "run": found,
        "batch": found.batch,
        "states": [(state.label, counts[state]) for state in InvoiceState if state in counts],
        "deviating": shown,
        "deviating_count": counts.get(InvoiceState.DEVIATING, 0),
        "waiting": waiting.aggregate(count=Count("pk"), sum=Sum("amount")),
        "sample": waiting.order_by("key")[:SAMPLE],
        "sent": sent,
        "saved_minutes": minutes,
        "saved_hours": minutes // 60,
    }


def _log(request: StaffRequest, action: str, individual: Individual | None, object_id: str) -> None:
    access.record(
        staff=request.user,
        individual=individual,
        action=action,
        object_type="invoice",
        object_id=object_id,
        now=timezone.now(),
    )
