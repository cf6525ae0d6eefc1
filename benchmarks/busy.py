"""A working day's crowd on PostgreSQL: `make load USERS=250 SECONDS=600`. Prints; writes nothing.

The installation's own processes, on a database and a server of their own. Every ten seconds each of the staff looks at
the inbox, opens a task, answers it and is shown the list; five alarms a second come among them. Ends with 1 if anything
was answered otherwise than it should, or later.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests import machine
from tests.crash import cluster

if TYPE_CHECKING:
    from benchmarks import http, wire
    from people.models import Staff
    from workflows.models import ProcessInstance

USERS, SECONDS = int(os.environ.get("USERS") or 250), int(os.environ.get("SECONDS") or 600)
ASKED_FOR = {"inbox": 500, "complete": 800, "shown": 500}
"""Milliseconds that 95 of 100 are to come within."""
TOLD = {"max_connections": "400"}
"""Each of those who are played holds a connection too, to see which task is theirs."""
LOOK, OPEN, COMPLETE, SHOWN, ALARM, TASK = "inbox", "open", "complete", "shown", "alarm", "alarm to task"


def main() -> int:
    if os.environ.get("DJANGO_SETTINGS_MODULE") == "benchmarks.settings":
        return measure()
    if cluster.found() is None:
        print("PostgreSQL's own programs (initdb, pg_ctl) are not here")
        return 1
    with tempfile.TemporaryDirectory(prefix="forlopp-load-") as var, cluster.started(told=TOLD) as server:
        told = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": server.url,
            "FORLOPP_MODE": "production",
            "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
            "FORLOPP_VAR": var,
            "FORLOPP_PORT": str(machine.free_ports(7)),
            "FORLOPP_SECRET_KEY": "only-to-measure-" + "x" * 40,
            "FORLOPP_PREFECT_AUTH": "forlopp:only-to-measure",
            "FORLOPP_WEBHOOK_SECRETS": "only-to-measure",
        }
        command = [sys.executable, "-m", "benchmarks.busy"]
        return subprocess.run(command, env=os.environ | told, check=False).returncode


class Times:
    """Milliseconds of each kind of call, and what went wrong; of many threads."""

    def __init__(self) -> None:
        self.of: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    @contextmanager
    def of_one(self, kind: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.of[kind].append((time.perf_counter() - began) * 1000)

    def expect(self, condition: object, what: str) -> None:
        if not condition:
            self.wrong.append(what)

    def table(self) -> str:
        lines = [f"{'':<16}{'calls':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}{'asked for':>12}  (ms)"]
        for kind, times in self.of.items():
            p50, (p95, p99) = statistics.median(times), _percentiles(times)
            wanted = f"{ASKED_FOR[kind]}" if kind in ASKED_FOR else "–"
            lines.append(f"{kind:<16}{len(times):>8}{p50:>8.0f}{p95:>8.0f}{p99:>8.0f}{max(times):>8.0f}{wanted:>12}")
        return "\n".join(lines)

    def late(self) -> list[str]:
        return [kind for kind, most in ASKED_FOR.items() if _percentiles(self.of[kind])[0] > most]


def _percentiles(times: list[float]) -> tuple[float, float]:
    """The 95th and the 99th of a hundred."""
    ranked = sorted(times)
    return ranked[int(len(ranked) * 0.95)], ranked[int(len(ranked) * 0.99)]


def measure() -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks import eleven, http, intake, rows
    from workflows import definitions
    from workflows.services import deployments

    call_command("migrate", verbosity=0)
    eleven.publish()
    folder = definitions.read(settings.FORLOPP_BPMN_DIR / intake.KEY)
    deployments.publish(folder=folder, by=None, now=timezone.now())
    intake.register(intake.WARM + SECONDS * intake.ALARMS_PER_SECOND)
    steps, port = int(SECONDS / intake.RHYTHM_SECONDS), settings.FORLOPP_PORT
    days = [_day(number, steps) for number in range(USERS)]
    rows.tidy()
    times, load = Times(), os.getloadavg()
    with running() as web:
        http.wait_for(f"http://127.0.0.1:{port}")
        intake.sent(port, range(intake.WARM))
        intake.all_handled()
        turns = [
            partial(work, times, http.Person(port, who), before_them, place / USERS * intake.RHYTHM_SECONDS)
            for place, (who, before_them) in enumerate(days)
        ]
        numbers = range(intake.WARM, intake.WARM + SECONDS * intake.ALARMS_PER_SECOND)
        before, began = (_spent(web), _busy()), time.perf_counter()
        intake.together([*turns, partial(alarms, times, port, numbers)])
        seconds = time.perf_counter() - began
        web_share, all_share = (_spent(web) - before[0]) / seconds, (_busy() - before[1]) / seconds
        all_done(times)
    loads = (" ".join(f"{one:.1f}" for one in moment) for moment in (load, os.getloadavg()))
    print(f"{USERS} at work and {intake.ALARMS_PER_SECOND} alarms/s for {seconds:.0f} s, {os.cpu_count()} cores.")
    print("Load average before {}, after {}.".format(*loads))
    print(f"The web took {web_share:.2f} cores; all that the machine did, also for others, {all_share:.2f}.")
    print(f"\n{times.table()}\n\n{len(times.wrong)} wrong answers", *times.wrong[:10], sep="\n  ")
    print("within what was asked for" if not (late := times.late()) else f"later than asked for: {', '.join(late)}")
    return 1 if late or times.wrong else 0


def _day(number: int, steps: int) -> tuple[Staff, list[ProcessInstance]]:
    """One of the staff, of three professions as in a small municipality, with enough ärenden for the day."""
    from benchmarks import eleven
    from tests import pages

    who = pages.staff(f"arbetar{number}", eleven.PROFESSIONS[0])
    for name in eleven.PROFESSIONS[1:]:
        pages.join(who, name)
    return who, [eleven.start("elva", pages.person(""), who) for _ in range(-(-steps // eleven.TASKS))]


@contextmanager
def running() -> Iterator[int]:
    """Every process of an installation but Prefect, which nobody here waits for; the web's number."""
    from config import processes, supervision

    with ExitStack() as ends:
        found = {}
        for row in processes.product():
            command = [*supervision.CHILD, "--", *row.command]  # dies with us
            process = subprocess.Popen(command, env=os.environ | row.environment)
            found[row.name] = process.pid
            ends.callback(process.wait, 30)
            ends.callback(process.terminate)
        yield found["web"]


