"""What load balancers, kubelets and the supervisor are told: whether it lives, and whether people may be sent to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from config import views
from tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_has_been_ready", False)


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: Any, **_options: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", gone)


def asked(client: Client, address: str) -> tuple[int, dict[str, str]]:
    answer = client.get(address)
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()


def test_ready_with_tables_of_this_version_and_forlopp(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(client, "/halsa/redo") == (503, {"status": "väntar", "på": "inga förlopp är inlästa"})
    pages.publish()
    plan = "django.db.migrations.executor.MigrationExecutor.migration_plan"
    with monkeypatch.context() as other:
        other.setattr(plan, lambda *_: ["one"])
        waits = {"status": "väntar", "på": "databasens tabeller är av en annan version"}
        assert asked(client, "/halsa/redo") == (503, waits)
    assert asked(client, "/halsa/redo") == (200, {"status": "ok"})
    monkeypatch.setattr(plan, lambda *_: pytest.fail("what has been there stays"))
    assert asked(client, "/halsa/redo") == (200, {"status": "ok"})


@pytest.mark.usefixtures("no_database")
def test_without_its_database_it_lives_and_is_not_ready(client: Client) -> None:
    assert asked(client, "/halsa/lever") == (200, {"status": "ok"})
    assert asked(client, "/halsa/redo") == (503, {"status": "väntar", "på": "databasen svarar inte"})
    assert asked(client, "/halsa")[0] == 503


def test_they_are_asked_over_plain_http_by_who_speaks_no_other(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    pages.publish()
    for address in ("/halsa", "/halsa/lever", "/halsa/redo"):
        assert client.get(address).status_code == 200
    assert client.get("/logga-in/").status_code == 301
