"""What the table editor's page posts, as edits: first what was written in cells and properties, then the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workbench import form_kinds, table_examples
from workbench.table_edits import (
    DOWN,
    IN,
    OUT,
    UP,
    AddColumn,
    AddRow,
    CopyRow,
    Edit,
    Impossible,
    MoveColumn,
    MoveRow,
    RemoveColumn,
    RemoveRow,
    SetCell,
    SetColumn,
    SetDecision,
    SetNote,
    SetTable,
    Table,
    edited,
)
from workbench.table_examples import Example
from workbench.table_page import BLANK_EXAMPLES
from workbench.table_text import Sheet
from workbench.written import clean

BUTTON, COLUMN, TRY = "gor", "kolumn", "prova"
_COLUMN_PROPERTIES = ("label", "text", "type", "values", "default")
_TABLE_PROPERTIES = ("hitPolicy", "aggregation")
_DECISION_PROPERTIES = ("name", "description", "text")
_PRESSED: dict[str, tuple[Callable[[int], Edit], str]] = {
    "rad-ny": (lambda row: AddRow(row=row), "En ny rad."),
    "rad-upp": (lambda row: MoveRow(row=row, way=UP), "Raden är flyttad uppåt."),
    "rad-ned": (lambda row: MoveRow(row=row, way=DOWN), "Raden är flyttad nedåt."),
    "rad-kopiera": (lambda row: CopyRow(row=row), "Raden är kopierad. Kopian står under."),
    "rad-bort": (lambda row: RemoveRow(row=row), "Raden är borttagen. Ångra ger tillbaka den."),
    "kolumn-fore": (lambda column: MoveColumn(column=column, way=UP), "Kolumnen är flyttad åt vänster."),
    "kolumn-efter": (lambda column: MoveColumn(column=column, way=DOWN), "Kolumnen är flyttad åt höger."),
    "kolumn-bort": (lambda column: RemoveColumn(column=column), "Kolumnen är borttagen. Ångra ger tillbaka den."),
}


@dataclass(frozen=True)
class Outcome:
    """The file afterwards, which column's properties show, where the cursor goes and what to say."""

    text: str
    open: int | None
    at: str
    told: str
    refused: str = ""


def carried_out(
    text: str, decision_id: str, post: Mapping[str, str], missing: Callable[[str], list[tuple[str, ...]]]
) -> Outcome:
    """`missing` gives the rows that a table lacks, by its text; asked when one of them is to be added."""
    opened = _number(post.get(COLUMN, ""))
    try:
        written = edited(text, decision_id, _written(text, decision_id, post, opened))
        written = _with_examples(written, decision_id, post)
    except Impossible as problem:
        return Outcome(text, opened, "", "", str(problem))
    verb, _, place = post.get(BUTTON, "").partition(":")
    number = _number(place)
    if verb == "oppna":
        return Outcome(written, number, "kolumnen", "")
    if verb == "stang":
        return Outcome(written, None, f"oppna-{opened}", "Sparat.")
    told = "Sparat." if written != text else ""
    try:
        return _button(written, decision_id, verb, number, post, missing) or Outcome(written, opened, "", told)
    except Impossible as problem:
        return Outcome(written, opened, "", "", str(problem))


def _button(
    text: str,
    decision_id: str,
    verb: str,
    number: int | None,
    post: Mapping[str, str],
    missing: Callable[[str], list[tuple[str, ...]]],
) -> Outcome | None:
    """None for a button that only saves."""
    opened = _number(post.get(COLUMN, ""))
    if verb in _PRESSED and number is not None:
        make, told = _PRESSED[verb]
        follows = {"kolumn-fore": -1, "kolumn-efter": 1}.get(verb, 0)
        still = None if verb == "kolumn-bort" or opened is None else opened + follows
        at = {"rad-upp": f"rad-{number - 1}", "rad-ned": f"rad-{number + 1}"}.get(verb, f"rad-{number}")
        new = edited(text, decision_id, [make(number)])
        return Outcome(new, still, at if verb.startswith("rad") else "", told)
    if verb == "lucka" and number is not None:
        found = missing(text)
        if number >= len(found):
            raise Impossible("Luckan finns inte längre.")
        new = edited(text, decision_id, [AddRow(row=1_000_000, cells=found[number])])
        return Outcome(new, opened, "rader", "En rad för luckan är tillagd sist. Skriv vad den ska svara.")
    if verb in ("ny-villkor", "ny-svar"):
        return _new_column(text, decision_id, IN if verb == "ny-villkor" else OUT, post)
    return None


