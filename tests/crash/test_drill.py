"""D12 at length, `make drill SECONDS=120`: copied while everybody works, destroyed, restored, and looked through.

A little of it is part of `make test`: tests/integration/test_archive.py and tests/crash/test_fire.py.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.crash import cluster, judging, options
from tests.crash.cluster import Cluster
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import ROOT, eventually, running
from tests.crash.load import Load

SECONDS = float(os.environ.get("DRILL_SECONDS") or 0)
# The rest is about the fleet: which systems are simulated, and that it has no key for devices.
OF_THE_CONTENT = ("Databasen", "Databasens tabeller", "Loggen", "Förloppen", "Uppgifternas filer")
RESTORED_WITHIN = 15 * 60
SEAL = (
    "from audit.services import sealing; from django.utils import timezone; "
    "sealing.seal_due(now=timezone.now() + sealing.STILL_COMING)"
)
pytestmark = [
    pytest.mark.any_database,
    pytest.mark.skipif(not SECONDS, reason="at length only: make drill"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]


def test_sqlite_copied_under_load_and_restored(tmp_path: Path, say: Say) -> None:
    backups = tmp_path / "backup"
    backups.mkdir()
    with running(Fleet(tmp_path / "old", "", FORLOPP_BACKUP=str(backups))) as fleet:
        load = Load(fleet, options.chance("drill"))
        load.start()
        time.sleep(SECONDS)
        fleet.command("manage.py", "shell", "-c", SEAL)
        before = acknowledged(load)
        fleet.command("manage.py", "backup")
        load.stop()
        load.rest()
    shutil.rmtree(fleet.var)
    (copy,) = backups.glob("forlopp-*.db")
    began = time.monotonic()
    with running(Fleet(tmp_path / "new", "", copy=copy)) as fleet:
        seconds = time.monotonic() - began
        before.place = fleet
        look_through(before, seconds, say)


def test_postgresql_followed_under_load_and_taken_back(tmp_path: Path, say: Say) -> None:
    backups = tmp_path / "backup"
    with cluster.started() as server:
        more: dict[str, Any] = {"FORLOPP_BACKUP": str(backups), "FORLOPP_FILES": str(tmp_path / "files")}
        with running(Fleet(tmp_path / "old", server.url, **more)) as fleet, followed(fleet):
            load = Load(fleet, options.chance("drill"))
            load.start()
            eventually(lambda: list(backups.glob("bas/*Z-*Z")), seconds=120, what="a base was taken under load")
            time.sleep(SECONDS)
            fleet.command("manage.py", "shell", "-c", SEAL)
            before, moment = acknowledged(load), datetime.now(UTC)
            time.sleep(SECONDS / 4)
            load.stop()
            last = acknowledged(load)
            fleet.end()
            server.crash()
            shutil.rmtree(server.data)
            load.rest()
        began = time.monotonic()
        restored(fleet, server, "--to", moment.isoformat())
        with running(Fleet(tmp_path / "new", server.url, **more)) as anew:
            seconds = time.monotonic() - began
            before.place = anew
            look_through(before, seconds, say)
        server.crash()
        shutil.rmtree(server.data)
        restored(fleet, server)
        with running(Fleet(tmp_path / "last", server.url, **more)) as anew:
            last.place = anew
            judging.settle(anew, seconds=120, with_people=False)
            missing = judging.judge(last).missing
        told = f"{len(last.acked) + len(last.alarms)} answered until it was destroyed, {len(missing)} missing"
        say(told)
        assert missing == []


def acknowledged(load: Load) -> Load:
    """What has been answered until now. Told to the region and not yet fetched is the region's still."""
    here = {row[0] for row in load.place.rows("SELECT message_id FROM workflows_inboxmessage")}
    notices = {key: stay for key, stay in dict(load.notices).items() if key in here}
    return Load(load.place, load.chance, notices, dict(load.alarms), dict(load.acked))


def look_through(before: Load, seconds: float, say: Say) -> None:
    """All is there, once; no promise is broken; the log is as it was sealed; and doctor finds nothing wrong."""
    judging.settle(before.place, seconds=180, with_people=False)
    verdict = judging.judge(before)
    say(
        f"restored and serving after {seconds:.0f} s; {verdict.actions} acked before it, {len(verdict.missing)} missing"
    )
    assert (verdict.missing, verdict.double, verdict.untold, verdict.broken) == ([], [], [], [])
    assert seconds < RESTORED_WITHIN
    assert "Loggen är hel, till och med rad" in before.place.command("manage.py", "verify_log")
    found = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT, env=before.place.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = [line.split(":")[0].split(None, 1) for line in found.stdout.splitlines() if ":" in line]
    verdicts = {what: verdict for verdict, what in told if verdict in {"ok", "OBS", "FEL"}}
    # SQLite of a version that is warned of is no fault of the content.
    assert all(verdicts.get(what) in {"ok", "OBS"} for what in OF_THE_CONTENT), found.stdout


@contextlib.contextmanager
def followed(fleet: Fleet) -> Iterator[None]:
    command = [sys.executable, "manage.py", "archive"]
    with (fleet.var / "log" / "archive.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=fleet.environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def restored(fleet: Fleet, server: Cluster, *words: str) -> None:
    fleet.command("manage.py", "restore_moment", str(server.data), *words)
    server.start()
    takes_writes = "SELECT pg_is_in_recovery()"
    eventually(lambda: fleet.rows(takes_writes)[0][0] is False, seconds=RESTORED_WITHIN, what="it takes writes")
