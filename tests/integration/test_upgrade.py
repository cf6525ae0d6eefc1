"""A database as a released version left it is brought to this one, and its ärenden go on to their recorded end."""

from __future__ import annotations

import json
import lzma
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from config import backup, doctor
from config.examined.finding import OK
from people.models import Individual
from people.services import access
from tests import invariants, released

VERSIONS = sorted(file.name.removesuffix(".sqlite.xz") for file in released.FOLDER.glob("*.sqlite.xz"))
pytestmark = [
    pytest.mark.django_db(transaction=True),
    # All migrations once more take ten seconds: the database of real installations is tried in every run.
    pytest.mark.skipif(
        connection.vendor == "sqlite" and not os.environ.get("DRILL_SECONDS"), reason="on SQLite in make drill"
    ),
]


@pytest.fixture(params=VERSIONS)
def left(request: pytest.FixtureRequest, tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """On a database of this test's own, with files of its own; what was recorded of its ärenden."""
    settings.FORLOPP_FILES = tmp_path / "files"
    file = released.FOLDER / f"{request.param}.{connection.vendor}"
    copy = tmp_path / "left"
    copy.write_bytes(lzma.decompress(file.with_name(f"{file.name}.xz").read_bytes()))
    before, name = connection.settings_dict["NAME"], f"forlopp_upgrade_{uuid.uuid4().hex[:8]}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    connections.close_all()
    connection.settings_dict["NAME"] = str(tmp_path / name) if connection.vendor == "sqlite" else name
    try:
        backup.load(copy)
        yield file.with_name(f"{file.name}.json")
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_of_a_released_version_goes_on(left: Path) -> None:
    recorded = json.loads(left.read_text(encoding="utf-8"))
    assert {one["state"] for one in recorded} == {"completed", "active"}
    assert recorded[-1]["waits"][0] == ["a1_kvittera"]
    call_command("migrate", verbosity=0, interactive=False)
    assert [one.verdict for one in doctor.migrations()] == [OK]
    assert invariants.broken() == []
    # Versions of today beside those that the ärenden are on.
    call_command("load_forlopp", verbosity=0)
    told = [{"arende": one["arende"], "steps": one["steps"]} for one in recorded]
    assert released.went_on(told) == recorded
    assert invariants.broken() == []
    # A table that is made anew by a migration loses what protects it.
    access.record(
        staff=None,
        individual=Individual.objects.first(),
        action="view",
        object_type="x",
        object_id="",
        now=timezone.now(),
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_accesslog SET action = 'none'")
