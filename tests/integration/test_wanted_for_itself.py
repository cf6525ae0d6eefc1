"""What one ärende wants for itself begins nothing beside it; what all want may begin another förlopp too."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests import forlopp, pages
from workflows.models import InboxMessage, InboxState, ProcessInstance, ProcessVersion, StartSubscription
from workflows.services import inbox

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
pages.PROFESSIONS.setdefault("enhetschef", "Enhetschef")
pytestmark = pytest.mark.django_db(transaction=True)


def receive(typ: str, nr: str, **content: Any) -> InboxMessage:
    body = forlopp.message(typ, nr, **content)
    return inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=body, now=NOW).message


@pytest.mark.parametrize(("deliver_to_all", "begun"), [(False, 1), (True, 2)])
def test_only_a_message_that_all_may_have_begins_another_arende(deliver_to_all: bool, begun: int) -> None:
    forlopp.publish()
    receive("borja", "1")
    waiting = ProcessInstance.objects.get().subscriptions.get(message_name="avliden")
    type(waiting).objects.filter(pk=waiting.pk).update(deliver_to_all=deliver_to_all)
    version = ProcessVersion.objects.get()
    other = version.definition
    other.pk, other.key, other.current = None, "annat", None
    other.save()
    version.pk, version.public_id, version.definition = None, uuid.uuid4(), other
    version.save()
    type(other).objects.filter(pk=other.pk).update(current=version)
    StartSubscription.objects.create(definition=other, version=version, message_name="avliden", start_event="s")
    assert receive("avliden", "1").state == InboxState.DONE
    assert ProcessInstance.objects.count() == begun
