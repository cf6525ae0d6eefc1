"""The judge of the crash tests is judged: a sound database has nothing to tell, and each thing broken is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F, QuerySet

from tests import forlopp, invariants, pages
from workflows.models import (
    BufferedKey,
    HistoryEntry,
    HistoryKind,
    InboxMessage,
    Incident,
    MessageDelivery,
    MessageSubscription,
    OutboxMessage,
    ProcessInstance,
    TimerJob,
    UserTask,
)
from workflows.services import inbox, outbox, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    """One ärende at each wait of the förlopp, one that has ended, an early message and one that nobody understands."""
    forlopp.publish()
    samordnare, nurse = pages.staff("anna", "samordnare"), pages.staff("siri", "sjukskoterska")
    for nr in "1234":
        receive("borja", nr)
    for nr in "234":
        task = UserTask.objects.get(element_id="a", instance__business_key=f"nr:{nr}")
        action = uuid.uuid4()
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=samordnare, now=NOW, action_id=action)
    calls = OutboxMessage.objects.filter(instance__business_key__in=["nr:3", "nr:4"])
    # As if another person's, or those asked for after it would wait for it.
    OutboxMessage.objects.exclude(pk__in=calls).update(next_try_at=NOW + timedelta(minutes=1), individual=None)
    while claimed := outbox.claim(worker="w", now=NOW, lease=timedelta(minutes=1)):
        for one in claimed:
            assert outbox.succeed(key=one.key, token=one.token, result={"ok": True}, now=NOW)
    for nr in "34":
        receive("info", nr)
    task = UserTask.objects.get(element_id="b", instance__business_key="nr:4")
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=nurse, now=NOW)
    receive("klar", "1")
    receive("klar", "9", person="trasigt")


def receive(typ: str, nr: str, *, person: str = "196101182803") -> None:
    inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=forlopp.message(typ, nr, person=person), now=NOW)


def test_a_sound_database_breaks_no_promise() -> None:
    assert {row.state for row in ProcessInstance.objects.all()} == {"active", "completed"}
    assert invariants.broken(at_rest=True) == []


OPEN: dict[str, object] = dict.fromkeys(("ended_at", "completed_by", "answers", "action_id", "claimed_by", "pk"))
BREAKS: dict[str, tuple[Callable[[], object], str]] = {
    "task lost": (lambda: UserTask.objects.filter(state="open", element_id="a").delete(), "open tasks"),
    "task too many": (lambda: _once_more(UserTask.objects.get(element_id="b", state="completed")), "open tasks"),
    "call lost": (lambda: OutboxMessage.objects.filter(state="pending").delete(), "call that is missing"),
    "call withdrawn": (lambda: OutboxMessage.objects.update(state="withdrawn"), "call that is withdrawn"),
    "call too many": (lambda: OutboxMessage.objects.update(state="pending"), "nothing waits for"),
    "timer lost": (lambda: TimerJob.objects.all().delete(), "timers"),
    "timer early": (lambda: TimerJob.objects.update(due_at=NOW), "is due"),
    "subscription lost": (lambda: MessageSubscription.objects.filter(message_name="avliden").delete(), "subscriptions"),
    "subscription by another key": (lambda: MessageSubscription.objects.update(key_value="x"), "subscriptions"),
    "step overwritten": (lambda: ProcessInstance.objects.update(revision=2), "revision 2"),
    "state of another": (lambda: ProcessInstance.objects.update(engine_state=_state_of("4")), "engine"),
    "ended too early": (lambda: ProcessInstance.objects.update(state="cancelled", ended_at=NOW), "completed=False"),
    "state unreadable": (lambda: ProcessInstance.objects.update(engine_state={"format": 2}), "cannot be read"),
    "history lost": (lambda: _completed().delete(), "the history tells"),
    "history of another": (lambda: _completed().update(at=NOW - timedelta(1)), "the history tells"),
    "ended twice": (lambda: HistoryEntry.objects.filter(kind="completed").update(kind="ended"), "ended"),
    "two owners": (lambda: UserTask.objects.filter(state="completed").update(claimed_by=None), "was completed by"),
    "half completed": (lambda: UserTask.objects.filter(state="open").update(answers={}), "half completed"),
    "taken by nobody": (lambda: UserTask.objects.filter(state="open").update(claimed_at=NOW), "is taken by"),
    "delivery lost": (lambda: MessageDelivery.objects.all().delete(), "no instance got it"),
    "keys lost": (lambda: BufferedKey.objects.all().delete(), "has keys by which it is found: False"),
    "kept for ever": (lambda: InboxMessage.objects.update(expires_at=None), "wait for ever"),
    "kept though waited for": (lambda: BufferedKey.objects.update(**_waited_for()), "lies there"),
    "stopp lost": (lambda: Incident.objects.all().delete(), "nobody can see it"),
    "not handled": (lambda: InboxMessage.objects.filter(state="done").update(state="received"), "not been handled"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_told(name: str) -> None:
    change, told = BREAKS[name]
    change()
    assert any(told in line for line in invariants.broken(at_rest=True)), invariants.broken(at_rest=True)


def test_a_timer_that_was_put_off_is_sound() -> None:
    assert TimerJob.objects.update(due_at=F("due_at") + timedelta(hours=1), failures=1)
    assert invariants.broken(at_rest=True) == []


def _state_of(nr: str) -> dict[str, object]:
    found: dict[str, object] = ProcessInstance.objects.get(business_key=f"nr:{nr}").engine_state
    return found


def _once_more(task: UserTask) -> None:
    """A done task waits again: as a row of its own, for the database keeps what has been done as it is."""
    told = OPEN | {"state": "open", "public_id": uuid.uuid4(), "engine_task_id": uuid.uuid4()}
    for name, value in told.items():
        setattr(task, name, value)
    task.save(force_insert=True)


def _waited_for() -> dict[str, str]:
    row = MessageSubscription.objects.filter(message_name="avliden")[0]
    return {"message_name": row.message_name, "key_name": row.key_name, "key_value": row.key_value}


def _completed() -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(kind=HistoryKind.COMPLETED, element_id="a")
