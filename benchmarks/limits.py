"""What the database alone can do: commits of the same bytes, pgbench, and its own time for our questions."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.clients import CLIENTS, milliseconds, seconds_together

SECONDS = 3
SCALE = 5
READS = 5
PGBENCH_NOTE = "the limit is pgbench -N"
TABLES = (
    "CREATE TABLE limit_instance (id INTEGER PRIMARY KEY, state TEXT)",
    "CREATE TABLE limit_task (id VARCHAR(40) PRIMARY KEY, instance_id INTEGER, name TEXT, role TEXT, done TEXT)",
    "CREATE TABLE limit_history (instance_id INTEGER, at TEXT, element TEXT)",
)
HISTORY = "INSERT INTO limit_history VALUES (%s, '2026-11-23T08:00:00+00:00', 'u1')"


def create() -> None:
    with connection.cursor() as cursor:
        for text in TABLES:
            cursor.execute(text)


def drop() -> None:
    with connection.cursor() as cursor:
        for name in ("limit_history", "limit_task", "limit_instance"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def completions(state: str, count: int, client: int = 0) -> None:
    """The bytes of a completion, a commit each; every client has a row of its own."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO limit_instance VALUES (%s, '')", [-client - 1])
        for number in range(count):
            key = f"{client} {number} {time.monotonic_ns()}"
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            cursor.execute("UPDATE limit_instance SET state = %s WHERE id = %s", [state, -client - 1])
            cursor.execute("INSERT INTO limit_task VALUES (%s, -1, 'Uppgift', 'samordnare', NULL)", [key])
            cursor.execute("UPDATE limit_task SET done = 'ja' WHERE id = %s", [key])
            cursor.execute(HISTORY, [-1])
            cursor.execute("COMMIT")
        cursor.execute("DELETE FROM limit_instance WHERE id = %s", [-client - 1])


def starts(state: str, first: int, count: int) -> None:
    """The bytes of a start, a commit each."""
    with connection.cursor() as cursor:
        for number in range(first, first + count):
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO limit_instance VALUES (%s, %s)", [number, state])
            cursor.execute("INSERT INTO limit_task VALUES (%s, %s, 'Uppgift', 'samordnare', NULL)", [number, number])
            cursor.execute(HISTORY, [number])
            cursor.execute("COMMIT")


def completions_together(state: str, count: int) -> float:
    """Completions a second of four writers."""
    seconds = seconds_together(partial(_share, state, count), range(CLIENTS))
    return count * CLIENTS / seconds


def _share(state: str, count: int, client: int) -> None:
    completions(state, count, client)


@cache
def pgbench(clients: int) -> float | None:
    """Transactions a second of pgbench's simple update; None where there is no PostgreSQL or no pgbench."""
    program = _pgbench()
    if program is None or connection.vendor != "postgresql":
        return None
    told = [program, "-N", "-n", "-c", str(clients), "-j", str(clients), "-T", str(SECONDS), _address()]
    _pgbench_tables(program)
    done = subprocess.run(told, check=True, text=True, capture_output=True)
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its pace: {done.stdout}")
    return float(found[1])


@cache
def _pgbench_tables(program: str) -> None:
    subprocess.run([program, "-i", "-q", "-s", str(SCALE), _address()], check=True, capture_output=True)


def _pgbench() -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return shutil.which("pgbench") or (str(installed[-1]) if installed else None)


def _address() -> str:
    found = settings.DATABASES["default"]
    password = f":{found['PASSWORD']}" if found.get("PASSWORD") else ""
    return f"postgresql://{found['USER']}{password}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


def database_ms(act: Callable[[], object]) -> float:
    """The database's own time for the reads of `act`: what PostgreSQL says of their execution, SQLite's in process."""
    with CaptureQueriesContext(connection) as queries:
        act()
    reads = [query["sql"] for query in queries if query["sql"].lstrip().startswith("SELECT")]
    if connection.vendor == "postgresql":
        return sum(min(_executed_ms(text) for _ in range(READS)) for text in reads)
    return sum(milliseconds([partial(_fetched, text)] * READS) for text in reads)


def _executed_ms(text: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}")
        return float(cursor.fetchone()[0][0]["Execution Time"])


def _fetched(text: str) -> None:
    connection.connection.execute(text).fetchall()
