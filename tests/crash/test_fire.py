"""D1 and D12: all that runs is killed while everybody works, and a copy taken meanwhile goes on; nothing is lost."""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.crash import judging, options
from tests.crash.conftest import Say
from tests.crash.fleet import Fleet
from tests.crash.installation import answers, eventually, own_database, running
from tests.crash.load import Load

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

KILLS = options.KILLS or 8
VICTIMS = ("web", "worker", "web", "executor", "web", "flows", "executor", "worker")


def test_whatever_is_killed_nothing_is_lost_and_a_copy_taken_meanwhile_goes_on(
    tmp_path: Path, prepared: str, say: Say
) -> None:
    chance, copy = options.chance("fire"), tmp_path / "copy"
    with (
        own_database(like=prepared) as database,
        running(Fleet(tmp_path / "old", database, like=prepared)) as fleet,
    ):
        load = Load(fleet, chance)
        load.start()
        began = time.monotonic()
        killed = kill(fleet, chance, KILLS // 2)
        eventually(lambda: len(load.acked) >= 5, seconds=60, what="people get on")
        copied = taken(load, copy)
        killed += kill(fleet, chance, KILLS - KILLS // 2)
        told = f"{killed.total()} kills in {time.monotonic() - began:.0f} s ({listed(killed)})"
        load.stop()
        began = time.monotonic()
        eventually(fleet.is_up, seconds=60, what="everything is up again")
        recovery = time.monotonic() - began
        judging.settle(fleet, seconds=180 + KILLS)
        load.rest()
        verdict = judging.judge(load)
        say(f"{told}; all back in {recovery:.1f} s; {verdict}")
        say(f"answers: {listed(load.answers)}")
    verdict.expect_nothing_wrong()
    # The figure of one delivery in twenty; few deliveries say nothing of a share.
    assert verdict.deliveries
    assert verdict.deliveries < 100 or verdict.repeats <= 0.05 * verdict.deliveries
    began = time.monotonic()
    with own_database("_new") as database, running(Fleet(tmp_path / "new", database, copy=copy)) as fleet:
        seconds = time.monotonic() - began
        copied.place = fleet
        judging.settle(fleet, seconds=120, with_people=False)
        verdict = judging.judge(copied)
        told = f"{verdict.actions} acked before it, {len(verdict.missing)} missing, {len(verdict.double)} double"
        say(f"copied meanwhile ({copy.stat().st_size / 1e6:.1f} MB), restored and up in {seconds:.0f} s; {told}")
    assert (verdict.missing, verdict.double, verdict.untold, verdict.broken) == ([], [], [], [])


def kill(fleet: Fleet, chance: Random, count: int) -> Counter[str]:
    """So many, each at a random moment while its victim has something in its hands."""
    killed: Counter[str] = Counter()
    while killed.total() < count:
        time.sleep(chance.uniform(0.15, 0.45))
        victim = chance.choice(VICTIMS)
        eventually(partial(is_at_work, fleet, victim), seconds=60, what=f"{victim} is back")
        killed[victim] += fleet.kill(victim, chance)
    return killed


def taken(load: Load, copy: Path) -> Load:
    """A copy of the database, and what had been answered before it was begun."""
    before = Load(load.place, load.chance, dict(load.notices), dict(load.alarms), dict(load.acked))
    # Told to the region and not yet fetched is the region's still: only what is here can be in the copy.
    here = {row[0] for row in load.place.rows("SELECT message_id FROM workflows_inboxmessage")}
    before.notices = {key: stay for key, stay in before.notices.items() if key in here}
    load.place.command("manage.py", "backup", str(copy))
    return before


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def is_at_work(fleet: Fleet, victim: str) -> bool:
    """What has just been started has nothing in its hands yet."""
    if victim == "web":
        return answers(f"{fleet.url()}/halsa")
    if victim == "executor":
        leased = "SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending' AND lease_until IS NOT NULL"
        pending = "SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending'"
        return bool(fleet.members(victim)) and (bool(fleet.rows(leased)[0][0]) or not fleet.rows(pending)[0][0])
    return bool(fleet.members(victim))