def _new_column(text: str, decision_id: str, side: str, post: Mapping[str, str]) -> Outcome:
    label = clean(post.get("ny-rubrik", ""))
    if not label:
        raise Impossible("Skriv en rubrik för den nya kolumnen.")
    wanted = clean(post.get("ny-uttryck", "")) or form_kinds.key(label)
    new = edited(text, decision_id, [AddColumn(side=side, label=label, text=wanted)])
    table = _table(new, decision_id)
    number = (len(table.inputs) if table and side == IN else len(table.columns) if table else 1) - 1
    return Outcome(new, number, "kolumnen", "Kolumnen är tillagd.")


def _table(text: str, decision_id: str) -> Table | None:
    sheet = Sheet(text)
    decision = sheet.decision(decision_id)
    logic = sheet.logic(decision) if decision is not None else None
    return Table(sheet, logic) if logic is not None and sheet.kind(logic) == "decisionTable" else None


def _written(text: str, decision_id: str, post: Mapping[str, str], opened: int | None) -> list[Edit]:
    """An edit for everything that was written other than it stands."""
    found: list[Edit] = []
    decision = _posted(post, "d", _DECISION_PROPERTIES)
    if decision:
        found.append(SetDecision(properties=decision))
    table = _table(text, decision_id)
    if table is None:
        return found
    if settings := _posted(post, "t", _TABLE_PROPERTIES):
        if settings.get("hitPolicy", "COLLECT") != "COLLECT":
            settings["aggregation"] = ""
        found.append(SetTable(properties=settings))
    found += _written_rows(table, post)
    if opened is not None and 0 <= opened < len(table.columns):
        found.append(SetColumn(column=opened, properties=_posted(post, "k", _COLUMN_PROPERTIES)))
    return found


def _written_rows(table: Table, post: Mapping[str, str]) -> Iterator[Edit]:
    for row, rule in enumerate(table.rules):
        for column, cell in enumerate(table.cells(rule)):
            new = _clean(post.get(f"c-{row}-{column}"))
            if new is not None and new != table.sheet.text(cell):
                yield SetCell(row=row, column=column, text=new)
        note = _clean(post.get(f"n-{row}"))
        if note is not None and note != table.note(rule):
            yield SetNote(row=row, text=note)


def _posted(post: Mapping[str, str], mark: str, names: tuple[str, ...]) -> dict[str, str]:
    found = {name: _clean(post.get(f"{mark}-{name}")) for name in names}
    return {name: text for name, text in found.items() if text is not None}


def _clean(text: str | None) -> str | None:
    return clean(text) if text is not None else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None


def _with_examples(text: str, decision_id: str, post: Mapping[str, str]) -> str:
    table = _table(text, decision_id)
    if table is None or "x-0-namn" not in post:
        return text
    decision = table.sheet.decision(decision_id)
    assert decision is not None  # noqa: S101  it has a table
    before_examples = table_examples.read(decision, table.inputs)
    blank = Example("", ("",) * len(table.inputs))
    written = [_example(number, old, post) for number, old in enumerate([*before_examples, *[blank] * BLANK_EXAMPLES])]
    before = table.sheet.written()
    table_examples.write(table.sheet, decision, table.inputs, written)
    after = table.sheet.written()
    return text if after == before else after


def _example(number: int, old: Example, post: Mapping[str, str]) -> Example:
    """As it was written; one that the page did not show is as it was."""
    if f"x-{number}-namn" not in post:
        return old
    return Example(
        clean(post.get(f"x-{number}-namn", "")),
        tuple(clean(post.get(f"x-{number}-{column}", "")) for column in range(len(old.given))),
        clean(post.get(f"x-{number}-svar", "")),
    )
