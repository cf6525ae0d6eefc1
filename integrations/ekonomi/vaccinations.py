"""The vaccination register's file: one row an occasion, which waits for approval or, when it is odd, for a person."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from integrations import configuration
from integrations.batches.importing import Kind, Line, Refusal, register
from integrations.batches.report import ACCEPTED, UNCHANGED
from integrations.models import Batch, InvoiceRun, VaccinationInvoice
from integrations.models.ekonomi import Deviation, InvoiceState
from people import identity
from people.models import Individual
from workflows.services import incidents

GROUP = "ekonomi"
COLUMNS = {
    "vaccination_id": "id!",
    "personnummer": "id!",
    "datum": "day!",
    "vaccin": "text!",
    "pris": "kronor!",
    "mottagning": "text",
}
# Ours for good: what a row is called at the economy system must be the same however often it is made.
_NAMESPACE = uuid.UUID("6d0a3a0e-6f4d-5b53-9f0a-8f6d7c1d2a11")
_PRICE = re.compile(r"\d{1,5}(\.\d{1,2})?")
LONGEST_AGO = timedelta(days=400)
ALREADY = "Tillfället är redan fakturerat, med andra uppgifter."
STANDING = "Tillfället finns redan, med andra uppgifter."


def take(lines: Sequence[Line], batch: Batch, now: datetime) -> Iterator[Refusal]:
    """Stored with what is odd about it; an occasion that is here already is never stored again."""
    keys = [line.key for line in lines]
    held = {row.occasion: row for row in VaccinationInvoice.objects.filter(occasion__in=keys)}
    numbers = {line.key: _number(line.values["personnummer"], now) for line in lines}
    persons = _persons({number for number in numbers.values() if number})
    made: list[VaccinationInvoice] = []
    for line in lines:
        known = held.get(line.key)
        if known is None:
            made.append(_made(line, batch, persons.get(numbers[line.key] or ("", ""))))
            line.outcome = ACCEPTED
        elif known.digest == line.digest:
            is_own = (known.batch_id, known.line) == (batch.pk, line.number)
            line.outcome = ACCEPTED if is_own else UNCHANGED
        else:
            reason = ALREADY if known.state in (InvoiceState.SENT, InvoiceState.SENDING) else STANDING
            yield Refusal(line, "vaccination_id", reason)
    prices = price_list()
    twice = _twice(made)
    for row in made:
        row.deviation = judged(row, prices, on=timezone.localdate(now)) or (
            Deviation.TWICE if row.occasion in twice else ""
        )
        row.state = InvoiceState.DEVIATING if row.deviation else InvoiceState.WAITING
    VaccinationInvoice.objects.bulk_create(made)


def judged(row: VaccinationInvoice, prices: Mapping[str, int], *, on: date) -> str:
    """What a person must look at; '' when it can be invoiced."""
    person = row.individual
    if person is None:
        return Deviation.MISSING
    if person.is_protected:
        return Deviation.PROTECTED
    if person.deceased_on and person.deceased_on < row.vaccinated_on:
        return Deviation.DEAD
    if not on - LONGEST_AGO < row.vaccinated_on <= on:
        return Deviation.DATE
    return Deviation.AMOUNT if prices.get(row.vaccine.lower()) != row.amount else ""


def price_list() -> dict[str, int]:
    """Öre by vaccine, as integrations.toml tells: "influensa=250, covid-19=99.50"; what cannot be read has no price."""
    found = {}
    for pair in configuration.of("ekonomi").words("prices"):
        name, _, kronor = pair.partition("=")
        if _PRICE.fullmatch(kronor.strip()):
            found[name.strip().lower()] = round(float(kronor) * 100)
    return found


def page(batch: Batch) -> str:
    return reverse("integrations:invoice_run", args=[batch.public_id])


def conclude(batch: Batch) -> None:
    """The run as people see it, and a stopp for what they must decide."""
    minutes = configuration.of("ekonomi").whole("minutes_a_row")
    run, _ = InvoiceRun.objects.get_or_create(
        batch=batch, defaults={"minutes_a_row": minutes, "created_at": timezone.now()}
    )
    remind(run)


def remind(run: InvoiceRun) -> None:
    """One stopp for approval and one for deviations, as long as there is something in it."""
    now, address = timezone.now(), page(run.batch)
    rows = VaccinationInvoice.objects.filter(batch=run.batch)
    odd, waiting = (rows.filter(state=state).count() for state in (InvoiceState.DEVIATING, InvoiceState.WAITING))
    if not odd and not waiting:
        incidents.resolve_for_page(page=address, now=now, note="Allt är avgjort.")
        return
    text = f"{run.batch.name}: {waiting} fakturor väntar på godkännande och {odd} rader avviker."
    incidents.open_incident(code="approval", text=text, group=GROUP, page=address, now=now)


def _made(line: Line, batch: Batch, person: Individual | None) -> VaccinationInvoice:
    told = line.values
    return VaccinationInvoice(
        key=uuid.uuid5(_NAMESPACE, line.key),
        occasion=line.key,
        digest=line.digest,
        batch=batch,
        line=line.number,
        individual=person,
        vaccinated_on=told["datum"],
        vaccine=told["vaccin"][:200],
        amount=told["pris"],
    )


def _number(told: str, now: datetime) -> tuple[str, str] | None:
    try:
        found = identity.parse(told, today=timezone.localdate(now))
    except identity.InvalidIdentity:
        return None
    return found.type, found.number


def _persons(numbers: set[tuple[str, str]]) -> dict[tuple[str, str], Individual]:
    rows = Individual.objects.filter(identity_number__in={number for _, number in numbers})
    return {(row.identity_type, row.identity_number): row for row in rows}


def _twice(made: Sequence[VaccinationInvoice]) -> set[str]:
    """Occasions of the same person, day and vaccine as one that is here already or stands before it in the file."""
    whose = [row.individual_id for row in made if row.individual_id]
    held = VaccinationInvoice.objects.filter(individual__in=whose).exclude(state=InvoiceState.EXCLUDED)
    seen: set[tuple[int | None, date, str]] = set(held.values_list("individual_id", "vaccinated_on", "vaccine"))
    found = set()
    for row in made:
        what = (row.individual_id, row.vaccinated_on, row.vaccine)
        if row.individual_id and what in seen:
            found.add(row.occasion)
        seen.add(what)
    return found


def _key(told: Mapping[str, Any]) -> str:
    return str(told["vaccination_id"])


register(Kind("ekonomi", "vaccination", "Vaccinationer", COLUMNS, key=_key, take=take, group=GROUP, ended=conclude))
