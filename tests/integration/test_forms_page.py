"""The form on screen: sound HTML, nothing lost on the way, and the same answers back."""

from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.models import Assignment, Profession, Staff, Unit
from tasks import forms
from tasks.forms import conditions
from tests import pages
from workflows.forms import definition
from workflows.forms.answers import FieldError
from workflows.forms.shapes import Form

NOW = datetime.fromisoformat("2026-11-21T14:05:00+01:00")
NO_PARTS: dict[str, bytes] = {}
CHOICES = [{"value": "a", "label": "Alfa"}, {"value": "b", "label": "Beta & <b>"}]
FIELDS: list[dict[str, Any]] = [
    {"key": "namn", "type": "str", "label": "Namn", "required": True, "help": "Hela namnet.", "heading": "Vem"},
    {"key": "fritext", "type": "text", "label": "Fritext"},
    {"key": "antal", "type": "int", "label": "Antal", "min": 0, "max": 9},
    {"key": "matt", "type": "dec", "label": "Mått"},
    {"key": "svar", "type": "bool", "label": "Bor ensam?", "required": True},
    {"key": "kryss", "type": "bool", "label": "Har hund"},
    {"key": "hund", "type": "str", "label": "Hundens namn", "required": True, "show_if": "kryss"},
    {"key": "dag", "type": "date", "label": "Dag", "heading": "När"},
    {"key": "stund", "type": "dt", "label": "Stund"},
    {"key": "tid", "type": "time", "label": "Tid"},
    {"key": "val", "type": "enum", "label": "Val", "choices": CHOICES},
    {"key": "manga", "type": "multi", "label": "Många val", "choices": CHOICES, "required": True},
    {"key": "lage", "type": "int", "label": "Läge", "choices": [{"value": n, "label": f"Läge {n}"} for n in range(10)]},
    {"key": "nummer", "type": "pnr", "label": "Personnummer"},
    {"key": "hsa", "type": "hsaid", "label": "HSA-id"},
    {"key": "enhet", "type": "ref", "of": "unit", "label": "Enhet"},
    {"key": "kollega", "type": "ref", "of": "staff", "label": "Kollega"},
    {"key": "dubbelt", "type": "int", "label": "Dubbelt", "computed": "antal * 2"},
    {"key": "mal", "type": "list", "label": "Mål", "item_label": "Mål", "required": True, "max_items": 3, "item": [
        {"key": "text", "type": "text", "label": "Vad", "required": True},
        {"key": "typ", "type": "enum", "label": "Typ", "choices": CHOICES},
        {"key": "mer", "type": "str", "label": "Mer", "show_if": 'typ = "b"'},
        {"key": "delmal", "type": "list", "label": "Delmål", "item_label": "Delmål",
         "item": [{"key": "vad", "type": "str", "label": "Delmål"}]},
    ]},
    {"key": "sen", "type": "text", "label": "Varför så många?", "required": True, "show_if": "antal > 5"},
]  # fmt: skip
POST = {
    "namn": "Åsa", "fritext": "rad 1\r\nrad 2", "antal": "3", "matt": "2,5", "svar": "false", "kryss": "on",
    "hund": "Bob", "dag": "2026-11-21", "stund": "2026-11-21T14:05", "tid": "09:05", "val": "a", "manga": ["b", "a"],
    "lage": "7", "nummer": "19610118-2803", "hsa": "SE2321000016-1003", "enhet": "hemgang", "_rows:mal": "2",
    "mal-0-text": "Gå ut", "mal-0-typ": "b", "mal-0-mer": "snart",
    "_rows:mal-0-delmal": "1", "mal-0-delmal-0-vad": "Trappan",
    "mal-1-text": "", "mal-1-typ": "", "mal-1-mer": "", "_rows:mal-1-delmal": "0",
}  # fmt: skip


def make(*fields: dict[str, Any], **extra: Any) -> Form:
    return definition.load(
        {"title": "Allt", "intro": "Svara.", "fields": list(fields), **extra}, shared=NO_PARTS.__getitem__
    )


