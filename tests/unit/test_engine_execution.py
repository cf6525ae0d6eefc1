"""The engine runs diagrams as BPMN says, stored and loaded between all steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.engine_bpmn import NOW, Run, chain, flow, service
from workflows import engine

EVENT_SUBPROCESSES = """
 <subProcess id="dod" triggeredByEvent="true"><startEvent id="dod_s" isInterrupting="true">
  <messageEventDefinition messageRef="m_dod"/></startEvent><userTask id="stada"/><endEvent id="end_avliden"/>
  {dod}</subProcess>
 <subProcess id="inf" triggeredByEvent="true"><startEvent id="inf_s" isInterrupting="false">
  <messageEventDefinition messageRef="m_info"/></startEvent><userTask id="las"/><endEvent id="inf_e"/>
  {inf}</subProcess>""".format(dod=chain("dod_s", "stada", "end_avliden"), inf=chain("inf_s", "las", "inf_e"))
TWO_STARTS = (
    """<startEvent id="s1"><messageEventDefinition messageRef="m_borja"/></startEvent><startEvent id="s2"/>
 <userTask id="a"/><userTask id="b"/><endEvent id="end_klar"/>"""
    + flow("s1", "a")
    + flow("s2", "a")
)


def test_an_interrupting_event_subprocess_cancels_everything_else() -> None:
    run = Run(TWO_STARTS + chain("a", "b", "end_klar") + EVENT_SUBPROCESSES, start="s2", payload={})
    run.deliver("info", text="x")
    assert run.users == ["a", "las"]
    run.deliver("avliden", dt="2026-11-23")
    assert run.users == ["stada"]
    assert run.messages == []
    run.complete("stada")
    assert run.outcome == "avliden"
    assert run.execution.variables["avliden"] == {"dt": "2026-11-23"}


def test_a_non_interrupting_event_subprocess_listens_again_and_does_not_decide_the_outcome() -> None:
    run = Run(TWO_STARTS + chain("a", "b", "end_klar") + EVENT_SUBPROCESSES, start="s1", payload={"nr": 1})
    for number in range(3):
        run.deliver("info", nr=number)
    assert run.users == ["a", "las", "las", "las"]
    for _ in range(3):
        run.complete("las")
    run.complete("a")
    run.complete("b")
    assert run.outcome == "klar"
    assert run.execution.variables["borja"] == {"nr": 1}


def test_the_start_that_happened_decides_where_a_process_begins() -> None:
    body = (
        '<startEvent id="s1"><messageEventDefinition messageRef="m_borja"/></startEvent><startEvent id="s2"/>'
        '<userTask id="a"/><userTask id="b"/><endEvent id="end_a"/><endEvent id="end_b"/>'
        + chain("s1", "a", "end_a")
        + chain("s2", "b", "end_b")
        + EVENT_SUBPROCESSES
    )
    assert Run(body, start="s1", payload={}).users == ["a"]
    by_hand = Run(body, start="s2", payload={"orsak": "korttid"})
    assert by_hand.users == ["b"]
    assert by_hand.execution.variables["s2"] == {"orsak": "korttid"}


def test_a_terminate_end_ends_the_process_also_when_handlers_are_open() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><endEvent id="end_stopp"><terminateEventDefinition/></endEvent>'
        + chain("s", "a", "end_stopp")
        + EVENT_SUBPROCESSES
    )
    run = Run(body)
    run.deliver("info")
    run.complete("a")
    assert run.outcome == "stopp"
    assert run.users == []


def test_a_service_task_waits_for_its_answer_and_gives_its_parameters() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/>' + service("ring", "region.x", nr="a.nr + 1") + '<endEvent id="end_x"/>'
    )
    run = Run(body + chain("s", "a", "ring", "end_x"))
    execution = run.execution
    execution.complete(run.task("a"), {"nr": 4}, now=NOW)
    (waiting,) = execution.waiting().service_tasks
    assert (waiting.operation, waiting.params) == ("region.x", {"nr": 5})
    run.complete("a", nr=4)
    run.answer("ring", ok=True)
    assert run.outcome == "x"
    assert run.execution.variables["svar"] == {"ok": True}


def test_a_business_refusal_goes_to_the_error_boundary_with_its_code_only() -> None:
    body = (
        '<startEvent id="s"/>'
        + service("ring", "region.x")
        + '<boundaryEvent id="nej" attachedToRef="ring"><errorEventDefinition errorRef="err"/></boundaryEvent>'
        '<userTask id="ratta"/><endEvent id="end_x"/><endEvent id="end_y"/>'
        + chain("s", "ring", "end_x")
        + chain("nej", "ratta", "end_y")
    )
    run = Run(body)
    assert run.refuse("ring", "annat") is False
    assert run.refuse("ring", "nej") is True
    assert run.users == ["ratta"]
    run.complete("ratta")
    assert run.outcome == "y"


def test_an_escalation_reaches_the_boundary_of_the_nearest_scope() -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="ss"/><userTask id="b"/>'
        '<intermediateThrowEvent id="kasta"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent>'
        '<userTask id="c"/><endEvent id="se"/>'
        + chain("ss", "b", "kasta", "c", "se")
        + '</subProcess><boundaryEvent id="fanga" attachedToRef="sub" cancelActivity="false">'
        '<escalationEventDefinition escalationRef="esc"/></boundaryEvent><userTask id="sbar"/>'
        '<endEvent id="e1"/><endEvent id="end_x"/>' + chain("s", "sub", "end_x") + chain("fanga", "sbar", "e1")
    )
    run = Run(body)
    run.complete("b")
    assert run.users == ["c", "sbar"]


def test_a_cycle_that_slept_fires_once_and_the_next_is_in_step() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="t" attachedToRef="a" cancelActivity="false">'
        "<timerEventDefinition><timeCycle>R4/P4D</timeCycle></timerEventDefinition></boundaryEvent>"
        '<userTask id="mote"/><endEvent id="e1"/><endEvent id="end_x"/>'
        + chain("s", "a", "end_x")
        + chain("t", "mote", "e1")
    )
    run = Run(body)
    run.at(NOW + timedelta(days=9))
    assert run.users == ["a", "mote"]
    (timer,) = run.execution.waiting().timers
    assert timer.due_at == NOW + timedelta(days=12)


def test_days_are_calendar_days_in_sweden_over_the_change_to_summer_time() -> None:
    body = (
        '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P3D</timeDuration>'
        '</timerEventDefinition></intermediateCatchEvent><endEvent id="end_x"/>' + chain("s", "t", "end_x")
    )
    run = Run(body)
    friday = datetime(2026, 3, 27, 10, 30, tzinfo=UTC)  # 11.30 in Sweden, the clocks go forward on Sunday
    run.now = friday
    execution = engine.Execution.start(
        run.definition, variables={}, now=friday, decide=lambda *_: None, start_event="s"
    )
    (timer,) = execution.waiting().timers
    assert timer.due_at == datetime(2026, 3, 30, 9, 30, tzinfo=UTC)  # 11.30 again


def test_a_step_that_is_no_longer_waited_for_is_refused() -> None:
    run = Run(
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="end_x"/>' + chain("s", "a", "b", "end_x")
    )
    task = run.task("a")
    run.complete("a")
    with pytest.raises(engine.NotWaiting):
        run.execution.complete(task, {}, now=NOW)


def test_a_ring_without_a_wait_is_stopped_and_named() -> None:
    body = (
        '<startEvent id="s"/><scriptTask id="rakna" scriptFormat="feel"><script>'
        '{ n: if n = null then 1 else n + 1 }</script></scriptTask><exclusiveGateway id="g" default="g_rakna"/>'
        '<endEvent id="end_x"/>' + chain("s", "rakna", "g", "rakna") + flow("g", "end_x", "n = 10000")
    )
    with pytest.raises(engine.EngineError) as caught:
        Run(body)
    assert caught.value.code == "endless"


def test_what_cannot_be_read_back_is_refused_when_it_is_written() -> None:
    run = Run('<startEvent id="s"/><userTask id="a"/><endEvent id="end_x"/>' + chain("s", "a", "end_x"))
    execution = run.execution
    execution.complete(run.task("a"), {"varde": float("nan")}, now=NOW)
    with pytest.raises(engine.EngineError):
        execution.dump()


def test_the_stored_state_holds_no_diagram() -> None:
    run = Run('<startEvent id="s"/><userTask id="a" name="Ett namn"/><endEvent id="end_x"/>' + chain("s", "a", "end_x"))
    assert "Ett namn" not in str(run.state)


def test_a_quiet_event_subprocess_ends_with_its_scope_when_both_end_in_one_step() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/>'
        '</intermediateThrowEvent><endEvent id="end_a"/>'
        + chain("s", "a", "t", "end_a")
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="false">'
        '<signalEventDefinition signalRef="sig"/></startEvent><userTask id="b"/><endEvent id="he"/>'
        + chain("hs", "b", "he")
        + "</subProcess>"
    )
    run = Run(body)
    run.complete("a")
    assert run.users == ["b"]
    run.complete("b")
    assert run.outcome == "a"
