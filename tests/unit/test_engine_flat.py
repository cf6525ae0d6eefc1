"""A step costs the same however old the instance is, and what would never end is stopped with its element named.

Cost is counted in calls of Python functions and in bytes: both are the same on every machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.bpmn.drawing import boundary, draw, each, event, handler, script, several, sub, task
from tests.unit.engine_bpmn import NOW, Run, no_decision
from workflows import engine
from workflows.engine.loops import MAX_INSTANCES

COUNT = script("rakna", "{ n: if n = null then 1 else n + 1 }")
UNDO = (
    boundary("kant", "u1", "compensate")
    + task("angra", isForCompensation="true")
    + '<association id="linje" sourceRef="kant" targetRef="angra"/>'
)


def undone(name: str) -> str:
    """A step that acts by itself and can be undone."""
    line = f'<association id="{name}_linje" sourceRef="{name}_kant" targetRef="{name}_angra"/>'
    handler_ = task(f"{name}_angra", isForCompensation="true")
    return task(name, kind="task") + boundary(f"{name}_kant", name, "compensate") + handler_ + line


LOOPS = {
    "a loop of user tasks": draw("s > x1 > u1 > rakna > x2 > [n < 0] end_a", "x2 > [-] x1", extra=COUNT),
    "a loop beside a branch that waits": draw(
        "s > p1 > x1 > u1 > rakna > x2 > [n < 0] p2 > end_a", "x2 > [-] x1", "p1 > u9 > p2", extra=COUNT
    ),
    "a loop of parallel blocks": draw("s > x1 > p1 > u1 > p2 > x1", "p1 > t1 > p2"),
    "a loop around a sub-process with a timer": draw(
        "s > x1 > sp > x1", "b > end_b", extra=sub("sp", "si > u1 > e1") + boundary("b", "sp", "timer P1D")
    ),
    "a loop of what can be undone": draw("s > x1 > u1 > x1", extra=task("u1") + UNDO),
    "a loop of several that can be undone": draw(
        "s > x1 > u1 > t2 > t3 > x1",
        extra=task("u1") + UNDO + "".join(undone(name) for name in ("t2", "t3")),
    ),
    "a standard loop": draw(
        "s > u1 > end_a",
        extra=task(
            "u1", "<standardLoopCharacteristics><loopCondition>true</loopCondition></standardLoopCharacteristics>"
        ),
    ),
}


def calls(act: Callable[[], object]) -> int:
    """How many Python functions are called."""
    found = 0

    def count(_frame: object, kind: str, _argument: object) -> None:
        nonlocal found
        found += kind == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return found


@pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS)
def test_the_hundredth_round_costs_what_the_tenth_did(body: str) -> None:
    run = Run(body)
    costs, sizes = [], []
    for _ in range(100):
        costs.append(calls(lambda: run.complete("u1")))
        sizes.append(len(json.dumps(run.state)))
    assert max(costs[10:]) <= 1.2 * costs[9]
    assert max(sizes[10:]) - sizes[9] <= 4


def test_a_block_costs_the_same_however_many_follow() -> None:
    def played(blocks: int) -> list[int]:
        way = " > ".join(f"p{number}0 > u{number}1 > p{number}1" for number in range(blocks))
        beside = [f"p{number}0 > u{number}{branch} > p{number}1" for number in range(blocks) for branch in (2, 3)]
        run = Run(draw(f"s > {way} > end_a", *beside))
        return [calls(lambda: run.complete(run.users[0])) for _ in range(3)]

    one, seven = played(2), played(7)
    assert sum(seven) <= 1.1 * sum(one)


def test_multi_instance_of_a_thousand_is_linear() -> None:
    def played(number: int) -> int:
        run = Run(draw("s > u1 > u2 > end_a", extra=task("u2", each("u1.r"))), stores=False)
        run.complete("u1", r=list(range(number)))
        execution = run.execution

        def all_done() -> None:
            for waiting in execution.waiting().user_tasks:
                execution.complete(waiting.id, {"v": 1}, now=NOW)

        cost = calls(all_done)
        assert execution.outcome == "a"
        return cost

    assert played(MAX_INSTANCES) <= 11 * played(100)


def several_subs(loop: str, *paths: str, extra: str = "", around: str = "") -> str:
    """After u1 a sub-process that is done several times."""
    inner = f'<subProcess id="sp">{loop}{draw(*paths, extra=extra)}</subProcess>'
    return draw("s > u1 > sp > end_a", *(["b > end_b"] if around else []), extra=inner + around)


COUNTED = several("<loopCardinality>u1.n</loopCardinality>")
DEEP = sub("sp2", "s2 > p1 > u2 > p2 > e2", "p1 > u4 > p2")
INSTANCES = {
    "each in a list": (draw("s > u1 > u2 > end_a", extra=task("u2", each("u1.r"))), 0),
    "a number of times": (draw("s > u1 > u2 > end_a", extra=task("u2", COUNTED)), 0),
    "sub-processes": (several_subs(each("u1.r"), "si > u2 > u3 > ei"), 1),
    "sub-processes in sub-processes, with joins": (several_subs(COUNTED, "si > sp2 > u3 > ei", extra=DEEP), 0),
}


@pytest.mark.parametrize(("body", "came"), INSTANCES.values(), ids=INSTANCES)
def test_one_of_a_thousand_costs_what_one_of_ten_does_though_all_is_stored_between(body: str, came: int) -> None:
    def played(number: int) -> tuple[int, int]:
        run = Run(body)
        answers = {"r": list(range(number)), "n": number}
        run.complete("u1", **answers)
        execution, state = run.execution, run.state
        waiting = [task.id for task in execution.waiting().user_tasks if task.element.id == "u2"]
        costs = []
        for task_id in waiting[1:4]:

            def step(task_id: UUID = task_id) -> None:
                nonlocal state
                again = engine.Execution.restore(run.definition, state, decide=no_decision)
                again.complete(task_id, {"v": 1}, now=NOW)
                assert (again.stuck_at, len(again.changed().user_tasks)) == ("", came)
                assert (again.messages(), again.dues()) == ([], {})
                state = json.loads(json.dumps(again.dump()))

            costs.append(calls(step))
        return max(costs), len(json.dumps(state)) - len(json.dumps(answers)) * 2

    (few, small), (many, large) = played(10), played(MAX_INSTANCES)
    assert many <= 1.1 * few + 100
    assert large - small <= 12 * MAX_INSTANCES  # its number, and nothing given yet


AT_THE_EDGE = boundary("b", "u2", "message info")
SUBS = boundary("b", "sp", "message info")
RESTING = {
    "tasks": draw("s > u1 > u2 > end_a", "b > end_b", extra=task("u2", each("u1.r")) + AT_THE_EDGE),
    "sub-processes": several_subs(each("u1.r"), "si > u2 > ei", around=SUBS),
    "sub-processes in sub-processes": several_subs(
        each("u1.r"), "si > sp2 > ei", extra=sub("sp2", "s2 > u2 > e2"), around=SUBS
    ),
}


@pytest.mark.parametrize("body", RESTING.values(), ids=RESTING)
def test_an_instance_that_is_only_a_number_is_seen_moved_and_gone_as_any_other(body: str) -> None:
    run = Run(body)
    run.complete("u1", r=["x", "y", "z"])
    assert len(run.state["scopes"]) == 1
    first, second, third = (item.id for item in run.execution.waiting().user_tasks)
    assert run.execution.seen_by(second) == engine.seen_in(run.state, second)
    assert run.execution.seen_by(second)["rad"] == "y"
    assert {str(first), str(second), str(third)} < engine.task_ids(run.state)
    places = [place.id for place in run.execution.places() if place.can_skip and place.element.id == "u2"]
    assert places == [first, second, third]
    moved = engine.Move(run.definition, run.definition, {}).execution(run.state, decide=no_decision, now=NOW)
    assert moved.waiting() == run.execution.waiting()
    assert moved.dump() == run.state
    execution = run.execution
    execution.skip(second, now=NOW)
    assert execution.changed().gone == {second}
    execution = run.execution
    execution.deliver(execution.messages()[0].id, "info", {}, now=NOW)
    assert execution.changed().gone == {first, second, third}
    assert execution.outcome == "b"


def test_what_an_instance_has_of_its_own_is_with_it_when_it_comes_back() -> None:
    """Also what its script has made of its item; and what waits for a message is not only a number."""
    own = script("x1", "{ rad: rad + 1, dubbel: rad * 2 }") + boundary("b", "u3", "message info", quiet=True)
    run = Run(several_subs(each("u1.r"), "si > u2 > x1 > u3 > u4 > ei", "b > e3", extra=own))
    run.complete("u1", r=[10, 20, 30])
    for value in (1, 2):
        run.complete("u2", v=value)
    assert [len(run.state["scopes"]), run.users] == [3, ["u2", "u3", "u3"]]
    run.complete("u3", w="w")
    seen = run.execution.seen_by(run.task("u4"))
    assert seen == engine.seen_in(run.state, run.task("u4"))
    assert {name: seen[name] for name in ("rad", "dubbel", "u2", "u3", "loopCounter")} == {
        "rad": 11, "dubbel": 22, "u2": {"v": 1}, "u3": {"w": "w"}, "loopCounter": 1,
    }  # fmt: skip
    assert [len(run.state["scopes"]), run.users] == [2, ["u2", "u3", "u4"]]


def test_a_finished_instance_keeps_nothing_of_its_steps() -> None:
    run = Run(draw("s > u1 > sp > end_a", extra=sub("sp", "si > u2 > e1")))
    run.complete("u1")
    run.complete("u2")
    assert run.state["scopes"] == [{"plan": "p"}]


CALLS_EACH_OTHER = (
    draw("s > u1 > a > end_a", extra=task("a", kind="callActivity", calledElement="q"))
    + '</process><process id="q" isExecutable="true">'
    + draw("sq > b > eq", extra=task("b", kind="callActivity", calledElement="r"))
    + '</process><process id="r" isExecutable="true">'
    + draw("sr > c > er", extra=task("c", kind="callActivity", calledElement="q"))
)
SIGNALS = event("intermediateThrowEvent", "k", "signal sig") + event(
    "boundaryEvent", "b", "signal sig", attachedToRef="u2", cancelActivity="false"
)
STOPPED: dict[str, tuple[str, dict[str, Any], str, set[str]]] = {
    "a ring without a wait": (draw("s > u1 > x1 > t1 > x1"), {}, "endless", {"x1", "t1"}),
    "a ring of signals": (
        draw("s > p1 > u1 > k > e1", "p1 > u2 > end_a", "b > k", extra=task("u2") + SIGNALS),
        {},
        "endless",
        {"b", "k", "e1"},
    ),
    "processes that call each other": (CALLS_EACH_OTHER, {}, "endless", {"b", "c"}),
    "a list that is too long": (
        draw("s > u1 > u2 > end_a", extra=task("u2", each("u1.r"))),
        {"r": list(range(MAX_INSTANCES + 1))},
        "too-many",
        {"u2"},
    ),
    "a number that is too large": (
        draw("s > u1 > u2 > end_a", extra=task("u2", several("<loopCardinality>u1.n</loopCardinality>"))),
        {"n": 10**12},
        "too-many",
        {"u2"},
    ),
    "a number that is none": (
        draw("s > u1 > u2 > end_a", extra=task("u2", several("<loopCardinality>u1.n</loopCardinality>"))),
        {"n": 1.5},
        "not-a-number",
        {"u2"},
    ),
    "a list that is none": (
        draw("s > u1 > u2 > end_a", extra=task("u2", each("u1.r"))),
        {"r": "text"},
        "not-a-list",
        {"u2"},
    ),
    "no way out of a gateway": (draw("s > u1 > x1 > [u1.n = 1] end_a", "x1 > [u1.n = 2] end_b"), {}, "no-flow", {"x1"}),
}


@pytest.mark.parametrize(("body", "answers", "code", "elements"), STOPPED.values(), ids=STOPPED)
def test_what_cannot_go_on_is_stopped_on_its_element_with_the_state_as_before(
    body: str, answers: dict[str, Any], code: str, elements: set[str]
) -> None:
    run = Run(body)
    before = json.dumps(run.state)
    with pytest.raises(engine.EngineError) as stopp:
        run.complete("u1", **answers)
    assert stopp.value.code == code
    assert stopp.value.element in elements
    assert json.dumps(run.state) == before
    assert "u1" in run.users


def test_a_thousand_is_not_too_many() -> None:
    run = Run(draw("s > u1 > t1 > u2 > end_a", extra=task("t1", each("u1.r"), "task")))
    run.complete("u1", r=list(range(MAX_INSTANCES)))
    assert run.users == ["u2"]


@pytest.mark.parametrize(
    ("body", "stuck"),
    [
        (draw("s > u1 > x1 > [true] p2 > end_a", "x1 > [-] p2"), "p2"),
        (draw("s > u1 > x1 > [true] p2 > end_a", "x1 > [-] p2") + handler("h", "message info", "h_s > u9 > e9"), "p2"),
        (draw("s > p0 > u1 > x1 > [true] p2 > end_a", "x1 > [-] p2", "p0 > u2 > end_b"), ""),
        (draw("s > u1 > u2 > end_a"), ""),
        (draw("s > u1 > end_a"), ""),
    ],
)
def test_a_gateway_that_waits_for_what_cannot_come_is_told(body: str, stuck: str) -> None:
    run = Run(body)
    assert run.execution.stuck_at == ""
    run.complete("u1")
    assert run.execution.stuck_at == stuck
