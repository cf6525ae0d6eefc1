"""D5: every webhook eight times in any order, the all-clear before its alarm too: one task each, and the right end."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.crash import options
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import eventually, own_database
from tests.crash.load import WEBHOOK, Call, alarm, signed, the_same_dose

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

WEBHOOKS = 500 if options.IS_LONG else 40
COPIES = 8
SENDERS = 4


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with own_database() as database:
        place = Fleet(tmp_path, database, only=("web", "worker"))
        try:
            eventually(place.is_up, seconds=120, what="everything is up")
            yield place
        finally:
            place.end()
            print(place.logs())  # noqa: T201 - shown when it fails


def test_eight_copies_of_every_webhook_in_any_order_are_one_task_each(fleet: Fleet, say: Say) -> None:
    chance = options.chance("webhooks")
    # Of each five webhooks two are about one dose: that it was missed, and that it was taken after all.
    alarms, cleared = WEBHOOKS * 4 // 5, WEBHOOKS // 5
    register(fleet, alarms)
    missed = [alarm(f"W-{number}", minutes_ago=30) for number in range(alarms)]
    taken = [the_same_dose(body, "dos_tagen") for _, body in missed[:cleared]]
    calls = [call for call in (*missed, *taken) for _ in range(COPIES)]
    chance.shuffle(calls)
    # The first half of the all-clears come before everything else; the others as it falls out.
    calls = [*taken[: cleared // 2], *calls]
    began = time.monotonic()
    answers, took = sent(fleet, calls)
    rate = len(calls) / (time.monotonic() - began)
    took.sort()
    p99 = took[int(len(took) * 0.99)] * 1000
    say(
        f"{len(calls)} posts of {WEBHOOKS} webhooks by {SENDERS} senders: {rate:.0f}/s (goal 200), p50 "
        f"{took[len(took) // 2] * 1000:.0f} ms, p99 {p99:.0f} ms (goal 250); {dict(sorted(answers.items()))}"
    )
    assert answers.total() == len(calls)
    assert set(answers) == {200, 202}
    # An all-clear that was held back is stored once more with its alarm, and a copy that comes just then is told so.
    assert WEBHOOKS <= answers[202] <= WEBHOOKS + cleared
    expect_one_task_each(fleet, alarms, cleared)
    assert fleet.broken() == []


def expect_one_task_each(fleet: Fleet, alarms: int, cleared: int) -> None:
    rows = fleet.rows(
        "SELECT i.business_key, i.state, (SELECT count(*) FROM workflows_usertask t WHERE t.instance_id = i.id), "
        "(SELECT count(*) FROM workflows_usertask t WHERE t.instance_id = i.id AND t.state = 'open') "
        "FROM workflows_processinstance i WHERE i.business_key LIKE 'dos:%'"
    )
    found = {key.split(":")[2]: (state, tasks, open_ones) for key, state, tasks, open_ones in rows}
    assert len(found) == len(rows) == alarms
    for number in range(alarms):
        wanted = ("completed", 1, 0) if number < cleared else ("active", 1, 1)
        assert found[f"W-{number}"] == wanted, number


def register(fleet: Fleet, count: int) -> None:
    person = fleet.rows("SELECT min(id) FROM people_individual")[0][0]
    rows = ", ".join(f"('pahittad_givare', 'W-{number}', {person}, true)" for number in range(count))
    columns = "vendor, serial, individual_id, is_active"
    fleet.rows(f"INSERT INTO integrations_dispenser ({columns}) VALUES {rows} RETURNING id")  # noqa: S608 - our own


def sent(fleet: Fleet, calls: list[Call]) -> tuple[Counter[int], list[float]]:
    """The status codes, and the seconds of each call; one that is asked to come again does."""
    answers: Counter[int] = Counter()
    took: list[float] = []
    lock = threading.Lock()
    queue = iter(calls)

    def work() -> None:
        session = requests.Session()
        while True:
            with lock:
                call = next(queue, None)
            if call is None:
                return
            status = 503
            while status == 503:
                began = time.perf_counter()
                status = session.post(
                    fleet.url() + WEBHOOK, data=call[1], headers=signed(*call), timeout=30
                ).status_code
                with lock:
                    took.append(time.perf_counter() - began)
            with lock:
                answers[status] += 1

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    return answers, took
