"""What the reader of forms refuses, and that nothing makes it fall over."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.forms import definition

FIELD = {"key": "namn", "type": "str", "label": "Namn"}
ENUM = {"key": "e", "type": "enum", "label": "E"}
LIST = {"key": "l", "type": "list", "label": "L"}
DAY = {"type": "date", "label": "Dag"}
AGE = {"key": "alder", "type": "int", "label": "Ålder"}


def no_parts(name: str) -> dict[str, Any]:
    raise KeyError(name)


def codes(content: object, *, shared: definition.Shared = no_parts) -> list[str]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return [finding.code for finding in definition.check(data, "f.json", shared)]


def form(*fields: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {"title": "Formulär", "fields": list(fields), **extra}


def test_a_plain_form_is_read_without_findings() -> None:
    loaded = definition.load(form(FIELD, intro="Kort."), shared=no_parts)
    assert (loaded.title, loaded.intro, [field.key for field in loaded.fields]) == ("Formulär", "Kort.", ["namn"])
    assert codes(form(FIELD)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "form_unreadable"),
        (b"{", "form_unreadable"),
        ("å".encode("latin-1"), "form_unreadable"),
        (b"[1]", "form_unreadable"),
        (b'{"title": NaN}', "form_unreadable"),
        (b'{"title": "a", "title": "b"}', "form_unreadable"),
        (b"[" * 100_000, "form_unreadable"),
        (b" " * 600_000, "form_unreadable"),
        (form(FIELD, colour="red"), "form_unknown_key"),
        ({"fields": []}, "form_missing_key"),
        (form({"type": "str", "label": "x"}), "form_missing_key"),
        (form({"key": "x", "label": "x"}), "form_missing_key"),
        (form({"key": "x", "type": "str"}), "form_missing_key"),
        (form(FIELD | {"type": "string"}), "form_unknown_type"),
        (form(FIELD | {"choices": []}), "form_unknown_key"),
        (form(FIELD | {"required": "yes"}), "form_not_bool"),
        (form(FIELD | {"label": 3}), "form_not_text"),
        (form(FIELD, FIELD), "form_duplicate_key"),
        (form(FIELD | {"key": "_x"}), "form_reserved_key"),
        (form(FIELD | {"key": "a__b"}), "form_reserved_key"),
        (form(FIELD | {"key": "__builtins__"}), "form_reserved_key"),
        (form(FIELD | {"key": "len"}), "form_reserved_key"),
        (form(FIELD | {"key": "datetime"}), "form_reserved_key"),
        (form(FIELD | {"key": "person"}), "form_reserved_key"),
        (form(FIELD | {"key": "Namn"}), "form_bad_key"),
        (form(FIELD | {"key": "mål"}), "form_bad_key"),
        (form(FIELD | {"show_if": "a = = b"}), "form_feel"),
        (form(FIELD | {"default": "__import__('os').system('id')"}), "form_feel"),
        (form(FIELD | {"show_if": "hittepa(1)"}), "form_feel"),
        (form(FIELD | {"show_if": "alder > 3"}, AGE), "form_reads_later_field"),
        (form(FIELD | {"show_if": 'namn = "x"'}), "form_reads_later_field"),
        (form(FIELD, rules=[{"check": "true", "field": "namm", "message": "x"}]), "form_unknown_field"),
        (form(FIELD, rules=[{"message": "x"}]), "form_missing_key"),
        (form(ENUM), "form_no_choices"),
        (form(ENUM | {"choices": [{"value": "a"}]}), "form_missing_key"),
        (form(ENUM | {"choices": [{"value": "a", "label": "A"}] * 2}), "form_duplicate_choice"),
        (form(ENUM | {"choices": [{"value": "a", "label": "A"}, {"value": 1, "label": "B"}]}), "form_mixed_choices"),
        (form({"key": "r", "type": "ref", "label": "R", "of": "dog"}), "form_bad_reference"),
        (form({"key": "d", "type": "date", "label": "D", "min": 3}), "form_bad_bound"),
        (form(LIST | {"item": [FIELD], "min_items": 3, "max_items": 1}), "form_bad_bound"),
        (form(LIST), "form_not_list"),
        (form({"type": "include", "form": "_shared/saknas"}), "form_include_missing"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_finding(content: object, code: str) -> None:
    assert code in codes(content)


def test_an_error_refuses_the_form_and_an_unknown_name_does_not() -> None:
    with pytest.raises(definition.FormError) as refused:
        definition.load(form(FIELD | {"type": "x"}), shared=no_parts)
    assert [finding.element for finding in refused.value.findings] == ["namn"]
    doubtful = form(AGE, FIELD | {"show_if": "aldr > 3"})
    assert definition.load(doubtful, shared=no_parts).fields[1].key == "namn"


def test_an_included_part_brings_its_fields_and_rules() -> None:
    part = form(FIELD, AGE, rules=[{"check": "alder > 0", "message": "m"}])
    whole = form({"type": "include", "form": "_shared/del", "heading": "Om dig", "show_if": "person.alder > 1"})
    loaded = definition.load(whole, shared={"_shared/del": part}.__getitem__)
    assert [(field.key, field.heading, field.show_if) for field in loaded.fields] == [
        ("namn", "Om dig", "person.alder > 1"),
        ("alder", "", "person.alder > 1"),
    ]
    assert [rule.check for rule in loaded.rules] == ["alder > 0"]


def test_only_some_fields_leave_out_the_rules_that_need_the_others() -> None:
    part = form(FIELD, AGE, rules=[{"check": "alder > 0", "message": "m"}])
    whole = form({"type": "include", "form": "_shared/del", "only": ["namn"]})
    loaded = definition.load(whole, shared={"_shared/del": part}.__getitem__)
    assert [field.key for field in loaded.fields] == ["namn"]
    assert loaded.rules == ()
    assert "form_unknown_field" in codes(
        form({"type": "include", "form": "_shared/del", "only": ["namm"]}), shared={"_shared/del": part}.__getitem__
    )


def test_what_a_part_leaves_open_can_be_required_where_it_is_included() -> None:
    rows = {"key": "rader", "type": "list", "label": "Rader", "item": [FIELD, AGE]}
    shared = {"_shared/del": form(FIELD, rows)}.__getitem__
    asked = {"type": "include", "form": "_shared/del", "required": ["rader", "rader.alder"]}
    name, found = definition.load(form(asked), shared=shared).fields
    assert (name.required, found.required, found.min_items) == (False, True, 1)
    assert [(one.key, one.required) for one in found.item] == [("namn", False), ("alder", True)]
    for wrong, code in ((["rader.annat"], "form_unknown_field"), ("rader", "form_not_list")):
        assert code in codes(form(asked | {"required": wrong}), shared=shared)


def test_a_part_that_includes_itself_is_a_finding() -> None:
    ring = {"a": form({"type": "include", "form": "b"}), "b": form({"type": "include", "form": "a"})}
    assert codes(form({"type": "include", "form": "a"}), shared=ring.__getitem__) == ["form_include_loop"]


def test_parts_that_multiply_stop_at_the_limit() -> None:
    tower = {f"p{n}": form(*[{"type": "include", "form": f"p{n + 1}"}] * 10) for n in range(30)} | {"p30": form(FIELD)}
    assert "form_too_many_fields" in codes(form({"type": "include", "form": "p0"}), shared=tower.__getitem__)


KEYS = [
    "key",
    "type",
    "label",
    "title",
    "fields",
    "item",
    "choices",
    "value",
    "rules",
    "check",
    "field",
    "form",
    "only",
]
KEYS += ["min", "max", "show_if", "of"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["str", "list", "enum", "include", "ref", "x", "a + b"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(KEYS),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.fixed_dictionaries({"title": st.just("T"), "fields": st.lists(JSON, max_size=4), "rules": JSON}) | JSON)
def test_no_content_makes_the_check_fall_over(content: Any) -> None:
    findings = definition.check(content, "f.json", {"x": {"title": "X", "fields": [FIELD]}}.__getitem__)
    assert all(finding.file == "f.json" and finding.message for finding in findings)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_check_fall_over(data: bytes) -> None:
    definition.check(data, "f.json", no_parts)


ROOT = Path(__file__).parents[2]


def shared_in_repository(name: str) -> bytes:
    folder, _, form_name = name.partition("/")
    return (ROOT / "bpmn" / folder / "forms" / f"{form_name}.json").read_bytes()


def test_the_forms_in_the_repository_have_no_findings() -> None:
    files = sorted(ROOT.glob("bpmn/*/forms/*.json"))
    assert files
    findings = [
        found for file in files for found in definition.check(file.read_bytes(), str(file), shared_in_repository)
    ]
    assert findings == []


def test_every_example_in_the_documentation_is_a_form_that_can_be_read() -> None:
    guide = (ROOT / "docs" / "processagare.md").read_text()
    written = re.findall(r"^```json\n(.*?)^```", guide, re.DOTALL | re.MULTILINE) + re.findall(
        r"`(\{.key.*?\})`", guide
    )
    examples = [json.loads(text) for text in written]
    assert len(examples) > 12
    for example in examples:
        if "check" in example:
            whole = form(DAY | {"key": "start"}, DAY | {"key": "slut"}, rules=[example])
        else:
            whole = example if "fields" in example else form(example)
        assert definition.check(whole, "processagare.md", shared_in_repository) == [], example
