"""Scenarios in which signals go out to other ärenden and come from them, in memory and through the services."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import signalling
from tests.bpmn.drawing import boundary, draw, event, task
from tests.integration.database_world import DatabaseWorld
from tests.unit.engine_bpmn import process
from workflows import definitions, scenarios
from workflows.management.commands import play
from workflows.memory_world import MemoryWorld
from workflows.services import deployments

BODY = draw(
    "s > u1 > kasta > c > u9 > end_a",
    "s1 > u1",
    "b > u2 > end_b",
    extra=event("startEvent", "s1", "signal sig_person")
    + event("intermediateThrowEvent", "kasta", "signal sig_alla")
    + event("intermediateCatchEvent", "c", "signal sig_bar")
    + task("u9")
    + boundary("b", "u9", "signal sig_alla"),
)
PROCESS = """
key = "signaler"
title = "Signaler"
process = "p"
owner = "processagare"
retention = "P5Y"
visible_to = ["samordnare"]
start_by = ["samordnare"]
"""
HEAD = 'title = "x"\nnow = "2026-11-23T08:30:00+01:00"\n'
BEGIN = 'start = "s"'
GOOD = (
    'signal = "aterkallat"',
    "signalled = []",
    'signal = "ord"\npayload = 7\nlost = true',
    'complete = "u1"',
    'signalled = ["alla:snovader"]',
    'signal = "ord"\npayload = 7',
    'check = "hort = 7"',
    'signal = "snovader"\ngaller = "alla"',
    'tasks = ["u2"]',
    'complete = "u2"',
    "signalled = []",
    'end = "b"',
)
BAD = {
    "Ingen hörde signalen ord": (BEGIN, 'signal = "ord"'),
    "Ingen hörde signalen aterkallat": ('signal = "aterkallat"\ngaller = "alla"',),
    "men scenariot säger att ingen ska höra den": ('signal = "aterkallat"\nlost = true',),
    "sedan sist är snovader, men ska vara aterkallat": (BEGIN, 'complete = "u1"', 'signalled = ["aterkallat"]'),
    "kan därför inte bära något innehåll": (BEGIN, 'signal = "snovader"\ngaller = "alla"\npayload = 1'),
    "gäller person eller alla, inte arende": (BEGIN, 'signal = "ord"\ngaller = "arende"'),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    refs = "".join(f"<flowNodeRef>{user}</flowNodeRef>" for user in signalling.USERS)
    (tmp_path / "process.toml").write_text(PROCESS, encoding="utf-8")
    (tmp_path / "signaler.bpmn").write_bytes(process(signalling.LANE.format(refs) + BODY))
    for part in ("forms", "scenarios"):
        (tmp_path / part).mkdir()
    for user in signalling.USERS:
        (tmp_path / "forms" / f"{user}.json").write_text(json.dumps({"title": user, "fields": []}), encoding="utf-8")
    return tmp_path


def told(folder: Path, steps: tuple[str, ...]) -> scenarios.Scenario:
    file = folder / "scenarios" / "x.toml"
    file.write_text(HEAD + "".join(f"[[step]]\n{step}\n" for step in steps), encoding="utf-8")
    return scenarios.read(file)


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["memory", "database"])
def test_signals_go_out_and_come_in_as_the_scenario_says(folder: Path, where: str) -> None:
    scenario = told(folder, GOOD)
    if where == "memory":
        world: scenarios.World = MemoryWorld(play.load(folder), scenario)
    else:
        deployments.publish(folder=definitions.read(folder), by=None, now=signalling.NOW)
        world = DatabaseWorld(scenario, folder)
    assert scenarios.play(scenario, world).problem == ""


@pytest.mark.any_database
@pytest.mark.parametrize("problem", BAD)
def test_what_does_not_come_true_is_told(folder: Path, problem: str) -> None:
    scenario = told(folder, BAD[problem])
    assert problem in scenarios.play(scenario, MemoryWorld(play.load(folder), scenario)).problem
