"""Makes an event log in one of its formats; what it takes of memory is the same however long the time is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import IO

from followup.eventlog import frames, ocel, xes
from followup.eventlog.events import Reader
from followup.eventlog.pseudonyms import of_collection
from people.models import Staff
from people.services import access
from workflows.models import ProcessDefinition


@dataclass(frozen=True)
class Format:
    name: str
    ending: str
    content: str
    about: str


FORMATS = {
    "ocel": Format("OCEL 2.0", "json", "application/json", "objektcentrerad händelselogg, för processanalys"),
    "xes": Format("XES", "xes", "application/xml", "händelselogg med ett spår per ärende, för processanalys"),
    "parquet": Format("Parquet", "parquet", "application/vnd.apache.parquet", "tabell för R, Python och Power BI"),
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", "tabell som text"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`collection` names exports that are to have the same pseudonyms; '' is this one alone."""

    definition: ProcessDefinition
    first: datetime.date
    last: datetime.date
    format: str
    collection: str = ""

    @property
    def filename(self) -> str:
        return f"{self.definition.key}-{self.first}-{self.last}.{FORMATS[self.format].ending}"


def make(wanted: Wanted, out: IO[bytes], *, by: Staff | None, reason: str, now: datetime.datetime) -> None:
    """The row of the access log first: no log, no export."""
    access.record(
        staff=by,
        individual=None,
        action="export",
        object_type="eventlog",
        object_id=wanted.definition.key[:64],
        now=now,
        reason=f"{wanted.filename}: {reason}",
    )
    reader = Reader(wanted.definition, wanted.first, wanted.last, of_collection(wanted.collection))
    cases = reader.cases()
    if wanted.format == "ocel":
        ocel.write(cases, out)
    elif wanted.format == "parquet":
        frames.write_parquet(cases, out)
    else:
        title = wanted.definition.title
        parts = xes.written(cases, title=title, at=now) if wanted.format == "xes" else frames.csv_written(cases)
        for part in parts:
            out.write(part)
