"""The role that runs the installation may add to the log and what belongs to a person, and change nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from config.management.commands import database_role
from people.models import AccessLog
from people.services import access

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Iterator[str]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    name = f"forlopp_test_{uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name}")
        for statement in database_role.statements(name):
            cursor.execute(statement)
        cursor.execute(f"SET ROLE {name}")
        yield name
        cursor.execute("RESET ROLE")


def test_it_may_not_change_what_is_only_added_to(role: str) -> None:
    for table in database_role.ADDED_TO_ONLY:
        for act in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
                connection.cursor().execute(act.format(table))


def test_it_may_remove_a_correction_with_its_file_and_not_change_it(role: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE workflows_amendment SET id = id")
    connection.cursor().execute("DELETE FROM workflows_amendment")


def test_it_may_not_take_the_guard_away(role: str) -> None:
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        connection.cursor().execute("ALTER TABLE people_accesslog DISABLE TRIGGER USER")


def test_it_may_add_and_read(role: str) -> None:
    access.record(staff=None, individual=None, action="read", object_type="", object_id="", now=timezone.now())
    assert AccessLog.objects.count() == 1


def test_every_table_that_a_trigger_guards_is_told_of() -> None:
    listed = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_no\\_update' ESCAPE '\\'"
    )
    if connection.vendor == "postgresql":
        listed = """SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
            WHERE NOT tgisinternal AND tgname LIKE '%\\_no\\_%'"""
    with connection.cursor() as cursor:
        cursor.execute(listed)
        assert sorted(name for (name,) in cursor.fetchall()) == sorted(
            [*database_role.ADDED_TO_ONLY, database_role.NEVER_CHANGED]
        )


@pytest.mark.parametrize("name", ["x; DROP TABLE people_staff", "Stor", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(CommandError):
        call_command("database_role", name)
