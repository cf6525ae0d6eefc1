"""`make bench`: every figure in one run on one machine, both databases, ours beside the naive build and the limit.

QUICK=1 takes less than two minutes. Writes benchmarks/results.json and the table of docs/performance.md, which explains
the figures. ONLY="http ages" measures those groups (benchmarks/figures.py) and writes nothing. A figure that could not
be had is null, and the run fails when it is done.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from benchmarks import figures, table
from tests import machine


def main() -> int:
    started = time.monotonic()
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
    table.printed(results)
    if not os.environ.get("ONLY"):
        write(results, time.monotonic() - started)
    missing = figures.missing(results)
    print(f"could not be had: {', '.join(missing)}" if missing else f"{time.monotonic() - started:.0f} s")
    return 1 if missing else 0


def write(results: dict[str, Any], seconds: float) -> None:
    table.RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    how = "`QUICK=1`" if os.environ.get("QUICK") else "the whole run"
    day = time.strftime("%Y-%m-%d")
    table.put(
        "run", f"{day}, {os.cpu_count()} cores shared with the databases and the clients, {how}, {seconds:.0f} s."
    )
    table.put("figures", table.markdown(results))


def measured(database_url: str, var: str) -> dict[str, Any]:
    """The figures of one database, from a process of its own."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database_url,
        "FORLOPP_MODE": "production",
        "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
        "FORLOPP_VAR": var,
        "FORLOPP_SECRET_KEY": "only-to-measure-" + "x" * 40,
        "FORLOPP_PREFECT_AUTH": "forlopp:only-to-measure",
        "FORLOPP_WEBHOOK_SECRETS": "only-to-measure",
    }
    command = [sys.executable, "-m", "benchmarks.measure"]
    done = subprocess.run(command, cwd=table.ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)
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


sys.exit(main())
