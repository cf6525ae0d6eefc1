"""A task that could not be done waits on; one that is not needed ends; what is drawn for either is taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.engine_bpmn import NOW, Run, chain, flow
from workflows import engine
from workflows.diagram import COULD_NOT, DEVIATION, NOT_NEEDED

SAID: dict[str, Any] = {"skal": "ingen_hemma", "forsok": 1}
STEPS = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/><endEvent id="f"/>'


def drawn(*edges: str) -> str:
    return STEPS + chain("s", "a", "b", "e") + "".join(edges)


def edge(ref: str, *, interrupts: bool = True, kind: str = "escalation") -> str:
    """An event on the edge of `a` that leads to `c`."""
    cancels = "" if interrupts else ' cancelActivity="false"'
    told = f"<{kind}EventDefinition{f' {kind}Ref={chr(34)}{ref}{chr(34)}' if ref else ''}/>"
    return f'<boundaryEvent id="kant" attachedToRef="a"{cancels}>{told}</boundaryEvent>' + chain("kant", "c", "f")


@pytest.fixture(params=[True, False], ids=["stored", "kept"])
def stores(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_what_could_not_be_done_waits_on_and_conditions_know(stores: bool) -> None:
    run = Run(drawn(), stores=stores)
    run.tell("a", COULD_NOT, **SAID)
    assert run.users == ["a"]
    assert run.execution.variables["ej_gjort"] == {"a": {"kod": COULD_NOT, **SAID}}
    assert "a" not in run.done


def test_what_is_done_after_all_is_no_longer_not_done(stores: bool) -> None:
    run = Run(drawn(), stores=stores)
    run.tell("a", COULD_NOT, **SAID)
    run.complete("a", svar="ja")
    assert run.execution.variables["ej_gjort"] == {}
    assert run.users == ["b"]


def test_what_is_not_needed_ends_without_answers_and_the_process_goes_on_as_drawn(stores: bool) -> None:
    run = Run(drawn(), stores=stores)
    run.tell("a", NOT_NEEDED, skal="gjort_av_annan", forsok=0)
    assert run.users == ["b"]
    assert run.execution.variables["a"] is None
    assert run.execution.variables["ej_gjort"]["a"]["kod"] == NOT_NEEDED
    assert "a" not in run.done


def test_answers_of_an_earlier_round_are_gone_when_the_next_is_not_needed(stores: bool) -> None:
    again = '<exclusiveGateway id="g" default="g_a"/>'
    body = (
        STEPS + again + chain("s", "a", "g", "a") + flow("g", "b", 'ej_gjort.a.kod = "ej_aktuellt"') + chain("b", "e")
    )
    run = Run(body, stores=stores)
    run.complete("a", svar="ja")
    run.tell("a", NOT_NEEDED, **SAID)
    assert run.users == ["b"]
    assert run.execution.variables["a"] is None


@pytest.mark.parametrize("kind", ["escalation", "error"])
def test_an_event_that_interrupts_ends_the_task_with_its_own_code(kind: str, stores: bool) -> None:
    run = Run(drawn(edge(COULD_NOT, kind=kind)), stores=stores)
    run.tell("a", NOT_NEEDED, **SAID)  # nothing is drawn for that
    assert run.users == ["b"]
    run = Run(drawn(edge(COULD_NOT, kind=kind)), stores=stores)
    run.tell("a", COULD_NOT, **SAID)
    assert run.users == ["c"]
    assert "kant" in run.done


def test_an_event_that_does_not_interrupt_goes_on_beside_at_each_attempt(stores: bool) -> None:
    run = Run(drawn(edge(COULD_NOT, interrupts=False)), stores=stores)
    run.tell("a", COULD_NOT, **SAID)
    run.tell("a", COULD_NOT, **SAID)
    assert sorted(run.users) == ["a", "c", "c"]
    run.complete("a")
    assert sorted(run.users) == ["b", "c", "c"]


def test_what_is_not_needed_takes_the_way_that_is_drawn(stores: bool) -> None:
    run = Run(drawn(edge(NOT_NEEDED)), stores=stores)
    run.tell("a", NOT_NEEDED, **SAID)
    assert run.users == ["c"]


def test_an_event_without_a_code_takes_no_word_of_a_person(stores: bool) -> None:
    run = Run(drawn(edge("", kind="error")), stores=stores)
    run.tell("a", NOT_NEEDED, **SAID)
    assert run.users == ["b"]


def test_a_condition_can_count_the_attempts(stores: bool) -> None:
    condition = (
        "<conditionalEventDefinition><condition>ej_gjort.a.forsok &gt;= 3</condition></conditionalEventDefinition>"
    )
    beside = f'<boundaryEvent id="kant" attachedToRef="a" cancelActivity="false">{condition}</boundaryEvent>'
    run = Run(drawn(beside, chain("kant", "c", "f")), stores=stores)
    for number in (1, 2):
        run.tell("a", COULD_NOT, forsok=number)
    assert run.users == ["a"]
    run.tell("a", COULD_NOT, forsok=3)
    assert sorted(run.users) == ["a", "c"]


def test_one_of_several_that_is_not_needed_gives_nothing_to_the_list(stores: bool) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    body = f'<startEvent id="s"/><userTask id="a">{loop}</userTask><userTask id="b"/><endEvent id="e"/>'
    run = Run(body + chain("s", "a", "b", "e"), stores=stores)
    run.tell("a", NOT_NEEDED, **SAID)
    run.complete("a", svar="ja")
    assert run.users == ["b"]
    assert run.execution.variables["a"] == [{"svar": "ja"}]


def test_nothing_is_told_of_what_nobody_waits_for(stores: bool) -> None:
    run = Run(drawn(), stores=stores)
    gone = run.task("a")
    run.complete("a")
    with pytest.raises(engine.NotWaiting):
        run.execution.tell(gone, NOT_NEEDED, {}, now=NOW)


HEARD = (
    '<subProcess id="x" triggeredByEvent="true"><startEvent id="x_s" isInterrupting="false">'
    '<escalationEventDefinition escalationRef="avvikelse"/></startEvent><userTask id="chef"/><endEvent id="x_e"/>'
    + chain("x_s", "chef", "x_e")
    + "</subProcess>"
)


def test_what_has_gone_wrong_is_heard_around_the_task_that_waits_on(stores: bool) -> None:
    run = Run(drawn(HEARD), stores=stores)
    run.tell("a", COULD_NOT, **SAID, **{DEVIATION: "Fel dos"})
    assert run.users == ["a", "chef"]
    assert run.execution.variables["har_gatt_fel"] == {"steg": "a", "vad": "Fel dos"}
    assert run.execution.variables["ej_gjort"] == {"a": {"kod": COULD_NOT, **SAID}}


def test_what_has_gone_wrong_once_more_is_looked_into_once_more(stores: bool) -> None:
    run = Run(drawn(HEARD), stores=stores)
    for told in ("Fel dos", "Fel tid"):
        run.tell("a", COULD_NOT, **SAID, **{DEVIATION: told})
    assert run.users == ["a", "chef", "chef"]
    assert run.execution.variables["har_gatt_fel"]["vad"] == "Fel tid"
