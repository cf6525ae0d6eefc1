"""What is kept of a decision is bounded, strict JSON, and right about what fitted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest

from workflows import dmn, explained

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'


def model(policy: str, rows: list[tuple[str, str]], *, logic: str = "x") -> dmn.Model:
    rules = "".join(
        f'<rule id="r{number}"><inputEntry id="c{number}"><text>{escape(test)}</text></inputEntry>'
        f'<outputEntry id="u{number}"><text>{escape(answer)}</text></outputEntry></rule>'
        for number, (test, answer) in enumerate(rows, start=1)
    )
    return dmn.load(
        f'{HEAD}<decision id="b" name="B"><decisionTable id="t" hitPolicy="{policy}">'
        f'<input id="i" label="X"><inputExpression id="e"><text>{logic}</text></inputExpression></input>'
        f'<output id="o" name="y"/>{rules}</decisionTable></decision></definitions>'.encode()
    )


def told(found: dmn.Model, decision: str = "b", **variables: Any) -> dict[str, Any]:
    result = dmn.evaluate(found, decision, variables, now=NOW)
    how = explained.explanation(found, decision, result)
    assert json.loads(json.dumps(how)) == how
    assert len(json.dumps(how, ensure_ascii=False).encode()) <= explained.MAX_BYTES
    return how


def test_of_a_large_table_the_hit_is_always_told() -> None:
    rows = [(f'"{"å" * 150}{number}"', f'"{"ö" * 150}"') for number in range(500)]
    how = told(model("UNIQUE", [*rows, ("17", '"svar"')]), x=17)
    assert [row["row"] for row in how["tables"][0]["rows"] if row["hit"]] == [501]


@pytest.mark.parametrize("value", ["z" * 90_000, {str(n): "å" * 500 for n in range(500)}, [["y" * 500] * 50] * 3])
def test_large_values_and_answers_are_bounded(value: object) -> None:
    assert told(model("COLLECT", [("-", "x"), ("-", "[x, x, x]")]), x=value)["decision"] == "b"


def test_a_decision_without_an_answer_tells_its_owner_why() -> None:
    how = told(model("FIRST", [("-", 'date("i går")')]), x=1)
    first, *reasons = explained.remarks(how)
    assert first == "Beslutet gav inget svar."
    assert reasons
    assert explained.remarks(told(model("FIRST", [("> 5", "1")]), x=1)) == (
        "Ingen rad i tabellen träffade, så beslutet gav inget svar.",
    )
    assert explained.remarks(told(model("FIRST", [("-", "1")]), x=1)) == ()


REQUIRED = """<decision id="ytter" name="Ytter"><informationRequirement><requiredDecision href="#b"/>
</informationRequirement><literalExpression id="l"><text>B * 10</text></literalExpression></decision>
<decision id="b" name="B"><decisionTable id="t" hitPolicy="{policy}"><input id="i" label="X">
<inputExpression id="e"><text>x</text></inputExpression></input><output id="o" name="y"/>
<rule id="r1"><inputEntry id="c1"><text>&gt; 1</text></inputEntry>
<outputEntry id="u1"><text>2</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c2"><text>&gt; 2</text></inputEntry>
<outputEntry id="u2"><text>3</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_what_a_decision_is_built_on_is_told_with_it_and_a_fault_in_it_is_called_by_its_name() -> None:
    first, unique = (dmn.load((HEAD + REQUIRED.format(policy=policy)).encode()) for policy in ("FIRST", "UNIQUE"))
    how = told(first, "ytter", x=3)
    assert (how["name"], how["answer"]) == ("Ytter", 20)
    assert (how["required"]["b"]["name"], how["required"]["b"]["answer"]) == ("B", 2)
    with pytest.raises(dmn.DmnError) as stopp:
        told(unique, "ytter", x=3)
    assert explained.at_fault(unique, stopp.value, "ytter") == "B"


def test_a_line_says_the_answer_the_rows_and_the_values_asked_for() -> None:
    found = told(model("FIRST", [("> 5", '"a"'), ("> 1", '"b"')]), x=3)
    assert explained.sentence(found) == 'b = "b": rad 2 (X: 3)'
