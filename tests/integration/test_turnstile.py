"""What has gathered in an outage goes out in order for each person, and a system never gets more than it can take."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.services import individuals
from tests import forlopp, pages
from workflows.connectors import TransientError
from workflows.models import OutboxMessage, ProcessInstance, SystemPause
from workflows.services import inbox, outbox

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(minutes=1)


@pytest.fixture
def instance() -> ProcessInstance:
    forlopp.publish()
    inbox.receive(source="prov", message_id="m-1", raw=forlopp.message("borja"), now=NOW)
    return ProcessInstance.objects.get()


def calls(instance: ProcessInstance, system: str, people: list[int]) -> list[uuid.UUID]:
    """One waiting call for each, asked for in this order."""
    known = {
        number: individuals.find_or_create(identity_type="okand", identity_number="", now=NOW)[0]
        for number in {*people}
    }
    rows = OutboxMessage.objects.bulk_create(
        OutboxMessage(
            instance=instance,
            individual=known[number],
            engine_task_id=uuid.uuid4(),
            element_id="b",
            operation=f"{system}.gor",
            params={},
            next_try_at=NOW,
            created_at=NOW,
        )
        for number in people
    )
    return [row.key for row in rows]


def claim(limit: int = 100, **at_once: int) -> list[uuid.UUID]:
    return [one.key for one in outbox.claim(worker="w", now=NOW, lease=LEASE, limit=limit, at_once=at_once)]


def done(*keys: uuid.UUID) -> None:
    OutboxMessage.objects.filter(key__in=keys).update(state="done", ended_at=NOW)


def test_a_persons_calls_to_a_system_go_one_after_the_other(instance: ProcessInstance) -> None:
    first, second, other, third = calls(instance, "region", [1, 1, 2, 1])

    assert claim(region=10) == [first, other]
    assert claim(region=10) == []
    done(first)
    assert claim(region=10) == [second]
    done(second, other)
    assert claim(region=10) == [third]


def test_a_call_that_waits_for_its_next_try_holds_back_those_after_it(instance: ProcessInstance) -> None:
    first, _second = calls(instance, "region", [1, 1])
    OutboxMessage.objects.filter(key=first).update(next_try_at=NOW + timedelta(minutes=5), attempt=3)
    assert claim(region=10) == []


def test_a_system_gets_no_more_than_it_may_at_once_and_the_next_when_one_is_answered(instance: ProcessInstance) -> None:
    keys = calls(instance, "region", list(range(10)))

    begun = claim(region=2)
    assert len(begun) == 2
    assert claim(region=2) == []
    done(begun[0])
    assert len(claim(region=2)) == 1
    assert {*begun} < {*keys}


def test_one_systems_queue_is_not_in_the_way_of_another(instance: ProcessInstance) -> None:
    calls(instance, "region", list(range(20)))
    (alone,) = calls(instance, "hemtjanst", [99])

    assert alone in claim(limit=5, region=2)


def test_a_paused_system_and_one_that_nobody_knows_any_more(instance: ProcessInstance) -> None:
    calls(instance, "region", [1])
    (unknown,) = calls(instance, "borttaget", [2])
    SystemPause.objects.create(
        system="region", reason="Byter server", paused_by=pages.staff("it", "it_drift"), paused_at=NOW
    )

    assert claim() == [unknown]


def test_what_it_costs_does_not_grow_with_what_waits(instance: ProcessInstance) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(claim(limit=1, region=100)) == 1
        return len(asked)

    calls(instance, "region", list(range(3)))
    few = cost()
    calls(instance, "region", list(range(50)))
    assert cost() == few


def test_those_that_failed_together_do_not_come_back_together(instance: ProcessInstance) -> None:
    calls(instance, "region", list(range(20)))
    for one in outbox.claim(worker="w", now=NOW, lease=LEASE, limit=20, at_once={"region": 20}):
        outbox.fail(key=one.key, token=one.token, error=TransientError("upptaget", "Nej."), now=NOW)

    waits = set(OutboxMessage.objects.values_list("next_try_at", flat=True))
    assert len(waits) > 10
    assert max(waits) <= NOW + outbox.BACK_OFF[0]
    assert min(waits) >= NOW + 0.75 * outbox.BACK_OFF[0]
