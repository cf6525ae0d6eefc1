"""An event log as one table, a row for each event: CSV, and Parquet in which each column has its type."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from followup.eventlog.events import Case, Event
from web import spreadsheets

COLUMNS = (
    "arende", "person", "forlopp", "version", "arendets_lage", "utfall", "nr", "tid", "handelse", "steg", "element",
    "elementtyp", "overgang", "lage", "profession", "enhet", "orsak", "uppgift",
)  # fmt: skip
TOGETHER = 20_000
"""Rows in a group of Parquet's."""


def csv_written(cases: Iterable[Case]) -> Iterator[bytes]:
    """With commas, in UTF-8; moments in UTC."""
    yield _lines([COLUMNS])
    for case in cases:
        yield _lines((*row[:7], row[7].isoformat(), *row[8:]) for row in _rows(case))


def write_parquet(cases: Iterable[Case], out: IO[bytes]) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    types = {"version": arrow.int32(), "nr": arrow.int32(), "tid": arrow.timestamp("us", tz="UTC")}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in COLUMNS])
    rows = (row for case in cases for row in _rows(case))
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while part := list(islice(rows, TOGETHER)):
            columns = [
                arrow.array(column, one.type) for column, one in zip(zip(*part, strict=True), schema, strict=True)
            ]
            writer.write_batch(arrow.record_batch(columns, schema=schema))


def _rows(case: Case) -> Iterator[tuple[Any, ...]]:
    of_case = (case.id, case.person, case.course, case.version, case.state, case.outcome)
    for number, event in enumerate(case.events, 1):
        yield (*of_case, number, event.at, *_told(event))


def _told(event: Event) -> tuple[str, ...]:
    what = (event.what, event.name, event.element, event.type, event.lifecycle, event.state)
    return (*what, event.group, event.unit, event.code, event.task)


def _lines(rows: Iterable[tuple[Any, ...]]) -> bytes:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(map(spreadsheets.row, rows))
    return made.getvalue().encode()
