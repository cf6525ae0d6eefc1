"""When the region has been down and is back, what waited goes in order per person, once, and not all at once."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations import configuration
from integrations.http import Peer
from integrations.region import simulator
from integrations.runner.attempt import LEASE, Attempt
from integrations.runner.breaker import Breaker
from integrations.simulators import Surroundings
from tests import forlopp
from tests.fakes.simulators import served
from workflows.models import OutboxMessage, OutboxState, ProcessInstance
from workflows.services import inbox, outbox

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PERSONS, EACH = 6, 5

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return (self.now - NOW).total_seconds()


def told() -> None:
    """Each person's messages, between each other's."""
    forlopp.publish()
    for number in range(PERSONS):
        raw = forlopp.message("borja", nr=f"nr-{number}")
        inbox.receive(source="prov", message_id=f"m-{number}", raw=raw, now=NOW)
    for turn in range(EACH):
        for instance in ProcessInstance.objects.order_by("pk"):
            OutboxMessage.objects.create(
                instance=instance,
                individual=instance.individual,
                engine_task_id=uuid.uuid4(),
                element_id="ring",
                operation="region.remind_sip",
                params={"inskrivning_id": f"insk-{instance.pk}", "meddelande_id": str(turn)},
                next_try_at=NOW,
                created_at=NOW,
            )


def test_a_backlog_drains_in_order_per_person_once_and_without_a_herd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told()
    clock, calls = Clock(), []
    breaker = Breaker(clock=clock.seconds)
    asked = Peer._call

    def counted(self: Peer, method: str, path: str, **rest: Any) -> Any:
        calls.append(clock.seconds())
        return asked(self, method, path, **rest)

    monkeypatch.setattr(Peer, "_call", counted)
    application = simulator.create(Surroundings(tmp_path, "1880", "http://127.0.0.1:9", configuration.of))
    store = application.state.store

    def work(minutes: float) -> None:
        until = clock.now + timedelta(minutes=minutes)
        while clock.now < until:
            for claimed in outbox.claim(worker="prov", now=clock.now, lease=LEASE, limit=4):
                Attempt(claimed, clock=clock, breaker=breaker).run()
            clock.now += timedelta(seconds=1)

    with served(application) as url, configuration.told(region={"url": url}):
        store.put("fault", {"lage": "down", "sekunder": 0})
        work(4)
        while_down = len(calls)
        store.put("fault", {"lage": "ok", "sekunder": 0})
        work(4)

    assert not OutboxMessage.objects.exclude(state=OutboxState.DONE).exists()
    received = [json.loads(row["body"]) for row in store.rows("SELECT * FROM received ORDER BY number")]
    assert len(received) == PERSONS * EACH
    order: dict[str, list[str]] = defaultdict(list)
    for message in received:
        order[message["inskrivning_id"]].append(message["innehall"]["meddelande_id"])
    assert list(order.values()) == [[str(turn) for turn in range(EACH)]] * PERSONS
    # One question each ten seconds while it was down, and never more at a time than it is given.
    assert while_down <= 3 + 4 * 6 + 1
    at_most = max(sum(one <= at < one + 1 for at in calls) for one in calls)
    assert at_most <= 4
