"""What dispensers tell while people work: from the alarm to a nurse's task, and webhooks as fast as they are taken."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone

from benchmarks import eleven, http, rows, wire
from benchmarks.clients import CLIENTS
from benchmarks.figures import Figure
from integrations import configuration
from integrations.models import Dispenser
from people.models import Individual, Staff
from tests import pages
from tests.crash import load
from web import webhooks
from workflows import definitions
from workflows.models import InboxMessage, InboxState, TimerJob, UserTask
from workflows.services import deployments

KEY = "medicingivare_larm"
SOURCE, VENDOR = "medicingivare", "pahittad_givare"
ALARMS_PER_SECOND = 5
RHYTHM_SECONDS = 10.0
"""How often each of the staff opens a task, answers it and is shown the next: twenty steps a second of two hundred."""
LOOK_SECONDS = 0.02
WARM = 10 * CLIENTS
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Scale:
    """How many are at work, for how many seconds alarms come among them, and how many webhooks then come at once."""

    staff: int
    seconds: int
    webhooks: int


QUICK = Scale(staff=200, seconds=4, webhooks=400)
FULL = Scale(staff=200, seconds=20, webhooks=2_000)


def figures(scale: Scale) -> Iterator[Figure]:
    deployments.publish(folder=definitions.read(Path(settings.FORLOPP_BPMN_DIR) / KEY), by=None, now=timezone.now())
    few, many = scale.seconds * ALARMS_PER_SECOND, scale.webhooks
    register(WARM + few + many)
    staff = [busy(number) for number in range(scale.staff)]
    tasks = http.offered(int(scale.staff * scale.seconds / RHYTHM_SECONDS), staff[0])
    with http.server() as (port, _pid), worker():
        sent(port, range(WARM))  # as a server that has been asked a while
        all_handled()
        rows.tidy()
        late = amid(port, staff, tasks, range(WARM, WARM + few))
        yield Figure("alarm_to_task_p95_s", late[int(len(late) * 0.95)])
        began = time.perf_counter()
        took = sorted(sent(port, range(WARM + few, WARM + few + many)))
        seconds = time.perf_counter() - began
        all_handled()
        behind = time.perf_counter() - began - seconds
        note = f"{many} alarms from {CLIENTS} senders at once; all were tasks {behind:.1f} s after the last"
        yield Figure("webhooks_per_s", many / seconds, note=note)
        yield Figure("webhook_p99_ms", took[int(len(took) * 0.99)] * 1000)
    # Their reminders would ring beside those of whoever measures deadlines next.
    TimerJob.objects.filter(instance__definition__key=KEY).delete()


def busy(number: int) -> Staff:
    """One of many, of the professions whose tasks are offered."""
    return pages.staff(f"arbetar{number}", eleven.PROFESSIONS[0])


def register(count: int) -> None:
    """So many dispensers, each at a person's home."""
    named = [Individual(identity_type="reservnummer", identity_number=f"{VENDOR}-{n}") for n in range(count)]
    people = Individual.objects.bulk_create(named)
    Dispenser.objects.bulk_create(Dispenser(vendor=VENDOR, serial=f"G-{n}", individual=p) for n, p in enumerate(people))


def call(number: int) -> bytes:
    """A signed webhook: the dose of half an hour ago was not taken."""
    message_id, body = load.alarm(f"G-{number}", minutes_ago=30)
    secret, timestamp = configuration.of(SOURCE).words("webhook_secrets")[0], int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.sign(secret, message_id, timestamp, body),
    }
    return wire.request("POST", load.WEBHOOK, headers, body)


def sent(port: int, numbers: range) -> list[float]:
    """Seconds of each alarm until it was acknowledged, of several senders without rest."""
    took: list[float] = []
    calls = [call(number) for number in numbers]  # signed beforehand: that is the vendor's work

    def send(share: Sequence[bytes]) -> None:
        took.extend(tell(port, content) for content in share)

    together([partial(send, calls[place::CLIENTS]) for place in range(CLIENTS)])
    return took


def tell(port: int, content: bytes) -> float:
    began = time.perf_counter()
    answer = wire.asked(port, content)
    if answer.status != 202:
        raise RuntimeError(f"an alarm was answered {answer.status}")
    return time.perf_counter() - began


def amid(port: int, staff: Sequence[Staff], tasks: list[UserTask], numbers: range) -> list[float]:
    """Seconds from each alarm to its task while the staff work, sorted."""
    people = [http.Person(port, member) for member in staff]
    turns = [partial(work, who, tasks[place :: len(people)], place / len(people)) for place, who in enumerate(people)]
    found: list[float] = []
    calls = [call(number) for number in numbers]
    together([*turns, partial(alarmed, port, calls, found)])
    return sorted(found)


def work(who: http.Person, tasks: Sequence[UserTask], phase: float) -> None:
    """A step each time the rhythm comes round."""
    begun = time.perf_counter() + phase * RHYTHM_SECONDS * 0.9
    for number, task in enumerate(tasks):
        time.sleep(max(0.0, begun + number * RHYTHM_SECONDS - time.perf_counter()))
        who.step(task)


def alarmed(port: int, calls: Sequence[bytes], found: list[float]) -> None:
    """Send the alarms at their pace and look for the tasks they lead to, as another process would see them."""
    before = UserTask.objects.filter(instance__definition__key=KEY).count()
    sending = [threading.Thread(target=tell, args=(port, content)) for content in calls]
    began, count = time.perf_counter(), 0
    while len(found) < len(calls):
        passed = time.perf_counter() - began
        if passed > len(calls) / ALARMS_PER_SECOND + PATIENCE_SECONDS:
            raise RuntimeError(f"{len(calls) - len(found)} of {len(calls)} alarms became no task")
        while count < len(calls) and passed >= count / ALARMS_PER_SECOND:
            sending[count].start()
            count += 1
        there = UserTask.objects.filter(instance__definition__key=KEY).count() - before
        # Who was told of first is taken to be there first: the waits together are the same.
        while len(found) < there:
            found.append(time.perf_counter() - began - len(found) / ALARMS_PER_SECOND)
        time.sleep(LOOK_SECONDS)


def all_handled() -> None:
    """Wait until what is stored has been brought to its förlopp."""
    until = time.perf_counter() + PATIENCE_SECONDS
    while InboxMessage.objects.filter(source=SOURCE, state=InboxState.RECEIVED).exists():
        if time.perf_counter() > until:
            raise RuntimeError("messages are left that nobody handles")
        time.sleep(0.1)
    if InboxMessage.objects.filter(source=SOURCE).exclude(state=InboxState.DONE).exists():
        raise RuntimeError("an alarm became no task")


def together(acts: Sequence[Callable[[], object]]) -> None:
    """All at once, each in a thread; raises what one of them could not do."""
    troubles: list[BaseException] = []

    def guarded(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as trouble:  # noqa: BLE001 - told by the thread that measures
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise RuntimeError("one of those at work could not go on") from troubles[0]


@contextmanager
def worker() -> Iterator[None]:
    """The engine's worker of an installation."""
    process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=http.ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
