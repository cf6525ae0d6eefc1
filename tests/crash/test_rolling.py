"""A new version takes over on one machine: the port is held by another, as by systemd; nobody is turned away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from tests.crash.installation import ROOT, Place, eventually

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a socket that is handed over"),
]
# As systemd tells whom it hands the socket to.
HANDED = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0 <&-'


def test_who_asks_while_the_web_is_started_anew_is_answered_by_one_or_the_other(tmp_path: Path) -> None:
    place = Place(tmp_path, "", FORLOPP_MODE="production", FORLOPP_HOSTS="127.0.0.1")
    with socket.create_server(("127.0.0.1", place.port), backlog=2048) as held:
        old = web(place, held)
        started = [old]
        ended, answers = threading.Event(), Counter[int]()
        try:
            eventually(lambda: status(place) == 200, seconds=60, what="the old one answers")
            asking = threading.Thread(target=ask, args=(place, ended, answers))
            asking.start()
            with half_sent(place) as request:
                time.sleep(0.5)
                old.send_signal(signal.SIGTERM)
                time.sleep(0.5)
                request.sendall(b"b=2")
                answer = request.recv(1000)
            assert old.wait(20) == 0
            started.append(web(place, held))
            eventually(lambda: status(place) == 200, seconds=60, what="the new one answers")
        finally:
            ended.set()
            place.end()
            for process in started:
                process.wait(20)
        asking.join()
    # Half a form came before the end was told and half after: it is answered, if only that its token is wrong.
    assert answer.startswith(b"HTTP/1.1 403"), answer
    assert set(answers) == {200}
    assert answers[200] > 5


@pytest.mark.skipif(not os.environ.get("DRILL_SECONDS"), reason="in make drill")
def test_a_worker_that_is_told_to_end_ends_its_round_and_says_that_it_went_well(tmp_path: Path, prepared: str) -> None:
    place = Place(tmp_path, "", like=prepared, FORLOPP_MODE="production")
    process = subprocess.Popen([sys.executable, "manage.py", "process", "worker"], cwd=ROOT, env=place.environment)
    try:
        eventually(lambda: catches(process, signal.SIGTERM), seconds=60, what="it is at work")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()


def web(place: Place, held: socket.socket) -> subprocess.Popen[bytes]:
    """The process of the unit, with the port that its socket unit holds."""
    command = ["sh", "-c", HANDED, "sh", sys.executable, "manage.py", "process", "web"]
    return subprocess.Popen(command, cwd=ROOT, env=place.environment, stdin=held.fileno())


def catches(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Whether it has said what it does when it is told to end."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (number - 1) & 1)


def status(place: Place) -> int:
    try:
        return requests.get(f"{place.url()}/halsa/lever", timeout=60).status_code
    except requests.RequestException:
        return 0


def ask(place: Place, ended: threading.Event, answers: Counter[int]) -> None:
    while not ended.is_set():
        answers[status(place)] += 1
        time.sleep(0.05)


def half_sent(place: Place) -> socket.socket:
    """A form on its way: its head, and half of it."""
    request = socket.create_connection(("127.0.0.1", place.port), timeout=30)
    head = f"POST /logga-in/ HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\nX-Forwarded-Proto: https\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
    request.sendall(f"{head}{kind}a=1&".encode())
    return request
