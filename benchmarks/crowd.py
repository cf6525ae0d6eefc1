"""Twenty at their inboxes beside a long list, and four hundred who listen: `python -m benchmarks.crowd`.

Each looks at the list, and at a task. On an empty database at DATABASE_URL, else on SQLite in a folder of its own;
OPEN="5000" for one size alone. Prints; writes nothing.
"""

from __future__ import annotations

import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.http import Person
    from people.models import Staff

USERS, LOOKS, PAUSE = 20, 15, 1.0
LISTENERS, CHANGES, SECONDS = 400, 20, 20
SIZES = tuple(map(int, os.environ.get("OPEN", "5000 1000000").split()))
LIST = "/uppgifter/"
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    if os.environ.get("DJANGO_SETTINGS_MODULE") == "benchmarks.settings":
        measure()
        return
    with tempfile.TemporaryDirectory(prefix="forlopp-crowd-") as var:
        told = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{var}/forlopp.sqlite3",
            "FORLOPP_MODE": "production",
            "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
            "FORLOPP_VAR": var,
            "FORLOPP_PORT": "28500",
            "FORLOPP_SECRET_KEY": "only-to-measure-" + "x" * 40,
        }
        subprocess.run([sys.executable, "-m", "benchmarks.crowd"], cwd=ROOT, env=os.environ | told, check=True)


def measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import eleven, http, rows, waiting
    from tests import pages
    from workflows.models import UserTask

    call_command("migrate", verbosity=0)
    eleven.publish()
    by, individual = eleven.staff(), pages.person()
    first = min(eleven.open_task(eleven.start("elva", individual, by)).pk for _ in range(waiting.PATTERNS))
    rows.tidy()
    listen(by, first)
    there = waiting.PATTERNS
    task = f"/uppgifter/{UserTask.objects.values_list('public_id', flat=True).get(pk=first)}/"
    for size in SIZES:
        waiting.more_tasks(first, range(there, size))
        there = size
        rows.tidy()
        log = Path(os.environ["FORLOPP_VAR"]) / f"times-{size}"
        with http.server(log) as (port, pid):
            people = [http.Person(port, by) for _ in range(USERS)]
            for page, path in (("the list", LIST), ("a task", task)):
                look(people[:1], 20, 0, path)
                for name, pause in (("each second", PAUSE), ("without rest", 0.0)):
                    before, seen = http.cpu_seconds(pid), len(served(log))
                    times = look(people, LOOKS, pause, path)
                    cpu = (http.cpu_seconds(pid) - before) / len(times) * 1000
                    told = f"in the server {shown(served(log)[seen:])}, with the wait for it {shown(times)}"
                    print(f"{size} open, {page}, {USERS} users {name}: {told}, {cpu:.1f} ms CPU a page")


def served(log: Path) -> list[float]:
    """Milliseconds of each answer since the server began."""
    return [float(line) for line in log.read_text(encoding="ascii").split()]


def shown(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.0f} ms, p95 {statistics.quantiles(times, n=20)[-1]:.0f} ms"


def look(people: list[Person], times: int, pause: float, path: str) -> list[float]:
    """Milliseconds of each look at a page, all people at once."""
    found: list[float] = []

    def one(person: Person, place: int) -> None:
        time.sleep(pause * place / len(people))
        for _ in range(times):
            began = time.perf_counter()
            status = person.asked("GET", path).status
            found.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")
            time.sleep(max(0.0, pause - (time.perf_counter() - began)))

    threads = [threading.Thread(target=one, args=(person, place)) for place, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def listen(by: Staff, task_id: int) -> None:
    """CPU of the listening process with nothing to tell, and with something to tell all the time."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from workflows.models import UserTask

    process = subprocess.Popen([sys.executable, "manage.py", "live"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with ExitStack() as stack:
            sockets = []
            for _ in range(LISTENERS):
                client = Client()
                client.force_login(by)
                cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
                sockets.append(stack.enter_context(connected(settings.FORLOPP_LIVE_PORT, cookie)))
            time.sleep(3)
            drained(sockets)
            before = cpu(process.pid)
            time.sleep(SECONDS)
            print(f"{LISTENERS} listen, nothing happens: {(cpu(process.pid) - before) / SECONDS:.1%} of a core")
            before = cpu(process.pid)
            for _ in range(SECONDS * CHANGES):
                UserTask.objects.filter(pk=task_id).update(changed_at=timezone.now())
                time.sleep(1 / CHANGES)
            spent = (cpu(process.pid) - before) / SECONDS
            heard = drained(sockets) / LISTENERS / SECONDS
            print(
                f"{LISTENERS} listen, {CHANGES} changes a second: {spent:.1%} of a core, each told {heard:.1f} times/s"
            )
            print(f"memory {memory(process.pid):.0f} MB")
    finally:
        process.terminate()
        process.wait(20)


def connected(port: int, cookie: str) -> socket.socket:
    for _ in range(100):
        try:
            found = socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            time.sleep(0.2)
            continue
        found.sendall(f"GET /handelser/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        if b"200 OK" not in found.recv(4096):
            raise RuntimeError("the listening process lets nobody in")
        return found
    raise RuntimeError("the listening process does not answer")


def drained(sockets: list[socket.socket]) -> int:
    """How many times something was told since the last time, all together."""
    told = 0
    while ready := select.select(sockets, [], [], 0.2)[0]:
        told += sum(one.recv(65_536).count(b"data: mina") for one in ready)
    return told


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
