"""Every scenario of every förlopp, in memory, saved and loaded between all steps; on the databases see integration."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings

from workflows import coverage, published, scenarios
from workflows.management.commands import play
from workflows.management.commands.load_forlopp import folders
from workflows.memory_world import MemoryWorld

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


@lru_cache
def played(file: Path) -> scenarios.Result:
    scenario = scenarios.read(file)
    return scenarios.play(scenario, MemoryWorld(version(file.parent.parent), scenario))


@pytest.mark.parametrize("file", FILES, ids=names)
def test_in_memory(file: Path) -> None:
    result = played(file)
    assert result.is_passed, f"step {result.step}: {result.problem}"


def covered(folder: Path) -> coverage.Coverage:
    happened = {key for file in scenarios.files(folder) for key in played(file).visited}
    return coverage.of(version(folder), happened, folder.name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_scenarios_reach_every_step(folder: Path) -> None:
    found = covered(folder)
    assert found.own - found.reached == set()


def test_every_step_of_what_is_shared_is_reached_by_some_forlopp() -> None:
    found = [covered(folder) for folder in FOLDERS]
    assert set().union(*(item.shared for item in found)) - set().union(*(item.reached for item in found)) == set()
