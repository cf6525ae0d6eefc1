"""`make bench`: every figure in one run on one machine, both databases, ours beside the naive build and the limit.

QUICK=1 takes less than two minutes. Writes benchmarks/results.json; docs/performance.md explains the figures.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import table
from tests import machine

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"


def main() -> None:
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="forlopp-bench-") as var:
        print("SQLite …", flush=True)
        results["sqlite"] = measured(f"sqlite:///{var}/forlopp.sqlite3", var)
    server = machine.postgresql_url()
    if server is None:
        print("PostgreSQL: none answers, left out")
    else:
        with tempfile.TemporaryDirectory(prefix="forlopp-bench-") as var, own_database(server) as url:
            print("PostgreSQL …", flush=True)
            results["postgresql"] = measured(url, var)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    table.printed(results)


def measured(database_url: str, var: str) -> dict[str, Any]:
    """The figures of one database, from a process of its own."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database_url,
        "FORLOPP_MODE": "production",
        "FORLOPP_VAR": var,
        "FORLOPP_SECRET_KEY": "only-to-measure-" + "x" * 40,
        "FORLOPP_PREFECT_AUTH": "forlopp:only-to-measure",
        "FORLOPP_WEBHOOK_SECRETS": "only-to-measure",
    }
    command = [sys.executable, "-m", "benchmarks.measure"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A database that is gone afterwards."""
    name = f"forlopp_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.rpartition("/")[0] + "/" + name
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


main()
