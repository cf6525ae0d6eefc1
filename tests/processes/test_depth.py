"""An instance that loops for years goes on, and keeps nothing of the rounds that are over."""

from __future__ import annotations

from tests.unit.engine_bpmn import NOW, Run, chain, flow

ROUNDS = 340


def test_a_loop_far_deeper_than_the_library_looks_goes_on() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><scriptTask id="rakna" scriptFormat="feel">'
        '<script>{ n: if n = null then 1 else n + 1 }</script></scriptTask><exclusiveGateway id="g" default="g_a"/>'
        '<endEvent id="end_x"/>' + chain("s", "a", "rakna", "g", "a") + flow("g", "end_x", f"n = {ROUNDS}")
    )
    execution = Run(body).execution
    for _ in range(ROUNDS):
        (task,) = execution.waiting().user_tasks
        execution.complete(task.id, {}, now=NOW)
        assert len(execution.instance.tasks) <= 1
    assert execution.is_completed
    assert execution.outcome == "x"
