"""An installation of the tests' own, with eyes and a gun: its processes, its database, its log."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import requests
from django.conf import settings
from psycopg import sql

from tests import databases, machine

WEBHOOK_SECRET = "only-for-tests"
ROOT = Path(__file__).parent.parent.parent
# What the command line of each says; of the web both the master and its workers.
WORDS = {
    "web": ("gunicorn",),
    "worker": ("manage.py", "work"),
    "executor": ("run_integrations", "executor"),
    "flows": ("run_integrations", "flows"),
    "prefect": ("prefect", "server"),
}


class Place:
    """Demo mode on ports of its own; `database` is an address, or '' for SQLite in `var`.

    On SQLite it begins with a copy of the database `like`, if one is given.
    """

    # What must run and answer before it is up, the latter by port.
    rows_needed: tuple[str, ...] = tuple(WORDS)
    answers_at: tuple[int, ...] = (0, 2, 3)

    def __init__(self, folder: Path, database: str, *, like: str = "", **more: str) -> None:
        self.var = folder / "var"
        self.port = machine.free_ports(7)
        self._database = database
        # Where the tests themselves look for a database and for systems is not where this one does.
        of_tests = re.compile(r"FORLOPP_.*|.*_URL|DJANGO_SETTINGS_MODULE")
        self.environment = {key: value for key, value in os.environ.items() if not of_tests.fullmatch(key)} | {
            "FORLOPP_MODE": "demo",
            "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
            "FORLOPP_VAR": str(self.var),
            "FORLOPP_PORT": str(self.port),
            "FORLOPP_SECRET_KEY": "only-for-tests-" + "x" * 40,
            "FORLOPP_PREFECT_AUTH": "forlopp:only-for-tests",
            "FORLOPP_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "FORLOPP_INTEGRATIONS": str(ROOT / "tests" / "crash" / "integrations.toml"),
        }
        if database:
            self.environment["DATABASE_URL"] = database
        self.environment |= more
        self.var.mkdir(parents=True)
        if like and (file := self.file()):
            shutil.copyfile(like, file)

    def command(self, *words: str) -> str:
        """Run something of the installation to its end; what it said."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    # ── processes ──

    def is_up(self) -> bool:
        answering = all(answers(f"{self.url(offset)}/") for offset in self.answers_at)
        return answering and all(map(self.members, self.rows_needed))

    def members(self, name: str = "") -> list[int]:
        """Processes of this installation, known by their environment; with `name` those of one row."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = {Path(word).name for word in (folder / "cmdline").read_text().split("\0")}
                is_ours = f"FORLOPP_VAR={self.var}".encode() in (folder / "environ").read_bytes().split(b"\0")
                # One that waits for the web to answer is not yet what it will be.
                if is_ours and "child.py" not in words and words.issuperset(WORDS.get(name, ())):
                    found.append(int(folder.name))
        return found

    def kill(self, name: str, chance: random.Random) -> bool:
        """SIGKILL one process of a row; False when there is none just now."""
        found = self.members(name)
        if not found:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(found), signal.SIGKILL)
        return True

    def end(self) -> None:
        """Whatever happened, nothing is left."""
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # ── what it knows ──

    def url(self, offset: int = 0) -> str:
        return f"http://127.0.0.1:{self.port + offset}"

    def file(self) -> Path | None:
        """Of the database, on SQLite."""
        if self._database.startswith("sqlite:///"):
            return Path(self._database.removeprefix("sqlite:///"))
        return None if self._database else self.var / "forlopp.sqlite3"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, or of a change what it returns."""
        if file := self.file():
            return read(file, query)
        with psycopg.connect(self._database, autocommit=True) as server:
            return list(server.execute(query.encode()).fetchall())

    def broken(self) -> list[str]:
        """What tests.invariants finds, now that nothing is on its way."""
        command = [sys.executable, "-m", "tests.invariants", "--at-rest"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        told = done.stdout.splitlines()
        assert told, done.stderr
        return told[:-1]

    def logs(self) -> str:
        """The end of each log, to see why."""
        files = sorted((self.var / "log").glob("*.log"))
        return "\n".join(f"── {file.name}\n{file.read_text(encoding='utf-8')[-1500:]}" for file in files)

    def simulator(self, name: str, query: str) -> list[tuple[Any, ...]]:
        return read(self.var / "simulators" / f"{name}.sqlite3", query)


class Installation(Place):
    """The whole of it, as `make run` starts it."""

    def __init__(self, folder: Path, database: str, *, like: str = "", **more: str) -> None:
        super().__init__(folder, database, like=like, **more)
        self.said = folder / "said.txt"
        with self.said.open("wb") as said:
            command = [sys.executable, "manage.py", "serve"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=said, stderr=subprocess.STDOUT
            )

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said.read_text(encoding="utf-8")
        return super().is_up()

    def stop(self) -> str:
        """Ctrl-C; what it said."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        return self.said.read_text(encoding="utf-8")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        super().end()


def read(path: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as file:
        return file.execute(query).fetchall()


@contextlib.contextmanager
def own_database(which: str = "", *, like: str = "") -> Iterator[str]:
    """A new database on the server that the tests are to use, dropped afterwards; '' for SQLite.

    `like` another, or empty.
    """
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"forlopp_crash_{os.getpid()}{which}"
    with psycopg.connect(server, autocommit=True) as connection:
        which_one = sql.Identifier(name), sql.Identifier(like or "template1")
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*which_one))
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare_one() -> str:
    """One as `manage.py prepare` leaves it, for others to begin with: its name on the server, or its file."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    name = f"forlopp_prepared_{os.getpid()}"
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            which_one = sql.Identifier(name), sql.Identifier(databases.migrated())
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*which_one))
    address = f"{server.rpartition('/')[0]}/{name}" if server else ""
    place = Place(settings.TESTS_SHARE / name, address, like=databases.migrated())
    place.command("manage.py", "prepare")
    return str(place.file() or name)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code < 500
    except requests.RequestException:
        return False


P = TypeVar("P", bound=Place)


def eventually(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)


@contextlib.contextmanager
def running(place: P) -> Iterator[P]:
    """When everything is up; ended afterwards, with its logs for a test that fails."""
    try:
        eventually(place.is_up, seconds=120, what="everything is up")
        yield place
    finally:
        place.end()
        print(place.logs())  # noqa: T201 - shown when it fails
