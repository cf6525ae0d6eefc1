"""Makes a month's rows of what we know; what would be rejected is a person's. Made again, what is decided stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from integrations.models import StatisticsFile, StatisticsMonth, StatisticsRow
from integrations.models.socialstyrelsen import FileState, RowState
from integrations.socialstyrelsen import facts, versions
from integrations.socialstyrelsen.layouts import Draft, Layout, Regulation
from people import identity, statements
from people.models import Individual
from workflows import rights
from workflows.services import incidents

GROUP = rights.GIVES_STATISTICS
FIRST_DAY = 5
"""The day of the month when the month before is made: what home care tells late has come by then."""
WARNING = timedelta(days=3)
PROTECTED = "Skyddade personuppgifter: den som får se dem avgör."


def look(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Make what is due to be made, once, and say what is late. Done each hour."""
    now = clock()
    today = timezone.localdate(now)
    period = facts.month_before(today)
    if today.day >= FIRST_DAY:
        made = set(StatisticsMonth.objects.filter(period=period).values_list("regulation", flat=True))
        for regulation in versions.in_force(period):
            if regulation.key not in made:
                prepare(regulation, period, now=now)
    for month in _unfinished():
        remind(month, now=now)


def prepare(regulation: Regulation, period: date, *, now: datetime) -> StatisticsMonth:
    """Rows that nobody has decided about are as we know them now. Two at once come to the same."""
    drafts = list(regulation.drafts(facts.gathered(period)))
    with transaction.atomic():
        month, _ = StatisticsMonth.objects.get_or_create(
            regulation=regulation.key, period=period, defaults={"due_on": regulation.due(period), "prepared_at": now}
        )
        StatisticsMonth.objects.filter(pk=month.pk).update(prepared_at=now)
        rows = StatisticsRow.objects.filter(month=month)
        kept = set(rows.exclude(decided_by=None, file=None).values_list("layout", "key"))
        rows.filter(decided_by=None, file=None).delete()
        _store(regulation, month, [draft for draft in drafts if (draft.layout, draft.key) not in kept])
    remind(month, now=now)
    return month


def _store(regulation: Regulation, month: StatisticsMonth, drafts: Iterable[Draft]) -> None:
    wanted = list(drafts)
    persons = Individual.objects.in_bulk({draft.individual for draft in wanted})
    made = []
    for draft in wanted:
        row = StatisticsRow(month=month, layout=draft.layout, key=draft.key, values=dict(draft.values))
        row.individual = persons[draft.individual]
        judge(row, regulation.layout(draft.layout), month.period)
        made.append(row)
    if made:
        statements.insert(made)


def judge(row: StatisticsRow, layout: Layout, period: date) -> None:
    """Sets what is wrong with it and where that leaves it."""
    found = [*_wrong_person(row, layout, period), *layout.wrong(row.values)]
    row.deviation = " ".join(found)[:500]
    row.state = RowState.DEVIATING if found else RowState.WAITING


def _wrong_person(row: StatisticsRow, layout: Layout, period: date) -> Iterable[str]:
    person, last = row.individual, facts.last_day(period)
    if person.is_protected and not row.is_looked_at:
        yield PROTECTED
    if not _is_number(person, last):
        yield "PERSONNR: inget giltigt personnummer eller samordningsnummer."
    # A decision goes on for no one who is dead; what was done before the death is told.
    if person.deceased_on and person.deceased_on < (last if layout.is_ongoing else period):
        yield "Personen var avliden."


def _is_number(person: Individual, last: date) -> bool:
    try:
        found = identity.parse(person.identity_number, today=max(last, person.born_on or last))
    except identity.InvalidIdentity:
        return False
    return found.type in ("personnummer", "samordningsnummer") and found.type == person.identity_type


def page(month: StatisticsMonth) -> str:
    return reverse("integrations:statistics_month", args=[month.public_id])


def _unfinished() -> list[StatisticsMonth]:
    """With something that waits, deviates or has not gone."""
    rows = StatisticsRow.objects.filter(month=OuterRef("pk"), state__in=(RowState.WAITING, RowState.DEVIATING))
    files = StatisticsFile.objects.filter(month=OuterRef("pk"), state=FileState.APPROVED)
    return list(StatisticsMonth.objects.filter(Exists(rows) | Exists(files)))


def remind(month: StatisticsMonth, *, now: datetime) -> None:
    """A stopp as long as something waits for a person, another when the last day is near or has been."""
    rows, address = StatisticsRow.objects.filter(month=month), page(month)
    odd, waiting = (rows.filter(state=state).count() for state in (RowState.DEVIATING, RowState.WAITING))
    if not (odd or waiting or StatisticsFile.objects.filter(month=month, state=FileState.APPROVED).exists()):
        incidents.resolve_for_page(page=address, now=now, note="Allt är avgjort och lämnat.")
        return
    title = f"{versions.get(month.regulation).title}, {month.period:%Y-%m}"
    if odd or waiting:
        text = f"Statistik till Socialstyrelsen ({title}): {waiting} rader väntar på godkännande och {odd} avviker."
        incidents.open_incident(code="approval", text=text, group=GROUP, page=address, now=now)
    today = timezone.localdate(now)
    if today > month.due_on:
        _late(month, f"{title}: sista dagen var {month.due_on}. Kontakta Socialstyrelsen och lämna snarast.", now)
    elif today >= month.due_on - WARNING:
        _late(month, f"{title} ska lämnas senast {month.due_on} och är inte lämnad.", now)


def _late(month: StatisticsMonth, text: str, now: datetime) -> None:
    incidents.open_incident(code="deadline", text=text, group=GROUP, page=page(month), now=now)
