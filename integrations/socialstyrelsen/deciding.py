"""What the one who answers for the statistics decides: put a row right, leave it out, approve the month."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from integrations import configuration
from integrations.models import StatisticsFile, StatisticsMonth, StatisticsRow
from integrations.models.socialstyrelsen import RowState
from integrations.socialstyrelsen import preparing, versions
from integrations.socialstyrelsen.layouts import Layout, Regulation
from people.models import Staff

OPEN = (RowState.DEVIATING, RowState.WAITING)


class Refused(Exception):
    """What was asked cannot be done, in Swedish."""


class AlreadyDecided(Refused):
    """Raden är redan avgjord."""


def correct(row: StatisticsRow, told: Mapping[str, str], *, by: Staff, now: datetime) -> str:
    """What still deviates, '' when it waits for approval. Raises Refused."""
    layout = versions.get(row.month.regulation).layout(row.layout)
    names = [column.name for column in layout.asked]
    row.values = row.values | {name: told[name].strip() for name in names if name in told}
    row.is_looked_at = row.individual.is_protected
    preparing.judge(row, layout, row.month.period)
    _decide(row, {"values": row.values, "is_looked_at": row.is_looked_at}, row.state, row.deviation, by=by, now=now)
    return row.deviation


def leave_out(row: StatisticsRow, *, reason: str, by: Staff, now: datetime) -> None:
    """Raises Refused."""
    _decide(row, {"note": reason[:500]}, RowState.EXCLUDED, row.deviation, by=by, now=now)


def _decide(
    row: StatisticsRow, values: Mapping[str, object], state: str, deviation: str, *, by: Staff, now: datetime
) -> None:
    if row.individual.is_protected and not by.may_see_protected:
        raise Refused("Raden gäller någon med skyddade personuppgifter. Den som får se dem avgör.")
    change = {**values, "state": state, "deviation": deviation, "decided_by": by, "decided_at": now}
    with transaction.atomic():
        if StatisticsRow.objects.filter(pk=row.pk, state__in=OPEN).update(**change) != 1:
            raise AlreadyDecided(AlreadyDecided.__doc__)
        preparing.remind(row.month, now=now)


def approve(month: StatisticsMonth, *, by: Staff, now: datetime) -> list[StatisticsFile]:
    """A file for each layout of all that waits, numbered after those before. Twice is once. Raises Refused."""
    regulation = versions.get(month.regulation)
    if not is_compared(regulation):
        raise Refused(
            f"Ingen har jämfört filerna med bilagorna till {regulation.title}. IT skriver {regulation.key} i "
            "inställningen compared när det är gjort."
        )
    _judge_again(month, regulation, now=now)
    with transaction.atomic():
        # Whoever comes second waits here, and finds nothing that waits.
        StatisticsMonth.objects.select_for_update().get(pk=month.pk)
        rows = StatisticsRow.objects.filter(month=month)
        if rows.filter(state=RowState.DEVIATING).exists():
            raise Refused("Avgör först de rader som avviker.")
        made = [_file(month, layout, by=by, now=now) for layout in regulation.layouts]
        preparing.remind(month, now=now)
    return [file for file in made if file]


def _judge_again(month: StatisticsMonth, regulation: Regulation, *, now: datetime) -> None:
    """Somebody may have been protected, or got another number, since the rows were made."""
    waiting = StatisticsRow.objects.filter(month=month, state=RowState.WAITING)
    odd = []
    for row in waiting.select_related("individual"):
        preparing.judge(row, regulation.layout(row.layout), month.period)
        odd += [row] if row.deviation else []
    if odd:
        StatisticsRow.objects.bulk_update(odd, ["state", "deviation"], batch_size=200)
        preparing.remind(month, now=now)


def is_compared(regulation: Regulation) -> bool:
    """The demo sends to nobody but its simulator."""
    return settings.FORLOPP_DEMO or regulation.key in configuration.of("socialstyrelsen").words("compared")


def _file(month: StatisticsMonth, layout: Layout, *, by: Staff, now: datetime) -> StatisticsFile | None:
    waiting = StatisticsRow.objects.filter(month=month, layout=layout.key, state=RowState.WAITING)
    rows = list(waiting.select_related("individual").order_by("key"))
    if not rows:
        return None
    number = StatisticsFile.objects.filter(month=month, layout=layout.key).count() + 1
    content = layout.written((row.individual.identity_number, row.values) for row in rows)
    file = StatisticsFile.objects.create(
        month=month,
        layout=layout.key,
        number=number,
        name=layout.name(str(settings.FORLOPP_MUNICIPALITY_CODE), month.period, number),
        digest=hashlib.sha256(content).hexdigest(),
        content=gzip.compress(content, mtime=0),
        rows=len(rows),
        approved_by=by,
        approved_at=now,
    )
    for line, row in enumerate(rows, 1):
        row.state, row.file, row.line = RowState.DELIVERED, file, line
    StatisticsRow.objects.bulk_update(rows, ["state", "file", "line"], batch_size=200)
    return file
