"""The databases of the tests: migrated once for all processes of a run, copied for each, emptied between tests."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests import sharing

# What comes with the migrations and no test changes; Django's own flush makes the last two anew each time, at length.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
TOLD, PREPARED = "database", "prepared"
_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # Django's own, told of by no stub


@contextlib.contextmanager
def own_copy(name: str) -> Iterator[None]:
    """Until the end this process has a copy named for it of the database that the first to come here migrated."""
    original = connection.settings_dict["NAME"]
    migrated = sharing.once(TOLD, _made)
    with sharing.alone(TOLD):
        connection.settings_dict["NAME"] = migrated
        own = connection.creation.get_test_db_clone_settings(name)["NAME"]
        # A process of the same number may have left one behind.
        _remove(own)
        connection.creation.clone_test_db(name, verbosity=0)
    connection.settings_dict["NAME"] = own
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        _remove(own)


def _made() -> str:
    if connection.vendor == "sqlite":
        # By the product itself and from nothing, as an installation begins; what the tests copy is what it made.
        from tests.crash.installation import Place

        place = Place(settings.TESTS_SHARE / "from_nothing", "")
        place.command("manage.py", "migrate", "-v0")
        return str(place.file())
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    return str(connection.settings_dict["NAME"])


def migrated() -> str:
    """The name of the one that is copied, once it has been."""
    return (settings.TESTS_SHARE / TOLD).read_text(encoding="utf-8")


def forget() -> None:
    """After the run: those that were copied."""
    for told in (TOLD, PREPARED):
        if (settings.TESTS_SHARE / told).exists():
            _remove((settings.TESTS_SHARE / told).read_text(encoding="utf-8"))


def _remove(name: str) -> None:
    """A thread that has ended may hold its connection still, and PostgreSQL removes no database in use."""
    if connection.vendor == "postgresql":
        with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")
        return
    for rest in ("", "-wal", "-shm", "-line"):
        Path(name + rest).unlink(missing_ok=True)


def empty(test_case: TransactionTestCase) -> None:
    """Back to how it was migrated, in place of the flush that Django makes after a test that commits.

    Only what has rows is emptied: nine tables in ten have none, and TRUNCATE costs for each.
    """
    if not _may_be_emptied():
        _flush(test_case)
        return
    with connection.cursor() as cursor:
        cursor.execute(_with_rows())
        tables = [connection.ops.quote_name(table) for (table,) in cursor.fetchall()]
    if not tables:
        return
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # No trigger: neither of foreign keys nor of what may only be added to.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our tables


@functools.cache
def _may_be_emptied() -> bool:
    """PostgreSQL lets only a superuser pass by triggers."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        return bool(cursor.fetchone()[0])


@functools.cache
def _with_rows() -> str:
    """Asks which tables have any."""
    tables = sorted({*connection.introspection.django_table_names(only_existing=True)} - KEPT)
    return " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"  # noqa: S608 - our tables
        for table in tables
    )
