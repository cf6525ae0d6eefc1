"""How each row of a batch went, as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from web import spreadsheets

ACCEPTED, CHANGED, UNCHANGED, REFUSED = "ny", "ändrad", "oförändrad", "avvisad"
HEADER = ("rad", "id", "utfall", "kolumn", "orsak")


@dataclass(frozen=True)
class Outcome:
    """`reason` says why a row was refused, or what there is to know about one that was taken in."""

    line: int
    key: str
    what: str
    column: str = ""
    reason: str = ""


class Report:
    """Written while the rows are taken in, compressed as it grows."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.noted = 0
        self._made = io.BytesIO()
        self._file = gzip.GzipFile(fileobj=self._made, mode="wb", compresslevel=3, mtime=0)
        self._text = io.TextIOWrapper(self._file, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text, delimiter=";", lineterminator="\r\n")
        self._writer.writerow(HEADER)

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.what] += 1
        if outcome.what == REFUSED:
            self.reasons[outcome.reason] += 1
        else:
            self.noted += bool(outcome.reason)
        told = (outcome.line, outcome.key, outcome.what, outcome.column, outcome.reason)
        self._writer.writerow(spreadsheets.row(told))

    def finished(self) -> bytes:
        self._text.close()
        return self._made.getvalue()

    def summary(self) -> str:
        """The reasons for refusing rows, the most common first."""
        told = [f"{count} rader: {reason}" for reason, count in self.reasons.most_common(3)]
        return " ".join(told) + (" …" if len(self.reasons) > 3 else "")


def read(packed: bytes) -> Iterator[Outcome]:
    text = io.TextIOWrapper(gzip.GzipFile(fileobj=io.BytesIO(packed)), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=";")
    next(reader)
    return (Outcome(int(line), key, what, column, reason) for line, key, what, column, reason in reader)
