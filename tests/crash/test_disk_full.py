"""D3: the disk of the database is full: a clear no to what cannot be saved, and all goes on when there is space."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from tests.crash import cluster, judging, options
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import eventually, running
from tests.crash.load import INBOX, Load, log_in

# It brings its own databases: there is nothing more to learn on that of the run.
pytestmark = [
    pytest.mark.any_database,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a tmpfs, reads /proc"),
]

# The figure of a run that is looked at; one among other tests only has to come back.
BACK_SECONDS = 5 if options.IS_LONG else 60
STARTED_SECONDS = 10  # when the database itself must be started first


def test_a_full_disk_is_told_and_writes_come_back_by_themselves_on_sqlite(
    tmp_path: Path, prepared: str, say: Say
) -> None:
    """Its write-ahead log lies beside it and is what cannot grow."""
    with small_disk(32) as disk:
        expect_it_to_cope(tmp_path, f"sqlite:///{disk}/forlopp.sqlite3", disk, say, like=prepared)


@pytest.mark.skipif(not options.IS_LONG, reason="`make crash` fills PostgreSQL's disk too")
def test_a_full_disk_is_told_and_writes_come_back_by_themselves_on_postgresql(tmp_path: Path, say: Say) -> None:
    """The disk of its tables."""
    with small_disk(64) as disk, cluster.started() as server:
        folder = disk / "tables"
        folder.mkdir()
        shutil.chown(folder, "postgres", "postgres")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'".encode())
            connection.execute("CREATE DATABASE small TABLESPACE small")
        expect_it_to_cope(tmp_path, server.url.rpartition("/")[0] + "/small", disk, say)


@pytest.mark.skipif(not options.IS_LONG, reason="`make crash` fills the disk of PostgreSQL's log too")
def test_a_full_disk_of_the_log_stops_postgresql_and_all_comes_back_with_it(tmp_path: Path, say: Say) -> None:
    """PostgreSQL breaks off at once (PANIC) when its log cannot grow, and serves nobody before it can."""
    with small_disk(128) as disk:
        log = disk / "log"
        log.mkdir()
        shutil.chown(log, "postgres", "postgres")
        with cluster.started(log) as server, cluster.kept_up(server):
            expect_it_to_cope(tmp_path, server.url, disk, say, can_be_read=False)
            broke_off = server.said().count("PANIC:")
        say(f"PostgreSQL broke off {broke_off} times")
        assert broke_off, "its log was never full"


def expect_it_to_cope(
    folder: Path, database: str, disk: Path, say: Say, *, can_be_read: bool = True, like: str = ""
) -> None:
    with running(Fleet(folder, database, like=like)) as fleet:
        session = requests.Session()
        assert log_in(fleet, session)
        load = Load(fleet, options.chance("disk"))
        load.start()
        eventually(lambda: len(load.acked) >= 3, seconds=60, what="people get on")
        fill(disk)
        eventually(lambda: load.answers["webhook: 503"], seconds=120, what="the disk is full to those who write")
        acked = len(load.acked) + len(load.alarms)
        expect_a_clear_no(fleet, session, can_be_read=can_be_read)
        time.sleep(3)
        before = len(load.acked) + len(load.alarms)
        began = time.monotonic()
        (disk / "ballast").unlink()
        within = BACK_SECONDS if can_be_read else max(BACK_SECONDS, STARTED_SECONDS)
        eventually(lambda: len(load.acked) + len(load.alarms) > before, seconds=within, what="writes are back")
        back = time.monotonic() - began
        load.stop()
        judging.settle(fleet, seconds=180)
        load.rest()
        verdict = judging.judge(load)
        again = {name: count for name, count in fleet.starts.items() if count > 1}
    refused = load.answers["webhook: 503"] + load.answers["sent: 503"]
    say(f"{refused} refused with 503, writes back {back:.1f} s after space was given; {acked} acked by then; {verdict}")
    verdict.expect_nothing_wrong()
    assert again == {}, "a process died of a full disk"


def expect_a_clear_no(fleet: Fleet, session: requests.Session, *, can_be_read: bool) -> None:
    """What is only read works, when anything does; what must be saved is refused in words, and its sender keeps it."""
    works = [200, 204] if can_be_read else [200, 204, 503]
    assert requests.get(f"{fleet.url()}/halsa", timeout=20).status_code in works
    assert session.get(f"{fleet.url()}/kortkommandon/", timeout=20).status_code in works
    # What tells of persons is written in the access log before it is shown: no log, no page.
    for address in (INBOX, f"{INBOX}lista/"):
        page = session.get(fleet.url() + address, timeout=20)
        if page.status_code not in {200, 204}:
            assert page.status_code == 503
            assert "Systemet kan inte använda sin databas just nu" in page.text


def fill(disk: Path) -> None:
    """To the last byte."""
    with (disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        for size in (65_536, 4_096, 1):
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(b"x" * size)


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes; skips where one cannot be mounted."""
    with tempfile.TemporaryDirectory(prefix="forlopp-disk-", ignore_cleanup_errors=True) as folder:
        how = ["-o", f"size={megabytes}m,mode=0755"]
        mount = ["mount", "-t", "tmpfs", *how, "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, check=False) if shutil.which("mount") else None
        if done is None or done.returncode:
            pytest.skip("a small file system cannot be mounted here (root may)")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)  # noqa: S607
