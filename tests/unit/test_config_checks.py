"""Which installations `check --deploy` and doctor trust."""

from types import SimpleNamespace

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.test import override_settings

from config import checks, environment
from config.checks import sqlite_is_sound


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_sqlite_versions_with_the_wal_reset_bug_are_known(version: tuple[int, int, int], sound: bool) -> None:
    assert sqlite_is_sound(version) is sound


@override_settings(FORLOPP_DEMO=True)
def test_the_demo_is_refused_in_deployment() -> None:
    found: list[CheckMessage] = registry.run_checks(tags=["security"], include_deployment_checks=True)
    assert "people.E001" in {message.id for message in found if message.is_serious()}


def test_the_sqlite_of_an_installation_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = environment.database("sqlite:////var/lib/forlopp/forlopp.sqlite3")
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES={"default": ours | {"OPTIONS": {}}}))
    assert "config.E001" in {message.id for message in checks.database_engine()}
