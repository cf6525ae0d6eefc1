"""How a decision came about, in words for those who work in the ärende; the JSON is told in workflows/explained.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from web import swedish

POLICIES = {
    "UNIQUE": "Bara en rad får stämma.",
    "FIRST": "Den första raden som stämmer gäller.",
    "ANY": "Flera rader får stämma om de svarar lika.",
    "PRIORITY": "Stämmer flera rader gäller det viktigaste svaret.",
    "RULE ORDER": "Alla rader som stämmer svarar, i tabellens ordning.",
    "OUTPUT ORDER": "Alla rader som stämmer svarar, de viktigaste först.",
    "COLLECT": "Alla rader som stämmer räknas in i svaret.",
}
TEXT = re.compile(r'"([^"]*)"')
TEXTS = re.compile(r'\s*"[^"]*"(\s*,\s*"[^"]*")*\s*')


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class Cell:
    """What a row demands of one of the values."""

    label: str
    text: str
    is_fit: bool


@dataclass(frozen=True)
class Row:
    """A hit with all that it demands and its answer, or a miss with what did not fit."""

    number: int
    is_hit: bool
    cells: list[Cell]
    answer: str
    why: str


@dataclass(frozen=True)
class Table:
    policy: str
    inputs: list[Fact]
    rows: list[Row]


@dataclass(frozen=True)
class DecisionRow:
    """One decision as the page tells it; `answers` instead of `answer` where it has several parts.

    `required` are those it is built on.
    """

    anchor: str
    name: str
    at: datetime | None
    version: int
    answer: str
    answers: list[Fact]
    tables: list[Table]
    inputs: list[Fact]
    notes: list[str]
    required: list[DecisionRow] = field(default_factory=list)


def row(decision: Mapping[str, Any], name: str, at: datetime | None, anchor: str) -> DecisionRow:
    """`name` is what the step is called in the diagram."""
    version, answer = decision.get("version", 0), decision["answer"]
    parts = answer if isinstance(answer, dict) else {}
    required = decision.get("required", {})
    return DecisionRow(
        anchor=anchor,
        name=name,
        at=at,
        version=version,
        answer="" if parts else words(answer),
        answers=[Fact(key, words(value)) for key, value in parts.items()],
        tables=[_table(table) for table in decision["tables"]],
        inputs=[Fact(key, words(value)) for key, value in decision.get("reads", {}).items()],
        notes=[note["message"] for note in decision.get("notes", ())],
        required=[row({**part, "version": version}, part["name"], None, anchor) for part in required.values()],
    )


def words(value: object) -> str:
    """A plain value in Swedish, on one line."""
    if value is None:
        return "saknas"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, list):
        return ", ".join(map(words, value)) or "inget"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {words(item)}" for key, item in value.items()) or "inget"
    return _time_words(str(value)) if value else "–"


def _time_words(text: str) -> str:
    """A date or moment as one says it, any other text as it is."""
    try:
        if len(text) == len("2026-11-27"):
            return swedish.date(date.fromisoformat(text))
        moment = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return text
    if moment is None or moment.tzinfo is None:
        return text
    return f"{swedish.day_of(moment)} {swedish.clock(moment)}"


def _table(table: Mapping[str, Any]) -> Table:
    columns = table["columns"]
    return Table(
        policy=POLICIES.get(table["policy"], ""),
        inputs=[Fact(_label(column), words(column["value"])) for column in columns if "value" in column],
        rows=[_row(item, columns) for item in table["rows"]],
    )


def _row(item: Mapping[str, Any], columns: list[dict[str, Any]]) -> Row:
    cells = [Cell(_label(columns[cell["column"]]), _readable(cell["text"]), cell["fits"]) for cell in item["cells"]]
    answers = [_readable(text) for text in item.get("answers", ())]
    return Row(item["row"], item["hit"], cells, ", ".join(filter(None, answers)), " ".join(item.get("why", ())))


def _label(column: Mapping[str, Any]) -> str:
    return str(column["label"] or column["text"])


def _readable(cell: str) -> str:
    """The cell as written, but for what everyone can read: `"a", "b"` is a eller b, `true` is ja."""
    if TEXTS.fullmatch(cell):
        return " eller ".join(text or "–" for text in TEXT.findall(cell))
    return {"true": "ja", "false": "nej", "null": "saknas"}.get(cell, cell)
