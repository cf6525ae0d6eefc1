"""Which variables a step sees: those all share, and those of the instances and sub-processes around it."""

from __future__ import annotations

from tests.bpmn.drawing import draw, each, sub, task
from tests.unit.engine_bpmn import Run
from workflows import engine

NESTED = draw(
    "s > u1 > sp > u3 > end_a",
    extra=sub("sp", "si > u2 > e1", extra=task("u2", each("rad.inre", "post")) + each("u1.rader")),
)


def test_an_instance_sees_its_own_items_outermost_first() -> None:
    run = Run(NESTED)
    run.complete("u1", rader=[{"inre": [1, 2]}, {"inre": [3]}])
    execution = run.execution
    seen = [execution.seen_by(waiting.id) for waiting in execution.waiting().user_tasks]
    assert [(item["rad"], item["post"], item["loopCounter"]) for item in seen] == [
        ({"inre": [1, 2]}, 1, 1),
        ({"inre": [1, 2]}, 2, 2),
        ({"inre": [3]}, 3, 1),
    ]


def test_a_stored_state_tells_what_a_waiting_step_sees_without_being_loaded() -> None:
    run = Run(NESTED)
    run.complete("u1", rader=[{"inre": [1, 2]}, {"inre": [3]}])
    execution = run.execution
    for waiting in execution.waiting().user_tasks:
        assert engine.seen_in(run.state, waiting.id) == execution.seen_by(waiting.id)


def test_what_one_instance_answers_is_not_seen_by_another_until_all_are_done() -> None:
    run = Run(draw("s > u1 > u2 > u3 > end_a", extra=task("u2", each("u1.r"))))
    run.complete("u1", r=[1, 2])
    run.complete("u2", svar="ja")
    assert "u2" not in run.execution.variables
    (waiting,) = run.execution.waiting().user_tasks
    assert run.execution.seen_by(waiting.id)["rad"] == 2
    run.complete("u2", svar="nej")
    assert run.execution.variables["u2"] == [{"svar": "ja"}, {"svar": "nej"}]
