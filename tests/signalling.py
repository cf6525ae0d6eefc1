"""Small förlopp that send, hear and start by signals, for tests of the services."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from people.models import Individual, Staff
from tests import forlopp, pages
from tests.bpmn.drawing import boundary, draw, event, handler, task
from tests.unit.engine_bpmn import process
from workflows.definitions import Folder
from workflows.models import ProcessInstance, Signal, SignalState, TaskState, UserTask
from workflows.services import bringing, deployments, instances, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LANE = '<laneSet id="banor"><lane id="lane_samordnare">{}</lane></laneSet>'
USERS = ("u1", "u2", "u9")

PLACES = {
    "catch": draw("s > c > u9 > end_a", extra=event("intermediateCatchEvent", "c", "signal {}")),
    "gateway": draw(
        "s > g1 > c > u9 > end_a",
        "g1 > t1 > u2 > end_b",
        extra=event("intermediateCatchEvent", "c", "signal {}") + event("intermediateCatchEvent", "t1", "timer P1D"),
    ),
    "edge": draw("s > u1 > end_a", "b > u9 > end_b", extra=task("u1") + boundary("b", "u1", "signal {}")),
    "edge beside": draw(
        "s > u1 > end_a", "b > u9 > e9", extra=task("u1") + boundary("b", "u1", "signal {}", quiet=True)
    ),
    "event sub-process": draw("s > u1 > end_a") + handler("h", "signal {}", "h_s > u9 > end_b"),
    "event sub-process beside": draw("s > u1 > end_a") + handler("h", "signal {}", "h_s > u9 > e9", quiet=True),
}
"""Everywhere a signal is waited for; `u9` is there to do when it has come."""


def place(name: str, signal: str = "sig_person") -> str:
    return PLACES[name].replace('signalRef="{}"', f'signalRef="{signal}"')


def sender(signal: str = "sig_person") -> str:
    """Throws the signal when `u1` is done, and goes on to `u2`."""
    return draw("s > u1 > kasta > u2 > end_a", extra=event("intermediateThrowEvent", "kasta", f"signal {signal}"))


def started_by(signal: str = "sig_person", then: str = "u9 > end_a") -> str:
    return draw(f"s1 > {then}", extra=event("startEvent", "s1", f"signal {signal}"))


def publish(key: str, body: str, **more: Any) -> None:
    refs = "".join(f"<flowNodeRef>{user}</flowNodeRef>" for user in USERS)
    sources = {"process.toml": "", "p.bpmn": process(LANE.format(refs) + body).decode()}
    sources |= {f"forms/{user}.json": json.dumps({"title": user, "fields": []}) for user in USERS}
    config = {**forlopp.CONFIG, "key": key, "title": key.capitalize(), "messages": {}, **more}
    deployments.publish(folder=Folder(config, sources), by=None, now=NOW)


def person(name: str) -> Individual:
    return Individual.objects.get_or_create(identity_type="okand", given_name=name, family_name="(påhittad)")[0]


def start(key: str, individual: Individual) -> ProcessInstance:
    return instances.start(definition_key=key, individual=individual, by=None, now=NOW)


def finish(instance: ProcessInstance, element_id: str) -> None:
    found = UserTask.objects.get(instance=instance, element_id=element_id, state=TaskState.OPEN)
    by = Staff.objects.filter(username="kollega").first() or pages.staff("kollega", "samordnare")
    user_tasks.complete(task=found, answers={}, by=by, now=NOW)


def open_in(instance: ProcessInstance) -> list[str]:
    rows = UserTask.objects.filter(instance=instance, state=TaskState.OPEN)
    return sorted(rows.values_list("element_id", flat=True))


def bring_all(*, now: datetime = NOW) -> int:
    """What the workers do until every signal has reached all; how many rounds."""
    rounds = 0
    while Signal.objects.filter(state=SignalState.SENDING).exists():
        bringing.bring_waiting(now=now)
        rounds += 1
        assert rounds < 1000, "it never ends"
    return rounds
