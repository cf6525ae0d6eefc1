"""What one can do with a decision table, as typed edits of its XML; what an edit does not speak of is left as it was.

Rows and columns are counted from 0, input columns first and output columns after them, as they stand in the table.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workbench.table_text import IN, OUT, Impossible, Sheet, Table

__all__ = ["DOWN", "IN", "OUT", "UP", "Edit", "Impossible", "Table", "edited"]

UP, DOWN = -1, 1
NOTES = "Varför"


@dataclass(frozen=True, kw_only=True)
class SetCell:
    row: int
    column: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SetNote:
    """Why the row is there; shown beside the answer."""

    row: int
    text: str


@dataclass(frozen=True, kw_only=True)
class AddRow:
    """A row that everything passes, or with `cells` in its input columns."""

    row: int
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveRow:
    row: int
    way: int


@dataclass(frozen=True, kw_only=True)
class CopyRow:
    row: int


@dataclass(frozen=True, kw_only=True)
class RemoveRow:
    row: int


@dataclass(frozen=True, kw_only=True)
class AddColumn:
    """A new column last among those of its side."""

    side: str
    label: str
    text: str = ""
    """Of an input its expression, of an output its name."""
    type: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveColumn:
    column: int
    way: int


@dataclass(frozen=True, kw_only=True)
class RemoveColumn:
    column: int


@dataclass(frozen=True, kw_only=True)
class SetColumn:
    """`properties`: label, text (an input's expression, an output's name), type, values, default (an output's)."""

    column: int
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetTable:
    """`properties`: hitPolicy, aggregation."""

    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetDecision:
    """`properties`: name, description, and text for a decision that is one expression."""

    properties: dict[str, str] = field(default_factory=dict)


Edit = (
    SetCell
    | SetNote
    | AddRow
    | MoveRow
    | CopyRow
    | RemoveRow
    | AddColumn
    | MoveColumn
    | RemoveColumn
    | SetColumn
    | SetTable
    | SetDecision
)


def edited(text: str, decision_id: str, edits: list[Edit]) -> str:
    """The file after the edits; the same text when they change nothing. Impossible when one cannot be made."""
    sheet = Sheet(text)
    before = sheet.written()
    for edit in edits:
        decision = sheet.decision(decision_id)
        if decision is None:
            raise Impossible("Beslutet finns inte längre i filen.")
        if isinstance(edit, SetDecision):
            _set_decision(sheet, decision, edit)
        else:
            table = sheet.logic(decision)
            if table is None or sheet.kind(table) != "decisionTable":
                raise Impossible("Beslutet är ingen tabell.")
            _EDITS[type(edit)](Table(sheet, table), edit)
    after = sheet.written()
    return text if after == before else after


# -- cells -------------------------------------------------------------------------------------------------------------


def _set_cell(table: Table, edit: SetCell) -> None:
    cells = table.cells(table.rule(edit.row))
    if not 0 <= edit.column < len(cells):
        raise Impossible("Cellen finns inte: raden har för få celler.")
    table.sheet.put_text(cells[edit.column], edit.text)


def _set_note(table: Table, edit: SetNote) -> None:
    """A description that said the same as the annotation goes on doing so."""
    rule, sheet = table.rule(edit.row), table.sheet
    old = table.note(rule)
    if old == edit.text:
        return
    description = sheet.child(rule, "description")
    if description is not None and (description.text or "").strip() == old:
        description.text = edit.text
    entries = sheet.children(rule, "annotationEntry")
    if entries:
        sheet.put_text(entries[0], edit.text)
        return
    _make_notes(table)
    sheet.put_text(sheet.children(rule, "annotationEntry")[0], edit.text)


def _make_notes(table: Table) -> None:
    """A column of annotations, for every row keeps its place in it."""
    sheet = table.sheet
    if not sheet.children(table.element, "annotation"):
        sheet.put(table.element, _after(table.element, table.columns), sheet.make("annotation", name=NOTES))
    for rule in table.rules:
        if not sheet.children(rule, "annotationEntry"):
            sheet.put(rule, len(rule), sheet.make("annotationEntry", table.note(rule)))


def _after(parent: etree._Element, found: list[etree._Element]) -> int:
    """The place just after the last of some children; first when there is none."""
    return parent.index(found[-1]) + 1 if found else 0


# -- rows --------------------------------------------------------------------------------------------------------------


def _add_row(table: Table, edit: AddRow) -> None:
    sheet, rules = table.sheet, table.rules
    row = min(max(edit.row, 0), len(rules))
    rule_id = sheet.free_id(f"{table.stem()}_rad")
    rule = sheet.make("rule", id=rule_id)
    place = table.element.index(rules[row]) if row < len(rules) else _after_rules(table)
    sheet.put(table.element, place, rule)
    for number in range(len(table.inputs)):
        text = edit.cells[number] if number < len(edit.cells) else "-"
        sheet.put(rule, len(rule), sheet.make("inputEntry", text, id=sheet.free_id(f"{rule_id}_i")))
    for _ in table.outputs:
        sheet.put(rule, len(rule), sheet.make("outputEntry", "", id=sheet.free_id(f"{rule_id}_u")))
    if sheet.children(table.element, "annotation"):
        sheet.put(rule, len(rule), sheet.make("annotationEntry", ""))


def _after_rules(table: Table) -> int:
    notes = table.sheet.children(table.element, "annotation")
    return _after(table.element, table.rules or notes or table.columns)


def _move_row(table: Table, edit: MoveRow) -> None:
    rules = table.rules
    table.rule(edit.row)
    _swap(rules, edit.row, edit.row + edit.way, "Raden")


def _swap(found: list[etree._Element], here: int, there: int, what: str) -> None:
    if not 0 <= there < len(found):
        raise Impossible(f"{what} står redan " + ("först." if there < here else "sist."))
    first, second = found[min(here, there)], found[max(here, there)]
    parent = first.getparent()
    assert parent is not None  # noqa: S101  siblings have one
    tails = first.tail, second.tail
    places = parent.index(first), parent.index(second)
    parent.insert(places[0], second)
    parent.insert(places[1], first)
    second.tail, first.tail = tails


def _copy_row(table: Table, edit: CopyRow) -> None:
    rule, sheet = table.rule(edit.row), table.sheet
    new = copy.deepcopy(rule)
    new.tail = None
    rule_id = sheet.free_id(f"{table.stem()}_rad")
    new.set("id", rule_id)
    sheet.put(table.element, table.element.index(rule) + 1, new)
    for number, part in enumerate(part for part in new.iterdescendants() if part.get("id")):
        part.set("id", f"{rule_id}_{number + 1}")


def _remove_row(table: Table, edit: RemoveRow) -> None:
    table.sheet.take(table.rule(edit.row))


# -- columns -----------------------------------------------------------------------------------------------------------


def _add_column(table: Table, edit: AddColumn) -> None:
    sheet = table.sheet
    column = sheet.make(edit.side, id=sheet.free_id(f"{table.stem()}_{'in' if edit.side == IN else 'ut'}"))
    found = table.inputs if edit.side == IN else table.outputs
    place = _after(table.element, found or (table.inputs if edit.side == OUT else []))
    sheet.put(table.element, place, column)
    if edit.side == IN:
        sheet.put(column, 0, sheet.make("inputExpression", edit.text, id=sheet.free_id(f"{column.get('id')}_uttryck")))
    number = len(found) + (len(table.inputs) if edit.side == OUT else 0)
    for rule in table.rules:
        entries = sheet.children(rule, f"{edit.side}Entry")
        before = entries or (sheet.children(rule, "inputEntry") if edit.side == OUT else [])
        entry = sheet.make(f"{edit.side}Entry", "-" if edit.side == IN else "", id=_cell_id(sheet, rule, edit.side))
        sheet.put(rule, _after(rule, before or sheet.children(rule, "description")), entry)
    text = {"text": edit.text} if edit.side == OUT else {}
    _set_column(table, SetColumn(column=number, properties={"label": edit.label, "type": edit.type, **text}))


def _cell_id(sheet: Sheet, rule: etree._Element, side: str) -> str:
    return sheet.free_id(f"{rule.get('id') or 'rad'}_{'i' if side == IN else 'u'}")


def _side(table: Table, number: int) -> tuple[list[etree._Element], int, str]:
    table.column(number)
    inputs = table.inputs
    return (inputs, number, IN) if number < len(inputs) else (table.outputs, number - len(inputs), OUT)


def _move_column(table: Table, edit: MoveColumn) -> None:
    columns, here, side = _side(table, edit.column)
    _swap(columns, here, here + edit.way, "Kolumnen")
    for rule in table.rules:
        entries = table.sheet.children(rule, f"{side}Entry")
        if max(here, here + edit.way) < len(entries):
            _swap(entries, here, here + edit.way, "Kolumnen")


def _remove_column(table: Table, edit: RemoveColumn) -> None:
    columns, here, side = _side(table, edit.column)
    if len(columns) == 1:
        raise Impossible("Tabellen måste ha minst en kolumn med " + ("villkor." if side == IN else "svar."))
    table.sheet.take(columns[here])
    for rule in table.rules:
        entries = table.sheet.children(rule, f"{side}Entry")
        if here < len(entries):
            table.sheet.take(entries[here])


def _set_column(table: Table, edit: SetColumn) -> None:
    column, sheet, new = table.column(edit.column), table.sheet, edit.properties
    _, _, side = _side(table, edit.column)
    if "label" in new:
        _set_attribute(column, "label", new["label"])
    typed = column
    if side == IN:
        typed = _expression(sheet, column)
        if "text" in new:
            sheet.put_text(typed, new["text"])
    elif "text" in new:
        _set_attribute(column, "name", new["text"])
    if "type" in new:
        _set_attribute(typed, "typeRef", new["type"])
    for name, child in (("values", f"{side}Values"), ("default", "defaultOutputEntry")):
        if name in new:
            _set_part(sheet, column, child, new[name])


def _expression(sheet: Sheet, column: etree._Element) -> etree._Element:
    found = sheet.child(column, "inputExpression")
    if found is None:
        found = sheet.make("inputExpression")
        sheet.put(column, 0, found)
    return found


def _set_attribute(element: etree._Element, name: str, value: str) -> None:
    if value:
        element.set(name, value)
    elif name in element.attrib:
        del element.attrib[name]


def _set_part(sheet: Sheet, column: etree._Element, name: str, text: str) -> None:
    """Allowed values or what is answered when no row fits; empty takes it away. The schema wants values first."""
    part = sheet.child(column, name)
    if not text:
        if part is not None:
            sheet.take(part)
    elif part is not None:
        sheet.put_text(part, text)
    else:
        before = [child for child in column if sheet.kind(child) in ("inputExpression", "outputValues")]
        place = _after(column, before) if name != "outputValues" else 0
        sheet.put(column, place, sheet.make(name, text, id=sheet.free_id(f"{column.get('id') or 'kolumn'}_varden")))


# -- the table and its decision ----------------------------------------------------------------------------------------


def _set_table(table: Table, edit: SetTable) -> None:
    for name, value in edit.properties.items():
        _set_attribute(table.element, name, value)


def _set_decision(sheet: Sheet, decision: etree._Element, edit: SetDecision) -> None:
    new = edit.properties
    if "name" in new:
        decision.set("name", new["name"])
    if "description" in new:
        found = sheet.child(decision, "description")
        if found is not None:
            found.text = new["description"]
        elif new["description"]:
            made = sheet.make("description")
            made.text = new["description"]
            sheet.put(decision, 0, made)
    if "text" in new:
        logic = sheet.logic(decision)
        if logic is None or sheet.kind(logic) != "literalExpression":
            raise Impossible("Beslutet är inget uttryck.")
        sheet.put_text(logic, new["text"])


_EDITS: dict[type, Callable[[Table, Any], None]] = {
    SetCell: _set_cell,
    SetNote: _set_note,
    AddRow: _add_row,
    MoveRow: _move_row,
    CopyRow: _copy_row,
    RemoveRow: _remove_row,
    AddColumn: _add_column,
    MoveColumn: _move_column,
    RemoveColumn: _remove_column,
    SetColumn: _set_column,
    SetTable: _set_table,
}
