"""Every scenario of every förlopp, in memory, saved and loaded between all steps; on the databases see integration."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from followup import measuring
from workflows import coverage, measures, published, scenarios
from workflows.management.commands import play
from workflows.management.commands.load_forlopp import folders
from workflows.memory_world import MemoryWorld
from workflows.models import UserTask

# A translator may ask what is known of an earlier message; nothing else here has a database.
pytestmark = pytest.mark.django_db

FOLDERS = folders(Path(settings.FORLOPP_BPMN_DIR))
FILES = [file for folder in FOLDERS for file in scenarios.files(folder)]


@lru_cache
def version(folder: Path) -> published.Published:
    return play.load(folder)


def names(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.stem}"


def test_every_forlopp_has_scenarios() -> None:
    assert FOLDERS
    assert all(scenarios.files(folder) for folder in FOLDERS)


class World(MemoryWorld):
    """Remembers what was answered, as rows of tasks do."""

    done: list[UserTask]

    def complete(self, task: scenarios.Open, answers: dict[str, Any], *, now: datetime.datetime) -> None:
        super().complete(task, answers, now=now)
        self.done.append(
            UserTask(element_id=task.element_id, answers=self.variables().get(task.element_id), ended_at=now)
        )


@lru_cache
def played(file: Path) -> tuple[scenarios.Result, World]:
    scenario = scenarios.read(file)
    world = World(version(file.parent.parent), scenario)
    world.done = []
    return scenarios.play(scenario, world), world


@pytest.mark.parametrize("file", FILES, ids=names)
def test_in_memory(file: Path) -> None:
    result, _ = played(file)
    assert result.is_passed, f"step {result.step}: {result.problem}"


def covered(folder: Path) -> coverage.Coverage:
    happened = {key for file in scenarios.files(folder) for key in played(file)[0].visited}
    return coverage.of(version(folder), happened, folder.name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_scenarios_reach_every_step(folder: Path) -> None:
    found = covered(folder)
    assert found.own - found.reached == set()


def test_every_step_of_what_is_shared_is_reached_by_some_forlopp() -> None:
    found = [covered(folder) for folder in FOLDERS]
    assert set().union(*(item.shared for item in found)) - set().union(*(item.reached for item in found)) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_every_measure_is_known_from_some_scenario(folder: Path) -> None:
    declared = measures.of(version(folder).sources)
    known = {told.measure for file in scenarios.files(folder) for told in effects(declared, *played(file))}
    assert declared.measures.keys() - known == set()


def effects(declared: measures.Declared, result: scenarios.Result, world: World) -> list[measuring.Told]:
    outcome = world.outcome()
    ended_at = result.now if outcome is not None else None
    known = measuring.Known(0, 0, declared, outcome or "", ended_at, world.variables(), world.done)
    return list(measuring.of_one(known, {}))
