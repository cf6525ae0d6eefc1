"""What comes back: a receipt of a file, and the rows that were rejected, which are a person's again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.batches.importing import Kind, Line, Refusal, register
from integrations.batches.report import ACCEPTED, UNCHANGED
from integrations.models import Batch, StatisticsFile, StatisticsMonth, StatisticsRow
from integrations.models.socialstyrelsen import FileState, RowState
from integrations.reading import without_numbers
from integrations.socialstyrelsen import preparing

RECEIPT_COLUMNS = {"fil": "id!", "kvittens": "id!", "mottagen": "moment!", "rader": "whole!"}
REJECT_COLUMNS = {"fil": "id!", "rad": "whole!", "kolumn": "text", "orsak": "text!"}
NO_FILE = "Vi har inte lämnat någon sådan fil."
NO_ROW = "Filen har ingen sådan rad."
OTHER_COUNT = "Mottagaren har räknat ett annat antal rader än vi lämnade."


def take_receipts(lines: Sequence[Line], _batch: Batch, _now: datetime) -> Iterator[Refusal]:
    files = _files(lines)
    for line in lines:
        file, told = files.get(line.values["fil"]), line.values
        if file is None:
            yield Refusal(line, "fil", NO_FILE)
        elif told["rader"] != file.rows:
            yield Refusal(line, "rader", OTHER_COUNT)
        else:
            sent = StatisticsFile.objects.filter(pk=file.pk, state=FileState.SENT)
            values = {"state": FileState.RECEIVED, "received_at": told["mottagen"], "receipt": told["kvittens"]}
            line.outcome = ACCEPTED if sent.update(**values) else UNCHANGED


def take_rejects(lines: Sequence[Line], _batch: Batch, _now: datetime) -> Iterator[Refusal]:
    """A row that somebody has decided about since, or that has gone in a later file, is not touched."""
    files = _files(lines)
    rows = StatisticsRow.objects.filter(file__in=files.values(), line__in=[line.values["rad"] for line in lines])
    held = {(row.file_id, row.line): row for row in rows}
    for line in lines:
        file, told = files.get(line.values["fil"]), line.values
        if file is None:
            yield Refusal(line, "fil", NO_FILE)
        elif told["rad"] < 1 or told["rad"] > file.rows:
            yield Refusal(line, "rad", NO_ROW)
        else:
            row = held.get((file.pk, told["rad"]))
            line.outcome = ACCEPTED if row and _reject(row, told) else UNCHANGED


def _reject(row: StatisticsRow, told: Mapping[str, Any]) -> bool:
    said = without_numbers(f"{told['kolumn']}: {told['orsak']}".removeprefix(": "))
    delivered = StatisticsRow.objects.filter(pk=row.pk, file=row.file_id, state=RowState.DELIVERED)
    # Decided from now on: made again from what we know, it would be rejected again.
    return bool(delivered.update(state=RowState.DEVIATING, deviation=f"Avvisad. {said}"[:500]))


def _files(lines: Sequence[Line]) -> dict[str, StatisticsFile]:
    names = {line.values["fil"] for line in lines}
    return {file.name: file for file in StatisticsFile.objects.filter(name__in=names)}


def conclude(_batch: Batch) -> None:
    """Those whose rows came back are for a person again."""
    now = timezone.now()
    for month in StatisticsMonth.objects.filter(rows__state=RowState.DEVIATING).distinct():
        preparing.remind(month, now=now)


def _reject_key(told: Mapping[str, Any]) -> str:
    return f"{told['fil']} {told['rad']} {told['kolumn']}"[:200]


register(
    Kind(
        "socialstyrelsen",
        "avvisade",
        "Avvisade rader",
        REJECT_COLUMNS,
        key=_reject_key,
        take=take_rejects,
        group=preparing.GROUP,
        ended=conclude,
    )
)
register(
    Kind(
        "socialstyrelsen",
        "kvittens",
        "Kvittenser",
        RECEIPT_COLUMNS,
        key=lambda told: f"{told['fil']} {told['kvittens']}"[:200],
        take=take_receipts,
        group=preparing.GROUP,
    )
)
