"""Many rows at once: copies of rows that the services wrote, made by the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection


def copy(table: str, pattern: int, numbers: range, changed: Mapping[str, str], *, patterns: int = 1) -> None:
    """A row for each n of the numbers, like the pattern, or like `patterns` rows from it on in turn.

    `changed` has the columns that differ, as expressions of n.
    """
    with connection.cursor() as cursor, _in_bulk(cursor):
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        columns.remove("id")
        names = ", ".join(f'"{column}"' for column in columns)
        chosen = ", ".join(changed.get(column, f't."{column}"') for column in columns)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} "
            f"FROM {series(numbers)} JOIN {table} t ON t.id = {pattern} + n % {patterns}"
        )


@contextmanager
def _in_bulk(cursor: Any) -> Iterator[None]:
    """PostgreSQL looks up no foreign keys of copies, where it lets us; SQLite holds the indexes in memory meanwhile."""
    if connection.vendor == "postgresql":
        role = (
            "SELECT set_config('session_replication_role', '{}', false) "
            "FROM pg_roles WHERE rolname = current_user AND rolsuper"
        )
        before, after = role.format("replica"), role.format("origin")
    else:
        cursor.execute("PRAGMA cache_size")
        before, after = "PRAGMA cache_size = -600000", f"PRAGMA cache_size = {cursor.fetchone()[0]}"
    cursor.execute(before)
    yield
    cursor.execute(after)


def series(numbers: range) -> str:
    """A table of the numbers n."""
    first, last = numbers.start, numbers.stop - 1
    if connection.vendor == "postgresql":
        return f"generate_series({first}, {last}) n"
    more = f"SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}"
    return f"(WITH RECURSIVE s(n) AS ({more}) SELECT n FROM s)"


def unique(letter: str) -> str:
    """A UUID of n, in order as they are made: what is measured is not how they are inserted."""
    if connection.vendor == "postgresql":
        return f"lpad('{letter}' || lpad(to_hex(n), 8, '0'), 32, '0')::uuid"
    return f"printf('%023d{letter}%08x', 0, n)"


def moment(first: str, unit: str) -> str:
    """So many `unit` after the first."""
    if connection.vendor == "postgresql":
        return f"timestamptz '{first}' + n * interval '1 {unit}'"
    return f"datetime('{first}', n || ' {unit}s')"


def tidy() -> None:
    """As a database in use is: its dead rows swept, its statistics known."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