def posted(data: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def bind(form: Form, data: dict[str, Any] | None = None, **options: Any) -> forms.BoundForm:
    return forms.bind(form, variables={}, now=NOW, post=None if data is None else posted(data), **options)


class Reader(HTMLParser):
    """The page as a browser and a screen reader would take it in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.controls: list[dict[str, str]] = []
        self.labelled: set[str] = set()
        self.links: list[str] = []
        self.described: list[str] = []
        self.tags: list[dict[str, str]] = []
        self.posted: dict[str, list[str]] = {}
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs} | {"": tag}
        self.tags.append(found)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"].removeprefix("#")] if tag == "a" else []
        self.described += found.get("aria-describedby", "").split()
        if tag == "label":
            self.labelled.add(found.get("for", ""))
        if tag in ("input", "select", "textarea"):
            self._control(tag, found)
        if tag == "option" and "selected" in found:
            self.posted[self._select] = [found["value"]]

    def _control(self, tag: str, found: dict[str, str]) -> None:
        if found.get("type") != "hidden":
            self.controls.append(found)
        self._select = found["name"] if tag == "select" else self._select
        self._area = found["name"] if tag == "textarea" else ""
        if tag == "select":
            self.posted[found["name"]] = [""]
        if tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self.posted.setdefault(found["name"], []).append(
                found.get("value", "on" if found.get("type") in ("radio", "checkbox") else "")
            )

    def handle_data(self, data: str) -> None:
        if self._area:
            self.posted[self._area] = [self.posted.get(self._area, [""])[0] + data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.posted.setdefault(self._area, [""])
            self._area = ""


def drawn(bound: forms.BoundForm) -> str:
    return pages.drawn("tasks/forms.html", "form", bound)


def page(bound: forms.BoundForm) -> Reader:
    return Reader(drawn(bound))


def assert_sound(read: Reader) -> None:
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []
    assert [control["name"] for control in read.controls if control.get("id", "?") not in read.labelled] == []
    assert set(read.links) <= set(read.ids)
    assert set(read.described) <= set(read.ids)
    assert not any("style" in tag or any(name.startswith("on") for name in tag) for tag in read.tags)
    assert not any(tag[""] == "script" for tag in read.tags)


@pytest.fixture
def _places(db: None) -> None:
    unit = Unit.objects.create(key="hemgang", name="Hemgångsteamet", area="Norr")
    role = Profession.objects.create(key="sjukskoterska", name="Sjuksköterska")
    for username, is_active in (("anna", True), ("bo", False)):
        staff = Staff.objects.create(
            username=username, first_name=username.title(), last_name="Prov", is_active=is_active
        )
        Assignment.objects.create(staff=staff, profession=role, unit=unit, valid_from=timezone.localdate())


pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("_places")]


def test_every_type_renders_soundly_empty_wrong_and_filled() -> None:
    form = make(*FIELDS)
    wrong = POST | {
        "namn": "",
        "antal": "många",
        "matt": "x",
        "svar": "",
        "dag": "2026-02-30",
        "manga": [],
        "enhet": "??",
    }
    for bound in (bind(form), bind(form, wrong | {"mal-0-text": ""}), bind(form, POST)):
        assert_sound(page(bound))
    assert len(page(bind(form)).controls) > 20


def test_the_summary_links_to_each_field_in_the_order_of_the_page() -> None:
    bound = bind(make(*FIELDS), POST | {"namn": "", "svar": "", "mal-0-text": "", "dag": "snart"})
    assert not bound.is_valid()
    read = page(bound)
    assert read.links == ["id_namn", "id_svar_0", "id_dag", "id_mal-0-text"]
    invalid = [tag.get("id") for tag in read.tags if tag.get("aria-invalid") == "true"]
    assert invalid == ["id_namn", "id_svar_0", "id_svar_1", "id_dag", "id_mal-0-text"]
    assert any(tag.get("role") == "alert" for tag in read.tags)
    described = {tag["id"]: tag.get("aria-describedby") for tag in read.tags if "id" in tag}
    assert described["id_namn"] == "id_namn_helptext id_namn_error"


def test_what_was_written_wrongly_is_still_there() -> None:
    read = page(bind(make(*FIELDS), POST | {"antal": "många", "dag": "30 februari", "matt": "2,5,5", "nummer": "123"}))
    shown = {name: read.posted[name] for name in ("antal", "dag", "matt", "nummer", "namn")}
    assert shown == {"antal": ["många"], "dag": ["30 februari"], "matt": ["2,5,5"], "nummer": ["123"], "namn": ["Åsa"]}


def test_a_post_becomes_answers_becomes_the_same_post_and_answers() -> None:
    form = make(*FIELDS)
    first = bind(form, POST)
    assert first.errors == []
    assert first.is_valid()
    assert first.answers["mal"] == [{"text": "Gå ut", "typ": "b", "mer": "snart", "delmal": [{"vad": "Trappan"}]}]
    again = page(bind(form, answers=first.answers)).posted
    second = bind(form, {name: values for name, values in again.items() if not name.startswith("_update")})
    assert second.is_valid()
    assert second.answers == first.answers


def test_a_row_is_added_and_removed_without_losing_or_judging_anything() -> None:
    form = make(*FIELDS)
    added = bind(form, POST | {"namn": "", "_add:mal": "1"})
    assert added.was_row_action
    assert not added.is_valid()
    assert added.errors == []
    read = page(added)
    assert read.posted["_rows:mal"] == ["3"]
    assert read.posted["mal-0-text"] == ["Gå ut"]
    assert [tag["id"] for tag in read.tags if "autofocus" in tag] == ["id_mal-2"]
    assert not any(tag.get("name") == "_add:mal" for tag in read.tags)  # three is the most
    removed = page(bind(form, POST | {"_remove:mal:0": "1"}))
    assert removed.posted["_rows:mal"] == ["1"]
    assert removed.posted["mal-0-text"] == [""]
    inner = page(bind(form, POST | {"_add:mal-0-delmal": "1"}))
    assert inner.posted["mal-0-delmal-0-vad"] == ["Trappan"]
    assert inner.posted["mal-0-delmal-1-vad"] == [""]


@pytest.mark.parametrize(
    "button", ["_add:", "_add:namn", "_add:mal-9", "_remove:mal", "_remove:mal:x", "_remove:mal:99"]
)
def test_a_button_that_does_not_exist_changes_nothing(button: str) -> None:
    bound = bind(make(*FIELDS), POST | {button: "1"})
    assert bound.was_row_action
    assert len(bound.raw["mal"]) == 2


def test_row_counts_from_outside_are_bounded() -> None:
    bound = bind(make(*FIELDS), POST | {"_rows:mal": "999999999999"})
    assert len(bound.raw["mal"]) == 4
    assert "högst 3" in bind(make(*FIELDS), {f"mal-{n}-text": "x" for n in range(9)}).errors[-1].message


def test_a_simple_condition_is_left_to_the_browser_and_checked_by_the_server() -> None:
    form = make(*FIELDS)
    marked = {
        tag["data-show-field"]: tag["data-show-values"] for tag in page(bind(form)).tags if "data-show-field" in tag
    }
    assert marked == {"kryss": '["true"]', "mal-0-typ": '["b"]'}
    without = bind(form, {name: value for name, value in POST.items() if name != "kryss"})
    assert without.is_valid()
    assert "hund" not in without.answers


def test_a_question_that_the_answers_bring_up_is_shown_before_the_form_is_done() -> None:
    form = make({"key": "antal", "type": "int", "label": "Antal"},
                {"key": "tips", "type": "str", "label": "Tips", "show_if": "antal > 5"})  # fmt: skip
    first = bind(form, {"antal": "7", "_shown": ""})
    assert (first.is_valid(), first.has_more, first.errors) == (False, True, [])
    read = page(first)
    assert read.posted["_shown"] == ["", "tips"]
    assert bind(form, read.posted | {"tips": "x"} | {}).answers == {"antal": 7, "tips": "x"}
    assert bind(form, {"antal": "7", "_shown": ["", "tips"], "tips": ""}).is_valid()
    assert bind(form, {"antal": "5", "_shown": ""}).is_valid()


def test_references_are_chosen_among_units_and_working_staff() -> None:
    html = pages.drawn("tasks/forms.html", "form", bind(make(*FIELDS)))
    assert "Hemgångsteamet (Norr)" in html
    assert "Anna Prov" not in html
    found = drawn(bind(make(*FIELDS), {"_sought:kollega": "prov", "_find:kollega": "1"}))
    assert '<strong>Anna Prov</strong> <span class="soft">Sjuksköterska, Hemgångsteamet</span>' in found
    assert "Bo Prov" not in found
    told = bind(make(*FIELDS), POST | {"enhet": "nagonannan"}).errors
    assert told == [FieldError(("enhet",), "”Enhet” har ett svar som inte finns bland valen.")]


def test_text_is_shown_as_text() -> None:
    nasty = "<script>alert(1)</script>\"'"
    form = make(*FIELDS)
    filled = pages.drawn("tasks/forms.html", "form", bind(form, POST | {"namn": nasty, "fritext": nasty}))
    shown = forms.readonly(form, {"namn": nasty, "fritext": nasty})
    assert "<script" not in filled + pages.drawn("tasks/forms.html", "readonly", shown)
    assert "Beta &amp; &lt;b&gt;" in filled


def test_answers_read_as_swedish() -> None:
    form = make(*FIELDS)
    kollega = str(Staff.objects.get(username="bo").public_id)
    kept = bind(form, POST).answers | {"kollega": kollega}
    sections = forms.readonly(form, kept)
    values = {entry.label: entry.value for section in sections for entry in section.entries}
    assert [section.heading for section in sections] == ["Vem", "När"]
    assert values["Dag"] == "21 november 2026"
    assert values["Stund"] == "21 november 2026 14:05"
    assert values["Tid"] == "09:05"
    assert values["Mått"] == "2,5"
    assert (values["Bor ensam?"], values["Har hund"]) == ("Nej", "Ja")
    assert values["Många val"] == "Alfa, Beta & <b>"
    assert values["Personnummer"] == "19610118-2803"
    assert (values["Enhet"], values["Kollega"]) == ("Hemgångsteamet", "Bo Prov")
    assert "Varför så många?" not in values
    html = pages.drawn("tasks/forms.html", "readonly", sections)
    assert "Trappan" in html


def test_errors_from_elsewhere_are_shown_too() -> None:
    bound = bind(make(*FIELDS), POST)
    bound.add_errors([FieldError(("namn",), "Namnet är upptaget."), FieldError((), "Något annat.")])
    assert not bound.is_valid()
    read = page(bound)
    assert read.links == ["id_namn"]
    assert_sound(read)


def test_the_forms_in_the_repository_render_soundly() -> None:
    root = Path(__file__).parents[2] / "bpmn"

    def shared(name: str) -> bytes:
        folder, _, form_name = name.partition("/")
        return (root / folder / "forms" / f"{form_name}.json").read_bytes()

    for file in sorted(root.glob("*/forms/*.json")):
        form = definition.load(file.read_bytes(), shared=shared)
        assert_sound(page(bind(form)))
        assert_sound(page(bind(form, {"_shown": ""})))


ASKED = {"a": conditions.Asked("mal-0-a", has_several=False), "b": conditions.Asked("b", has_several=True)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", ("true",)),
        ("a = true", ("true",)),
        ("a = false", ("false",)),
        ('a = "x"', ("x",)),
        ('"x" = a', ("x",)),
        ('a in ("x", "y")', ("x", "y")),
        ('a in ["x", "y"]', ("x", "y")),
        ('a = "x" or a = "y"', ("x", "y")),
        ("a = 3", ("3",)),
        ("a > 3", None),
        ("a != 3", ("3",)),
        ('a != null and a != "x"', ("", "x")),
        ('a != "x" or a != "y"', None),
        ("a = b", None),
        ('a = "x" and a = "y"', None),
        ('a = "x" or b = "y"', None),
        ("a = null", ("",)),
        ("a in [1..3]", None),
        ("person.alder = 3", None),
        ("c = 3", None),
    ],
)
def test_which_conditions_the_browser_can_follow(text: str, found: tuple[str, ...] | None) -> None:
    simple = conditions.simple(text, ASKED)
    assert (simple and (simple.name, simple.values, simple.is_except)) == (found and ("mal-0-a", found, "!=" in text))


def test_the_browser_can_follow_one_of_several_ticks() -> None:
    assert conditions.simple('list contains(b, "x")', ASKED) == conditions.Simple("b", ("x",), in_list=True)
    assert conditions.simple('b = "x"', ASKED) is None


NAMES = st.sampled_from(
    [*POST, "_add:mal", "_remove:mal:0", "_update", "_shown", "_rows:namn", "mal", "mal-x-text", "okand"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.text(max_size=6) | st.sampled_from(["1", "99", "on", "a", "2026-11-21"]), max_size=12))
def test_no_post_makes_the_page_fall_over(data: dict[str, str]) -> None:
    assert_sound(page(bind(make(*FIELDS), data)))
