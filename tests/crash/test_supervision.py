"""A process that dies comes back; when the municipality stops, however it stops, nothing of it is left."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import machine

ROOT = Path(__file__).parent.parent.parent

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="parent-death signals are Linux's"),
]


class Municipality:
    def __init__(self, folder: Path, port: int, *, var: Path | None = None) -> None:
        self.var = var or folder / "var"
        self.said = folder / "said.txt"
        self.port = port
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "FORLOPP_MODE": "production",
            "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
            "FORLOPP_VAR": str(self.var),
            "FORLOPP_PORT": str(self.port),
        }
        command = [sys.executable, "-m", "tests.fakes.municipality"]
        with self.said.open("wb") as said:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)

    def members(self, word: str = "") -> list[int]:
        """Processes that name our folder, except the one that was started by hand."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                text = path.read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(self.var) in text and word in text and int(path.parent.name) != self.process.pid:
                found.append(int(path.parent.name))
        return found

    def is_up(self) -> bool:
        return not port_is_free(self.port) and len(self.members("time.sleep(600)")) >= 3

    def output(self) -> str:
        """All it said, once it has ended."""
        self.process.wait(30)
        return self.said.read_text(encoding="utf-8")

    def is_running(self) -> bool:
        return "Ctrl-C" in self.said.read_text(encoding="utf-8") and self.is_up()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def municipality(tmp_path: Path) -> Iterator[Municipality]:
    running = started(tmp_path)
    try:
        yield running
    finally:
        running.end()


def started(tmp_path: Path) -> Municipality:
    """One that runs. Another test may take the port between our look and the start: then once more, on another."""
    told = ""
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        running = Municipality(folder, machine.free_ports(2))
        until = time.monotonic() + 40
        while time.monotonic() < until and running.process.poll() is None:
            if running.is_running():
                return running
            time.sleep(0.1)
        told += running.said.read_text(encoding="utf-8")
        running.end()
    raise AssertionError(f"it did not start; it said: {told!r}")


def test_a_killed_process_comes_back(municipality: Municipality) -> None:
    (web,) = municipality.members("http.server")
    os.kill(web, signal.SIGKILL)
    eventually(lambda: municipality.members("http.server") not in ([], [web]) and municipality.is_up())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_nothing(municipality: Municipality, number: signal.Signals) -> None:
    municipality.process.send_signal(number)
    assert "Allt är stoppat" in municipality.output()
    assert municipality.process.returncode == 0
    assert municipality.members() == []
    assert port_is_free(municipality.port)


def test_a_killed_supervisor_takes_all_with_it_and_says_so(municipality: Municipality) -> None:
    (supervisor,) = municipality.members("supervisord -n")
    os.kill(supervisor, signal.SIGKILL)
    assert "Övervakaren dog" in municipality.output()
    assert municipality.process.returncode == 1
    assert municipality.members() == []


def test_when_serve_itself_is_killed_its_processes_stop(municipality: Municipality) -> None:
    municipality.process.kill()
    municipality.process.wait()
    # What had left the group and lost its parent has nobody to end it now; everything else is gone.
    eventually(lambda: [pid for pid in municipality.members() if pid not in municipality.members("#stray")] == [])
    assert port_is_free(municipality.port)


def test_a_second_start_in_the_same_place_is_one_sentence(municipality: Municipality) -> None:
    second = Municipality(municipality.var, municipality.port, var=municipality.var)
    said = second.output()
    assert second.process.returncode == 1
    assert said.startswith("Förlopp kör redan från")
    assert len(said.splitlines()) == 1
    assert municipality.is_up()


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        municipality = Municipality(tmp_path, taken.getsockname()[1])
        said = municipality.output()
    assert municipality.process.returncode == 1
    assert "är upptagen" in said
    assert len(said.splitlines()) == 1


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
