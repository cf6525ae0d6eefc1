"""Takes in a batch: chunk by chunk, each in a transaction of its own, with an outcome for every row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from integrations.batches import columns, files, revisions
from integrations.batches.files import FileRefused, Row
from integrations.batches.report import REFUSED, UNCHANGED, Outcome, Report
from integrations.models import Batch, BatchContent, BatchState
from workflows.services import incidents

log = logging.getLogger(__name__)

CHUNK = 1_000
MOST_TRIES = 4
TORN = "Raden har fel antal kolumner. Den kan vara avhuggen."


@dataclass
class Line:
    """One row that could be read. `notes` are what there is to know of it, `outcome` what became of it."""

    number: int
    key: str
    digest: str
    values: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    outcome: str = ""


@dataclass(frozen=True)
class Refusal:
    """A row that a person must look at."""

    line: Line
    column: str
    reason: str


@dataclass(frozen=True)
class Kind:
    """What a file may hold, and what is done with its rows.

    `take` stores a chunk, in a transaction: it sets the outcome of every line that it takes and gives those it refuses.
    `told` is called with the lines of a chunk when they are stored, `ended` with the batch when all are; both may be
    called again about the same. `key` tells of a row's values what names it. `group` gets the rows that were refused.
    """

    system: str
    name: str
    title: str
    columns: Mapping[str, str]
    key: Callable[[Mapping[str, Any]], str]
    take: Callable[[Sequence[Line], Batch, datetime], Iterable[Refusal]]
    group: str
    told: Callable[[Sequence[Line], Batch], None] = lambda _lines, _batch: None
    ended: Callable[[Batch], None] = lambda _batch: None


_kinds: dict[tuple[str, str], Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.system, kind.name] = kind


def kinds(system: str) -> dict[str, Kind]:
    """Those of a system, by name."""
    return {name: kind for (owner, name), kind in _kinds.items() if owner == system}


def readers(system: str) -> set[str]:
    """The professions that its files are shown to, beside IT."""
    return {kind.group for kind in kinds(system).values()} | {incidents.IT}


def page(batch: Batch) -> str:
    return reverse("integrations:batch", args=[batch.system, batch.public_id])


def read_received(system: str, *, clock: Callable[[], datetime]) -> None:
    """Read what has been received and not been read, also what a process left when it died; the oldest first."""
    for batch in Batch.objects.filter(system=system, state=BatchState.RECEIVED).order_by("pk"):
        read(batch, now=clock())


def read(batch: Batch, *, now: datetime) -> Batch:
    """Take in every row. The same again, also at the same time, comes to the same."""
    kind = _kinds[batch.system, batch.kind]
    content = BatchContent.objects.get(batch=batch)
    report = Report()
    try:
        found = files.rows(bytes(content.raw), kind.columns, is_json=batch.is_json)
    except FileRefused as problem:
        return refuse(batch, str(problem), now=now)
    seen: dict[str, tuple[int, str]] = {}
    while chunk := list(islice(found, CHUNK)):
        _take_chunk(kind, batch, chunk, seen, report, now)
    kind.ended(batch)
    return _concluded(kind, batch, report, now)


def refuse(batch: Batch, problem: str, *, now: datetime) -> Batch:
    """The whole of it cannot be read: IT hears of it once."""
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.REFUSED, problem=problem[:1000], done_at=now)
    batch.refresh_from_db()
    incidents.open_incident(
        code="file", text=f"Filen {batch.name}: {problem}", group=incidents.IT, page=page(batch), now=now
    )
    return batch


# -- inside ------------------------------------------------------------------------------------------------------------


def _take_chunk(
    kind: Kind, batch: Batch, chunk: list[Row], seen: dict[str, tuple[int, str]], report: Report, now: datetime
) -> None:
    outcomes: dict[int, Outcome] = {}
    lines = list(_lines(kind, chunk, seen, outcomes))
    for refusal in _taken(kind, batch, lines, now):
        line = refusal.line
        outcomes[line.number] = Outcome(line.number, line.key, REFUSED, refusal.column, refusal.reason)
    kept = [line for line in lines if line.number not in outcomes]
    for line in kept:
        outcomes[line.number] = Outcome(line.number, line.key, line.outcome, "", " ".join(line.notes))
    kind.told(kept, batch)
    for number in sorted(outcomes):
        report.add(outcomes[number])


def _taken(kind: Kind, batch: Batch, lines: list[Line], now: datetime) -> list[Refusal]:
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with transaction.atomic():
                return list(kind.take(lines, batch, now))
        except IntegrityError:
            # Somebody else wrote the same rows in the same moment: now they are there to be compared with.
            if attempt == MOST_TRIES:
                raise
            for line in lines:
                line.notes.clear()
    raise AssertionError


def _lines(
    kind: Kind, chunk: list[Row], seen: dict[str, tuple[int, str]], outcomes: dict[int, Outcome]
) -> Iterator[Line]:
    """Those that can be read and were not said before in the same file; of the others an outcome."""
    first = next(iter(kind.columns))
    for number, told in chunk:
        try:
            values = columns.read(kind.columns, told) if told else _torn()
        except columns.RowRefused as problem:
            named = columns.shown(told.get(first, ""))
            outcomes[number] = Outcome(number, named, REFUSED, problem.column, problem.reason)
            continue
        line = Line(number, kind.key(values), revisions.digest(values), values)
        earlier = seen.setdefault(line.key, (number, line.digest))
        if earlier[0] == number:
            yield line
        elif earlier[1] == line.digest:
            outcomes[number] = Outcome(number, line.key, UNCHANGED, "", f"Samma rad som rad {earlier[0]}.")
        else:
            reason = f"Samma id står på rad {earlier[0]} med andra uppgifter."
            outcomes[number] = Outcome(number, line.key, REFUSED, first, reason)


def _torn() -> dict[str, Any]:
    raise columns.RowRefused("", TORN)


def _concluded(kind: Kind, batch: Batch, report: Report, now: datetime) -> Batch:
    counts = report.counts
    BatchContent.objects.filter(batch=batch).update(report=report.finished())
    Batch.objects.filter(pk=batch.pk).update(
        state=BatchState.DONE,
        problem="",
        rows=counts.total(),
        accepted=counts["ny"],
        changed=counts["ändrad"],
        unchanged=counts[UNCHANGED],
        refused=counts[REFUSED],
        noted=report.noted,
        done_at=now,
    )
    batch.refresh_from_db()
    if batch.refused:
        text = f"{batch.name}: {batch.refused} av {batch.rows} rader kunde inte tas emot. {report.summary()}"
        incidents.open_incident(code="rows", text=text, group=kind.group, page=page(batch), now=now)
    else:
        incidents.resolve_for_page(page=page(batch), now=now, note="Alla rader är inlästa.")
    log.info("%s: batch %s read: %s rows, %s refused", batch.system, batch.public_id, batch.rows, batch.refused)
    return batch
