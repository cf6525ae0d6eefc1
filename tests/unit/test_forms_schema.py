"""A form and its JSON Schema agree on what an answer is, for any form and any answers."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tests.asked import NO_PARTS, NOW, make
from workflows.forms import answers, definition, lengths, reading, schema, written
from workflows.forms.shapes import Field, Form

BPMN = Path(__file__).parents[2] / "bpmn"


def validator(form: Form) -> Draft202012Validator:
    made = schema.of_form(form)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made, format_checker=FormatChecker())


def is_kept(fields: tuple[Field, ...], data: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:
    """Whether the answers came out as they went in; what is worked out does not count."""
    known = {field.key: field for field in fields}
    return all(key in kept and is_same(known.get(key), value, kept[key]) for key, value in data.items())


def is_same(field: Field | None, value: Any, kept: Any) -> bool:
    if field is None or field.computed:
        return field is not None
    if field.type == "list" and isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return len(value) == len(kept) and all(
            is_kept(field.item, row, other) for row, other in zip(value, kept, strict=True)
        )
    return bool(value == kept) and isinstance(value, bool) == isinstance(kept, bool)


WRITTEN = Draft202012Validator(written.schema())


# -- any form ----------------------------------------------------------------------------------------------------------

WORDS = st.text("abå ö1", min_size=1, max_size=6)
BOUND = st.none() | st.integers(-1, 6)
CHOSEN: dict[str, st.SearchStrategy[list[Any]]] = {
    "text": st.lists(st.sampled_from("abc"), min_size=1, unique=True),
    "int": st.lists(st.sampled_from([1, 2, 3]), min_size=1, unique=True),
}
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "str": st.from_regex(r"[abåö1]{1,3}( [abåö1]{1,3})?", fullmatch=True),
    "text": st.from_regex(r"[abåö1]{1,3}(\n[abåö1]{1,3})?", fullmatch=True),
    "int": st.integers(-3, 8),
    "dec": st.integers(-30, 80).map(lambda tenths: tenths / 10),
    "money": st.integers(0, 900).map(lambda tenths: tenths / 10),
    "duration": st.integers(0, 9_000).map(lambda minutes: lengths.iso(timedelta(minutes=minutes))),
    "tel": st.just("070-174 06 05"),
    "bool": st.booleans(),
    "date": st.dates(date(1850, 1, 1), date(2199, 12, 31)).map(str),
    "dt": st.sampled_from(["2026-11-21T14:05:00+01:00", "2026-07-01T08:30:00+02:00"]),
    "time": st.times().map(lambda at: at.replace(microsecond=0).isoformat()),
    "hsaid": st.just("SE2321000016-1003"),
    "ref": st.just("hemgangsteamet"),
}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([2.5, 7.0, 1e13, -0.5]), WORDS,
    st.just([]), st.just({}), st.just(""),
    st.sampled_from(["2026-02-30", "1849-12-31", "24:00:00", "a  b", " a", "a\u0007", "x" * 501, "2026-11-21"]),
    st.lists(st.sampled_from(["a", "b", 1]), max_size=3),
)  # fmt: skip


@st.composite
def fields(draw: st.DrawFn, kinds: list[str], depth: int = 0) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*kinds, *(["list"] if depth < 2 else [])]))
        field: dict[str, Any] = {"key": f"f{depth}_{number}", "type": kind, "label": "Fråga"}
        field["required"] = draw(st.booleans())
        if kind in ("str", "text", "int", "dec", "multi"):
            field |= {name: bound for name in ("min", "max") if (bound := draw(BOUND)) is not None}
        if kind in ("enum", "multi") or (kind == "int" and draw(st.booleans())):
            chosen = draw(CHOSEN["int" if kind == "int" or draw(st.booleans()) else "text"])
            field["choices"] = [{"value": value, "label": str(value)} for value in chosen]
        if kind == "scale":
            field |= {"min": 0, "max": draw(st.integers(1, 4)), "low": "lite"}
        if kind == "ref":
            field["of"] = "unit"
        if kind == "list":
            least, most = sorted([draw(st.integers(0, 3)), draw(st.integers(0, 3))])
            field |= {"item": draw(fields(kinds, depth + 1)), "min_items": least, "max_items": most}
        if draw(st.booleans()) and (condition := draw(conditions(made))):
            field["show_if"] = condition
        made.append(field)
    return made


@st.composite
def conditions(draw: st.DrawFn, above: list[dict[str, Any]]) -> str:
    """About one answer further up."""
    asked = [field for field in above if field["type"] in ("bool", "scale") or "choices" in field]
    if not asked:
        return ""
    field = draw(st.sampled_from(asked))
    if field["type"] == "bool":
        return str(draw(st.sampled_from(["{0}", "{0} = false", "{0} != true", "{0} = null"]))).format(field["key"])
    values: list[Any] = [0, 1] if field["type"] == "scale" else [choice["value"] for choice in field["choices"]]
    literal = (draw(st.sampled_from(values)), draw(st.sampled_from(values)))
    shown = [f'"{value}"' if isinstance(value, str) else str(value) for value in literal]
    if field["type"] == "multi":
        return f"list contains({field['key']}, {shown[0]})"
    patterns = ["{0} = {1}", "{0} != {1}", "{0} in ({1}, {2})", "{0} = null", "{0} != null and {0} != {1}"]
    return str(draw(st.sampled_from(patterns))).format(field["key"], *shown)


@st.composite
def data(draw: st.DrawFn, asked: tuple[Field, ...], good: int) -> dict[str, Any]:
    """Answers of which about `good` in ten fit their question."""
    made: dict[str, Any] = {}
    for field in asked:
        if draw(st.integers(0, 9)) < 2:
            continue
        fits = draw(st.integers(0, 9)) < good
        if field.type == "list" and fits:
            size = st.integers(field.min_items, field.max_items)
            made[field.key] = [draw(data(field.item, good)) for _ in range(draw(size))]
        else:
            made[field.key] = draw(_good(field) if fits else JUNK)
    if draw(st.integers(0, 19)) == 0:
        made["okand"] = draw(JUNK)
    return made


def _good(field: Field) -> st.SearchStrategy[Any]:
    if field.type == "multi":
        one_of_them = st.sampled_from([choice.value for choice in field.choices])
        return st.lists(one_of_them, unique=True).map(
            lambda chosen: [c.value for c in field.choices if c.value in chosen]
        )
    return st.sampled_from([c.value for c in field.choices]) if field.choices else GOOD[field.type]


KINDS = [*GOOD, "enum", "multi", "scale"]


@given(st.data())
def test_what_the_form_keeps_the_schema_accepts(drawn: st.DataObject) -> None:
    form = make(*drawn.draw(fields(KINDS)))
    posted = drawn.draw(data(form.fields, 9))
    cleaned = answers.clean(form, posted, {}, now=NOW)
    assume(not cleaned.errors)
    assert validator(form).is_valid(cleaned.answers)
    if is_kept(form.fields, posted, cleaned.answers):
        assert validator(form).is_valid(posted)


@given(st.data())
def test_what_the_schema_accepts_the_form_keeps(drawn: st.DataObject) -> None:
    form = make(*drawn.draw(fields(KINDS)))
    told = {message.split()[0] for _, message in schema.unsaid(form)}
    assume("Frågan" not in told)
    posted = drawn.draw(data(form.fields, 9))
    assume(validator(form).is_valid(posted))
    cleaned = answers.clean(form, posted, {}, now=NOW)
    assert cleaned.errors == []
    assert is_kept(form.fields, posted, cleaned.answers)


CONTENT = st.recursive(
    JUNK | st.sampled_from(["include", *definition.TYPES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "label", "check"]), inner),
    max_leaves=4,
)


@given(st.data())
def test_what_the_reader_takes_the_schema_of_forms_takes(drawn: st.DataObject) -> None:
    """One thing at a time is made wrong, or left out, somewhere in a good form."""
    content: dict[str, Any] = {"title": "Formulär", "fields": drawn.draw(fields(KINDS))}
    assert WRITTEN.is_valid(content)
    assert set(written.TOP) == reading.TOP_KEYS
    place = drawn.draw(st.sampled_from([content, *content["fields"]]))
    name = drawn.draw(
        st.sampled_from([*place, "min", "max", "choices", "rules", "help", "required", "item", "of", *reading.TOP_KEYS])
    )
    place[name] = drawn.draw(CONTENT)
    if drawn.draw(st.booleans()):
        del place[name]
    if not definition.check(content, "f.json", NO_PARTS.__getitem__):
        assert WRITTEN.is_valid(content)


@pytest.mark.parametrize(
    "field",
    [
        {"key": "a", "type": "str"},
        {"key": "Å", "type": "str", "label": "A"},
        {"key": "a", "type": "string", "label": "A"},
        {"key": "a", "type": "str", "label": "A", "choices": [{"value": "a", "label": "A"}]},
        {"key": "a", "type": "enum", "label": "A"},
        {"key": "a", "type": "scale", "label": "A", "min": 1},
        {"key": "a", "type": "date", "label": "A", "min": 3},
        {"key": "a", "type": "str", "label": "A", "required": "ja"},
        {"type": "include"},
    ],
)
def test_the_schema_of_forms_refuses_what_the_reader_refuses(field: dict[str, Any]) -> None:
    content = {"title": "Formulär", "fields": [field]}
    assert not WRITTEN.is_valid(content)
    assert definition.check(content, "f.json", NO_PARTS.__getitem__)


# -- forms that are there ----------------------------------------------------------------------------------------------


def shared(name: str) -> bytes:
    folder, _, form_name = name.partition("/")
    return (BPMN / folder / "forms" / f"{form_name}.json").read_bytes()


@pytest.mark.parametrize("file", sorted(BPMN.glob("*/forms/*.json")), ids=lambda file: file.stem)
def test_every_form_in_the_repository_has_a_schema(file: Path) -> None:
    form = definition.load(file.read_bytes(), shared=shared)
    assert WRITTEN.is_valid(json.loads(file.read_bytes()))
    checking = validator(form)
    empty = answers.initial(form, {}, now=NOW)
    for data in ({}, empty):
        if not answers.clean(form, data, {}, now=NOW).errors:
            assert checking.is_valid(data)
    assert not checking.is_valid({"okand_fraga": 1})


DECIDED = make(
    {"key": "svar", "type": "enum", "label": "Svar", "required": True,
     "choices": [{"value": "ja", "label": "Ja"}, {"value": "nej", "label": "Nej"}]},
    {"key": "varfor", "type": "text", "label": "Varför?", "required": True, "show_if": 'svar = "nej"', "max": 20},
    {"key": "besok", "type": "int", "label": "Besök", "min": 1, "max": "parametrar.flest"},
    {"key": "extra", "type": "str", "label": "Extra", "show_if": "besok > 4"},
    {"key": "dubbelt", "type": "int", "label": "Dubbelt", "computed": "besok * 2"},
    {"key": "fran", "type": "date", "label": "Från"},
    {"key": "till", "type": "date", "label": "Till"},
    rules=[{"check": "fran = null or till = null or date(till) >= date(fran)", "field": "till", "message": "Före."}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("posted", "is_valid"),
    [
        ({"svar": "ja"}, True),
        ({}, False),
        ({"svar": "kanske"}, False),
        ({"svar": "nej"}, False),
        ({"svar": "nej", "varfor": "Vill inte."}, True),
        ({"svar": "nej", "varfor": "x" * 21}, False),
        ({"svar": "ja", "varfor": "Vill inte."}, False),
        ({"svar": "ja", "besok": 0}, False),
        ({"svar": "ja", "besok": "3"}, False),
        ({"svar": "ja", "besok": 3.5}, False),
        ({"svar": "ja", "fran": "2026-02-30"}, False),
        ({"svar": "ja", "fran": "2026-02-03", "till": None}, True),
    ],
)
def test_what_a_schema_says(posted: dict[str, Any], is_valid: bool) -> None:
    assert validator(DECIDED).is_valid(posted) == is_valid
    cleaned = answers.clean(DECIDED, posted, {}, now=NOW)
    assert (cleaned.errors == [] and is_kept(DECIDED.fields, posted, cleaned.answers)) == is_valid


def test_what_a_schema_cannot_say_is_listed() -> None:
    assert schema.of_form(DECIDED)[schema.UNSAID] == [
        {"at": "varfor", "message": "Texten skrivs i Unicodes sammansatta form (NFC)."},
        {"at": "besok", "message": "Högst parametrar.flest."},
        {"at": "extra", "message": "Frågan ställs bara när besok > 4."},
        {"at": "extra", "message": "Texten skrivs i Unicodes sammansatta form (NFC)."},
        {"at": "dubbelt", "message": "Räknas ut: besok * 2. Det som skickas in läses inte."},
        {"at": "till", "message": "fran = null or till = null or date(till) >= date(fran): Före."},
    ]


def test_the_command_writes_the_schemas_of_a_forlopp(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("form_schema", str(BPMN / "trygg_hemgang"), "a1_kvittera")
    assert "kand_hos_oss" in json.loads(capsys.readouterr().out)["properties"]
    call_command("form_schema", str(BPMN / "trygg_hemgang"))
    assert {"a1_kvittera", "_shared/f_mal"} <= set(json.loads(capsys.readouterr().out))
    call_command("form_schema", "--definition")
    assert json.loads(capsys.readouterr().out) == written.schema()
    with pytest.raises(CommandError, match="finns inte"):
        call_command("form_schema", str(BPMN / "trygg_hemgang"), "hittepa")
