"""Sends approved invoices, one call each; what a process left in the middle is asked about before it is sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.ekonomi.client import Economy
from integrations.models import VaccinationInvoice
from integrations.models.ekonomi import Deviation, InvoiceState
from workflows.connectors import BusinessError, Json

# Longer than any call may take: a row that is being sent for so long has lost its process.
LEFT = timedelta(minutes=2)
CHUNK = 200


def send(*, clock: Callable[[], datetime] = timezone.now, economy: Callable[[], Economy] = Economy) -> None:
    """Everything that is approved, the oldest first. Raises DeliveryError; what was sent before is noted."""
    system: Economy | None = None
    while rows := list(_due(clock())[:CHUNK]):
        system = system or economy()
        for row in rows:
            _send_one(system, row, clock)


def _due(now: datetime) -> QuerySet[VaccinationInvoice]:
    left = Q(state=InvoiceState.SENDING, sending_at__lt=now - LEFT)
    rows = VaccinationInvoice.objects.filter(Q(state=InvoiceState.APPROVED) | left)
    return rows.select_related("individual").order_by("pk")


def _send_one(economy: Economy, row: VaccinationInvoice, clock: Callable[[], datetime]) -> None:
    """Noted before the call that it is on its way, and after it what became of it; each by itself on disk."""
    was = {"pk": row.pk, "state": row.state, "sending_at": row.sending_at}
    claimed = VaccinationInvoice.objects.filter(**was).update(state=InvoiceState.SENDING, sending_at=clock())
    if not claimed:
        return
    mine = VaccinationInvoice.objects.filter(pk=row.pk, state=InvoiceState.SENDING)
    try:
        found = economy.find(row.key) if row.sending_at else None
        number = found or economy.invoice(_body(row), key=row.key)
    except BusinessError as error:
        mine.update(state=InvoiceState.DEVIATING, deviation=Deviation.DENIED, note=error.message[:500])
        return
    mine.update(state=InvoiceState.SENT, number=number, sent_at=clock())


def _body(row: VaccinationInvoice) -> Json:
    """The only place where the number leaves us: the economy system knows people by it."""
    person = row.individual
    if person is None:
        raise BusinessError("saknar_person", "Fakturan har ingen mottagare.")
    return {
        "referens": str(row.key),
        "personnummer": person.identity_number,
        "belopp_ore": row.amount,
        "text": f"Vaccination: {row.vaccine}",
        "datum": row.vaccinated_on.isoformat(),
    }
