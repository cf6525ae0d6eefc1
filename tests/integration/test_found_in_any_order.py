"""What acts in any order have found, each as a case of its own."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people.models import Staff
from tests import forlopp, pages
from tests.bpmn.drawing import draw, each, task
from tests.integration import all_waits
from tests.unit.engine_bpmn import process, service
from workflows import connectors, engine
from workflows.definitions import Folder
from workflows.models import (
    INTERNAL,
    HeldMessage,
    HistoryKind,
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    InstanceState,
    MessageSubscription,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskKind,
    TaskState,
)
from workflows.services import deployments, inbox, incidents, instances, mending, outbox, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


@pytest.fixture
def coordinator() -> Staff:
    return pages.staff("anna", "samordnare")


def receive(typ: str, nr: str = "1") -> None:
    inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=forlopp.message(typ, nr), now=NOW)


def to_call(by: Staff) -> ProcessInstance:
    receive("borja")
    instance = ProcessInstance.objects.get()
    user_tasks.complete(task=instance.user_tasks.get(), answers={"svar": "ja"}, by=by, now=NOW)
    return instance


def answer() -> None:
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    assert outbox.succeed(key=claimed.key, token=claimed.token, result={"ok": True}, now=NOW)


def test_an_early_message_that_only_its_sender_waits_for_holds_up_no_other(coordinator: Staff) -> None:
    instance = to_call(coordinator)
    answer()
    own = inbox.throw(sender=instance, thrown=engine.Thrown("x", "info", {"nr": "1"}), now=NOW)
    assert own.state == InboxState.BUFFERED
    wait = instance.subscriptions.get(message_name="info")
    MessageSubscription.objects.filter(pk=wait.pk).delete()
    receive("info")
    wait.save(force_insert=True)
    assert inbox.bring_waited_for(now=NOW, limit=1) == 1
    assert list(InboxMessage.objects.filter(name="info").order_by("pk").values_list("source", "state")) == [
        (INTERNAL, "buffered"),
        ("prov", "done"),
    ]


def test_what_an_instance_threw_early_is_not_for_itself(coordinator: Staff) -> None:
    instance = to_call(coordinator)
    own = inbox.throw(sender=instance, thrown=engine.Thrown("x", "info", {"nr": "1"}), now=NOW)
    answer()
    own.refresh_from_db()
    assert (own.state, instance.subscriptions.filter(message_name="info").count()) == (InboxState.BUFFERED, 1)


def to_hand(by: Staff) -> ProcessInstance:
    """The system said no, and a person is to do it."""
    instance = to_call(by)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    outbox.fail(key=claimed.key, token=claimed.token, error=connectors.PermanentError("bad", "Nej."), now=NOW)
    return instance


def by_hand(instance: ProcessInstance, by: Staff) -> None:
    task = instance.user_tasks.get(state=TaskState.OPEN, kind=TaskKind.FALLBACK)
    user_tasks.complete(task=task, answers={"vad": "Ringde."}, by=by, now=NOW)


def test_what_a_person_has_done_by_hand_is_not_sent_when_it_is_tried_again(coordinator: Staff) -> None:
    instance = to_hand(coordinator)
    by_hand(instance, coordinator)
    incidents.retry(incident=Incident.objects.get(), by=coordinator, now=NOW)
    assert not outbox.claim(worker="w", now=NOW, lease=LEASE)
    assert OutboxMessage.objects.get().state == OutboxState.FAILED


def test_what_is_sent_again_and_then_done_by_hand_is_withdrawn(coordinator: Staff) -> None:
    instance = to_hand(coordinator)
    incidents.retry(incident=Incident.objects.get(), by=coordinator, now=NOW)
    by_hand(instance, coordinator)
    assert not outbox.claim(worker="w", now=NOW, lease=LEASE)
    assert OutboxMessage.objects.get().state == OutboxState.WITHDRAWN


def test_what_is_said_late_of_an_earlier_try_is_not_said_of_the_one_to_come(coordinator: Staff) -> None:
    instance = to_call(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    known: Any = {"key": claimed.key, "token": claimed.token, "now": NOW}
    outbox.fail(error=connectors.PermanentError("bad", "Nej."), **known)
    incidents.retry(incident=Incident.objects.get(), by=coordinator, now=NOW)
    mending.suspend(instance=instance, reason="Fel person", by=coordinator, now=NOW)
    assert not outbox.fail(error=connectors.TransientError("down", "Svarar inte."), **known)
    assert not outbox.succeed(result={"ok": True}, **known)
    assert OutboxMessage.objects.values_list("state", "attempt").get() == (OutboxState.PENDING, 0)


def test_a_message_kept_for_a_paused_arende_is_told_of_when_it_is_cancelled(coordinator: Staff) -> None:
    instance = to_call(coordinator)
    answer()
    why: Any = {"instance": instance, "reason": "Fel person", "by": coordinator, "now": NOW}
    mending.suspend(**why)
    receive("info")
    mending.cancel(**why)
    assert not HeldMessage.objects.exists()
    told = instance.history.filter(kind=HistoryKind.MESSAGE, name="info", detail__without_effect=True)
    assert told.count() == 1


def test_an_early_message_is_in_the_history_as_one_that_is_waited_for(coordinator: Staff) -> None:
    instance = to_call(coordinator)
    receive("info")
    answer()
    assert instance.messages.filter(element_id="vanta").count() == 1
    assert instance.history.filter(kind=HistoryKind.MESSAGE, element_id="vanta", name="info").count() == 1


def test_an_answer_that_was_not_taken_keeps_its_stopp_when_another_is_mended(coordinator: Staff) -> None:
    """Two calls whose answers both lead to a step that fails: passing by it once takes one of them."""
    body = draw(
        "s > p1 > r1 > u2 > end_a",
        "p1 > r2 > u2",
        extra=all_waits.lanes(["u2", "u2"])
        + service("r1", "prov.ring", nr="s.svar")
        + service("r2", "prov.ring", nr="s.svar")
        + task("u2", each("svar.nr")),
    )
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in ("s", "u2")}
    deployments.publish(folder=Folder({**forlopp.CONFIG, "messages": {}}, sources), by=None, now=NOW)
    instance = instances.start(
        definition_key=forlopp.KEY, individual=pages.person(), by=coordinator, now=NOW, answers={"svar": "1"}
    )
    while claimed := outbox.claim(worker="w", now=NOW, lease=LEASE):
        outbox.succeed(key=claimed[0].key, token=claimed[0].token, result={"nr": 3}, now=NOW)
    first, second = Incident.objects.order_by("pk")
    why: Any = {"instance": instance, "reason": "Fel svar", "by": coordinator, "now": NOW}
    mending.skip(element_id=first.element_id, stop=first, **why)
    second.refresh_from_db()
    assert second.state == IncidentState.OPEN
    mending.skip(element_id=second.element_id, stop=second, **why)
    instance.refresh_from_db()
    assert (instance.state, Incident.objects.filter(state=IncidentState.OPEN).count()) == (InstanceState.COMPLETED, 0)
