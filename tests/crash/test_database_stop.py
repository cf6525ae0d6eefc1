"""D2: PostgreSQL dies under load, again and again; nothing acknowledged is lost and everything goes on by itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests import machine
from tests.crash import cluster, judging, options
from tests.crash.cluster import Cluster
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import eventually, running
from tests.crash.load import INBOX, WEBHOOK, Load, alarm, log_in, signed

SERVER = os.environ.get("TEST_DATABASE_URL", "")
# It brings its own PostgreSQL. Where all is run on one, it can begin with a copy of what is prepared there.
pytestmark = [
    pytest.mark.skipif(not SERVER and "postgresql" in machine.required(), reason="comes with the tests on PostgreSQL"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

STOPS = 20 if options.IS_LONG else 2
# The figure of a run that is looked at; one among other tests only has to come back.
SERVING_SECONDS = 10 if options.IS_LONG else 60


@pytest.fixture
def server() -> Iterator[Cluster]:
    with cluster.started() as one:
        yield one


@pytest.fixture
def fleet(tmp_path: Path, server: Cluster, request: pytest.FixtureRequest) -> Iterator[Fleet]:
    if SERVER:
        server.copy(f"{SERVER.rpartition('/')[0]}/{request.getfixturevalue('prepared')}")
    with running(Fleet(tmp_path, server.url)) as place:
        yield place


def test_a_database_that_dies_under_load_loses_nothing(fleet: Fleet, server: Cluster, say: Say) -> None:
    chance = options.chance("database")
    session = requests.Session()
    assert log_in(fleet, session)
    load = Load(fleet, chance)
    load.start()
    serving: list[float] = []
    for _ in range(STOPS):
        acked = len(load.acked)
        eventually(lambda acked=acked: len(load.acked) > acked, seconds=60, what="people get on")  # type: ignore[misc]
        time.sleep(chance.uniform(0.2, 1.5))
        server.crash()
        expect_a_clear_no(fleet, session)
        time.sleep(chance.uniform(0.5, 3))
        began = time.monotonic()
        server.start()
        eventually(serves(fleet, session), seconds=SERVING_SECONDS, what="people are served")
        serving.append(time.monotonic() - began)
    load.stop()
    judging.settle(fleet, seconds=180)
    load.rest()
    verdict = judging.judge(load)
    again = {name: count for name, count in fleet.starts.items() if count > 1}
    say(f"{STOPS} stops of PostgreSQL; serving again after {max(serving):.1f} s at most; {verdict}")
    say(f"answers: {dict(sorted(load.answers.items()))}; processes that had to start again: {again or 'none'}")
    verdict.expect_nothing_wrong()
    assert load.answers["given back"] or load.answers["webhook: 503"], "the load never met the dead database"
    assert again == {}, "a process died with its database"


def expect_a_clear_no(fleet: Fleet, session: requests.Session) -> None:
    """People are told in Swedish that nothing was saved, senders when to try again, and monitoring that it is down."""
    page = session.get(fleet.url() + INBOX, timeout=20)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "Systemet kan inte använda sin databas just nu" in page.text
    message_id, body = alarm("KR-0", minutes_ago=5)
    answer = requests.post(fleet.url() + WEBHOOK, data=body, headers=signed(message_id, body), timeout=20)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert requests.get(f"{fleet.url()}/halsa", timeout=20).status_code == 503


def serves(fleet: Fleet, session: requests.Session) -> Callable[[], bool]:
    return lambda: session.get(fleet.url() + INBOX, timeout=20).status_code == 200
