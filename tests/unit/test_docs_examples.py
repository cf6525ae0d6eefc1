"""Every example in the documents for process owners is tried as it stands."""

import json
import re
import tomllib
from datetime import datetime

import pytest

from tests import documents
from workflows import dmn, feel, scenarios
from workflows.dmn.analysis.codes import CODES
from workflows.engine import clock
from workflows.feel import functions

NOW = functions.EXAMPLE_NOW
EXPRESSIONS = documents.examples("uttryck.md", "feel")
TIMES = documents.examples("uttryck.md", "tid")
VARIABLES = json.loads(next(text for _, text in documents.blocks("uttryck.md", "json")))
MODELS = documents.models("beslut.md")
DECISIONS = documents.examples("beslut.md", "beslut")
WORDS = {"error": "fel", "warning": "varning"}
CELLS = documents.examples("beslut.md", "cell")


def answer(text: str, variables: dict[str, object]) -> tuple[str, list[str]]:
    """The value as the documents write it, and everything that is said of it."""
    notes: list[feel.Diagnostic] = []
    try:
        value = feel.evaluate(text, variables, now=NOW, diagnostics=notes)
    except feel.FeelError as error:
        return f"FEL {error.message_sv}", []
    return functions.shown(value), [note.message_sv for note in notes]


@pytest.mark.parametrize("example", EXPRESSIONS, ids=lambda example: f"rad {example.line}")
def test_an_expression_gives_what_the_document_says(example: documents.Example) -> None:
    value, notes = answer(example.text, VARIABLES)
    assert value == example.value
    assert not example.reason or example.reason in notes


@pytest.mark.parametrize("example", TIMES, ids=lambda example: example.text)
def test_a_time_in_a_diagram_is_due_when_the_document_says(example: documents.Example) -> None:
    text, _, start = example.text.partition(" från ")
    now = datetime.fromisoformat(start).replace(tzinfo=clock.ZONE)
    due = []
    for _ in example.value.split(", "):
        now = clock.parse_cycle(text).every.after(now) if text.startswith("R") else clock.due(text, now)
        due.append(f"{now.astimezone(clock.ZONE):%Y-%m-%d %H:%M}")
    assert ", ".join(due) == example.value


@pytest.mark.parametrize("example", CELLS, ids=lambda example: example.text)
def test_a_cell_fits_when_the_document_says(example: documents.Example) -> None:
    cell, _, given = example.text.partition(" får ")
    value = feel.evaluate(given, {}, now=NOW)
    fits = feel.evaluate(feel.parse_unary(cell.strip()), {"?": value}, now=NOW)
    assert functions.shown(fits is True) == example.value


@pytest.mark.parametrize("example", DECISIONS, ids=lambda example: f"rad {example.line}")
def test_a_decision_answers_as_the_document_says(example: documents.Example) -> None:
    name, _, given = example.text.partition(":")
    variables = feel.evaluate("{" + given.replace(" = ", ": ") + "}", {}, now=NOW)
    assert isinstance(variables, dict)
    model = dmn.load(MODELS[name])
    if example.value.startswith("STOPP"):
        with pytest.raises(dmn.DmnError, match=example.value.removeprefix("STOPP ").split("(")[0]):
            dmn.evaluate(model, name, variables, now=NOW)
        return
    result = dmn.evaluate(model, name, variables, now=NOW)
    assert functions.shown(result.value) == example.value
    assert rows(result.hits) == example.reason


def rows(hits: tuple[int, ...]) -> str:
    *first, last = map(str, hits or (0,))
    return "" if not hits else f"rad {', '.join(first)} och {last}" if first else f"rad {last}"


@pytest.mark.parametrize("name", MODELS)
def test_the_check_finds_what_the_document_says_and_nothing_more(name: str) -> None:
    found = [f"{WORDS[finding.severity]}: {finding.message}" for finding in dmn.check(MODELS[name], "t.dmn")]
    assert found == [example.value for example in documents.examples("beslut.md", "fynd") if example.text == name]


def test_every_remark_of_the_analysis_is_in_the_document() -> None:
    told = documents.read("beslut.md")
    assert [code for code, (severity, _) in CODES.items() if f"| `{code}` | {WORDS[severity]} |" not in told] == []


def test_the_scenario_can_be_read() -> None:
    for _, text in documents.blocks("beslut.md", "toml"):
        assert {key for step in tomllib.loads(text)["step"] for key in step} <= {*scenarios.ACTIONS, "payload"}


@pytest.mark.parametrize(
    "document", ["uttryck.md", "beslut.md", "funktioner.md", "processagare.md", "../bpmn/README.md", "../README.md"]
)
def test_a_link_in_a_document_leads_somewhere(document: str) -> None:
    place = (documents.DOCS / document).resolve().parent
    links = re.findall(r"\]\(([^)#:]+)\)", documents.read(document))
    assert links
    assert [link for link in links if not (place / link).exists()] == []
