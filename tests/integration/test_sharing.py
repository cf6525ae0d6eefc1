"""What a step sends goes by a ground that was recorded; one that is taken back stops it, and a person decides."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from integrations.runner.attempt import LEASE, Attempt
from people.models import AccessLog, Consent, Staff
from people.plan import ConsentKind
from people.services import plan
from tests import forlopp, pages
from tests.integration.test_confined import confined as confined_one
from tests.integration.test_integrations_executor import NOW
from workflows import connectors
from workflows.connectors import Delivery, Json, Operation
from workflows.models import Incident, OutboxMessage, OutboxState, Signal, SignalSubscription, TaskKind, UserTask
from workflows.services import deployments, inbox, instances, outbox, user_tasks

DAY = datetime.timedelta(days=1)


@pytest.fixture
def row(transactional_db: None) -> OutboxMessage:
    forlopp.publish()
    inbox.receive(source="prov", message_id="m-1", raw=forlopp.message("borja"), now=NOW)
    by = pages.staff("samordnare", "samordnare")
    user_tasks.complete(task=UserTask.objects.get(element_id="a"), answers={"svar": "ja"}, by=by, now=NOW)
    return OutboxMessage.objects.get()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Delivery]:
    """What left the house."""
    calls: list[Delivery] = []

    def run(delivery: Delivery) -> Json:
        calls.append(delivery)
        return {"svar": "ok"}

    known = connectors.get_operation("prov.ring")
    made = Operation(known.name, known.title, known.params, known.example, run, shares=ConsentKind.SHARING)
    monkeypatch.setitem(connectors._registry.operations, "prov.ring", made)
    return calls


def send(now: datetime.datetime = NOW) -> None:
    (claimed,) = outbox.claim(worker="prov", now=now, lease=LEASE, limit=1)
    Attempt(claimed, clock=lambda: now).run()


def consent(row: OutboxMessage, **more: Any) -> Consent:
    told = {"slag": "informationsdelning", "grund": "samtycke", "lamnat": "2026-01-01", **more}
    assert row.individual is not None
    return plan.add(Consent, individual=row.individual, told=told, by=None, now=timezone.now())


def test_what_is_shared_is_written_down_with_its_ground(row: OutboxMessage, sent: list[Delivery]) -> None:
    consent(row, grund="menprovning")
    send()
    assert len(sent) == 1
    told = AccessLog.objects.get(action="share")
    assert (told.individual, told.object_id, told.reason) == (row.individual, str(row.key), "Menprövning")
    assert told.outcome == "allowed"


def test_where_nobody_has_recorded_a_ground_the_law_decides(row: OutboxMessage, sent: list[Delivery]) -> None:
    send()
    assert len(sent) == 1
    assert AccessLog.objects.get(action="share").reason == "Annan lag"


@pytest.mark.parametrize("ended", [{"aterkallat": "2026-11-23"}, {"galler_till": "2026-11-22"}])
def test_a_ground_taken_back_while_the_call_waits_stops_it_and_a_person_decides(
    row: OutboxMessage, sent: list[Delivery], ended: dict[str, str]
) -> None:
    given = consent(row)
    plan.change(given, told=ended, by=None, now=timezone.now())
    send()
    row.refresh_from_db()
    assert (sent, row.state, row.error_code) == ([], OutboxState.FAILED, "samtycke_saknas")
    by_hand = UserTask.objects.get(kind=TaskKind.FALLBACK, state="open")
    assert "samtycke" in by_hand.why
    assert not Incident.objects.exists(), "nothing is wrong with the system"
    assert AccessLog.objects.get(action="share").outcome == "denied"
    # Sent again, by IT: the same. Given anew: it goes.
    outbox.send_again(OutboxMessage.objects.filter(pk=row.pk), now=NOW)
    send(NOW + DAY)
    assert sent == []
    consent(row)
    outbox.send_again(OutboxMessage.objects.filter(pk=row.pk), now=NOW + DAY)
    send(NOW + 2 * DAY)
    assert len(sent) == 1


def test_a_no_is_of_all_that_was_said_yes_to_before_it(row: OutboxMessage, sent: list[Delivery]) -> None:
    first = consent(row, omfattning="Dottern")
    consent(row, omfattning="Vårdcentralen")
    plan.change(first, told={"aterkallat": "2026-11-23"}, by=None, now=timezone.now())
    send()
    assert sent == []
    consent(row, omfattning="Vårdcentralen, fortfarande")
    outbox.send_again(OutboxMessage.objects.filter(pk=row.pk), now=NOW)
    send(NOW + DAY)
    assert len(sent) == 1


def test_what_was_said_in_what_is_confined_neither_opens_nor_stops_another(
    row: OutboxMessage, sent: list[Delivery]
) -> None:
    folder = confined_one()
    frida = pages.staff("frida", "teamet")
    deployments.publish(folder=folder, by=None, now=NOW)
    assert row.individual is not None
    begun = instances.start(
        definition_key="sluten", individual=row.individual, by=frida, now=NOW, answers={"orsak": "Prov."}
    )
    told = {"slag": "informationsdelning", "grund": "samtycke", "lamnat": "2026-01-01", "aterkallat": "2026-11-01"}
    plan.add(Consent, individual=row.individual, told=told, by=frida, now=timezone.now(), instance=begun.public_id)
    send()
    assert len(sent) == 1, "nobody outside is told that there is one"


def test_a_no_that_staff_write_down_is_heard_by_the_arenden_as_one_in_min_plan(row: OutboxMessage) -> None:
    given, by = consent(row), Staff.objects.get(username="samordnare")
    told = {"slag": "informationsdelning", "grund": "samtycke", "hur": "muntligt", "lamnat_av": "Berit"}
    told |= {"lamnat": "2026-01-01", "nummer": "1", "aterkallat": timezone.localdate().isoformat()}
    address = f"/personer/{given.individual.ref}/plan/samtycke/{given.thread}/"
    waiting = {"instance": row.instance, "name": "samtycke_aterkallat", "element_id": "x"}
    SignalSubscription.objects.create(engine_task_id=uuid.uuid4(), **waiting)
    client = pages.logged_in(by)
    assert client.post(address, told).status_code == 302
    assert client.post(address, told).status_code == 422
    heard = Signal.objects.get()
    assert (heard.name, heard.individual, heard.sent_by) == ("samtycke_aterkallat", given.individual, by)


def test_what_leaves_the_municipality_by_consent_says_so() -> None:
    shares = {name: one.shares for name, one in connectors.operations().items() if one.shares}
    assert shares == {
        "region.send_sip_answer": "sip",
        "region.send_sip_plan": "sip",
        "sdk.send_message": "informationsdelning",
    }
