"""Every example in the documents for process owners is tried as it stands."""

import json
from datetime import datetime

import pytest

from tests import documents
from workflows import feel
from workflows.engine import clock
from workflows.feel import functions

EXPRESSIONS = list(documents.examples("uttryck.md", "feel"))
TIMES = list(documents.examples("uttryck.md", "tid"))
VARIABLES = json.loads(next(text for _, text in documents.blocks("uttryck.md", "json")))


def answer(text: str, variables: dict[str, object]) -> tuple[str, list[str]]:
    """The value as the documents write it, and everything that is said of it."""
    notes: list[feel.Diagnostic] = []
    try:
        value = feel.evaluate(text, variables, now=functions.EXAMPLE_NOW, diagnostics=notes)
    except feel.FeelError as error:
        return f"FEL {error.message_sv}", []
    return functions.shown(value), [note.message_sv for note in notes]


@pytest.mark.parametrize("example", EXPRESSIONS, ids=lambda example: f"rad {example.line}")
def test_an_expression_gives_what_the_document_says(example: documents.Example) -> None:
    value, notes = answer(example.text, VARIABLES)
    if example.value == "FEL":
        assert value.startswith("FEL ")
    else:
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
