"""Leaving finished steps out of the state changes nothing but its size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.engine_bpmn import NOW, Run, chain, flow, service
from workflows.engine import compaction

BOUNDARY = (
    '<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{cancel}">'
    '<messageEventDefinition messageRef="m_info"/></boundaryEvent>'
)
PARALLEL = (
    '<startEvent id="s"/><userTask id="fore"/><parallelGateway id="dela"/><userTask id="a"/><userTask id="a2"/>'
    '<userTask id="b"/><userTask id="c"/><parallelGateway id="samla"/><userTask id="efter"/><endEvent id="end_x"/>'
    + chain("s", "fore", "dela", "a", "a2", "samla", "efter", "end_x")
    + chain("dela", "b", "samla")
    + chain("dela", "c", "samla")
)
LOOP_WITH_PARALLEL = (
    '<startEvent id="s"/><exclusiveGateway id="in"/><parallelGateway id="dela"/><userTask id="a"/><userTask id="b"/>'
    '<parallelGateway id="samla"/><userTask id="beslut"/><exclusiveGateway id="g" default="g_in"/>'
    '<endEvent id="end_x"/>'
    + chain("s", "in", "dela", "a", "samla", "beslut", "g", "in")
    + chain("dela", "b", "samla")
    + flow("g", "end_x", "beslut.klar = true")
)
SUB_WITH_BOUNDARIES = (
    '<startEvent id="s"/><userTask id="fore"/><subProcess id="sub"><startEvent id="ss"/><userTask id="x"/>'
    '<userTask id="y"/><endEvent id="se"/>'
    + chain("ss", "x", "y", "se")
    + "</subProcess>"
    + BOUNDARY.format(id="tyst", host="sub", cancel="false")
    + '<userTask id="las"/><endEvent id="e1"/><userTask id="efter"/><endEvent id="end_x"/>'
    + chain("s", "fore", "sub", "efter", "end_x")
    + chain("tyst", "las", "e1")
)
HOST_AFTER_ITS_EVENTS = (
    '<startEvent id="s"/><userTask id="a"/>'
    + BOUNDARY.format(id="avbryt", host="a", cancel="true")
    + '<userTask id="b"/><userTask id="c"/><endEvent id="end_x"/><endEvent id="end_y"/>'
    + chain("s", "a", "b", "end_x")
    + chain("avbryt", "c", "end_y")
)
WITH_SERVICE = (
    '<startEvent id="s"/><userTask id="a"/>'
    + service("ring", "region.x")
    + '<userTask id="b"/><endEvent id="end_x"/>'
    + chain("s", "a", "ring", "b", "end_x")
)

Step = tuple[str, str]


def does(*names: str) -> list[Step]:
    return [("do", name) for name in names]


CASES: list[tuple[str, list[Step]]] = [
    (PARALLEL, does("fore", "b", "a", "c", "a2", "efter")),
    (PARALLEL, does("fore", "a", "a2", "c", "b", "efter")),
    (
        SUB_WITH_BOUNDARIES,
        [*does("fore"), ("get", "info"), *does("x"), ("get", "info"), *does("las", "y", "efter", "las")],
    ),
    (HOST_AFTER_ITS_EVENTS, [("get", "info"), *does("c")]),
    (HOST_AFTER_ITS_EVENTS, does("a", "b")),
    (WITH_SERVICE, [*does("a"), ("answer", "ring"), *does("b")]),
]


def trace(body: str, steps: list[Step]) -> Iterator[tuple[Any, ...]]:
    run = Run(body)
    for kind, name in [("look", ""), *steps]:
        if kind == "do":
            run.complete(name)
        elif kind == "end":
            run.complete(name, klar=True)
        elif kind == "get":
            run.deliver(name)
        elif kind == "answer":
            run.answer(name)
        yield run.users, run.messages, list(run.done), run.outcome


@pytest.mark.parametrize(("body", "steps"), CASES)
def test_with_and_without_it_the_same_happens(body: str, steps: list[Step], monkeypatch: pytest.MonkeyPatch) -> None:
    compact = list(trace(body, steps))
    monkeypatch.setattr(compaction, "needed", lambda workflow: (workflow.task_tree, list(workflow.tasks.values())))
    assert compact == list(trace(body, steps))
    assert compact[-1][-1] is not None


def test_a_join_in_a_loop_waits_for_every_branch_in_each_round() -> None:
    """The library alone counts the branches of the round before, and goes on too early."""
    run = Run(LOOP_WITH_PARALLEL)
    for _ in range(3):
        run.complete("b")
        assert run.users == ["a"]
        run.complete("a")
        run.complete("beslut", klar=False)
    run.complete("a")
    run.complete("b")
    run.complete("beslut", klar=True)
    assert run.outcome == "x"


def test_a_loop_does_not_grow() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_a"/><endEvent id="end_x"/>'
        + chain("s", "a", "g", "a")
        + flow("g", "end_x", "a.klar = true")
    )
    run = Run(body)
    sizes = []
    for _ in range(30):
        run.complete("a", klar=False)
        sizes.append(len(json.dumps(run.state)))
    assert max(sizes[3:]) - min(sizes[3:]) < 20
    run.complete("a", klar=True)
    assert run.outcome == "x"


def test_a_finished_instance_keeps_nothing_of_its_steps() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="end_x"/>' + chain("s", "a", "end_x"))
    run.complete("a")
    assert len(run.state["main"]["tasks"]) == 1
    assert run.now == NOW
