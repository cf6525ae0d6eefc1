"""A PostgreSQL of the test's own, that can be stopped as a power cut would: never the machine's."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import machine


class Cluster:
    """Data, socket and port in a folder of its own; trusts whoever asks, on loopback."""

    def __init__(self, binaries: Path, folder: Path, log: Path | None, told: Mapping[str, str] | None = None) -> None:
        self._binaries = binaries
        self._folder = folder
        self.data = folder / "data"
        self._told = dict(told or {})
        self.port = machine.free_ports(1)
        self.url = f"postgresql://forlopp@127.0.0.1:{self.port}/postgres"
        # PostgreSQL refuses to run as root.
        self._as: dict[str, str] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, **self._as)
        how = ["--locale=C.UTF-8", "-E", "UTF8", "-A", "trust", "-U", "forlopp"]
        if log is not None:
            # Segments of the least size, so that a small disk has room for a few.
            how += ["--waldir", str(log), "--wal-segsize=1"]
        self._run("initdb", "-D", str(self.data), *how)

    def start(self) -> None:
        """Returns when it answers, after it has mended itself."""
        more = "".join(f" -c {name}={shlex.quote(value)}" for name, value in self._told.items())
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1{more}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-o", options, "-w", "-t", "60", "start")

    def copy(self, url: str) -> None:
        """All that another database holds."""
        file = str(self._folder / "copy")
        self._run("pg_dump", "--format=custom", "--no-owner", f"--file={file}", f"--dbname={url}")
        self._run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={self.url}", file)

    def crash(self) -> None:
        """Every process of it ends at once and nothing is written down: what was committed is in the log on disk."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        """As it is stopped by day: everything is written down."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "600", "stop")

    def said(self) -> str:
        """Its own log, for people."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")

    def is_running(self) -> bool:
        """Whether it is there, though it may not answer yet."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.data / "postmaster.pid").read_text().splitlines()[0]), 0)
            return True
        return False

    def end(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *words],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._as,  # type: ignore[call-overload]
        )
        log = self._folder / "log"
        assert done.returncode == 0, f"{program}: {done.stderr}{log.read_text()[-2000:] if log.exists() else ''}"


@contextlib.contextmanager
def started(log: Path | None = None, told: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """One that answers, with its write-ahead log in a folder of its own if one is given, and settings of its own.

    Skips where PostgreSQL's own programs are missing, fails where they are required.
    """
    binaries = found()
    if binaries is None:
        why = "PostgreSQL's own programs (initdb, pg_ctl) are not here"
        if "postgresql" in machine.required():
            pytest.fail(why)
        pytest.skip(why)
    # Not in pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="forlopp-pg-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(binaries, Path(folder), log, told)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.end()


@contextlib.contextmanager
def kept_up(cluster: Cluster) -> Iterator[None]:
    """Started again if it ends for good, as the machine's own supervisor does."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(0.5):
            if not cluster.is_running():
                with contextlib.suppress(AssertionError):
                    cluster.start()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def found() -> Path | None:
    """Where initdb and pg_ctl are: the newest of Debian's, or on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    on_path = shutil.which("pg_ctl")
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    return next((one for one in reversed(folders) if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)
