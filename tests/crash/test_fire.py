"""D1: everything that runs is killed over and over while people, the region and dispensers go on; nothing is lost."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.crash import judging, options
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import answers, eventually, own_database
from tests.crash.load import Load

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

KILLS = options.KILLS or 8
VICTIMS = ("web", "worker", "web", "executor", "web", "flows", "executor", "worker")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with own_database() as database:
        place = Fleet(tmp_path, database)
        try:
            eventually(place.is_up, seconds=60, what="everything is up")
            yield place
        finally:
            place.end()
            print(place.logs())  # noqa: T201 - shown when it fails


def test_whatever_is_killed_nothing_is_lost_and_nothing_happens_twice(fleet: Fleet, say: Say) -> None:
    chance = options.chance("fire")
    load = Load(fleet, chance)
    load.start()
    killed: Counter[str] = Counter()
    began = time.monotonic()
    while killed.total() < KILLS:
        time.sleep(chance.uniform(0.15, 0.45))
        victim = chance.choice(VICTIMS)
        eventually(partial(is_at_work, fleet, victim), seconds=60, what=f"{victim} is back")
        killed[victim] += fleet.kill(victim, chance)
    seconds = time.monotonic() - began
    load.stop()
    again = time.monotonic()
    eventually(fleet.is_up, seconds=60, what="everything is up again")
    recovery = time.monotonic() - again
    judging.settle(load, seconds=60 + KILLS)
    load.rest()
    verdict = judging.judge(load)
    told = ", ".join(f"{name} {count}" for name, count in sorted(killed.items()))
    say(f"{killed.total()} kills in {seconds:.0f} s ({told}); all back in {recovery:.1f} s; {verdict}")
    say(f"answers: {dict(sorted(load.answers.items()))}")
    verdict.expect_nothing_wrong()
    # The figure of one run in twenty; fewer deliveries say nothing of a share.
    assert verdict.deliveries < 100 or verdict.repeats <= 0.05 * verdict.deliveries
    assert verdict.deliveries


def is_at_work(fleet: Fleet, victim: str) -> bool:
    """What has just been started has nothing in its hands yet."""
    if victim == "web":
        return answers(f"{fleet.url()}/halsa")
    if victim == "executor":
        leased = "SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending' AND lease_until IS NOT NULL"
        pending = "SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending'"
        return bool(fleet.members(victim)) and (bool(fleet.rows(leased)[0][0]) or not fleet.rows(pending)[0][0])
    return bool(fleet.members(victim))
