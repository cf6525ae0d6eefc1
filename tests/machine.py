"""What this machine has to test with."""

import contextlib
import os
import random
import shutil
import socket
from pathlib import Path

import psycopg

LOCAL_POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"


def required() -> set[str]:
    """FORLOPP_REQUIRE=postgresql,chromium: what must be there, so that a missing one fails instead of being skipped."""
    return {word for word in os.environ.get("FORLOPP_REQUIRE", "").split(",") if word}


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody uses, below those that the system gives to clients."""
    while True:
        base = random.randrange(20_000, 32_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + count):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return base


def postgresql_url() -> str | None:
    """The server to test on, if one answers."""
    url = os.environ.get("TEST_DATABASE_URL") or LOCAL_POSTGRESQL
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return None
    return url


def chromium() -> str | None:
    """A Chromium to drive: the one that is named, the machine's, or Playwright's own."""
    names = (os.environ.get("FORLOPP_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return found
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None
