"""D7: one poisoned among a thousand: the others move, it is tried a few times ever more seldom, a person sees it."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from integrations.runner.attempt import LEASE, Attempt
from people.models import Staff
from tests import forlopp, invariants, pages
from tests.crash import options
from tests.crash.conftest import Say
from workflows import connectors, engine
from workflows.connectors import Delivery, IncomingMessage, Json, Operation
from workflows.models import InboxMessage, Incident, OutboxMessage, OutboxState, TimerJob, UserTask
from workflows.services import arrivals, inbox, outbox, timers, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MANY = 1000 if options.IS_LONG else 40
MOST_TRIES = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna() -> Staff:
    forlopp.publish()
    return pages.staff("anna", "samordnare")


def begin(anna: Staff) -> None:
    """Everybody's call waits to be made."""
    for number in range(MANY):
        receive("borja", number)
    for task in UserTask.objects.filter(element_id="a").select_related("instance"):
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=anna, now=NOW)
    # As if each were another person's: a person's own calls to a system go one after the other.
    OutboxMessage.objects.update(individual=None)


def receive(typ: str, number: int) -> arrivals.Receipt:
    body = forlopp.message(typ, str(number))
    return inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=body, now=NOW)


def deliver_all(now: datetime) -> None:
    while claimed := outbox.claim(worker="prov", now=now, lease=LEASE, limit=20):
        for one in claimed:
            Attempt(one, clock=lambda: now).run()


@pytest.mark.parametrize("broken", ["call", "answer"])
def test_a_poisoned_call_holds_up_nobody(anna: Staff, say: Say, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """Either the connector breaks on it, or the ärende does on its answer."""
    begin(anna)
    poisoned = OutboxMessage.objects.order_by("pk")[MANY // 2]
    calls: Counter[uuid.UUID] = Counter()

    def run(delivery: Delivery) -> Json:
        calls[delivery.key] += 1
        if broken == "call" and delivery.key == poisoned.key:
            raise RuntimeError("unforeseen")
        return {"ok": True}

    known = connectors.get_operation("prov.ring")
    made = Operation(known.name, known.title, known.params, known.example, run)
    monkeypatch.setitem(connectors._registry.operations, "prov.ring", made)
    if broken == "answer":
        answer = engine.Execution.answer

        def breaks(self: engine.Execution, task_id: uuid.UUID, result: Json, *, now: datetime) -> None:
            if task_id == poisoned.engine_task_id:
                raise RecursionError
            answer(self, task_id, result, now=now)

        monkeypatch.setattr(engine.Execution, "answer", breaks)
    deliver_all(NOW)
    others = OutboxMessage.objects.exclude(pk=poisoned.pk)
    assert set(others.values_list("state", flat=True)) == {OutboxState.DONE}
    now = NOW
    while OutboxMessage.objects.filter(state=OutboxState.PENDING).exists():
        now = OutboxMessage.objects.get(state=OutboxState.PENDING).next_try_at
        deliver_all(now)
    assert calls[poisoned.key] <= MOST_TRIES
    assert max(count for key, count in calls.items() if key != poisoned.key) == 1
    stop = Incident.objects.get(instance=poisoned.instance)
    by_hand = UserTask.objects.filter(instance=poisoned.instance, kind="fallback", state="open").count()
    assert by_hand == (broken == "call")
    assert invariants.broken(at_rest=True) == []
    tries = f"{calls[poisoned.key]} tries in {now - NOW}"
    say(f"1 of {MANY} {broken}s poisoned: {MANY - 1} went at once; {tries}: {stop.text}")


def test_a_poisoned_timer_holds_up_nobody(anna: Staff, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(anna)
    deliver_all(NOW)
    for number in range(MANY):
        receive("info", number)
    assert TimerJob.objects.count() == MANY
    poisoned = TimerJob.objects.order_by("pk")[MANY // 2]
    ref, fire = str(poisoned.instance.public_id), engine.Execution.fire
    tries: list[datetime] = []

    def breaks(self: engine.Execution, *, now: datetime) -> None:
        if self.variables["arende"]["ref"] == ref:
            tries.append(now)
            raise ZeroDivisionError
        fire(self, now=now)

    monkeypatch.setattr(engine.Execution, "fire", breaks)
    due = NOW + timedelta(days=2)
    assert timers.fire_due(now=due, limit=MANY * 2) == MANY - 1
    assert Incident.objects.get().instance_id == poisoned.instance_id
    now = due
    while now < due + timedelta(hours=8):
        now += timedelta(minutes=1)
        timers.fire_due(now=now)
    assert len(tries) <= MOST_TRIES
    monkeypatch.undo()
    assert timers.fire_due(now=due + timedelta(days=1)) == 1
    assert invariants.broken(at_rest=True) == []
    say(f"1 of {MANY} timers poisoned: {MANY - 1} fired at once; {len(tries)} tries in eight hours, well when mended")


def test_a_poisoned_message_holds_up_nobody(anna: Staff, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    translate = connectors.get_translator("prov")
    assert translate is not None
    tries: list[int] = []

    def breaks(payload: Json, *, now: datetime) -> IncomingMessage:
        if payload["nr"] == "0":
            tries.append(1)
            raise RuntimeError("unforeseen")
        return translate(payload, now=now)

    monkeypatch.setitem(connectors._registry.translators, "prov", breaks)
    for number in range(MANY):
        receive("borja", number)
    assert UserTask.objects.filter(element_id="a").count() == MANY - 1
    for _ in range(10):
        inbox.handle_received(now=NOW)
    assert len(tries) <= MOST_TRIES
    assert InboxMessage.objects.get(state="stopped").incidents.count() == 1
    assert invariants.broken(at_rest=True) == []
    say(f"1 of {MANY} messages poisoned: {MANY - 1} had their effect; {len(tries)} tries, then a stop")
