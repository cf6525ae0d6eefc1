"""Examples of a table: what comes in, which rows fit, what is answered and whether that is what was expected.

They stand in the decision itself, as an extension that other tools carry along: so they travel with the rule they show,
are approved with it, and need no file of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from workbench.table_edits import Table
from workbench.table_text import Sheet
from workflows import dmn, feel
from workflows.views.decisions import words

NAMESPACE = "http://forlopp.se/dmn/exempel"
MOST = 50
_GIVEN = "indata_"
_WORDS = {"ja": "true", "nej": "false"}
_MOMENTS = frozenset({"date", "time", "dateTime", "dayTimeDuration", "yearMonthDuration"})


@dataclass(frozen=True)
class Example:
    """`given` are the values of the input columns as they were written, `expected` the answer in words or nothing."""

    name: str
    given: tuple[str, ...]
    expected: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.name and not self.expected and not any(self.given)


@dataclass(frozen=True)
class Tried:
    """What a table made of an example: rows counted from 1, the answer in words, and why other rows did not fit."""

    answer: str = ""
    hits: tuple[int, ...] = ()
    misses: tuple[str, ...] = ()
    problem: str = ""
    is_expected: bool | None = None


def read(decision: etree._Element, columns: Sequence[etree._Element]) -> list[Example]:
    """The examples of a decision, with a value for each of its input columns."""
    found = []
    for element in decision.iter(f"{{{NAMESPACE}}}exempel"):
        values = {part.get("kolumn", ""): part.text or "" for part in element.iter(f"{{{NAMESPACE}}}indata")}
        given = tuple(values.get(_name(column, number), "") for number, column in enumerate(columns))
        found.append(Example(element.get("namn", ""), given, element.get("svar", "")))
    return found[:MOST]


def write(sheet: Sheet, decision: etree._Element, columns: Sequence[etree._Element], examples: list[Example]) -> None:
    """Puts the examples in place of those there were; the file stays as it is when they are the same."""
    wanted = [example for example in examples if not example.is_blank][:MOST]
    if wanted == read(decision, columns):
        return
    for old in list(decision.iter(f"{{{NAMESPACE}}}alla")):
        sheet.take(old)
    if not wanted:
        return
    made = etree.Element(f"{{{NAMESPACE}}}alla", nsmap={"forlopp": NAMESPACE})
    for example in wanted:
        attributes = {"namn": example.name, "svar": example.expected}
        one = etree.SubElement(made, f"{{{NAMESPACE}}}exempel", {key: text for key, text in attributes.items() if text})
        for number, column in enumerate(columns):
            if number < len(example.given) and example.given[number]:
                part = etree.SubElement(one, f"{{{NAMESPACE}}}indata", kolumn=_name(column, number))
                part.text = example.given[number]
    holder = sheet.child(decision, "extensionElements")
    if holder is None:
        holder = sheet.make("extensionElements")
        sheet.put(decision, 0 if sheet.child(decision, "description") is None else 1, holder)
    sheet.put(holder, len(holder), made)


def _name(column: etree._Element, number: int) -> str:
    """What a value belongs to: the column's id, so that it follows when columns are moved."""
    return column.get("id") or str(number + 1)


def tried(
    text: str,
    decision_id: str,
    examples: Sequence[Example],
    others: Sequence[bytes],
    known: Mapping[str, Any],
    now: datetime,
) -> list[Tried]:
    """Each example run through the table as it stands. `known` are values that do not come from a column."""
    sheet = Sheet(text)
    decision = sheet.decision(decision_id)
    logic = sheet.logic(decision) if decision is not None else None
    if logic is None or sheet.kind(logic) != "decisionTable":
        return [Tried()] * len(examples)
    table = Table(sheet, logic)
    types = []
    for number, column in enumerate(table.inputs):
        expression = sheet.child(column, "inputExpression")
        types.append("" if expression is None else (expression.get("typeRef") or "").rpartition(":")[2])
        if expression is not None:
            # What is told of it has the name that its owner knows.
            column.set("label", column.get("label") or "".join(map(str, expression.itertext())).strip())
            sheet.put_text(expression, f"{_GIVEN}{number}")
    try:
        model = dmn.load(sheet.written().encode(), others)
    except dmn.DmnError as problem:
        return [Tried(problem=problem.message_sv)] * len(examples)
    return [_one(model, decision_id, example, types, known, now) for example in examples]


def _one(
    model: dmn.Model, decision_id: str, example: Example, types: Sequence[str], known: Mapping[str, Any], now: datetime
) -> Tried:
    if example.is_blank:
        return Tried()
    given = {
        f"{_GIVEN}{n}": value(text, kind, now) for n, (text, kind) in enumerate(zip(example.given, types, strict=False))
    }
    try:
        result = dmn.evaluate(model, decision_id, {**known, **given}, now=now)
    except dmn.DmnError as problem:
        return Tried(problem=problem.message_sv)
    answer = words(feel.to_plain(result.value))
    expected = None if not example.expected else example.expected.strip().lower() == answer.lower()
    return Tried(answer, result.hits, tuple(_misses(result)), _notes(result), expected)


def _notes(result: dmn.Result) -> str:
    return " ".join(dict.fromkeys(note.message for note in result.diagnostics[:3]))


def _misses(result: dmn.Result) -> list[str]:
    """Of the rows tried that did not fit, the column that did not."""
    trace = result.tables[-1] if result.tables else None
    if trace is None:
        return []
    labels = [column.label for column in trace.table.inputs]
    return [
        f"Rad {number}: ”{labels[stop]}” ska vara {trace.table.rules[number - 1].tests[stop].text}"
        for number, stop in enumerate(trace.stops, 1)
        if stop >= 0
    ]


def value(text: str, kind: str, now: datetime) -> object:
    """What was written as a value of a kind: text needs no quotation marks, numbers may have a comma."""
    clean = text.strip()
    if not clean or clean == "null":
        return None
    if kind == "boolean":
        clean = _WORDS.get(clean.lower(), clean)
    if kind == "number":
        clean = clean.replace(",", ".")
    if kind in _MOMENTS or (kind == "string" and not clean.startswith('"')):
        return clean
    try:
        found = feel.evaluate(clean, {}, now=now)
    except feel.FeelError:
        found = None
    return feel.to_plain(found) if found is not None else clean
