"""What the table editor's page shows of one decision: its columns and rows, what is wrong where, and its examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from workbench import table_examples
from workbench.form_page import Conflict
from workbench.table_drawing import Drawing, drawing
from workbench.table_edits import IN, Table
from workbench.table_examples import Example, Tried
from workbench.table_text import Sheet
from workflows import dmn
from workflows.dmn.analysis import Missing, missing_rows
from workflows.findings import Finding

MOST_ROWS, MOST_FIELDS = 100, 800
"""A page holds no more controls than one post may bring: half for rows, half for examples."""
BLANK_EXAMPLES = 1
TYPES = {
    "": "Inget särskilt",
    "string": "Text",
    "number": "Tal",
    "boolean": "Ja eller nej",
    "date": "Datum",
    "dateTime": "Datum och klockslag",
    "time": "Klockslag",
    "dayTimeDuration": "Hur länge",
}
POLICIES = {
    "UNIQUE": "Precis en rad får stämma",
    "FIRST": "Första raden som stämmer gäller",
    "ANY": "Flera får stämma om de svarar lika",
    "PRIORITY": "Det viktigaste svaret gäller",
    "COLLECT": "Alla svar samlas",
    "RULE ORDER": "Alla svar, i radernas ordning",
    "OUTPUT ORDER": "Alla svar, viktigast först",
}
AGGREGATIONS = {
    "": "Alla svar i en lista",
    "SUM": "Summan",
    "MIN": "Det minsta",
    "MAX": "Det största",
    "COUNT": "Antalet",
}
_LETTERS = {
    "U": "UNIQUE",
    "F": "FIRST",
    "A": "ANY",
    "P": "PRIORITY",
    "C": "COLLECT",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
}


@dataclass(frozen=True)
class Column:
    """`text` is what an input asks for, an output's name; `values` those it can have, `default` when no row fits."""

    number: int
    side: str
    label: str
    text: str
    type: str
    type_title: str
    values: str
    default: str
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        return self.label or self.text or ("Villkor" if self.side == IN else "Svar")


@dataclass(frozen=True)
class Cell:
    name: str
    text: str
    label: str
    is_wrong: bool


@dataclass(frozen=True)
class Row:
    number: int
    cells: tuple[Cell, ...]
    note: str
    findings: tuple[Finding, ...]
    is_hit: bool


@dataclass(frozen=True)
class Shown:
    example: Example
    tried: Tried
    number: int


@dataclass(frozen=True)
class Grid:
    """A decision that is a table."""

    policy: str
    policies: Mapping[str, str]
    aggregation: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    pages: tuple[tuple[int, str, bool], ...]
    missing: tuple[Missing, ...]
    examples: tuple[Shown, ...]

    @property
    def inputs(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.side == IN)


@dataclass(frozen=True)
class Page:
    title: str
    description: str
    decision: str
    drawing: Drawing
    findings: tuple[Finding, ...]
    grid: Grid | None
    expression: str | None
    other: str
    open: Column | None
    known: tuple[str, ...]
    revision: int
    is_fixed: bool
    can_undo: bool = False
    told: str = ""
    refused: str = ""
    conflict: Conflict | None = None


@dataclass(frozen=True)
class Around:
    """What is known beside the file's own text."""

    file: str
    others: Sequence[bytes]
    findings: Sequence[Finding]
    parameters: Mapping[str, Any]
    known: tuple[str, ...]
    now: datetime
    first_row: int = 0


def page(text: str, decision_id: str, opened: int | None, around: Around, **more: Any) -> Page:
    """The page of a decision in the file; the first one when it has none by that id."""
    sheet = Sheet(text)
    decision = sheet.decision(decision_id)
    if decision is None:
        decision = next(iter(sheet.decisions()), None)
    found = _Findings(sheet, decision, around)
    logic = sheet.logic(decision) if decision is not None else None
    kind = sheet.kind(logic) if logic is not None else ""
    name = decision.get("id", "") if decision is not None else ""
    grid = None
    if decision is not None and logic is not None and kind == "decisionTable":
        grid = _grid(text, Table(sheet, logic), decision, found, around)
    columns = grid.columns if grid else ()
    if grid and grid.missing:
        found.drop_gaps()
    description = sheet.child(decision, "description") if decision is not None else None
    return Page(
        title=(decision.get("name") or name) if decision is not None else around.file,
        description=(description.text or "").strip() if description is not None else "",
        decision=name,
        drawing=drawing(sheet, name),
        findings=found.left(),
        grid=grid,
        expression=sheet.text(logic) if kind == "literalExpression" else None,
        other=_xml(logic) if logic is not None and kind not in ("decisionTable", "literalExpression") else "",
        open=columns[opened] if opened is not None and 0 <= opened < len(columns) else None,
        known=around.known,
        **more,
    )


def _xml(logic: etree._Element) -> str:
    return etree.tostring(logic, encoding="unicode", pretty_print=True, with_tail=False)


