"""What every released format of the engine's state stored still loads, and goes on to the end it had then."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine_bpmn import NOW, Run, chain, no_decision
from workflows import engine

GOLDEN = sorted((Path(__file__).parent / "golden").glob("engine_format_*.json"))
CASES = [case for file in GOLDEN for case in json.loads(file.read_text(encoding="utf-8"))]


def golden_id(case: dict[str, Any]) -> str:
    return f"format {case['state']['format']}: {case['title']}"


@pytest.mark.parametrize("case", CASES, ids=golden_id)
def test_a_stored_state_goes_on_as_it_did_when_it_was_stored(case: dict[str, Any]) -> None:
    run = Run.stored(case["body"], case["state"])
    days = [step[1] for step in case["done"] if step[0] == "days"]
    run.now = NOW + timedelta(days=days[-1] if days else 0)
    seen = [[run.users, run.messages, run.outcome]]
    for kind, name, more in case["steps"]:
        run.step(kind, name, more)
        seen.append([run.users, run.messages, run.outcome])
    assert seen == case["seen"]


def test_every_format_has_golden_states() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + chain("s", "a", "e"))
    assert {case["state"]["format"] for case in CASES} == set(range(1, run.state["format"] + 1))


def test_a_format_of_the_future_is_not_guessed_at() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + chain("s", "a", "e"))
    run.state["format"] = 1_000
    with pytest.raises(ValueError, match="format 1000"):
        engine.Execution.restore(run.definition, run.state, decide=no_decision)
    assert engine.FORMAT < 1_000
