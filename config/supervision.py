"""Keeps the processes alive: a child that dies comes back, and when we stop nothing is left.

The one who starts us (`manage.py serve`) holds the lock of the installation and owns supervisord, which owns the
processes. If serve is killed, the kernel tells supervisord to stop; if supervisord is killed, the kernel kills the
processes (config/child.py); what has broken loose on the way is inherited by serve and ended by it.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from config import child, processes
from config.processes import BIN, Process

PR_SET_CHILD_SUBREAPER = 36
STOP_SECONDS = 40
CHILD = [sys.executable, "-I", "-S", str(Path(child.__file__))]


class CannotRun(Exception):
    """The message is the sentence for the operator."""


@contextlib.contextmanager
def only_one() -> Iterator[IO[str]]:
    """Hold the installation: its database and ports belong to one supervisor at a time."""
    path = settings.FORLOPP_VAR / "run.lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(
                f"Förlopp kör redan från {settings.FORLOPP_VAR}; stoppa det först, eller välj en annan katalog och "
                "andra portar med FORLOPP_VAR och FORLOPP_PORT."
            ) from None
        yield lock


def is_running() -> bool:
    try:
        with only_one():
            return False
    except CannotRun:
        return True


def check_ports() -> None:
    for port, owner in processes.ports().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CannotRun(
                    f"Port {port} ({owner}) är upptagen av ett annat program; stoppa det eller välj andra portar, "
                    f"till exempel: make run FORLOPP_PORT={settings.FORLOPP_PORT + 100}"
                ) from None


class Supervisor:
    """One supervisord, from start to the last child gone."""

    def __init__(self, lock: IO[str]) -> None:
        self._lock = lock
        self._folder = settings.FORLOPP_VAR / "supervisor"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        for folder in (self._folder, settings.FORLOPP_VAR / "log", settings.FORLOPP_VAR / "prefect"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        control_socket().unlink(missing_ok=True)
        make_numbers_folder()
        configuration = self._folder / "supervisord.conf"
        configuration.write_text(configuration_text(processes.all_processes()), encoding="utf-8")
        adopt_orphans()
        command = [*CHILD, "--signal", "TERM", "--", str(BIN / "supervisord"), "-n", "-s", "-c", str(configuration)]
        with (settings.FORLOPP_VAR / "log" / "supervisor-start.log").open("wb") as complaints:
            self._spawn(command, complaints)

    def _spawn(self, command: list[str], complaints: IO[bytes]) -> None:
        # Its own session: Ctrl-C reaches us alone, and we stop the others in order. It shares our lock, so that the
        # installation is held until it is gone, even if we are killed.
        self._process = subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | processes.prefect_environment(),
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            start_new_session=True,
            pass_fds=[self._lock.fileno()],
        )

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        end_orphans()
        control_socket().unlink(missing_ok=True)


def wait_until(condition: Callable[[], bool], *, seconds: float, alive: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and alive():
        if condition():
            return True
        time.sleep(0.1)
    return False


def configuration_text(rows: list[Process]) -> str:
    """What supervisord reads. No secret is written here: children inherit the environment."""
    var, path = settings.FORLOPP_VAR, control_socket()
    head: dict[str, dict[str, object]] = {
        "supervisord": {
            "nodaemon": "true",
            "logfile": var / "log" / "supervisor.log",
            "logfile_maxbytes": "1MB",
            "logfile_backups": "2",
            "pidfile": var / "supervisor" / "supervisord.pid",
            "childlogdir": var / "log",
            "directory": settings.BASE_DIR,
        },
        "unix_http_server": {"file": path, "chmod": "0600"},
        "supervisorctl": {"serverurl": f"unix://{path}"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
    }
    # One group, because supervisord stops groups one after another and the members of a group together.
    group: dict[str, dict[str, object]] = {"group:forlopp": {"programs": ",".join(row.name for row in rows)}}
    sections = head | {f"program:{row.name}": program(row) for row in rows} | group
    return "\n".join(section(name, values) for name, values in sections.items())


def program(row: Process) -> dict[str, object]:
    wait = ["--after", row.after] if row.after else []
    return {
        "command": shlex.join([*CHILD, *wait, "--", *row.command]),
        "autorestart": "true",
        # Down sooner than this and the next start waits a little longer; a start of Prefect takes seconds of CPU.
        "startsecs": 10,
        # It never gives up: a database that is away for the night is not a reason to stay down in the morning.
        "startretries": 1_000_000,
        "environment": ",".join(f'{name}="{value}"' for name, value in row.environment.items()),
        "stopwaitsecs": row.stop_seconds,
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": settings.FORLOPP_VAR / "log" / f"{row.name}.log",
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": "3",
    }


def section(name: str, values: dict[str, object]) -> str:
    lines = [f"{key}={str(value).replace('%', '%%')}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def control_socket() -> Path:
    """In the installation when its path fits in the 107 bytes of a socket address, else in a folder of our own."""
    path = Path(settings.FORLOPP_VAR) / "supervisor" / "control.sock"
    if len(os.fsencode(path)) < 95:  # supervisord first binds a name with its process id behind
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"forlopp-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise CannotRun(f"Katalogen {folder} tillhör någon annan; välj en kortare sökväg i FORLOPP_VAR.")
    return folder / "control.sock"


def make_numbers_folder() -> None:
    """Empty: what is counted is counted from now on, which Prometheus knows how to read."""
    folder = processes.numbers_folder()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise CannotRun(f"Katalogen {folder} tillhör någon annan; välj en annan katalog i FORLOPP_VAR.")


def adopt_orphans() -> None:
    """A process whose parent dies becomes our child instead of init's, so that we can end it."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans() -> None:
    """Kill what is left of our descendants, generation by generation, and take in their exit codes."""
    while left := children_of(os.getpid()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # "pid (name) state ppid …": the name may hold anything, so read from its last parenthesis.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found
