"""Editing a form: what one did not touch is as it was, and every edit can be taken back by its opposite."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from workbench import form_edits, form_text
from workbench.form_edits import (
    DOWN,
    UP,
    Add,
    Change,
    Duplicate,
    Edit,
    Impossible,
    Move,
    MoveIn,
    MoveOut,
    Remove,
    Rename,
)
from workflows.forms import definition

FORMS = sorted(Path(__file__).resolve().parents[2].glob("bpmn/*/forms/*.json"))
SHARED = {
    f"_shared/{path.stem}": path.read_bytes() for path in FORMS if path.parent.parent.name == "_shared"
}.__getitem__


def form(*fields: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"title": "Prov", "fields": list(fields), **more}


def ask(key: str, kind: str = "str", **more: object) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": key.capitalize(), **more}


def keys(content: dict[str, Any]) -> list[str]:
    return [field["key"] for field in content["fields"]]


def edit(content: dict[str, Any], *edits: Edit) -> dict[str, Any]:
    for one in edits:
        content = form_edits.edited(content, one).content
    return content


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_every_form_is_the_same_after_it_has_been_read_and_written(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    content = form_text.read(text)
    again = form_text.written(content)
    assert json.loads(again) == json.loads(text)
    assert list(_names(json.loads(again))) == list(_names(json.loads(text)))  # in the same order too
    assert form_text.written(form_text.read(again)) == again
    before, found = definition.read(text.encode(), "", SHARED)
    assert (before, found) == definition.read(again.encode(), "", SHARED)


def _names(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for part in value.values() for name in _names(part))]
    return [name for part in value for name in _names(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_whatever_is_moved_there_and_back_is_as_it_was(path: Path) -> None:
    content = form_text.read(path.read_text(encoding="utf-8"))
    for place, _ in form_edits.places(content):
        for way in (UP, DOWN):
            try:
                there = form_edits.edited(content, Move(place=place, way=way))
                back = form_edits.edited(there.content, Move(place=there.place, way=-way))
            except Impossible:
                continue
            if _all_keys(there.content) == _all_keys(content) and _headings(there.content) == _headings(content):
                assert back.content == content
            assert sorted(_all_keys(there.content)) == sorted(_all_keys(content))


def _all_keys(content: dict[str, Any]) -> list[str]:
    return [str(entry.get("key")) for _, entry in form_edits.places(content)]


def _headings(content: dict[str, Any]) -> list[str]:
    return [str(entry["heading"]) for _, entry in form_edits.places(content) if entry.get("heading")]


STRANGE: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=2) | some.dictionaries(some.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(number=some.integers(0, len(FORMS) - 1), strange=STRANGE, data=some.data())
def test_what_no_form_has_is_kept_wherever_it_stands(number: int, strange: Any, data: some.DataObject) -> None:
    content = form_text.read(FORMS[number].read_text(encoding="utf-8"))
    fields = list(form_edits.places(content))
    place, field = data.draw(some.sampled_from(fields))
    field["x-annat"], content["x-annat"] = strange, strange
    before = copy.deepcopy(content)
    new = form_edits.edited(content, Change(place=place, properties={"label": "Nytt", "help": None})).content
    assert content == before
    changed = form_edits.at(new, place)
    assert changed["label"] == "Nytt"
    changed.clear()
    changed.update(field)
    assert json.loads(form_text.written(new)) == json.loads(json.dumps(before))


# -- moving ------------------------------------------------------------------------------------------------------------


def test_a_field_passes_its_neighbours_and_the_edges_of_sections() -> None:
    content = form(ask("a", heading="Ett"), ask("b"), ask("c", heading="Två"), ask("d"))
    down = edit(content, Move(place=(1,), way=DOWN))
    assert [(field["key"], field.get("heading")) for field in down["fields"]] == [
        ("a", "Ett"), ("b", "Två"), ("c", None), ("d", None),
    ]  # fmt: skip
    first = edit(content, Move(place=(0,), way=DOWN))
    assert [(field["key"], field.get("heading")) for field in first["fields"]][:2] == [("b", "Ett"), ("a", None)]
    with pytest.raises(Impossible, match="sist"):
        edit(content, Move(place=(3,), way=DOWN))


def test_a_removed_field_leaves_its_section_to_the_next() -> None:
    content = form(ask("a", heading="Ett"), ask("b"), ask("c", heading="Två"))
    assert edit(content, Remove(place=(0,)))["fields"][0] == {"heading": "Ett", **ask("b")}
    assert edit(content, Remove(place=(1,)), Remove(place=(0,)))["fields"] == [ask("c", heading="Två")]


def test_in_and_out_of_rows() -> None:
    content = form(ask("mal", "list", item=[ask("text")]), ask("datum", "date"))
    inside = form_edits.edited(content, MoveIn(place=(1,)))
    assert inside.place == (0, 1)
    assert [part["key"] for part in inside.content["fields"][0]["item"]] == ["text", "datum"]
    assert edit(inside.content, MoveOut(place=(0, 1))) == content
    with pytest.raises(Impossible, match="grupp av rader"):
        edit(content, MoveIn(place=(0,)))
    twice = form(ask("mal", "list", item=[ask("datum")]), ask("datum", "date"))
    with pytest.raises(Impossible, match="heter ”datum”"):
        edit(twice, MoveIn(place=(1,)))


def test_rows_in_rows_have_an_end() -> None:
    deep = ask("d1", "list", item=[ask("d2", "list", item=[ask("d3", "list", item=[ask("d4")])])])
    content = form(ask("d0", "list", item=[]), deep)
    with pytest.raises(Impossible, match="högst 4"):
        edit(content, MoveIn(place=(1,)))


def test_new_fields_and_copies_get_names_of_their_own() -> None:
    content = edit(form(ask("fraga")), Add(place=(1,), content=ask("fraga")), Add(place=(9,), content=ask("fraga")))
    assert keys(content) == ["fraga", "fraga_1", "fraga_2"]
    assert keys(edit(content, Duplicate(place=(0,)))) == ["fraga", "fraga_3", "fraga_1", "fraga_2"]


# -- names ---------------------------------------------------------------------------------------------------------


def test_a_new_name_goes_through_the_form_but_not_where_a_row_has_its_own() -> None:
    content = form(
        ask("vill", "bool"),
        ask("hur", show_if="vill and true"),
        ask("rader", "list", item=[ask("vill", "bool"), ask("mer", show_if="vill")]),
        ask("andra", "list", item=[ask("mer", show_if="vill")], rules=[{"check": "vill", "message": "M"}]),
        rules=[{"check": "vill = true", "field": "vill", "message": "Svara."}],
    )
    new = edit(content, Rename(place=(0,), key="onskar"))
    assert new["fields"][1]["show_if"] == "onskar and true"
    assert new["fields"][2]["item"][1]["show_if"] == "vill"
    assert new["fields"][3]["item"][0]["show_if"] == "onskar"
    assert new["fields"][3]["rules"][0]["check"] == "onskar"
    assert new["rules"] == [{"check": "onskar = true", "field": "onskar", "message": "Svara."}]
    with pytest.raises(Impossible, match="heter redan"):
        edit(content, Rename(place=(0,), key="hur"))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"fields": 1}', '{"a": 1, "a": 2}', "[" * 100_000])
def test_what_is_no_form_is_said_to_be_none(text: str) -> None:
    with pytest.raises(form_text.NotAForm):
        form_text.read(text)
