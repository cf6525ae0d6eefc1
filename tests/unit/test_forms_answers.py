"""Which answers are taken, in which form they are kept, and what is said about the rest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.asked import NOW, clean, field, make, messages
from workflows.forms import answers, definition
from workflows.forms.shapes import Form


@pytest.mark.parametrize("kind", [kind for kind in definition.TYPES if kind != "list"])
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_required_field_must_be_answered_and_another_need_not(kind: str, blank: object) -> None:
    assert messages(clean(make(field(kind, required=True)), {"x": blank})) in (
        ["Fyll i ”Fältet”."],
        ["Svara på ”Fältet”."],
    )
    cleaned = clean(make(field(kind)), {"x": blank})
    assert (cleaned.answers["x"], cleaned.errors) == ({"bool": False, "multi": []}.get(kind), [])


def test_no_is_an_answer_to_a_required_yes_or_no() -> None:
    assert clean(make(field("bool", required=True)), {"x": "false"}).answers == {"x": False}


@pytest.mark.parametrize(
    ("kind", "bounds", "raw", "says"),
    [
        ("int", {"min": 1, "max": 10}, "0", "minst 1"),
        ("int", {"min": 1, "max": 10}, "11", "högst 10"),
        ("dec", {"max": 2.5}, "2,51", "högst 2,5"),
        ("int", {"max": "parametrar.period_dagar"}, "15", "högst 14"),
        ("str", {"min": 3}, "ab", "minst 3 tecken"),
        ("text", {"max": 5}, "abcdef", "högst 5 tecken"),
        ("multi", {"min": 2}, ["a"], "minst 2 val"),
        ("money", {"min": 0}, "-1 kr", "minst 0"),
        ("duration", {"max": 'duration("PT8H")'}, "9 h", "högst 8 timmar"),
        ("duration", {"min": 'duration("PT1H30M")'}, "80 min", "minst 1 timme 30 minuter"),
        ("date", {"min": "today()"}, "2026-11-20", "tidigast 21 november 2026"),
        ("date", {"max": 'date("2026-12-01")'}, "2026-12-02", "senast 1 december 2026"),
        ("dt", {"min": "now()"}, "2026-11-21T14:04", "tidigast 21 november 2026 14:05"),
        ("time", {"max": 'time("16:00:00")'}, "16:01", "senast 16:00"),
    ],
)
def test_least_and_greatest_are_kept(kind: str, bounds: dict[str, Any], raw: object, says: str) -> None:
    cleaned = clean(make(field(kind, **bounds)), {"x": raw}, parametrar={"period_dagar": 14})
    assert says in messages(cleaned)[0]


def test_the_limits_themselves_are_allowed() -> None:
    assert clean(make(field("date", min="today()", max="today()")), {"x": "2026-11-21"}).errors == []
    assert clean(make(field("int", min=1, max=1)), {"x": 1}).errors == []


def test_int_with_choices_takes_only_those() -> None:
    form = make(
        {"key": "x", "type": "int", "label": "Läge", "choices": [{"value": n, "label": str(n)} for n in (0, 4, 9)]}
    )
    assert clean(form, {"x": "4"}).answers == {"x": 4}
    assert clean(form, {"x": 9}).answers == {"x": 9}
    assert messages(clean(form, {"x": "5"})) == ["”Läge” har ett svar som inte finns bland valen."]


def test_unknown_keys_are_ignored_and_input_that_is_no_object_is_refused() -> None:
    assert clean(make(field("str")), {"x": "a", "is_admin": True, "__class__": 1}).answers == {"x": "a"}
    assert messages(clean(make(field("str")), [1])) == ["Svaren ska vara ett objekt med ett värde per fält."]


def conditional() -> Form:
    return make(
        {"key": "barn", "type": "bool", "label": "Finns barn?", "required": True},
        {"key": "antal", "type": "int", "label": "Hur många?", "required": True, "show_if": "barn = true"},
        {"key": "stod", "type": "text", "label": "Stöd", "required": True, "show_if": "antal > 2"},
        rules=[{"check": "antal < 20", "field": "antal", "message": "Så många barn är det knappast."}],
    )


def test_hidden_fields_lose_value_error_and_rule_and_what_depends_on_them() -> None:
    cleaned = clean(conditional(), {"barn": "nej", "antal": "5", "stod": ""}, antal=9)
    assert (cleaned.answers, cleaned.errors) == ({"barn": False}, [])
    assert cleaned.hidden == {("antal",), ("stod",)}


def test_shown_fields_are_required_and_ruled() -> None:
    assert messages(clean(conditional(), {"barn": "ja"})) == ["Fyll i ”Hur många?”."]
    told = messages(clean(conditional(), {"barn": "ja", "antal": "30", "stod": "x"}))
    assert told == ["Så många barn är det knappast."]
    assert clean(conditional(), {"barn": "ja", "antal": "2"}).answers == {"barn": True, "antal": 2}


def test_a_rule_says_nothing_about_a_field_that_already_has_an_error() -> None:
    assert len(messages(clean(conditional(), {"barn": "ja", "antal": "många"}))) == 1


def test_a_rule_across_fields_sees_answers_and_variables() -> None:
    form = make(
        {"key": "slut", "type": "date", "label": "Slut"},
        rules=[{"check": "slut = null or date(slut) >= date(arende.startad)", "message": "Slut före start."}],
    )
    assert messages(clean(form, {"slut": "2026-11-01"}, arende={"startad": "2026-11-02"})) == ["Slut före start."]
    assert clean(form, {"slut": "2026-11-03"}, arende={"startad": "2026-11-02"}).errors == []
    assert clean(form, {}, arende={"startad": "2026-11-02"}).errors == []


def test_a_computed_field_is_worked_out_whatever_is_sent() -> None:
    form = make(
        {"key": "a", "type": "int", "label": "A"},
        {"key": "dubbelt", "type": "dec", "label": "Dubbelt", "computed": "a * 2.25"},
        {"key": "till", "type": "date", "label": "Till", "computed": 'today() + duration("P14D")'},
    )
    assert clean(form, {"a": "2", "dubbelt": "999"}).answers == {"a": 2, "dubbelt": 4.5, "till": "2026-12-05"}
    assert clean(form, {}).answers["dubbelt"] is None


def people_list(**extra: Any) -> Form:
    item = [
        {"key": "namn", "type": "str", "label": "Namn", "required": True},
        {"key": "narvarande", "type": "bool", "label": "Var med"},
        {"key": "hur", "type": "str", "label": "Hur", "required": True, "show_if": 'narvarande and plats = "hemma"'},
    ]
    return make(
        {"key": "plats", "type": "str", "label": "Plats"},
        {"key": "deltagare", "type": "list", "label": "Deltagare", "item_label": "Deltagare", "item": item, **extra},
    )


def test_blank_rows_are_dropped_and_errors_name_the_row() -> None:
    data = {"deltagare": [{"namn": "", "narvarande": False}, {"namn": "", "narvarande": True}, {"namn": "Bo"}]}
    cleaned = clean(people_list(), data)
    assert [(error.path, error.message) for error in cleaned.errors] == [
        (("deltagare", 1, "namn"), "Deltagare 2: Fyll i ”Namn”.")
    ]
    assert cleaned.answers["deltagare"][1] == {"namn": "Bo", "narvarande": False}


def test_a_no_is_an_answer_also_when_it_is_the_only_one_in_its_row() -> None:
    form = make({"key": "rader", "type": "list", "label": "Rader", "item": [
        field("bool", required=True), {"key": "y", "type": "str", "label": "Mer"},
    ]})  # fmt: skip
    for no in (False, "false"):
        assert clean(form, {"rader": [{"x": no}, {"x": None}]}).answers == {"rader": [{"x": False, "y": None}]}


def test_a_row_sees_the_form_above_it() -> None:
    row = {"namn": "Bo", "narvarande": "ja"}
    assert messages(clean(people_list(), {"plats": "hemma", "deltagare": [row]})) == ["Deltagare 1: Fyll i ”Hur”."]
    assert clean(people_list(), {"plats": "ute", "deltagare": [row]}).errors == []


def test_the_number_of_rows_has_its_limits() -> None:
    rows = [{"namn": f"N{n}"} for n in range(4)]
    assert messages(clean(people_list(max_items=3), {"deltagare": rows})) == ["”Deltagare” får ha högst 3 rader."]
    assert messages(clean(people_list(min_items=2), {"deltagare": rows[:1]})) == ["”Deltagare” ska ha minst 2 rader."]
    assert messages(clean(people_list(required=True), {"deltagare": []})) == ["”Deltagare” ska ha minst 1 rad."]
    assert messages(clean(people_list(required=True), {"deltagare": [{}]})) == ["Deltagare 1: Fyll i ”Namn”."]
    assert messages(clean(people_list(), {"deltagare": rows * 60})) == ["”Deltagare” får ha högst 100 rader."]
    assert messages(clean(people_list(), {"deltagare": "x"})) == ["”Deltagare” ska vara en lista."]
    assert messages(clean(people_list(), {"deltagare": [7]})) == ["”Deltagare”, rad 1, ska vara ett objekt."]


def test_rules_of_a_list_are_asked_for_each_row() -> None:
    form = make(
        {"key": "tider", "type": "list", "label": "Tider", "item_label": "Tid",
         "item": [{"key": "start", "type": "time", "label": "Start"}, {"key": "slut", "type": "time", "label": "Slut"}],
         "rules": [{"check": "time(slut) > time(start)", "field": "slut", "message": "Slutet är före starten."}]},
    )  # fmt: skip
    cleaned = clean(form, {"tider": [{"start": "8:00", "slut": "9:00"}, {"start": "8:00", "slut": "7:00"}]})
    assert [(error.path, error.message) for error in cleaned.errors] == [
        (("tider", 1, "slut"), "Tid 2: Slutet är före starten.")
    ]


def test_initial_has_defaults_where_nothing_was_given() -> None:
    form = make(
        {"key": "dagar", "type": "int", "label": "Dagar", "default": "parametrar.period_dagar"},
        {"key": "slut", "type": "date", "label": "Slut", "default": 'today() + duration("P1D")'},
        {"key": "fel", "type": "int", "label": "Fel", "default": '"tolv"'},
        {"key": "mal", "type": "list", "label": "Mål", "required": True,
         "item": [{"key": "m", "type": "str", "label": "M"}]},
        {"key": "kopia", "type": "list", "label": "Kopia", "default": "forra.mal",
         "item": [{"key": "m", "type": "str", "label": "M"}]},
    )  # fmt: skip
    variables = {"parametrar": {"period_dagar": 14}, "forra": {"mal": [{"m": "Gå"}]}}
    assert answers.initial(form, variables, now=NOW) == {
        "dagar": 14, "slut": "2026-11-22", "fel": None, "mal": [{"m": None}], "kopia": [{"m": "Gå"}],
    }  # fmt: skip
    assert answers.initial(form, variables, now=NOW, answers={"dagar": 3})["dagar"] == 3


EVERYTHING = make(
    *[field(kind) | {"key": f"f_{kind}"} for kind in definition.TYPES if kind != "list"],
    field("bool", required=True) | {"key": "visa"},
    field("text", show_if='visa = true or f_enum = "a"') | {"key": "mer"},
    {"key": "summa", "type": "dec", "label": "Summa", "computed": "f_int + f_dec"},
    {"key": "rader", "type": "list", "label": "Rader", "max_items": 3, "item": [
        field("str", show_if="visa") | {"key": "r_str"},
        field("bool") | {"key": "r_bool"},
        {"key": "r_ett", "type": "int", "label": "Ett", "computed": "1"},
        {"key": "inre", "type": "list", "label": "Inre", "item": [field("date")]},
    ]},
    rules=[{"check": "f_int = null or f_int < 5", "field": "f_int", "message": "För många."}],
)  # fmt: skip

WRITTEN = st.sampled_from(
    ["", "a", "b", "ja", "nej", "1", "-3", "2,5", "2026-11-21", "21 mars 2026", "2026-10-25T02:30", "2026-11-21T09:15",
     "09.05", "196101182803", "19610118-2803", "SE2321000016-1003", "å\u0308", " \t", "x\ny", "A\u030a"]
)  # fmt: skip
SCALAR = WRITTEN | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
VALUE = SCALAR | st.lists(WRITTEN, max_size=3)
INNER = st.lists(st.fixed_dictionaries({"x": VALUE}), max_size=3) | VALUE
ROW = st.fixed_dictionaries({}, optional={
    "r_str": VALUE, "r_bool": VALUE, "r_ett": VALUE, "inre": INNER,
})  # fmt: skip
DATA = st.fixed_dictionaries(
    {},
    optional={
        **{f.key: VALUE for f in EVERYTHING.fields if f.type != "list"},
        "rader": st.lists(ROW, max_size=4) | VALUE,
        "okand": VALUE,
    },
)


@given(DATA)
def test_cleaning_clean_answers_changes_nothing(data: dict[str, Any]) -> None:
    first = clean(EVERYTHING, data)
    again = clean(EVERYTHING, first.answers)
    if not first.errors:
        assert again.errors == []
        assert again.answers == first.answers
    assert json.loads(json.dumps(first.answers, allow_nan=False)) == first.answers
    json.dumps(first.answers, ensure_ascii=False).encode()


@given(DATA)
def test_initial_of_answers_is_those_answers(data: dict[str, Any]) -> None:
    kept = clean(EVERYTHING, data)
    if not kept.errors:
        shown = answers.initial(EVERYTHING, {}, now=NOW, answers=kept.answers)
        assert clean(EVERYTHING, shown).answers == kept.answers


@given(st.recursive(VALUE, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=10))
def test_no_input_makes_cleaning_fall_over(data: object) -> None:
    clean(EVERYTHING, data)
    for one in EVERYTHING.fields:
        clean(EVERYTHING, {one.key: data})


@pytest.mark.parametrize(
    ("kind", "begins"), [("dt", "2026-11-21T14:05:00+01:00"), ("time", "14:05:00"), ("date", "2026-11-21")]
)
def test_a_moment_begins_as_one_would_write_it(kind: str, begins: str) -> None:
    default = "time(now())" if kind == "time" else "now()"
    written = make(field(kind, default=default))
    assert answers.initial(written, {}, now=NOW.replace(second=42)) == {"x": begins}
