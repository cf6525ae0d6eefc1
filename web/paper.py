"""PDF that screen readers can read and archives can keep (PDF/UA-1 and PDF/A-2a), set by Typst with fonts of its own.

What people have written reaches Typst as JSON and is shown as text; none of it is ever part of the source.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from web import swedish

SOURCE = Path(__file__).with_name("paper.typ")
DRAWING = Path(__file__).with_name("drawing.typ")
STANDARDS: list[Any] = ["a-2a", "ua-1"]
MISSING = "□"
PRACTICE = "ÖVNING"
NOTE = f"Tecken som inte går att skriva ut, till exempel emojier, är ersatta med {MISSING}. De syns på skärmen."
# What the fonts have and the standards therefore allow; measured, and tried by a test. Nothing that is written from
# right to left or put together: Typst 0.15 can break on mixtures of such.
UNPRINTABLE = re.compile(
    "[^\n\x20-\x7e\u00a0-\u00ac\u00ae-\u024f\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-"
    "\u2040\u2044-\u2052\u2054-\u205e\u2074-\u208e\u2090-\u209c\u20a0-\u20bf\u2100-\u211e\u2190-\u22ff\u2500-\u2606]+"
)
BARE = re.compile("[^\n\x20-\x7e\u00a0-\u00ac\u00ae-\u00ff]+")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A question and its answer; `rows` where it is answered by a list."""

    label: str
    value: str = ""
    rows: Sequence[Row] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    label: str
    entries: Sequence[Entry]


@dataclass(frozen=True, kw_only=True)
class Table:
    """`head` names the columns, the first of which names the rows; `rows` are as wide."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """`lines` are a list, after the entries; then a picture, and the table that says what it shows."""

    heading: str
    level: int = 1
    lead: str = ""
    entries: Sequence[Entry] = ()
    lines: Sequence[str] = ()
    picture: Picture | None = None
    table: Table | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`mark` stands at the top of each page, `foot` at the bottom with the words of `numbered`; `size` is in points."""

    title: str
    mark: str
    foot: str
    at: datetime.datetime
    sections: list[Section] = field(default_factory=list)
    size: float = 10.5
    language: str = "sv"
    numbered: tuple[str, str] = ("Sida", "av")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing as SVG, as large as it is meant to be, in points."""

    title: str
    svg: str
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Pictures on a page each, lying: `size` is a3 or a4."""

    title: str
    mark: str
    foot: str
    at: datetime.datetime
    size: str
    pictures: Sequence[Picture]


def pdf(paper: Paper) -> bytes:
    """Some hundredths of a second; a second for a hundred pages."""
    return _compiled(SOURCE, lambda unprintable: _data(paper, unprintable))


def drawn(drawing: Drawing) -> bytes:
    """What is drawn stays lines and letters, which can be enlarged and searched."""

    def data(unprintable: re.Pattern[str]) -> dict[str, Any]:
        told = _around(drawing) | {"size": drawing.size, "pictures": [asdict(one) for one in drawing.pictures]}
        return _all_printable(told, unprintable) | _date(drawing.at)

    return _compiled(DRAWING, data)


def _compiled(source: Path, data: Callable[[re.Pattern[str]], dict[str, Any]]) -> bytes:
    import typst

    for unprintable in (UNPRINTABLE, BARE):
        try:
            made = typst.compile(
                source.read_bytes(),
                format="pdf",
                pdf_standards=STANDARDS,
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data(unprintable))},
            )
        except BaseException as problem:
            if unprintable is BARE or isinstance(problem, KeyboardInterrupt | SystemExit | GeneratorExit):
                raise
        else:
            return bytes(made)
    raise AssertionError


def _data(paper: Paper, unprintable: re.Pattern[str]) -> dict[str, Any]:
    told = _around(paper) | {"sections": [asdict(section) for section in paper.sections], "numbered": paper.numbered}
    told = _all_printable(told, unprintable)
    if MISSING in json.dumps(told["sections"], ensure_ascii=False):
        told["sections"].append(asdict(Section(heading="Om utskriften", lead=NOTE)))
    return told | _date(paper.at) | {"size": paper.size, "lang": paper.language.partition("-")[0]}


def _around(paper: Paper | Drawing) -> dict[str, Any]:
    """What stands around the pages."""
    return {
        "title": paper.title.strip() or "Utskrift",
        "author": settings.FORLOPP_MUNICIPALITY_NAME or "Förlopp",
        "mark": " · ".join(filter(None, [PRACTICE if settings.FORLOPP_PRACTICE else "", paper.mark])),
        "foot": paper.foot,
    }


def _date(at: datetime.datetime) -> dict[str, Any]:
    local = at.astimezone(swedish.STOCKHOLM)
    return {"date": {part: getattr(local, part) for part in ("year", "month", "day", "hour", "minute", "second")}}


def _printable(text: str, unprintable: re.Pattern[str]) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    return unprintable.sub(MISSING if unprintable is UNPRINTABLE else "?", text)


def _all_printable(told: dict[str, Any], unprintable: re.Pattern[str]) -> dict[str, Any]:
    return {key: _each_text(value, lambda text: _printable(text, unprintable)) for key, value in told.items()}


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(part, change) for key, part in value.items()}
    return [_each_text(part, change) for part in value] if isinstance(value, list | tuple) else value
