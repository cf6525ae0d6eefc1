"""Parts that several forms share: twice in one form, started from what the form knows, and each as it was published."""

from typing import Any

import pytest

from tests.asked import NOW
from workflows import feel
from workflows.forms import answers, definition

PART = {
    "title": "Del",
    "fields": [
        {"key": "kand", "type": "bool", "label": "Känd", "default": "person.alder > 65"},
        {"key": "antal", "type": "int", "label": "Antal", "show_if": "kand", "max": "gräns + 1"},
        {
            "key": "rader", "type": "list", "label": "Rader", "rules": [{"check": "mer != kand", "message": "Fel."}],
            "item": [
                {"key": "antal", "type": "int", "label": "Eget"},
                {"key": "mer", "type": "bool", "label": "Mer", "show_if": "kand and antal > 1"},
            ],
        },
        {"key": "summa", "type": "int", "label": "Summa", "computed": "sum(for rad in rader return rad.antal) + antal"},
    ],
    "rules": [{"check": "every antal in [1, 2] satisfies antal < 3 and kand", "field": "kand", "message": "Nej."}],
}  # fmt: skip
SHARED = {"_shared/del": PART}.__getitem__
TWICE = {
    "title": "Två gånger",
    "fields": [
        {"type": "include", "form": "_shared/del", "prefix": "forst_"},
        {"type": "include", "form": "_shared/del", "prefix": "sist_", "default": {"antal": "forst_antal"}},
    ],
}


def test_a_prefix_goes_through_everything_that_names_a_question() -> None:
    form = definition.load(TWICE, shared=SHARED)
    known, count, rows, total = form.fields[:4]
    assert [field.key for field in form.fields[4:]] == ["sist_kand", "sist_antal", "sist_rader", "sist_summa"]
    assert (known.key, known.default) == ("forst_kand", "person.alder > 65")
    assert (count.key, count.show_if, count.max) == ("forst_antal", "forst_kand", "gräns + 1")
    assert [part.key for part in rows.item] == ["antal", "mer"]
    assert rows.item[1].show_if == "forst_kand and antal > 1"
    assert rows.rules[0].check == "mer != forst_kand"
    assert total.computed == "sum(for rad in forst_rader return rad.antal) + forst_antal"
    assert (form.rules[0].field, form.rules[0].check) == (
        "forst_kand",
        "every antal in [1, 2] satisfies antal < 3 and forst_kand",
    )


def test_two_of_the_same_part_are_answered_apart_and_start_from_what_is_given() -> None:
    form = definition.load(TWICE, shared=SHARED)
    assert form.fields[5].default == "forst_antal"
    data = {"forst_kand": True, "forst_antal": 3, "sist_kand": True, "sist_antal": 5, "sist_rader": [{"antal": 2}]}
    cleaned = answers.clean(form, data, {"gräns": 9}, now=NOW)
    assert (cleaned.errors, cleaned.answers["sist_summa"]) == ([], 7)


def codes(*included: dict[str, Any], shared: dict[str, Any] | None = None) -> list[str]:
    content = {"title": "F", "fields": [{"type": "include", "form": "_shared/del"} | more for more in included]}
    return [found.code for found in definition.check(content, "f.json", (shared or {"_shared/del": PART}).__getitem__)]


def test_what_is_wrong_with_an_included_part_is_told() -> None:
    assert codes({}) == []
    assert set(codes({}, {})) == {"form_duplicate_key"}
    assert set(codes({"prefix": "Fel "})) == {"form_bad_key"}
    assert codes({"default": {"hittepa": "1"}}) == ["form_unknown_field"]
    assert codes({"default": "1"}) == ["form_bad_default"]
    assert codes({"default": {"antal": "1 +"}}) == ["form_feel"]
    unclear = {"title": "D", "fields": [
        {"key": "a", "type": "int", "label": "A"},
        {"key": "b", "type": "int", "label": "B", "computed": "count([1, 2][item > a])"},
    ]}  # fmt: skip
    assert codes({"prefix": "x_"}, shared={"_shared/del": unclear}) == ["form_prefix"]
    assert codes({}, shared={"_shared/del": unclear}) == []


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a + a_b + b.a", "x_a + a_b + b.a"),
        ('if a then "a" else {a: a}.a', 'if x_a then "a" else {a: a}.a'),
        ("for a in a return a", "for a in x_a return a"),
        ("for a in a, b in a return b + a", "for a in x_a, b in a return b + a"),
        ("some b in a satisfies b = a", "some b in x_a satisfies b = x_a"),
    ],
)
def test_only_the_variable_itself_is_renamed(text: str, new: str) -> None:
    assert feel.renamed(text, feel.parse(text), {"a": "x_a"}) == new
