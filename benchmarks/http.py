"""A whole human step through the web server: open the task, answer it, be shown the list with the next."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.test import Client

from benchmarks import eleven, rows, wire
from benchmarks.clients import CLIENTS, Pace
from benchmarks.figures import Figure
from people.models import Staff
from tests import machine, pages
from workflows.models import UserTask

ROOT = Path(__file__).resolve().parent.parent
BATCHES = 4
WARM = 120
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
ACTION = re.compile(rb'name="action_id" value="([^"]+)"')
TICKS = os.sysconf("SC_CLK_TCK")


def figures(steps: int, by: Staff) -> Iterator[Figure]:
    with server() as (port, pid):
        people = [Person(port, by) for _ in range(CLIENTS)]
        # Warm: each of eight threads has asked PostgreSQL all of it the ten times after which nothing is planned anew.
        together(people, offered(WARM, by))
        rows.tidy()  # as the database does by itself each minute: a new one guesses that its tables are empty
        one = people[0]
        paces = [_pace(one, offered(steps // BATCHES, by), pid) for _ in range(BATCHES)]
        alone = Pace.typical(paces)
        yield Figure("http_step_cpu_ms", alone.cpu_ms)
        yield Figure("http_steps_per_s_1", alone.per_second)
        yield Figure("http_steps_per_s", together(people, offered(steps * 2, by)))
        yield Figure("worker_rss_mb", max(map(resident_mb, children(pid))))


def _pace(one: Person, tasks: list[UserTask], pid: int) -> Pace:
    """With the CPU of the web workers, not of the one who asks."""
    before, started = cpu_seconds(pid), time.perf_counter()
    one.steps(tasks)
    seconds = time.perf_counter() - started
    return Pace((cpu_seconds(pid) - before) / len(tasks) * 1000, len(tasks) / seconds)


def offered(count: int, by: Staff) -> list[UserTask]:
    """A task each of so many persons, as in life: the page also tells what is next for the same person."""
    return [eleven.open_task(eleven.start("elva", pages.person(""), by)) for _ in range(count)]


def together(people: list[Person], tasks: list[UserTask]) -> float:
    """Steps a second of several people at once."""
    threads = [threading.Thread(target=who.steps, args=(tasks[place::CLIENTS],)) for place, who in enumerate(people)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(tasks) / (time.perf_counter() - started)


class Person:
    """Someone logged in, with the cookies of a browser; as light as can be beside the server."""

    def __init__(self, port: int, by: Staff) -> None:
        client = Client()
        client.force_login(by)
        name = settings.SESSION_COOKIE_NAME
        self.cookies = {name: client.cookies[name].value}
        self.port = port

    def steps(self, tasks: list[UserTask]) -> None:
        for task in tasks:
            self.step(task)

    def step(self, task: UserTask) -> None:
        address = f"/uppgifter/{task.public_id}/"
        page = self.asked("GET", address).body
        token, action = TOKEN.search(page), ACTION.search(page)
        if token is None or action is None:
            raise RuntimeError("the page of the task has no form")
        given = {**eleven.ANSWERS, "csrfmiddlewaretoken": token[1], "action_id": action[1]}
        taken = self.asked("POST", address, urlencode(given).encode())
        if taken.status != 302 or "klar=" not in taken.location:
            raise RuntimeError(f"the answer was not taken: {taken.status} {taken.location}")
        shown = self.asked("GET", taken.location)
        if shown.status != 200 or b"</html>" not in shown.body:
            raise RuntimeError(f"the next was not shown: {shown.status}")

    def asked(self, method: str, path: str, body: bytes = b"") -> wire.Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = wire.asked(self.port, wire.request(method, path, headers, body))
        self.cookies.update(answer.cookies)
        return answer


@contextmanager
def server(times: Path | None = None) -> Iterator[tuple[int, int]]:
    """The product's web server as an installation runs it, on this run's database.

    `times` is a file that gets a line for each answer: milliseconds from the request in a thread to the answer sent.
    """
    port = machine.free_ports(1)
    command = [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:config.gunicorn_conf"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "config.wsgi"]
    if times is not None:
        command[-1:-1] = ["--access-logfile", str(times), "--access-logformat", "%(M)s"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(url: str) -> None:
    for _ in range(1200):
        try:
            requests.get(f"{url}/halsa", timeout=2)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server does not answer")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def cpu_seconds(pid: int) -> float:
    """User and system time of the workers."""
    stats = [Path(f"/proc/{child}/stat").read_text(encoding="ascii") for child in children(pid)]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    return sum(int(found[11]) + int(found[12]) for found in fields) / TICKS


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
