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

import requests
from django.conf import settings
from django.test import Client

from benchmarks import eleven
from benchmarks.clients import CLIENTS, Pace
from benchmarks.figures import Figure
from people.models import Individual, Staff
from tests import machine
from workflows.models import UserTask

ROOT = Path(__file__).resolve().parent.parent
BATCHES = 4
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ACTION = re.compile(r'name="action_id" value="([^"]+)"')
TICKS = os.sysconf("SC_CLK_TCK")


def figures(steps: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    with server() as (url, pid):
        one = Person(url, by)
        for task in offered(5, by, individual):  # warm, in both workers
            one.step(task)
        paces = [_pace(one, offered(steps // BATCHES, by, individual), pid) for _ in range(BATCHES)]
        alone = Pace.typical(paces)
        yield Figure("http_step_cpu_ms", alone.cpu_ms)
        yield Figure("http_steps_per_s_1", alone.per_second)
        yield Figure("http_steps_per_s", together(url, by, offered(steps * 2, by, individual)))
        yield Figure("worker_rss_mb", max(map(resident_mb, children(pid))))


def _pace(one: Person, tasks: list[UserTask], pid: int) -> Pace:
    """With the CPU of the web workers, not of the one who asks."""
    before, started = cpu_seconds(pid), time.perf_counter()
    one.steps(tasks)
    seconds = time.perf_counter() - started
    return Pace((cpu_seconds(pid) - before) / len(tasks) * 1000, len(tasks) / seconds)


def offered(count: int, by: Staff, individual: Individual) -> list[UserTask]:
    return [eleven.open_task(eleven.start("elva", individual, by)) for _ in range(count)]


def together(url: str, by: Staff, tasks: list[UserTask]) -> float:
    """Steps a second of several people at once."""
    people = [Person(url, by) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=who.steps, args=(tasks[place::CLIENTS],)) for place, who in enumerate(people)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(tasks) / (time.perf_counter() - started)


class Person:
    """Someone logged in, with the cookies of a browser."""

    def __init__(self, url: str, by: Staff) -> None:
        client = Client()
        client.force_login(by)
        self.url = url
        self.session = requests.Session()
        name = settings.SESSION_COOKIE_NAME
        self.session.cookies.set(name, client.cookies[name].value, domain="127.0.0.1")

    def steps(self, tasks: list[UserTask]) -> None:
        for task in tasks:
            self.step(task)

    def step(self, task: UserTask) -> None:
        address = f"{self.url}/uppgifter/{task.public_id}/"
        page = self.session.get(address, timeout=30).text
        token, action = TOKEN.search(page), ACTION.search(page)
        if token is None or action is None:
            raise RuntimeError("the page of the task has no form")
        given = {**eleven.ANSWERS, "csrfmiddlewaretoken": token[1], "action_id": action[1]}
        answer = self.session.post(address, given, headers={"Referer": address}, timeout=30)
        if answer.status_code != 200 or "klar=" not in answer.url:
            raise RuntimeError(f"the answer was not taken: {answer.status_code} {answer.url}")


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """The product's web server as an installation runs it, on this run's database."""
    port = machine.free_ports(1)
    command = [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:config.gunicorn_conf"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "config.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            requests.get(f"{url}/halsa", timeout=2)
        except requests.ConnectionError:
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
