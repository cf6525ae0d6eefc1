"""Diagrams have the traces that BPMN says they have: stored and loaded between all steps, and kept in memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bpmn import refused, table
from tests.bpmn.drawing import Case, Player, boundary, draw, event, lines, sub, task
from tests.unit.engine_bpmn import Run
from workflows import diagram, engine


@pytest.mark.parametrize("stores", [True, False], ids=["stored", "in memory"])
@pytest.mark.parametrize("case", table.CASES, ids=lambda case: case.title)
def test_a_diagram_has_its_trace(case: Case, stores: bool) -> None:
    player = Player(case, stores=stores)
    assert player.play() == [waited for _, waited in lines(case.trace)]
    if case.variables:
        assert {**player.run.execution.variables, "arende": {}} == {**case.variables, "arende": {}}
    if case.done:
        assert " ".join(player.run.done) == case.done


@pytest.mark.parametrize("case", refused.CASES, ids=lambda case: f"{case.row or 'a mistake'} at {case.element}")
def test_what_cannot_run_well_is_refused_on_its_element(case: refused.Refused) -> None:
    errors = [item for item in table.findings(case.body) if item.severity == "error"]
    assert case.element in {item.element for item in errors}
    assert all(item.message.endswith((".", "!")) for item in errors)


def test_what_is_played_is_not_refused() -> None:
    """What the corpus plays passes the checks of publication; forms, rules and tables are not looked for."""
    told = {
        (case.title, item.element, item.message)
        for case in table.CASES
        for item in table.findings(case.body)
        if item.code == "unsupported"
    }
    assert told == set()


def test_every_line_that_runs_is_backed_by_a_diagram() -> None:
    count = table.backing()
    assert [row for rows in table.GROUPS.values() for row in rows if not count[row]] == []


def test_every_kind_of_step_the_checks_know_is_in_the_table() -> None:
    told = {row.partition(",")[0] for rows in table.GROUPS.values() for row in rows}
    told |= {case.row.partition(",")[0] for case in refused.CASES}
    assert (diagram.TASKS | diagram.GATEWAYS | diagram.SCOPES) - told == set()


def test_the_page_tells_what_the_tests_show() -> None:
    assert table.FILE.read_text(encoding="utf-8") == table.text(), "run: python -m tests.bpmn"


@pytest.mark.parametrize(
    "body",
    [
        next(case.body for case in refused.CASES if case.element == "e1"),
        draw("s > u1 > e1").replace('targetRef="e1"', 'targetRef="borta"'),
        draw("s > sp > e1", extra=sub("sp", "si > u1 > e2")).replace('targetRef="e2"', 'targetRef="e1"'),
        draw("s > u1 > e1") + boundary("b", "borta", "message info"),
        draw("s > x > e1", extra=task("x", kind="serviceTask")),
        draw("s > x > e1", extra=task("x", kind="callActivity", calledElement="borta")),
    ],
)
def test_what_cannot_run_does_not_compile_either(body: str) -> None:
    with pytest.raises(engine.NotCompilable):
        engine.compile_process({"p.bpmn": table.root_of(body)}, "p")


def examples() -> list[str]:
    """The pieces of diagrams that process owners are shown."""
    readme = Path(__file__).resolve().parents[2] / "bpmn" / "README.md"
    found = re.findall(r"```xml\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"\bbpmn:", "", example) for example in found]


def test_the_signal_for_process_owners_is_heard_by_everyone() -> None:
    (example,) = (item for item in examples() if item.startswith("<signal"))
    caught = draw("s > c > u1 > end_a", extra=event("intermediateCatchEvent", "c", "signal signal_snovader"))
    run = Run(caught + "</process>" + example + '<process id="tom" isExecutable="false">')
    assert [(item.name, item.for_all) for item in run.execution.waiting().signals] == [("snovader", True)]


def test_the_example_for_process_owners_runs() -> None:
    (element,) = (item for item in examples() if item.startswith("<userTask"))
    run = Run(draw("s > kartlagg > ring_anhorig > u1 > end_a", extra='<userTask id="kartlagg"/>' + element))
    run.complete("kartlagg", anhoriga=["dotter", "son", "granne"])
    assert run.users == ["ring_anhorig"] * 3
    run.complete("ring_anhorig", kommer=False)
    run.complete("ring_anhorig", kommer=True)
    assert run.users == ["u1"]
    assert run.execution.variables["ring_anhorig"] == [{"kommer": False}, {"kommer": True}]