def _spent(web: int) -> float:
    """Seconds of the processor for its workers, also those that have made place for a new one."""
    from benchmarks import http

    fields = Path(f"/proc/{web}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return http.cpu_seconds(web) + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _busy() -> float:
    """Seconds that the processors of the machine have worked."""
    line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    user, nice, system, _idle, _wait, *more = (int(word) for word in line.split()[1:9])
    return float(user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")


# -- what they do ------------------------------------------------------------------------------------------------------


def work(times: Times, who: http.Person, ahead: list[ProcessInstance], phase: float) -> None:
    """A step each time the rhythm comes round, until the time is out."""
    from benchmarks import intake

    began = time.perf_counter() + phase
    for number in range(int(SECONDS / intake.RHYTHM_SECONDS)):
        time.sleep(max(0.0, began + number * intake.RHYTHM_SECONDS - time.perf_counter()))
        try:
            step(times, who, ahead)
        except (OSError, RuntimeError) as trouble:
            times.wrong.append(f"{type(trouble).__name__}: {trouble}")


def step(times: Times, who: http.Person, ahead: list[ProcessInstance]) -> None:
    from benchmarks import eleven, http
    from workflows.models import TaskState, UserTask

    task = UserTask.objects.filter(instance__in=ahead, state=TaskState.OPEN).order_by("instance_id")[0]
    address = f"/uppgifter/{task.public_id}/"
    shown(times, LOOK, who, "/uppgifter/")
    page = shown(times, OPEN, who, address).body
    token, action = http.TOKEN.search(page), http.ACTION.search(page)
    if token is None or action is None:
        raise RuntimeError("the page of the task has no form")
    given = {**eleven.ANSWERS, "csrfmiddlewaretoken": token[1], "action_id": action[1]}
    with times.of_one(COMPLETE):
        taken = who.asked("POST", address, urlencode(given).encode())
    if taken.status != 302 or "klar=" not in taken.location:
        raise RuntimeError(f"the answer was not taken: {taken.status} {taken.location}")
    shown(times, SHOWN, who, taken.location)


def shown(times: Times, kind: str, who: http.Person, address: str) -> wire.Answer:
    with times.of_one(kind):
        answer = who.asked("GET", address)
    if answer.status != 200 or b"</html>" not in answer.body:
        raise RuntimeError(f"{kind} was answered {answer.status}")
    return answer


def alarms(times: Times, port: int, numbers: range) -> None:
    """At their pace, each sent by itself, as it is signed; then looked for as tasks by another process."""
    from benchmarks import intake
    from workflows.models import UserTask

    def send(number: int) -> None:
        try:
            with times.of_one(ALARM):
                intake.tell(port, intake.call(number))
        except (OSError, RuntimeError) as trouble:
            times.wrong.append(f"{type(trouble).__name__}: {trouble}")

    there = UserTask.objects.filter(instance__definition__key=intake.KEY).order_by()
    before, began, sent, found = there.count(), time.perf_counter(), 0, 0
    until = began + len(numbers) / intake.ALARMS_PER_SECOND + intake.PATIENCE_SECONDS
    while found < len(numbers) and time.perf_counter() < until:
        while sent < len(numbers) and time.perf_counter() - began >= sent / intake.ALARMS_PER_SECOND:
            threading.Thread(target=send, args=(numbers[sent],)).start()
            sent += 1
        for _ in range(there.count() - before - found):
            # Who was told of first is taken to be there first: the waits together are the same.
            times.of[TASK].append((time.perf_counter() - began - found / intake.ALARMS_PER_SECOND) * 1000)
            found += 1
        time.sleep(0.1)
    if found < len(numbers):
        times.wrong.append(f"{len(numbers) - found} alarms became no task")


def all_done(times: Times) -> None:
    """What was answered is in the database, once: as many tasks as answers that were taken."""
    from workflows.models import TaskState, UserTask

    done, answered = UserTask.objects.filter(state=TaskState.COMPLETED).count(), len(times.of[SHOWN])
    if done < answered:
        times.wrong.append(f"{answered} answers were taken and {done} tasks are done")


if __name__ == "__main__":
    sys.exit(main())
