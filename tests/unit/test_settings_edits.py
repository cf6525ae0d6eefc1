"""Settings as a form: what is not touched stays to the byte, and what is changed is changed where it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import scenario_text, settings_edits, settings_page, toml_text
from workflows import prose
from workflows.lint.settings import BECOMES, DELIVERIES

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(ROOT.glob("bpmn/*/process.toml"))
SMALL = """# Överst.
key = "a"
title = "B"  # namnet
visible_to = [
    "x", "y",  # två
]

[parameters]
dagar = 14    # hur länge
andel = 0.5
pausas = true
namn = "Norr"

# Det vi vet.
[[known]]
label = "Klar"
value = "a.b"

# Meddelanden.
[messages.kom]
key = "nyckel"
value = "a.c"

# Det sista.
[messages.gick]
key = "nyckel"
"""


def unchanged(text: str) -> dict[str, str]:
    """Everything that the page shows, posted as it is shown."""
    said, known = tomllib.loads(text), settings_page.Around({}, {}, ())
    posted = {key: str(said.get(key, "")) for key in settings_edits.TEXTS}
    posted |= {"legal_basis": "\n".join(said.get("legal_basis", []))}
    posted |= {f"{key}-finns": "ja" for key in settings_edits.SEVERAL}
    posted |= {one.control: one.value for one in settings_page.parameters(text, {}) if one.kind != "otherwise"}
    for group in settings_page.groups(text, known):
        posted |= {one.name: one.value for row in (*group.written, group.new) for one in row.controls}
    return posted


def lists(text: str) -> dict[str, list[str]]:
    said = tomllib.loads(text)
    return {key: said.get(key, []) for key in settings_edits.SEVERAL}


def changed(text: str = SMALL, **posted: str) -> str:
    told = {**unchanged(text), **{key.replace("__", "-"): value for key, value in posted.items()}}
    outcome = settings_edits.carried_out(text, told, lists(text))
    assert outcome.problems == []
    tomllib.loads(outcome.text)
    return outcome.text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_a_page_saved_as_it_is_leaves_every_byte(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert changed(text) == text


def test_a_value_is_changed_where_it_stands_with_its_comment() -> None:
    made = changed(title="Ny", parameter__0="21", parameter__1="0,25", parameter__2="nej", parameter__3="Söder")
    expected = SMALL.replace('"B"', '"Ny"').replace("14 ", "21 ").replace("0.5", "0.25").replace("true", "false")
    assert made.splitlines() == expected.replace("Norr", "Söder").splitlines()


def test_what_comes_stands_last_of_its_kind_and_before_the_comment_of_the_next() -> None:
    made = changed(
        **{
            "parameter-ny-namn": "antal",
            "parameter-ny": "3",
            "known-ny-label": "Ute",
            "known-ny-value": "a.d",
            "messages-ny-namn": "hem",
            "messages-ny-key": "nyckel",
        }
    )
    assert 'namn = "Norr"\nantal = 3\n\n# Det vi vet.' in made
    assert 'value = "a.b"\n\n[[known]]\nlabel = "Ute"\nvalue = "a.d"\n\n# Meddelanden.' in made
    assert made.rstrip().endswith('[messages.hem]\nkey = "nyckel"')


def test_what_goes_leaves_the_comments_of_others() -> None:
    made = changed(known__0__bort="ja", messages__0__bort="ja", parameter__0__bort="ja")
    assert tomllib.loads(made)["parameters"].keys() == {"andel", "pausas", "namn"}
    assert "known" not in tomllib.loads(made)
    assert list(tomllib.loads(made)["messages"]) == ["gick"]
    for told in ("# Överst.", "# namnet", "# två", "# Meddelanden.", "# Det sista."):
        assert told in made


def test_of_a_list_only_what_is_another_changes() -> None:
    posted = {**unchanged(SMALL)}
    made = settings_edits.carried_out(SMALL, posted, {"visible_to": ["y", "z"]}).text
    assert tomllib.loads(made)["visible_to"] == ["y", "z"]
    assert "# två" in made


def test_that_it_is_confined_is_written_when_it_is_said_and_not_before() -> None:
    told = {**unchanged(SMALL), "confined-finns": "1"}
    assert "confined" not in settings_edits.carried_out(SMALL, told, lists(SMALL)).text
    closed = settings_edits.carried_out(SMALL, {**told, "confined": "1"}, lists(SMALL)).text
    assert tomllib.loads(closed)["confined"] is True
    assert tomllib.loads(settings_edits.carried_out(closed, told, lists(SMALL)).text)["confined"] is False


@pytest.mark.parametrize(
    ("posted", "control"),
    [
        ({"title": " "}, "title"),
        ({"parameter-0": "fjorton"}, "parameter-0"),
        ({"parameter-ny-namn": "Två ord"}, "parameter-ny-namn"),
        ({"parameter-ny-namn": "dagar"}, "parameter-ny-namn"),
        ({"messages-ny-namn": "kom"}, "messages-ny-namn"),
    ],
)
def test_what_cannot_be_is_told_at_its_control(posted: dict[str, str], control: str) -> None:
    outcome = settings_edits.carried_out(SMALL, {**unchanged(SMALL), **posted}, lists(SMALL))
    assert [where for where, _ in outcome.problems] == [control]


@given(st.dictionaries(st.sampled_from(sorted(unchanged(SMALL))), st.text(max_size=20)))
def test_whatever_is_typed_the_file_can_be_read_and_keeps_what_the_page_does_not_know(typed: dict[str, str]) -> None:
    outcome = settings_edits.carried_out(SMALL, {**unchanged(SMALL), **typed}, lists(SMALL))
    assert tomllib.loads(outcome.text)["key"] == "a"
    for told in ("# Överst.", "# namnet", "# hur länge", "# Det vi vet.", "# Meddelanden.", "# Det sista."):
        assert told in outcome.text


def test_the_choices_are_those_that_the_checks_know() -> None:
    assert set(settings_edits.PERSONS) == set(BECOMES)
    assert set(settings_edits.DELIVERED) == set(DELIVERIES)


@pytest.mark.parametrize("text", ["a = ", "[a]\n[a]\n", "\x00"])
def test_what_is_no_toml_is_refused_in_words(text: str) -> None:
    with pytest.raises(toml_text.Unreadable, match="TOML"):
        settings_edits.carried_out(text, {}, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\nEtt\nstycke.\n\nTvå.\n", "# A\n\nNytt.\n\nTvå.\n"),
        ("# A\n\n## B\n", "# A\n\nNytt.\n\n## B\n"),
        ("", "Nytt.\n"),
    ],
)
def test_a_purpose_takes_the_place_of_the_first_paragraph_alone(text: str, expected: str) -> None:
    assert prose.with_purpose(text, "Nytt.") == expected
    assert prose.purpose(expected) == "Nytt."


SCENARIOS = sorted(ROOT.glob("bpmn/*/scenarios/*.toml"))


@pytest.mark.parametrize("file", SCENARIOS[::6], ids=lambda file: file.stem[:20])
def test_a_scenario_is_changed_where_it_stands(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    said = tomllib.loads(text)
    assert scenario_text.titled(text, said["title"]) == text
    assert scenario_text.described(text, scenario_text.description(text)) == text
    for number, step in enumerate(said["step"], start=1):
        answers = scenario_text.plain(step.get("answers", {}))
        key = next((key for key, value in answers.items() if isinstance(value, str)), "")
        if key:
            made = scenario_text.answered(text, number, {**answers, key: "helt_annat", "tomt": None})
            assert tomllib.loads(made)["step"][number - 1]["answers"] == {**answers, key: "helt_annat"}
            lines = zip(text.splitlines(), made.splitlines(), strict=True)
            assert sum(before != after for before, after in lines) == 1
            break
    assert tomllib.loads(scenario_text.ending(text, "end_annat"))["step"][-1] == {"end": "end_annat"}
    assert scenario_text.description(scenario_text.described(text, "Ett.\nTvå.")) == "Ett.\nTvå."
