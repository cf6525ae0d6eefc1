"""Notices and alarms while everything is killed over and over: nothing lost, nothing twice."""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from people import invented
from tests.crash import judging, options
from tests.crash.conftest import Say
from tests.crash.installation import Installation, eventually, own_database, running
from tests.crash.load import WEBHOOK, Call, alarm, filled_in, finish, log_in, signed, the_same_dose

pytestmark = [
    pytest.mark.any_database,  # test_fire kills on PostgreSQL too
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

DEVICES = 9
STAYS = 13
CHAOS_SECONDS = 11
MODES = ("duplicate", "ok", "reorder", "garbage", "ok", "duplicate")
VICTIMS = ("flows", "web", "executor", "worker", "web", "executor", "prefect", "web")


@dataclass
class World:
    """What was told from outside, and which answers came."""

    place: Installation
    chance: random.Random
    notices: dict[str, str] = field(default_factory=dict)  # meddelande_id -> inskrivning_id
    updates: list[str] = field(default_factory=list)
    alarms: dict[str, list[str]] = field(default_factory=dict)  # serial -> kinds
    taken: set[str] = field(default_factory=set)  # webhook ids answered with 2xx
    kills: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def world(tmp_path: Path, prepared: str) -> Iterator[World]:
    with own_database(like=prepared) as database, running(Installation(tmp_path, database, like=prepared)) as place:
        yield World(place, options.chance("kill"))


def test_nothing_is_lost_and_nothing_happens_twice(world: World, say: Say) -> None:
    register_devices(world)
    threads = [
        threading.Thread(target=work, args=(world,), daemon=True)
        for work in (send_notices, send_alarms, acknowledge_notices)
    ]
    for thread in threads:
        thread.start()
    kill_for(world, seconds=CHAOS_SECONDS)
    for thread in threads[:2]:
        finish(thread)
    region(world, "brist", lage="ok")
    judging.settle(world.place, seconds=120)
    world.stop.set()
    finish(threads[2])
    judging.settle(world.place, seconds=15)
    assert_notices(world)
    assert_alarms(world)
    assert_nothing_twice(world)
    assert_nothing_stands_still(world)
    assert world.place.broken() == []
    told = ", ".join(f"{name} {count}" for name, count in sorted(world.kills.items()))
    say(f"{world.kills.total()} kills under the supervisor ({told})")
    assert "Allt är stoppat" in world.place.stop()
    assert world.place.members() == []


# ── what is done to it ───────────────────────────────────────────────────────────────────────────────────────────


def kill_for(world: World, *, seconds: float) -> None:
    """Each in turn, at a random moment; those that carry something between two systems while they do."""
    until = time.monotonic() + seconds
    for victim in itertools.cycle(VICTIMS):
        patience = min(time.monotonic() + 1.5, until)
        while not is_busy(world, victim) and time.monotonic() < patience:
            time.sleep(0.02)
        if time.monotonic() >= until:
            break
        if time.monotonic() < patience:
            time.sleep(world.chance.uniform(0, 0.2))
            world.kills[victim] += world.place.kill(victim, world.chance)
    for victim in set(VICTIMS) - set(+world.kills):
        world.kills[victim] += world.place.kill(victim, world.chance)


def is_busy(world: World, victim: str) -> bool:
    if victim == "executor":
        leased = "SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending' AND lease_until IS NOT NULL"
        return bool(world.place.rows(leased)[0][0])
    if victim == "flows":
        halfway = "SELECT count(*) FROM outgoing WHERE fetched > 0 AND acknowledged_at IS NULL AND message_id <> ''"
        return bool(world.place.simulator("region", halfway)[0][0])
    return world.chance.random() < 0.1


def region(world: World, act: str, **told: Any) -> dict[str, Any]:
    answer = requests.post(f"{world.place.url(2)}/styr/{act}", json=told, timeout=10)
    answer.raise_for_status()
    return dict(answer.json())


def send_notices(world: World) -> None:
    """Persons are admitted, some twice, and more is told about their stays, in the ways a region can err."""
    for number in range(STAYS):
        person = invented.PEOPLE[number % len(invented.PEOPLE)]
        if number % 4 == 0:
            region(world, "brist", lage=MODES[number // 4 % len(MODES)])
        variant = {5: "ogiltigt_personnummer", 9: "fel_kommun", 12: "naiv_tid"}.get(number, "")
        sent = region(world, "skicka", typ="inskrivningsmeddelande", person=person.key, variant=variant)
        world.notices[sent["meddelande_id"]] = sent["inskrivning_id"]
        for kind in ("andrat_utskrivningsdatum", "utskrivningsklar")[: world.chance.randrange(3)]:
            world.updates.append(region(world, "skicka", typ=kind, person=person.key)["meddelande_id"])
        time.sleep(world.chance.uniform(0.1, 0.4))


def register_devices(world: World) -> None:
    people = [row[0] for row in world.place.rows("SELECT id FROM people_individual ORDER BY id")]
    for number in range(DEVICES):
        world.place.rows(
            "INSERT INTO integrations_dispenser (vendor, serial, individual_id, is_active) VALUES "  # noqa: S608
            f"('pahittad_givare', 'KR-{number}', {people[number % len(people)]}, true) RETURNING id"
        )


def send_alarms(world: World) -> None:
    """Each device misses a dose; of some the dose is taken too, which is told first. Each is told until heard."""
    calls: list[Call] = []
    for number in range(DEVICES):
        serial = f"KR-{number}"
        world.alarms[serial] = ["dos_missad"] if number % 3 else ["dos_tagen", "dos_missad"]
        missed = alarm(serial, minutes_ago=30)
        calls += [missed] if number % 3 else [the_same_dose(missed[1], "dos_tagen"), missed]
    for message_id, body in calls:
        tell(world, message_id, body)
    for message_id, body in world.chance.sample(calls, len(calls)):
        tell(world, message_id, body)


def tell(world: World, message_id: str, body: bytes) -> None:
    url = world.place.url() + WEBHOOK
    for _ in range(100):
        try:
            answer = requests.post(url, data=body, headers=signed(message_id, body), timeout=10)
        except requests.RequestException:
            time.sleep(0.3)
            continue
        assert answer.status_code in {200, 202, 503}, answer.text
        if answer.status_code != 503:
            world.taken.add(message_id)
            break
    time.sleep(world.chance.uniform(0.05, 0.4))


def acknowledge_notices(world: World) -> None:
    """A coordinator at work: takes up every new stay, and presses again when the page did not answer."""
    session = requests.Session()
    while not world.stop.wait(0.3):
        rows = "element_id = 'a1_kvittera' AND state = 'open' AND is_restricted = false"
        for (public_id,) in world.place.rows(f"SELECT public_id FROM workflows_usertask WHERE {rows}"):  # noqa: S608
            try:
                press(world, session, f"/uppgifter/{uuid.UUID(str(public_id))}/")
            except requests.RequestException:
                break


def press(world: World, session: requests.Session, path: str) -> None:
    """Log in if need be, fill in the form and send it, twice."""
    page = session.get(world.place.url() + path, timeout=20)
    if "/logga-in/" in page.url or "/demo/" in page.url:
        log_in(world.place, session)
        return
    if 'name="action_id"' not in page.text:
        return
    answers = filled_in(page.text)
    for _ in range(2):
        answer = session.post(world.place.url() + path, answers, timeout=20, allow_redirects=False)
        assert answer.status_code in {302, 409, 410}, answer.text


# ── what must be true ────────────────────────────────────────────────────────────────────────────────────────────


def assert_notices(world: World) -> None:
    """One message for each that was sent, and of each stay one instance or a stopp that a person sees."""
    rows = world.place.rows("SELECT message_id, id, state FROM workflows_inboxmessage WHERE source = 'region'")
    known = {message_id: (pk, state) for message_id, pk, state in rows}
    assert len(known) == len(rows)
    assert set(known) == set(world.notices) | set(world.updates)
    stops = {row[0] for row in world.place.rows("SELECT message_id FROM workflows_incident WHERE state = 'open'")}
    instances = [row[0] for row in world.place.rows("SELECT business_key FROM workflows_processinstance")]
    for message_id, stay in world.notices.items():
        pk, state = known[message_id]
        count = instances.count(f"inskrivning_id:{stay}")
        assert (count, state) == (1, "done") or (count == 0 and state == "stopped" and pk in stops), (stay, state)
    unseen = [message for message, (pk, state) in known.items() if state == "stopped" and pk not in stops]
    assert unseen == []


def assert_alarms(world: World) -> None:
    """One instance for each device that missed a dose, closed if it was taken, else with its task at the nurse."""
    rows = world.place.rows(
        "SELECT i.business_key, i.state, (SELECT count(*) FROM workflows_usertask t WHERE t.instance_id = i.id AND "
        "t.state = 'open') FROM workflows_processinstance i WHERE i.business_key LIKE 'dos:%'"
    )
    found = {key.split(":")[2]: (state, tasks) for key, state, tasks in rows}
    assert len(found) == len(rows)
    assert set(found) == set(world.alarms)
    for serial, kinds in world.alarms.items():
        assert found[serial] == (("completed", 0) if "dos_tagen" in kinds else ("active", 1)), serial
    assert len(world.taken) == sum(map(len, world.alarms.values()))


def assert_nothing_twice(world: World) -> None:
    def twice(table: str, columns: str, where: str = "1 = 1") -> list[tuple[Any, ...]]:
        return world.place.rows(
            f"SELECT {columns} FROM {table} WHERE {where} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608
        )

    assert twice("workflows_messagedelivery", "message_id, instance_id") == []
    assert twice("workflows_usertask", "instance_id, engine_task_id") == []
    assert twice("workflows_outboxmessage", "instance_id, engine_task_id") == []
    assert twice("workflows_usertask", "instance_id", "element_id = 'a1_kvittera'") == []
    assert twice("workflows_outboxmessage", "instance_id, operation", "operation = 'hemtjanst.pause'") == []
    done = "kind = 'completed' AND element_id = 'a1_kvittera'"
    assert twice("workflows_historyentry", "instance_id", done) == []
    sent = world.place.rows("SELECT key, state, error_code FROM workflows_outboxmessage WHERE operation LIKE 'hemtj%'")
    keys = sorted(str(uuid.UUID(str(key))) for key, _, _ in sent)
    assert keys
    assert sorted(row[0] for row in world.place.simulator("hemtjanst", "SELECT key FROM received")) == keys
    assert {(state, code) for _, state, code in sent} == {("done", "")}


def assert_nothing_stands_still(world: World) -> None:
    waits = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM workflows_{table} w WHERE w.instance_id = i.id{where})"  # noqa: S608 - our own words
        for table, where in (
            ("usertask", " AND w.state = 'open'"),
            ("outboxmessage", " AND w.state = 'pending'"),
            ("timerjob", ""),
            ("messagesubscription", ""),
        )
    )
    stuck = f"SELECT i.id FROM workflows_processinstance i WHERE i.state = 'active' AND {waits}"  # noqa: S608
    assert world.place.rows(stuck) == []
    missed = (
        "SELECT b.id FROM workflows_bufferedkey b JOIN workflows_messagesubscription s ON "
        "s.message_name = b.message_name AND s.key_name = b.key_name AND s.key_value = b.key_value"
    )
    eventually(lambda: world.place.rows(missed) == [], seconds=15, what="kept messages reach those who wait")
