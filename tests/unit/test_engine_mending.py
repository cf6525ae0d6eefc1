"""A person steps in: what waits is skipped, what fails is passed by, and a token is moved where no join is wronged."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.unit.engine_bpmn import NOW, Run, chain, flow, service
from workflows import engine

LINE = (
    '<startEvent id="s"/><userTask id="a"/>'
    + service("ring", "prov.ring")
    + '<intermediateCatchEvent id="vanta"><messageEventDefinition messageRef="m_info"/></intermediateCatchEvent>'
    + '<subProcess id="del"><startEvent id="ds"/><userTask id="inne"/><endEvent id="de"/>'
    + chain("ds", "inne", "de")
    + '</subProcess><userTask id="sist"/><endEvent id="end_klar"/>'
    + chain("s", "a", "ring", "vanta", "del", "sist", "end_klar")
)
BRANCHES = (
    '<startEvent id="s"/><userTask id="fore"/><parallelGateway id="dela"/><userTask id="a1"/><userTask id="a2"/>'
    '<userTask id="b"/><parallelGateway id="mot"/><userTask id="efter"/><endEvent id="e"/>'
    + chain("s", "fore", "dela", "a1", "a2", "mot", "efter", "e")
    + chain("dela", "b", "mot")
)


def place(run: Run, element_id: str) -> engine.Place:
    return next(item for item in run.execution.places() if item.element.id == element_id)


def skip(run: Run, element_id: str) -> None:
    run.execution.skip(place(run, element_id).id, now=NOW)


def targets(run: Run, element_id: str) -> set[str]:
    return {element.id for element in place(run, element_id).targets}


def told(run: Run) -> list[str]:
    return [item.element.id for item in run.execution.happened]


def test_every_kind_of_wait_can_be_skipped_and_nothing_is_told_as_done() -> None:
    run = Run(LINE, stores=False)
    for element_id in ("a", "ring", "vanta", "del"):
        skip(run, element_id)
    assert run.users == ["sist"]
    assert set(told(run)).isdisjoint({"a", "ring", "vanta", "del", "inne"})
    assert "a" not in run.execution.variables
    skip(run, "sist")
    assert run.execution.is_completed


def test_one_of_several_that_is_skipped_gives_nothing_to_the_list() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    body = f'<startEvent id="s"/><userTask id="a">{loop}</userTask><userTask id="b"/><endEvent id="e"/>'
    run = Run(body + chain("s", "a", "b", "e"), stores=False)
    first, second = run.execution.waiting().user_tasks
    run.execution.skip(first.id, now=NOW)
    run.execution.complete(second.id, {"svar": "ja"}, now=NOW)
    assert (run.users, run.execution.variables["a"]) == (["b"], [{"svar": "ja"}])


def test_what_fails_is_passed_by_once_also_after_it_was_stored() -> None:
    body = (
        f'<startEvent id="s"/><userTask id="a"/>{service("f", "prov.ring", nr="for i in 1..10000000 return i")}'
        '<userTask id="b"/><endEvent id="e"/>'
    )
    run = Run(body + chain("s", "a", "f", "b", "e"), stores=False)
    before = run.execution.dump()
    with pytest.raises(engine.EngineError) as stopped:
        run.execution.complete(place(run, "a").id, {}, now=NOW)
    assert stopped.value.element == "f"
    again = engine.Execution.restore(run.execution.definition, before, decide=run.decide)
    again.pass_by("f", now=NOW)
    again = engine.Execution.restore(run.execution.definition, again.dump(), decide=run.decide)
    again.complete(again.waiting().user_tasks[0].id, {}, now=NOW)
    assert [task.element.id for task in again.waiting().user_tasks] == ["b"]
    assert "passing" not in again.dump()
    with pytest.raises(engine.EngineError, match="no-skip"):
        again.pass_by("e_finns_inte", now=NOW)


def test_a_token_goes_anywhere_when_it_is_alone_but_into_a_branch() -> None:
    run = Run(BRANCHES, stores=False)
    assert targets(run, "fore") == {"dela", "efter", "e"}
    run.execution.move(place(run, "fore").id, "efter", now=NOW)
    assert run.users == ["efter"]
    run.execution.move(place(run, "efter").id, "fore", now=NOW)
    assert (run.users, told(run)) == (["fore"], [])


def test_in_a_branch_a_token_goes_along_the_branch_and_never_past_the_join() -> None:
    run = Run(BRANCHES, stores=False)
    run.execution.complete(place(run, "fore").id, {}, now=NOW)
    assert (targets(run, "a1"), targets(run, "b")) == ({"a2"}, set())
    for wrong in ("efter", "fore", "mot", "b", "finns_inte"):
        with pytest.raises(engine.EngineError, match="no-target"):
            run.execution.move(place(run, "a1").id, wrong, now=NOW)
    run.execution.move(place(run, "a1").id, "a2", now=NOW)
    run.execution.complete(place(run, "a2").id, {}, now=NOW)
    run.execution.complete(place(run, "b").id, {}, now=NOW)
    assert run.users == ["efter"]


def test_a_token_that_is_not_there_is_not_moved_or_skipped() -> None:
    run = Run(LINE, stores=False)
    with pytest.raises(engine.NotWaiting):
        run.execution.skip(UUID(int=1), now=NOW)
    with pytest.raises(engine.NotWaiting):
        run.execution.move(UUID(int=1), "a", now=NOW)


def test_changed_variables_are_seen_by_conditions_at_once() -> None:
    body = (
        '<startEvent id="s"/><intermediateCatchEvent id="v"><conditionalEventDefinition><condition>x = 1</condition>'
        '</conditionalEventDefinition></intermediateCatchEvent><userTask id="b"/><endEvent id="e"/>'
    )
    run = Run(body + chain("s", "v", "b", "e"), stores=False)
    run.execution.change({"x": 1}, now=None)
    assert run.users == []
    run.execution.change({"x": 1}, now=NOW)
    assert run.users == ["b"]


def test_an_event_gateway_is_moved_as_a_whole() -> None:
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/>'
        '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="m_info"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
        '</intermediateCatchEvent><userTask id="b"/><endEvent id="e"/>'
    )
    run = Run(body + chain("s", "g", "m", "b", "e") + chain("g", "t") + flow("t", "b"), stores=False)
    run.execution.move(place(run, "m").id, "b", now=NOW)
    assert (run.users, run.messages, run.execution.waiting().timers) == (["b"], [], [])
