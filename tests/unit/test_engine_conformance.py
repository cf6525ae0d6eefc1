"""Diagrams have the traces that BPMN says they have: stored and loaded between all steps, and kept in memory."""

from __future__ import annotations

import pytest

from tests.bpmn import activities, events, gateways
from tests.bpmn.drawing import Case, Player, lines

CASES = [*activities.CASES, *gateways.CASES, *events.CASES]


@pytest.mark.parametrize("stores", [True, False], ids=["stored", "in memory"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_diagram_has_its_trace(case: Case, stores: bool) -> None:
    player = Player(case, stores=stores)
    assert player.play() == [waited for _, waited in lines(case.trace)]
    if case.variables:
        assert {**player.run.execution.variables, "arende": {}} == {**case.variables, "arende": {}}
    if case.done:
        assert " ".join(player.run.done) == case.done
