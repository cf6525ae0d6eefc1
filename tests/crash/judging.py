"""Afterwards: what was acknowledged is there, once; what went out was asked for; and no promise is broken."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from tests.crash.installation import Place
from tests.crash.load import OPEN_A1, Load


@dataclass
class Verdict:
    """All but `actions`, `deliveries` and `repeats` must be nought."""

    actions: int
    missing: list[str]
    double: list[str]
    untold: list[str]
    lost: list[str]
    ghosts: list[str]
    deliveries: int
    repeats: int
    broken: list[str]

    def __str__(self) -> str:
        share = 100 * self.repeats / max(self.deliveries, 1)
        return (
            f"{self.actions} acked, {len(self.missing)} missing, {len(self.double)} double, {len(self.lost)} lost, "
            f"{len(self.ghosts)} ghosts, {self.repeats} of {self.deliveries} deliveries repeated ({share:.1f} %), "
            f"{len(self.broken) + len(self.untold)} broken promises"
        )

    def expect_nothing_wrong(self) -> None:
        wrong = (self.missing, self.double, self.untold, self.lost, self.ghosts, self.broken)
        assert not any(wrong), wrong


def settle(place: Place, *, seconds: float, with_people: bool = True) -> None:
    """Until nothing is on its way: from the region, in the inbox, in the outbox, at the coordinators."""
    until = time.monotonic() + seconds
    while rest := {name: count for name, count in _left(place).items() if count and (with_people or name != "a1")}:
        assert time.monotonic() < until, f"still on its way after {seconds:.0f} s: {rest}\n{place.logs()}"
        time.sleep(0.3)


def judge(load: Load) -> Verdict:
    place = load.place
    tasks = _tasks(place)
    missing, double = [], []
    for public_id, acted in load.acked.items():
        row = tasks.get(public_id)
        if row is None or row["action_id"] != acted.action_id or acted.words not in row["answers"]:
            missing.append(public_id)
    words = [row["answers"] for row in tasks.values()]
    for public_id, acted in load.acked.items():
        if sum(acted.words in answers for answers in words) != 1:
            double.append(public_id)
    messages = {row[0] for row in place.rows("SELECT message_id FROM workflows_inboxmessage")}
    missing += [key for key in (*load.notices, *load.alarms) if key not in messages]
    lost, ghosts, deliveries, repeats = _deliveries(place)
    broken = place.broken()
    return Verdict(
        actions=len(load.acked) + len(load.notices) + len(load.alarms),
        missing=missing,
        double=[*double, *_stays_twice(load)],
        untold=_unstarted(load),
        lost=lost,
        ghosts=ghosts,
        deliveries=deliveries,
        repeats=repeats,
        broken=broken,
    )


def _left(place: Place) -> dict[str, int]:
    let_leases_of_the_dead_end(place)
    queue = "SELECT count(*) FROM outgoing WHERE acknowledged_at IS NULL AND message_id <> ''"
    return {
        "at the region": place.simulator("region", queue)[0][0],
        "received": place.rows("SELECT count(*) FROM workflows_inboxmessage WHERE state = 'received'")[0][0],
        "outbox": place.rows("SELECT count(*) FROM workflows_outboxmessage WHERE state = 'pending'")[0][0],
        "a1": place.rows(f"SELECT count(*) FROM workflows_usertask WHERE {OPEN_A1}")[0][0],  # noqa: S608
    }


def let_leases_of_the_dead_end(place: Place) -> None:
    """A lease is a minute and a pause up to half an hour: let that time pass, but for an executor that lives."""
    alive = [f"leased_by LIKE '%:{pid}:%'" for pid in place.members("executor")]
    held = f"lease_until IS NOT NULL AND ({' OR '.join(alive) or 'false'})"
    place.rows(
        "UPDATE workflows_outboxmessage SET next_try_at = created_at, lease_until = NULL "  # noqa: S608 - our own words
        f"WHERE state = 'pending' AND attempt < 5 AND NOT ({held}) RETURNING id"
    )


def _tasks(place: Place) -> dict[str, dict[str, str]]:
    rows = place.rows("SELECT public_id, action_id, answers FROM workflows_usertask WHERE state = 'completed'")
    return {_id(key): {"action_id": _id(action), "answers": _text(answers)} for key, action, answers in rows}


def _deliveries(place: Place) -> tuple[list[str], list[str], int, int]:
    """What home care got against what it was to get."""
    ours = place.rows("SELECT key, state FROM workflows_outboxmessage WHERE operation LIKE 'hemtjanst.%'")
    keys = {_id(key): state for key, state in ours}
    got = place.simulator("hemtjanst", "SELECT key, repeats FROM received")
    lost = [key for key, state in keys.items() if state == "done" and key not in {row[0] for row in got}]
    ghosts = [key for key, _ in got if key not in keys]
    return lost, ghosts, len(got) + sum(row[1] for row in got), sum(row[1] for row in got)


def _stays_twice(load: Load) -> list[str]:
    rows = load.place.rows(
        "SELECT business_key FROM workflows_processinstance WHERE business_key LIKE 'inskrivning_id:%' "
        "GROUP BY business_key HAVING count(*) > 1"
    )
    return [row[0] for row in rows]


def _unstarted(load: Load) -> list[str]:
    """A notice is an ärende, or a stop that a person sees."""
    seen = {
        row[0]
        for row in load.place.rows(
            "SELECT m.message_id FROM workflows_inboxmessage m JOIN workflows_incident i ON i.message_id = m.id"
        )
    }
    started = {row[0] for row in load.place.rows("SELECT business_key FROM workflows_processinstance")}
    return [
        message_id
        for message_id, stay in load.notices.items()
        if f"inskrivning_id:{stay}" not in started and message_id not in seen
    ]


def _id(value: Any) -> str:
    """The two databases keep a UUID in their own ways."""
    return str(uuid.UUID(str(value))) if value else ""


def _text(answers: Any) -> str:
    """The answers as text with å, ä and ö, whichever way the database gives JSON."""
    told = json.loads(answers) if isinstance(answers, str) else answers
    return json.dumps(told, ensure_ascii=False)
