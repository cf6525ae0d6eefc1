"""Checks a decision file before it is used: structure, types, and that cells can be read and know their functions."""

from collections.abc import Iterable

from workflows.dmn.reader import Reader
from workflows.findings import Finding


def check(data: bytes, filename: str, others: Iterable[bytes] = ()) -> list[Finding]:
    """Every finding at once; an empty list when the file can be used. Never raises, whatever the bytes are."""
    reader = Reader(filename)
    reader.read(data, others)
    return [*reader.findings, *reader.remarks]
