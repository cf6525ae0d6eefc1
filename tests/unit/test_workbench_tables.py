"""Editing a decision table: what one did not touch is as it was, and the file can be read after every edit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from workbench import table_editing, table_examples, table_page
from workbench.table_drawing import drawing
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
    edited,
)
from workbench.table_examples import Example
from workbench.table_new import new_table
from workbench.table_text import NotATable, Sheet
from workflows import dmn

FILES = sorted(Path(__file__).resolve().parents[2].glob("bpmn/*/*.dmn"))
NOW = datetime(2026, 11, 28, tzinfo=UTC)
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
TWO = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- ett annat verktyg -->
<definitions xmlns="{DMN}" xmlns:x="http://annat.example/" namespace="n" name="Två">
  <inputData id="besok" name="besok"><variable name="besok"/></inputData>
  <decision id="tyngd" name="Tyngd"><informationRequirement><requiredInput href="#besok"/></informationRequirement>
    <literalExpression><text>besok * 2</text></literalExpression></decision>
  <decision id="bemanning" name="Bemanning"><extensionElements><x:egen a="1"/></extensionElements>
    <informationRequirement><requiredDecision href="#tyngd"/></informationRequirement>
    <decisionTable id="t" hitPolicy="UNIQUE" x:bredd="7">
      <input id="i1" label="Tyngd"><inputExpression typeRef="number"><text>tyngd</text></inputExpression></input>
      <output id="o1" name="personal" typeRef="number"/>
      <rule id="r1"><inputEntry id="a"><text><![CDATA[> 10]]></text></inputEntry>
        <outputEntry id="b"><text>2</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="c"><text>&lt; 5</text></inputEntry>
        <outputEntry id="d"><text>1</text></outputEntry></rule>
    </decisionTable></decision>
  <decision id="rutor" name="Rutor"><context><contextEntry><literalExpression><text>1</text></literalExpression>
    </contextEntry></context></decision>
</definitions>
"""


def canonical(text: str) -> str:
    return etree.tostring(etree.fromstring(text.encode()), method="c14n").decode()


def table(text: str, decision: str) -> dmn.DecisionTable:
    logic = dmn.load(text.encode()).decisions[decision].logic
    assert isinstance(logic, dmn.DecisionTable)
    return logic


def cells(text: str, decision: str = "bemanning") -> list[list[str]]:
    return [[cell.text for cell in (*rule.tests, *rule.outputs)] for rule in table(text, decision).rules]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_table_is_the_same_after_it_has_been_read_and_written(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert canonical(Sheet(text).written()) == canonical(text)
    for decision in Sheet(text).decisions():
        assert (
            edited(
                text, decision.get("id", ""), [SetCell(row=0, column=0, text=cells(text, decision.get("id", ""))[0][0])]
            )
            == text
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "there_and_back",
    [
        [AddRow(row=1), RemoveRow(row=1)],
        [CopyRow(row=0), RemoveRow(row=1)],
        [MoveRow(row=0, way=DOWN), MoveRow(row=1, way=UP)],
        [AddColumn(side=OUT, label="Ny", text="ny"), RemoveColumn(column=-1)],
        [SetNote(row=0, text="x"), SetNote(row=0, text="")],
    ],
    ids=lambda edits: type(edits[0]).__name__,
)
def test_every_edit_leaves_a_file_that_can_be_read(path: Path, there_and_back: list[Edit]) -> None:
    text = path.read_text(encoding="utf-8")
    decision = Sheet(text).decisions()[0].get("id", "")
    before = table(text, decision)
    new = edited(text, decision, there_and_back[:1])
    assert not [item for item in dmn.check(new.encode(), "") if item.code in ("cell-count", "not-xml", "duplicate-id")]
    last = there_and_back[1]
    if isinstance(last, RemoveColumn):
        last = RemoveColumn(column=len(before.inputs) + len(before.outputs))
    after = table(edited(new, decision, [last]), decision)
    assert [[part.text for part in rule.tests] for rule in after.rules] == [
        [part.text for part in rule.tests] for rule in before.rules
    ]
    assert [[part.text for part in rule.outputs] for rule in after.rules] == [
        [part.text for part in rule.outputs] for rule in before.rules
    ]


def test_what_belongs_to_others_stays() -> None:
    new = edited(TWO, "bemanning", [SetCell(row=1, column=0, text="<= 10"), AddRow(row=0, cells=("null",))])
    for kept in (
        "<!-- ett annat verktyg -->",
        'x:egen a="1"',
        'x:bredd="7"',
        "<![CDATA[> 10]]>",
        "<contextEntry>",
        "besok * 2",
    ):
        assert kept in new
    assert cells(new) == [["null", ""], ["> 10", "2"], ["<= 10", "1"]]


def test_columns_come_move_change_and_go_with_their_cells() -> None:
    new = edited(TWO, "bemanning", [AddColumn(side=IN, label="Natt", text="natt", type="boolean")])
    assert cells(new) == [["> 10", "-", "2"], ["< 5", "-", "1"]]
    new = edited(new, "bemanning", [SetCell(row=0, column=1, text="true"), MoveColumn(column=1, way=UP)])
    assert cells(new) == [["true", "> 10", "2"], ["-", "< 5", "1"]]
    assert [column.label for column in table(new, "bemanning").inputs] == ["Natt", "Tyngd"]
    changed = {"label": "På natten", "values": "true, false", "text": "natt2", "type": ""}
    new = edited(new, "bemanning", [SetColumn(column=0, properties=changed)])
    first = table(new, "bemanning").inputs[0]
    assert (first.label, first.expression.text, first.allowed.text if first.allowed else "") == (
        "På natten",
        "natt2",
        "true, false",
    )
    assert cells(edited(new, "bemanning", [RemoveColumn(column=0)])) == cells(TWO)
    with pytest.raises(Impossible, match="minst en"):
        edited(TWO, "bemanning", [RemoveColumn(column=1)])


def test_policy_notes_names_and_expressions() -> None:
    new = edited(
        TWO,
        "bemanning",
        [SetTable(properties={"hitPolicy": "COLLECT", "aggregation": "SUM"}), SetNote(row=1, text="Lugnt")],
    )
    assert (table(new, "bemanning").hit_policy, table(new, "bemanning").aggregation) == ("COLLECT", "SUM")
    assert [rule.annotations for rule in table(new, "bemanning").rules] == [(), ("Lugnt",)]
    new = edited(TWO, "tyngd", [SetDecision(properties={"text": "besok * 3", "name": "Ny", "description": "Om"})])
    assert dmn.load(new.encode()).evaluate("tyngd", {"besok": 2}, now=NOW).value == 6
    with pytest.raises(Impossible):
        edited(TWO, "rutor", [SetDecision(properties={"text": "1"})])


@pytest.mark.parametrize("text", ["", "<a/>", "<definitions", "<!DOCTYPE x><definitions/>"])
def test_what_is_no_table_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotATable):
        Sheet(text)


