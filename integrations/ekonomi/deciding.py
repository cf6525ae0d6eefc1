"""What people decide about a run of invoices: approve, leave out, take by hand, tell whose it is or what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.ekonomi import vaccinations
from integrations.models import InvoiceRun, VaccinationInvoice
from integrations.models.ekonomi import InvoiceState
from people.models import Individual, Staff

OPEN = (InvoiceState.DEVIATING, InvoiceState.WAITING)


class AlreadyDecided(Exception):
    """Raden är redan avgjord."""


def approve(run: InvoiceRun, *, by: Staff, now: datetime) -> int:
    """Everything that waits for it; how many. Twice is once."""
    with transaction.atomic():
        waiting = VaccinationInvoice.objects.filter(batch=run.batch, state=InvoiceState.WAITING)
        count = waiting.update(state=InvoiceState.APPROVED, decided_by=by, decided_at=now)
        if count:
            InvoiceRun.objects.filter(pk=run.pk).update(approved_by=by, approved_at=now)
        vaccinations.remind(run)
    return count


def leave_out(row: VaccinationInvoice, *, by_hand: bool, reason: str, by: Staff, now: datetime) -> None:
    """No invoice from us. Raises AlreadyDecided."""
    state = InvoiceState.BY_HAND if by_hand else InvoiceState.EXCLUDED
    _decide(row, {"state": state, "note": reason[:500]}, by=by, now=now)


def correct(
    row: VaccinationInvoice, *, individual: Individual | None, amount: int | None, by: Staff, now: datetime
) -> str:
    """Whose it is or what it costs; what still deviates, '' when it waits for approval. Raises AlreadyDecided."""
    row.individual = individual or row.individual
    # An amount that a person has looked at holds, whatever the list says.
    prices = vaccinations.price_list() if amount is None else {row.vaccine.lower(): amount}
    row.amount = row.amount if amount is None else amount
    left = vaccinations.judged(row, prices, on=timezone.localdate(now))
    state = InvoiceState.DEVIATING if left else InvoiceState.WAITING
    values = {"individual": row.individual, "amount": row.amount, "deviation": left, "state": state}
    _decide(row, values, by=by, now=now)
    return left


def _decide(row: VaccinationInvoice, values: Mapping[str, Any], *, by: Staff, now: datetime) -> None:
    with transaction.atomic():
        open_one = VaccinationInvoice.objects.filter(pk=row.pk, state__in=OPEN)
        if open_one.update(**values, decided_by=by, decided_at=now) != 1:
            raise AlreadyDecided
        vaccinations.remind(InvoiceRun.objects.select_related("batch").get(batch=row.batch_id))
