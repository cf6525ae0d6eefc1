"""Reads the examples out of the documents, so that each is tried as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"(?P<value>.*?)(?:\s{2,}\((?P<reason>.*)\))?")


@dataclass(frozen=True)
class Example:
    """`text` ⇒ `value`, for null perhaps `(reason)`; an expression may go over several lines."""

    line: int
    text: str
    value: str
    reason: str


def blocks(document: str, kind: str) -> Iterator[tuple[int, str]]:
    """Line number and text of every fenced block of a kind."""
    text = (DOCS / document).read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        if block[1] == kind:
            yield text[: block.start(2)].count("\n") + 1, block[2]


def examples(document: str, kind: str) -> Iterator[Example]:
    for first, block in blocks(document, kind):
        written: list[str] = []
        for line, text in enumerate(block.splitlines(), first):
            before, arrow, after = text.partition("⇒")
            written.append(before)
            if not arrow:
                continue
            answer = _ANSWER.fullmatch(after.strip())
            assert answer
            yield Example(line, "\n".join(written).strip(), answer["value"], answer["reason"] or "")
            written = []
        assert not "".join(written).strip(), f"{document}:{first} has an expression without an answer"