# -- gaps and examples -------------------------------------------------------------------------------------------------


def test_a_gap_is_told_as_the_row_that_fills_it() -> None:
    found = table_page.missing(TWO, "bemanning", [])
    assert found[0].cells == ("[5..10]",)
    assert found[0].example == (("Tyngd", "[5..10]", "5"),)
    filled = edited(TWO, "bemanning", [AddRow(row=2, cells=found[0].cells), SetCell(row=2, column=1, text="1")])
    assert not [row for row in table_page.missing(filled, "bemanning", []) if "null" not in row.cells]


def tried(text: str, *given: str, expected: str = "") -> table_examples.Tried:
    return table_examples.tried(text, "bemanning", [Example("", given, expected)], [], {}, NOW)[0]


def test_an_example_says_which_row_fits_and_why_not_the_others() -> None:
    found = tried(TWO, "12", expected="2")
    assert (found.hits, found.answer, found.is_expected) == ((1,), "2", True)
    assert found.misses == ("Rad 2: ”Tyngd” ska vara < 5",)
    assert tried(TWO, "7", expected="2").is_expected is False
    assert tried(TWO, "7").hits == ()
    twice = edited(TWO, "bemanning", [CopyRow(row=0)])
    assert "träffar samtidigt" in tried(twice, "12").problem


@pytest.mark.parametrize(
    ("text", "kind", "means"),
    [
        ("hög", "string", "hög"), ('"hög"', "string", "hög"), ("12,5", "number", 12.5), ("ja", "boolean", True),
        ("2026-11-27", "date", "2026-11-27"), ("null", "string", None), ("", "number", None), ("hög", "", "hög"),
        ("3", "", 3), ('["a", "b"]', "", ["a", "b"]),
    ],
)  # fmt: skip
def test_values_are_written_as_one_speaks(text: str, kind: str, means: object) -> None:
    assert table_examples.value(text, kind, NOW) == means


def test_examples_are_kept_in_the_table_and_follow_their_columns() -> None:
    post = {"x-0-namn": "Tungt", "x-0-0": "12", "x-0-svar": "2"}
    new = table_editing.carried_out(TWO, "bemanning", post, lambda _text: []).text
    assert new.count("exempel namn=") == 1
    assert 'x:egen a="1"' in new
    moved = edited(new, "bemanning", [AddColumn(side=IN, label="Natt", text="natt"), MoveColumn(column=1, way=UP)])
    sheet = Sheet(moved)
    decision = sheet.decision("bemanning")
    assert decision is not None
    inputs = list(decision.iter(f"{{{DMN}}}input"))
    assert table_examples.read(decision, inputs) == [Example("Tungt", ("", "12"), "2")]
    assert dmn.check(new.encode(), "") == dmn.check(TWO.encode(), "")
    gone = table_editing.carried_out(
        new, "bemanning", {"x-0-namn": "", "x-0-0": "", "x-0-svar": ""}, lambda _text: []
    ).text
    assert "exempel" not in gone


def test_a_long_table_is_shown_a_hundred_rows_at_a_time() -> None:
    long = edited(TWO, "bemanning", [AddRow(row=9_999, cells=(f"{number}",)) for number in range(149)])
    around = table_page.Around("", [], [], {}, (), NOW, first_row=100)
    shown = table_page.page(long, "bemanning", None, around, revision=1, is_fixed=False)
    assert shown.grid is not None
    assert [row.number for row in shown.grid.rows] == list(range(100, 151))
    assert [text for _, text, _ in shown.grid.pages] == ["Rad 1–100", "Rad 101–151"]
    changed = table_editing.carried_out(long, "bemanning", {"c-150-1": "7"}, lambda _text: []).text
    assert cells(changed)[150][1] == "7"
    assert cells(changed)[:150] == cells(long)[:150]


def test_the_picture_has_what_is_asked_first_lowest() -> None:
    boxes = {box.id: box for box in drawing(Sheet(TWO), "bemanning").boxes}
    assert boxes["besok"].y > boxes["tyngd"].y > boxes["bemanning"].y
    assert boxes["bemanning"].is_current


def test_a_new_table_can_be_used_at_once() -> None:
    text = new_table("hur_ofta", "Hur ofta & när?")
    assert not [item for item in dmn.check(text.encode(), "") if item.severity == "error"]
    assert dmn.load(text.encode()).evaluate("hur_ofta", {"person": {"alder": 80}}, now=NOW).value == "skriv svaret"
