"""What every released format of the engine's state stored still loads, and goes on to the end it had then."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.bpmn.drawing import handler
from tests.unit.engine_bpmn import NOW, Run, chain, defined, no_decision
from workflows import engine

GOLDEN = sorted((Path(__file__).parent / "golden").glob("engine_format_*.json"))
CASES = [case for file in GOLDEN for case in json.loads(file.read_text(encoding="utf-8"))]


def golden_id(case: dict[str, Any]) -> str:
    return f"format {case['state']['format']}: {case['title']}"


@pytest.mark.parametrize("case", CASES, ids=golden_id)
def test_a_stored_state_goes_on_as_it_did_when_it_was_stored(case: dict[str, Any]) -> None:
    assert played(Run.stored(case["body"], case["state"]), case) == case["seen"]


NEW = handler("ny", "timer P900D", "ny_s > u_ny > e_ny", quiet=True)
"""What the next version listens for besides: far away."""


@pytest.mark.parametrize("case", CASES, ids=golden_id)
def test_moved_to_another_version_it_goes_on_so_too(case: dict[str, Any]) -> None:
    """In the middle of joins, loops, sub-processes, called processes, events beside and event sub-processes."""
    old, new = defined(case["body"]), defined(case["body"] + NEW)
    moved = Run.stored(case["body"] + NEW, case["state"])
    execution = engine.Move(old, new, engine.proposed(old, new)).execution(
        case["state"], decide=no_decision, now=reached(case)
    )
    moved.state = json.loads(json.dumps(execution.dump()))
    assert played(moved, case) == case["seen"]


def reached(case: dict[str, Any]) -> datetime:
    """When it was stored."""
    days = [step[1] for step in case["done"] if step[0] == "days"]
    return NOW + timedelta(days=days[-1] if days else 0)


def played(run: Run, case: dict[str, Any]) -> list[Any]:
    """What is waited for after each step."""
    run.now = reached(case)
    seen = [[run.users, run.messages, run.outcome]]
    for kind, name, more in case["steps"]:
        run.step(kind, name, more)
        seen.append([run.users, run.messages, run.outcome])
    return seen


def test_every_format_has_golden_states() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + chain("s", "a", "e"))
    assert {case["state"]["format"] for case in CASES} == set(range(1, run.state["format"] + 1))


def test_a_format_of_the_future_is_not_guessed_at() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + chain("s", "a", "e"))
    run.state["format"] = 1_000
    with pytest.raises(ValueError, match="format 1000"):
        engine.Execution.restore(run.definition, run.state, decide=no_decision)
    assert engine.FORMAT < 1_000
