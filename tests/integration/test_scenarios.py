"""Every scenario of every förlopp through the services, on the database of this run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from tests import acceptance, invariants
from tests.integration.database_world import DatabaseWorld
from workflows import definitions, scenarios
from workflows.management.commands.load_forlopp import folders
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.services import deployments

FILES = [file for folder in folders(Path(settings.FORLOPP_BPMN_DIR)) for file in scenarios.files(folder)]
if connection.vendor != "sqlite":
    # All go through the services on the one database and through the engine in memory; every fourth is enough to tell
    # that the other answers the same statements alike, beside those that the domain asks for by number.
    ASKED = acceptance.played()
    FILES = [file for at, file in enumerate(FILES) if at % 4 == 0 or f"{file.parent.parent.name}/{file.stem}" in ASKED]


@pytest.fixture(scope="module", autouse=True)
def _published(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Published once: each scenario is rolled back to this."""
    with django_db_blocker.unblock():
        for folder in folders(Path(settings.FORLOPP_BPMN_DIR)):
            deployments.publish(folder=definitions.read(folder), by=None, now=timezone.now())
        yield
        ProcessDefinition.objects.update(current=None)
        ProcessVersion.objects.all().delete()
        ProcessDefinition.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_a_scenario_through_the_services(file: Path) -> None:
    scenario = scenarios.read(file)
    result = scenarios.play(scenario, DatabaseWorld(scenario, file.parent.parent))
    assert result.is_passed, f"step {result.step}: {result.problem}"
    assert invariants.broken() == []