class _Findings:
    """What is said of the decision, by the element it is about; each is handed out once."""

    def __init__(self, sheet: Sheet, decision: etree._Element | None, around: Around) -> None:
        self._found: dict[str, list[Finding]] = defaultdict(list)
        inside = {part.get("id") for part in decision.iter() if part.get("id")} if decision is not None else set()
        elsewhere = {part.get("id") for part in sheet.root.iter() if part.get("id")} - inside
        for finding in around.findings:
            if finding.file == around.file and finding.element not in elsewhere:
                self._found[finding.element].append(finding)

    def of(self, elements: Iterable[etree._Element], *more: str) -> tuple[Finding, ...]:
        names = [*(name for element in elements if (name := element.get("id"))), *more]
        found = [finding for name in names for finding in self._found.pop(name, ())]
        return tuple(finding for finding in found if not finding.code.startswith("gap-"))

    def drop_gaps(self) -> None:
        """The gaps are told as the rows that are missing."""
        for element, found in self._found.items():
            self._found[element] = [finding for finding in found if not finding.code.startswith("gap")]

    def left(self) -> tuple[Finding, ...]:
        return tuple(finding for found in self._found.values() for finding in found)


def _grid(text: str, table: Table, decision: etree._Element, found: _Findings, around: Around) -> Grid:
    columns = tuple(_columns(table, found))
    inputs = [column for column in columns if column.side == IN]
    written = table_examples.read(decision, table.inputs)
    most = max(MOST_FIELDS // (len(inputs) + 2), 1)
    if len(written) < most:
        written += [Example("", ("",) * len(inputs))] * BLANK_EXAMPLES
    written = written[:most]
    outcomes = table_examples.tried(
        text, decision.get("id", ""), written, around.others, {"parametrar": around.parameters}, around.now
    )
    hits = {number for outcome in outcomes for number in outcome.hits}
    count = len(table.rules)
    start = around.first_row if around.first_row < count else 0
    shown = max(min(MOST_ROWS, MOST_FIELDS // (len(columns) + 1)), 1)
    rows = tuple(_rows(table, columns, found, hits, start, shown))
    policy = table.element.get("hitPolicy") or "UNIQUE"
    policy = _LETTERS.get(policy, policy)
    return Grid(
        policy=policy,
        policies=POLICIES | ({} if policy in POLICIES else {policy: policy}),
        aggregation=table.element.get("aggregation", ""),
        columns=columns,
        rows=rows,
        pages=tuple(_pages(count, start, shown)),
        missing=missing(text, decision.get("id", ""), around.others),
        examples=tuple(Shown(example, outcomes[number], number) for number, example in enumerate(written)),
    )


def missing(text: str, decision_id: str, others: Sequence[bytes]) -> tuple[Missing, ...]:
    """Rows that the table lacks; none when it cannot be read."""
    try:
        model = dmn.load(text.encode(), others)
    except dmn.DmnError:
        return ()
    logic = model.decisions[decision_id].logic if decision_id in model.decisions else None
    return tuple(missing_rows(logic, model)) if isinstance(logic, dmn.DecisionTable) else ()


def _columns(table: Table, found: _Findings) -> Iterator[Column]:
    sheet = table.sheet
    for number, element in enumerate(table.columns):
        side = sheet.kind(element)
        expression = sheet.child(element, "inputExpression")
        typed = expression if side == IN and expression is not None else element
        kind = typed.get("typeRef") or ""
        yield Column(
            number=number,
            side=side,
            label=element.get("label", ""),
            text=sheet.text(expression) if side == IN else element.get("name", ""),
            type=kind,
            type_title=TYPES.get(kind, kind),
            values=sheet.text(sheet.child(element, f"{side}Values")),
            default=sheet.text(sheet.child(element, "defaultOutputEntry")),
            findings=found.of([element, *element]),
        )


def _pages(count: int, start: int, shown: int) -> Iterator[tuple[int, str, bool]]:
    """The first row of each page, what it shows, and whether it is this one; none when all fit on one."""
    for first in range(0, count, shown) if count > shown else ():
        yield first, f"Rad {first + 1}–{min(first + shown, count)}", first == start


def _rows(
    table: Table, columns: Sequence[Column], found: _Findings, hits: set[int], start: int, shown: int
) -> Iterator[Row]:
    for number, rule in enumerate(table.rules[start : start + shown], start):
        cells = table.cells(rule)
        wrong = [found.of([cell]) for cell in cells]
        name = rule.get("id") or f"{table.element.get('id')} rad {number + 1}"
        yield Row(
            number=number,
            cells=tuple(
                Cell(f"c-{number}-{at}", table.sheet.text(cell), f"{column.title}, rad {number + 1}", bool(wrong[at]))
                for at, (cell, column) in enumerate(zip(cells, columns, strict=False))
            ),
            note=table.note(rule),
            findings=(
                *found.of([rule], name, f"{name} indata", f"{name} utdata"),
                *(one for part in wrong for one in part),
            ),
            is_hit=number + 1 in hits,
        )
