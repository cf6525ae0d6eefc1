"""Ärenden stored by earlier releases go on to the end they were on their way to, also when moved to today's version."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from tests import golden
from workflows import engine, published, scenarios
from workflows.engine import state
from workflows.management.commands import play
from workflows.management.commands.load_forlopp import folders

pytestmark = pytest.mark.any_database
_place = tempfile.TemporaryDirectory(prefix="forlopp-golden-")
PLACE = Path(_place.name)
with tarfile.open(golden.ARCHIVE) as archive:
    archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
    archive.extractall(PLACE)  # noqa: S202 - our own file
STORED = golden.stored(PLACE)


@lru_cache
def version(folder: Path) -> published.Published:
    return play.load(folder)


def then(item: golden.Stored) -> tuple[published.Published, scenarios.Scenario]:
    """Its version and its scenario, as they were."""
    folder = PLACE / item.version / "bpmn" / item.folder
    return version(folder), scenarios.read(folder / "scenarios" / item.scenario)


@pytest.mark.parametrize("item", STORED, ids=str)
def test_a_stored_arende_goes_on_to_its_end(item: golden.Stored) -> None:
    was, scenario = then(item)
    result = scenarios.play(item.rest(scenario), item.world(was, scenario))
    assert result.is_passed, f"step {item.step + result.step}: {result.problem}"


@pytest.mark.parametrize("item", STORED, ids=str)
def test_moved_to_the_present_version_it_reaches_that_end_too(item: golden.Stored) -> None:
    was, scenario = then(item)
    now = version(golden.BUNDLED / item.folder)
    world, rest = item.world(was, scenario), item.rest(scenario)
    move = engine.Move(
        was.definition, now.definition, engine.proposed(was.definition, now.definition), now.config.get("parameters")
    )
    execution = move.execution(item.kept["state"], decide=now.decide, now=rest.now)
    world.version, world.state = now, json.loads(json.dumps(execution.dump()))
    result = scenarios.play(rest, world)
    assert result.is_passed, f"step {item.step + result.step}: {result.problem}"


def test_they_are_enough_and_of_every_format_and_no_forlopp_has_gone() -> None:
    formats = Counter(item.kept["state"]["format"] for item in STORED)
    assert len(STORED) >= 50
    assert set(formats) == set(range(1, state.FORMAT + 1))
    # A förlopp that no release has held yet has no ärenden to keep; `python -m tests.golden` adds it with its release.
    assert {item.folder for item in STORED} <= {folder.name for folder in folders(golden.BUNDLED)}
