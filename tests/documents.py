"""Reads the examples out of the documents, so that each is tried as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"(?P<value>.*?)(?:\s{2,}\((?P<reason>.*)\))?")
_TABLE = re.compile(r"<!-- tabell: (?P<name>\w+) (?P<policy>[A-Z ]+?)(?: (?P<aggregation>SUM|MIN|MAX|COUNT))? -->")
_ABOUT_COLUMNS = ("Typ", "Värden", "Annars")
_NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@dataclass(frozen=True)
class Example:
    """`text` ⇒ `value`, perhaps `(reason)`; an expression may go over several lines."""

    line: int
    text: str
    value: str
    reason: str


def read(document: str) -> str:
    return (DOCS / document).read_text(encoding="utf-8")


def blocks(document: str, kind: str) -> Iterator[tuple[int, str]]:
    """Line number and text of every fenced block of a kind."""
    text = read(document)
    for block in _BLOCK.finditer(text):
        if block[1] == kind:
            yield text[: block.start(2)].count("\n") + 1, block[2]


def examples(document: str, kind: str) -> list[Example]:
    return [example for first, block in blocks(document, kind) for example in _examples(first, block)]


def _examples(first: int, block: str) -> Iterator[Example]:
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
    assert not "".join(written).strip(), f"an expression without an answer in the block at line {first}"


# ---- decision tables


def models(document: str) -> dict[str, bytes]:
    """A file for each decision of a document: its tables, and the decisions of its XML blocks, by name."""
    found = {table[0]["name"]: _file(_decision(*table)) for table in _tables(read(document))}
    for _, block in blocks(document, "xml"):
        found |= dict.fromkeys(re.findall(r'<decision id="(\w+)"', block), _file(block))
    return found


def _file(decisions: str) -> bytes:
    return f'<definitions xmlns="{_NAMESPACE}" id="d" name="d" namespace="d">{decisions}</definitions>'.encode()


def _tables(text: str) -> Iterator[tuple[re.Match[str], list[list[str]]]]:
    for said in _TABLE.finditer(text):
        lines = takewhile(lambda line: line.startswith("|"), text[said.end() + 1 :].splitlines())
        yield said, [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _decision(said: re.Match[str], rows: list[list[str]]) -> str:
    """Bold columns are outputs, slanted ones annotations; the rows Typ, Värden and Annars are about whole columns."""
    header, _, *rest = rows
    special = {row[0]: [_plain(cell) for cell in row] for row in rest if row[0] in _ABOUT_COLUMNS}
    about = [special.get(name, [""] * len(header))[1:] for name in _ABOUT_COLUMNS]
    columns = zip(header[1:], *about, strict=True)
    rules = "".join(_rule(header[1:], row[1:]) for row in rest if row[0] not in special)
    together = f'aggregation="{said["aggregation"]}"' if said["aggregation"] else ""
    return (
        f'<decision id="{said["name"]}" name="{said["name"]}"><decisionTable id="{said["name"]}_tabell" '
        f'hitPolicy="{said["policy"]}" {together}>{"".join(_column(*column) for column in columns)}{rules}'
        "</decisionTable></decision>"
    )


def _rule(header: list[str], row: list[str]) -> str:
    return f"<rule>{''.join(_cell(name, cell) for name, cell in zip(header, row, strict=True))}</rule>"


def _plain(cell: str) -> str:
    return cell.replace("`", "")


def _column(name: str, kind: str, allowed: str, default: str) -> str:
    kind = f" typeRef={quoteattr(kind)}" if kind else ""
    if name.startswith("**"):
        parts = _optional("outputValues", allowed) + _optional("defaultOutputEntry", default)
        return f"<output name={quoteattr(name.strip('*'))}{kind}>{parts}</output>"
    if name.startswith("*"):
        return f"<annotation name={quoteattr(name.strip('*'))}/>"
    parts = f"<inputExpression{kind}><text>{escape(name)}</text></inputExpression>" + _optional("inputValues", allowed)
    return f"<input>{parts}</input>"


def _optional(kind: str, text: str) -> str:
    return f"<{kind}><text>{escape(text)}</text></{kind}>" if text else ""


def _cell(column: str, cell: str) -> str:
    kind = "outputEntry" if column.startswith("**") else "annotationEntry" if column.startswith("*") else "inputEntry"
    return f"<{kind}><text>{escape(_plain(cell))}</text></{kind}>"
