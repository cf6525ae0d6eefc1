"""Checks a decision file before it is used: structure, types, functions, and what its tables leave out."""

from collections.abc import Iterable

from workflows.dmn.analysis import Effort, analyse
from workflows.dmn.model import Model
from workflows.dmn.reader import Reader
from workflows.findings import Finding


def check(data: bytes, filename: str, others: Iterable[bytes] = ()) -> list[Finding]:
    """Every finding at once; an empty list when the file can be used. Never raises, whatever the bytes are."""
    reader = Reader(filename)
    model = reader.read(data, others)
    findings = [*reader.findings, *reader.remarks]
    if not any(finding.severity == "error" for finding in reader.findings):
        findings += _analysed(model, filename)
    return findings


def _analysed(model: Model, filename: str) -> list[Finding]:
    """What the tables leave out; all of them together may cost so much and no more."""
    effort = Effort()
    return [remark.finding(filename) for table in model.tables for remark in analyse(table, model, effort)]
