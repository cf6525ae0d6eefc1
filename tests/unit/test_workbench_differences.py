"""Differences between two readings of a förlopp are told in words, and nothing that differs passes unseen."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import pages
from workbench import differences

FOLDER = pages.FORLOPP / "hembesok"
DIAGRAM = (FOLDER / "hembesok.bpmn").read_text()
FORM = (FOLDER / "forms" / "planera_besok.json").read_text()
SETTINGS = (FOLDER / "process.toml").read_text()


def told(name: str, old: str, new: str) -> list[tuple[str, str, str, str, str]]:
    found = differences.between({name: old}, {name: new})
    return [(one.how, one.element, one.what, one.before, one.after) for file in found for one in file.changes]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name="Gör besöket"', 'name="Besök"', ("changed", "gor_besok", "Namn", "Gör besöket", "Besök")),
        ('value="P2D"', 'value="P3D"', ("changed", "gor_besok", "forfaller", "P2D", "P3D")),
        ('isExecutable="true"', 'isExecutable="false"', ("changed", "", "", "", "")),
        (
            'id="f7" sourceRef="samla" targetRef="end_klart"',
            'id="f7" sourceRef="gor_besok" targetRef="end_klart"',
            ("new", "", "", "", ""),
        ),
    ],
)
def test_a_change_in_a_diagram_is_told_by_step(old: str, new: str, expected: tuple[str, ...]) -> None:
    assert expected in told("x.bpmn", DIAGRAM, DIAGRAM.replace(old, new))


def test_a_step_that_moves_to_another_profession_is_told_so() -> None:
    node = "<bpmn:flowNodeRef>gor_besok</bpmn:flowNodeRef>"
    plan = "<bpmn:flowNodeRef>planera_besok</bpmn:flowNodeRef>"
    moved = DIAGRAM.replace(node, "").replace(plan, plan + node)
    assert told("x.bpmn", DIAGRAM, moved) == [("changed", "gor_besok", "Profession", "sjukskoterska", "samordnare")]


def test_a_drawing_that_is_moved_alone_names_no_step() -> None:
    found = told("x.bpmn", DIAGRAM, DIAGRAM.replace('x="250" y="68"', 'x="260" y="68"'))
    assert found == [("changed", "", "", "", "")]


def test_questions_are_told_by_field() -> None:
    form = json.loads(FORM)
    form["fields"][0]["label"] = "När?"
    form["fields"][3]["item"].append({"key": "var", "type": "str", "label": "Var?"})
    del form["fields"][4]
    assert told("forms/x.json", FORM, json.dumps(form)) == [
        ("changed", "besoksdag", "Fråga", "Vilken dag?", "När?"),
        ("new", "hinder.var", "", "", ""),
        ("gone", "tolk", "", "", ""),
    ]


def test_settings_are_told_by_name() -> None:
    found = told("process.toml", SETTINGS, SETTINGS.replace("period_dagar = 14", "period_dagar = 21"))
    assert found == [("changed", "", "", "14", "21")]


def test_a_row_of_a_table_is_told_by_its_number_and_cells() -> None:
    rule = '<rule id="{}"><inputEntry><text>{}</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>'
    old = f"<definitions><decision><decisionTable>{rule.format('a', '&lt; 5')}</decisionTable></decision></definitions>"
    new = old.replace("&lt; 5", "&lt; 7").replace("</decisionTable>", rule.format("b", "-") + "</decisionTable>")
    assert told("x.dmn", old, new) == [("changed", "a", "", "< 5 | 1", "< 7 | 1"), ("new", "b", "", "", "- | 1")]


@given(st.dictionaries(st.sampled_from(["README.md", "a.bpmn", "forms/a.json", "process.toml", "a.dmn"]), st.text()))
def test_whatever_the_texts_are_every_file_that_differs_is_told(files: dict[str, str]) -> None:
    found = differences.between({"README.md": "x", "a.bpmn": DIAGRAM}, files)
    before = {"README.md": "x", "a.bpmn": DIAGRAM}
    assert [one.name for one in found] == sorted(
        name for name in {*before, *files} if before.get(name) != files.get(name)
    )
    assert all(one.changes for one in found)
