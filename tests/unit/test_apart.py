"""Diagrams of one förlopp that use the same ids, as two new diagrams of a drawing tool always do."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from tests.bpmn.drawing import boundary, draw, event, several, sub, task
from tests.unit.engine_bpmn import HEAD, NOW, no_decision
from workflows import engine, safe_xml
from workflows.apart import apart, same_names

MAIN = draw(
    "s > anropa > u1 > e",
    "b > u2 > e2",
    extra=task("anropa", kind="callActivity", calledElement="q") + boundary("b", "anropa", "error err"),
)
CALLED = draw(
    "s > u3 > x > [ja] e",
    "x > [-] sp > b",
    "b2 > e9",
    extra=sub("sp", "si > u4 > e1")
    + boundary("b2", "sp", "message info")
    + event("endEvent", "b", "error err")
    + '<laneSet><lane id="l" name="L"><flowNodeRef>s</flowNodeRef></lane></laneSet>',
)


def diagrams(main: str, called: str) -> dict[str, etree._Element]:
    found = {"p.bpmn": ("p", main), "q.bpmn": ("q", called)}
    return {
        file: safe_xml.parse(f'{HEAD}<process id="{key}" isExecutable="true">{body}</process></definitions>'.encode())
        for file, (key, body) in found.items()
    }


def test_two_diagrams_with_the_same_ids_run_each_by_its_own() -> None:
    compiled = engine.compile_process(diagrams(MAIN, CALLED), "p")
    definition = engine.Definition(json.loads(json.dumps(compiled)))
    execution = engine.Execution.start(definition, variables={"ja": False}, now=NOW, decide=no_decision)
    done = []
    for _ in range(3):
        (waiting,) = execution.waiting().user_tasks
        done.append(waiting.element.id)
        execution.complete(waiting.id, {}, now=NOW)
        execution = engine.Execution.restore(definition, json.loads(json.dumps(execution.dump())), decide=no_decision)
    assert execution.is_completed
    assert done == ["u3", "u4", "u2"]
    assert definition.elements["s.q"].lane == "l"
    assert definition.elements["s"].process == "p"
    assert definition.elements["s.q"].process == "q"


def test_the_main_diagram_is_the_one_that_keeps_its_ids() -> None:
    roots = diagrams(MAIN, CALLED)
    compiled = engine.compile_process({"q.bpmn": roots["q.bpmn"], "p.bpmn": roots["p.bpmn"]}, "p")
    assert {"s", "s.q", "b", "b.q"} <= compiled["elements"].keys()


def test_diagrams_with_ids_of_their_own_are_left_alone() -> None:
    roots = diagrams(draw("s > u1 > e"), draw("s2 > u3 > e2"))
    assert apart(roots) == roots


def test_steps_whose_answers_get_the_same_name_run_and_are_refused_at_publication() -> None:
    called = draw(
        "s > u1 > x1 > [u1.ja] u2 > e", "x1 > [-] e2", extra=task("u2", several("<loopCardinality>2</loopCardinality>"))
    )
    compiled = engine.compile_process(diagrams(MAIN, called), "p")
    execution = engine.Execution.start(engine.Definition(compiled), variables={}, now=NOW, decide=no_decision)
    done = []
    for answer in ({"ja": True}, {"n": 1}, {"n": 2}, {"ja": False}):
        waiting = execution.waiting().user_tasks[0]
        done.append(waiting.element.id)
        execution.complete(waiting.id, answer, now=NOW)
    assert (execution.is_completed, done) == (True, ["u1.q", "u2.q", "u2.q", "u1"])
    assert execution.variables["u1"] == {"ja": False}
    assert execution.variables["u2"] == [{"n": 1}, {"n": 2}]
    told = list(same_names(diagrams(MAIN, called)))
    assert [(item.file, item.element) for item in told] == [("q.bpmn", "u1"), ("q.bpmn", "u2")]
    assert "samma namn" in told[0].message


@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "receiveTask"])
def test_a_message_that_is_waited_for_and_not_chosen_does_not_compile(kind: str) -> None:
    inner = "<messageEventDefinition/>" if kind != "receiveTask" else ""
    with pytest.raises(engine.NotCompilable) as refused:
        engine.compile_process(diagrams(draw("s > u1 > m", extra=task("m", inner, kind=kind)), ""), "p")
    assert [(item.element, item.code) for item in refused.value.findings] == [("m", "no-message")]


@pytest.mark.parametrize("kind", ["endEvent", "sendTask"])
def test_a_message_that_is_thrown_and_not_chosen_is_none(kind: str) -> None:
    inner = "<messageEventDefinition/>" if kind == "endEvent" else ""
    compiled = engine.compile_process(diagrams(draw("s > m", extra=task("m", inner, kind=kind)), ""), "p")
    execution = engine.Execution.start(engine.Definition(compiled), variables={}, now=NOW, decide=no_decision)
    assert (execution.is_completed, execution.thrown()) == (True, [])
