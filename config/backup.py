"""A copy of the database in one file, taken while everybody works, and an empty database filled from it.

The files of tasks go in another beside it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from config import backup_files, postgresql

NAMED, STAMP = "forlopp-*.db", "forlopp-%Y-%m-%dT%H%M%SZ.db"
SQLITE_BEGINS = b"SQLite format 3\x00"
POSTGRESQL_BEGINS = b"PGDMP"


def save(path: Path) -> None:
    """Copy the database as it is at one moment to a new file that only its owner reads. Raises CannotCopy."""
    if path.exists():
        raise postgresql.CannotCopy(f"{path} finns redan; välj ett annat namn.")
    half = path.with_name(f"{path.name}.halv")
    try:
        # Made first, so that nobody else can read it while it grows.
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if connection.vendor == "sqlite":
            _save_sqlite(half)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={half}")
        _to_disk(half)
        # The database's name comes last: when it is there, all is.
        backup_files.save(backup_files.beside(path))
        half.rename(path)
        _to_disk(path.parent)
    except OSError as problem:
        raise postgresql.CannotCopy(f"Det gick inte att skriva {path}: {problem.strerror}.") from None
    finally:
        half.unlink(missing_ok=True)


def save_in(folder: Path, *, now: datetime) -> Path:
    """One more copy in the folder, named by the moment in UTC; those older than FORLOPP_BACKUP_DAYS go."""
    made = folder / now.strftime(STAMP)
    save(made)
    for earlier in folder.glob(NAMED):
        if (
            earlier != made
            and now.timestamp() - earlier.stat().st_mtime > timedelta(days=settings.FORLOPP_BACKUP_DAYS).total_seconds()
        ):
            backup_files.beside(earlier).unlink(missing_ok=True)
            earlier.unlink()
    return made


def load(path: Path) -> None:
    """Fill an empty database with what `save` wrote. Raises CannotCopy; then it is as empty as before."""
    begins = _first_bytes(path)
    wanted = SQLITE_BEGINS if connection.vendor == "sqlite" else POSTGRESQL_BEGINS
    if not begins.startswith(wanted):
        raise postgresql.CannotCopy(f"{path} är ingen säkerhetskopia av {connection.display_name}.")
    if not backup_files.is_shelf_empty():
        raise postgresql.CannotCopy(f"{settings.FORLOPP_FILES} är inte tom; återställ bara till en ny installation.")
    if connection.introspection.table_names():
        raise postgresql.CannotCopy("Databasen är inte tom; återställ bara till en ny installation.")
    connection.close()
    files = _unpacked(backup_files.beside(path))
    if connection.vendor == "sqlite":
        _load_sqlite(path)
    else:
        _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(path))
    if files is not None:
        backup_files.place(files)


def _unpacked(copy: Path) -> Path | None:
    if not copy.exists():
        return None
    try:
        return backup_files.unpack(copy)
    except (OSError, tarfile.TarError) as problem:
        raise postgresql.CannotCopy(f"{copy} går inte att packa upp ({type(problem).__name__}).") from None


def _save_sqlite(path: Path) -> None:
    with _opened(_sqlite_file(), "ro") as source, _opened(path, "rw") as copy:
        source.backup(copy)
        # One file, whole in itself: without this it says that a log lies beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _expect_sound(copy, path)


def _load_sqlite(path: Path) -> None:
    with _opened(path, "ro") as source:
        _expect_sound(source, path)
        with _opened(_sqlite_file(), "rwc") as database:
            source.backup(database)


def _expect_sound(copy: sqlite3.Connection, path: Path) -> None:
    if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise postgresql.CannotCopy(f"{path} är skadad.")


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=20)) as it:
            yield it
    except sqlite3.Error as problem:
        raise postgresql.CannotCopy(f"SQLite kunde inte: {problem}.") from None


def _sqlite_file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _run(program: str, *words: str) -> None:
    """PostgreSQL's own program on our database."""
    told = settings.DATABASES["default"]
    target = ["--dbname", str(told["NAME"])] if program == "pg_restore" else []
    postgresql.run(program, *target, *words, told=told)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as problem:
        raise postgresql.CannotCopy(f"{path} går inte att läsa: {problem.strerror}.") from None


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
