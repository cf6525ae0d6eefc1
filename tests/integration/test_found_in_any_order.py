"""What acts in any order have found, each as a case of its own."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from people.models import Staff
from tests import forlopp, pages
from workflows import engine
from workflows.models import INTERNAL, InboxMessage, InboxState, MessageSubscription, ProcessInstance
from workflows.services import inbox, outbox, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
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
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=timedelta(minutes=1))
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
