"""The table of bad inputs: inputs.toml read, and rendered as docs/bad-inputs.md by `python -m tests.bad_inputs`."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "inputs.toml"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "bad-inputs.md"
TOLD = ("edge", "status", "says", "code")
"""What a row says for its cases, and a case may say otherwise."""


@dataclass(frozen=True)
class Case:
    """One way to feed an input: `feed` is what the runner of the edge reads, the rest what must come of it."""

    number: int
    name: str
    edge: str
    status: int
    says: tuple[str, ...]
    code: str
    feed: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"


@dataclass(frozen=True)
class Row:
    """An input of the table; `kept` says what is left of what was sent, `proved_by` names heavier tests of the same."""

    number: int
    section: str
    what: str
    kept: str
    cases: tuple[Case, ...]
    proved_by: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    return tuple(_row(told) for told in tomllib.loads(FILE.read_text(encoding="utf-8"))["input"])


def cases() -> list[Case]:
    return [case for row in rows() for case in row.cases]


def _row(told: dict[str, Any]) -> Row:
    cases = tuple(_case(told, one) for written in told.get("case", ()) for one in _each(written))
    known = {"number", "section", "what", "kept", "case", "proved_by", *TOLD}
    assert told.keys() <= known, f"{told['number']}: {told.keys() - known}"
    proved_by = tuple(told.get("proved_by", ()))
    return Row(told["number"], told["section"], told["what"], told["kept"], cases, proved_by)


def _each(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A case with `each.x = [1, 2]` is two cases, with x = 1 and x = 2; several are combined."""
    each = written.get("each", {})
    plain = {key: value for key, value in written.items() if key != "each"}
    for chosen in itertools.product(*each.values()):
        name = " · ".join([plain.get("name", ""), *map(str, chosen)]).strip(" ·")
        yield {**plain, **dict(zip(each, chosen, strict=True)), "name": name}


def _case(row: dict[str, Any], written: dict[str, Any]) -> Case:
    told: dict[str, Any] = {key: written.get(key, row.get(key)) for key in TOLD}
    says = (told["says"],) if isinstance(told["says"], str) else tuple(told["says"])
    feed = {key: value for key, value in written.items() if key not in (*TOLD, "name")}
    return Case(row["number"], written["name"], told["edge"], told["status"], says, told["code"] or "", feed)


# ---- the document

HEAD = """# Felaktig indata: vad produkten svarar

Skriven av `python -m tests.bad_inputs` ur `tests/bad_inputs/inputs.toml`, och jämförd med den i varje testkörning.
Varje rad prövas genom produktens egna adresser. Gemensamt för alla: ett svar i 400-serien har en mening på svenska som
säger vad som är fel och var, inget är gjort till hälften, och loggen får en rad med en kod, utan adress,
personuppgifter och anropsstack. Ett utkast i verkstaden får vara fel: det sparas som det är (200), och det är
granskningen och publiceringen som vägras (422, [0055](decisions/0055-bad-inputs.md)).
"""


def text() -> str:
    parts = [HEAD]
    for section, found in itertools.groupby(rows(), key=lambda row: row.section):
        parts.append(f"\n## {section}\n\n| Nr | Det som kommer | Sätt | Svar | Vad som sägs | Vad som finns kvar |")
        parts.append("\n| --- | --- | --- | --- | --- | --- |\n")
        parts += [_line(row) for row in found]
    return "".join(parts)


def _line(row: Row) -> str:
    statuses = ", ".join(str(status) for status in sorted({case.status for case in row.cases}))
    said = list(dict.fromkeys(sentence for case in row.cases for sentence in case.says))
    shown = "<br>".join(map(_cell, said[:4])) + (f"<br>… och {len(said) - 4} till" if len(said) > 4 else "")
    also = "".join(f"<br>Också: `{name.partition('::')[2] or name}`" for name in row.proved_by)
    return f"| {row.number} | {_cell(row.what)} | {len(row.cases)} | {statuses} | {shown} | {_cell(row.kept)}{also} |\n"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
