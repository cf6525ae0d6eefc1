"""What nobody reads is told, and who comes before their admission is begun provisionally."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from integrations.models import AwaitedReceipt
from integrations.region import receipts, watch
from tests import forlopp, pages
from tests.fakes.region import notice
from workflows import definitions
from workflows.models import (
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    OutboxMessage,
    ProcessInstance,
    UserTask,
)
from workflows.services import deployments, inbox, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FOUR_HOURS = timedelta(hours=4)
ANSWERS = {
    "kand_hos_oss": "ingen",
    "beraknad_utskrivning": "2026-11-27",
    "ansvarig_handlaggare": "SE2120001967-1001",
    "kontakt_avdelning": "Avd 3",
    "kommunal_hsl_behov": "ja",
}
READY = {"bedomd_dt": "2026-11-23T08:30:00+01:00", "bedomd_av": "läkare", "sip_behov": False}

pytestmark = pytest.mark.django_db(transaction=True)


def send(message_id: str, *, now: datetime = NOW, **changes: Any) -> InboxMessage:
    raw = json.dumps(notice(message_id, **changes)).encode()
    return inbox.receive(source="region", message_id=message_id, raw=raw, now=now).message


def receipt(about: uuid.UUID, status: str, *, now: datetime) -> None:
    content = {"meddelande_id": str(about), "status": status, "dt": now.isoformat()}
    send(f"k-{uuid.uuid4()}", now=now, typ="kvittens", skickad_dt=now.isoformat(), innehall=content, person=None)


@pytest.fixture
def trygg_hemgang() -> None:
    folder = definitions.read(Path(settings.FORLOPP_BPMN_DIR) / "trygg_hemgang")
    deployments.publish(folder=folder, by=None, now=NOW)


@pytest.fixture
def sent() -> OutboxMessage:
    """A message of ours that has been sent and not been read."""
    forlopp.publish()
    inbox.receive(source="prov", message_id="m-1", raw=forlopp.message("borja"), now=NOW)
    by = pages.staff("samordnare", "samordnare")
    user_tasks.complete(task=UserTask.objects.get(element_id="a"), answers={"svar": "ja"}, by=by, now=NOW)
    row = OutboxMessage.objects.get()
    receipts.expect(row.key, at=NOW)
    receipts.expect(row.key, at=NOW)  # sent again, when the answer was lost
    return row


def open_stops() -> list[str]:
    return list(Incident.objects.filter(state=IncidentState.OPEN).order_by("pk").values_list("code", flat=True))


def test_what_is_not_read_in_four_hours_is_telephoned_about_until_it_is(sent: OutboxMessage) -> None:
    receipt(sent.key, "mottagen", now=NOW)
    receipts.judge(now=NOW + timedelta(hours=3, minutes=59), patience=FOUR_HOURS)
    assert open_stops() == []

    for minute in range(2):
        receipts.judge(now=NOW + FOUR_HOURS + timedelta(minutes=minute), patience=FOUR_HOURS)
    incident = Incident.objects.get()
    assert (incident.code, incident.group, incident.outbox, incident.attempts) == ("inte_last", "samordnare", sent, 1)

    receipt(sent.key, "last", now=NOW + timedelta(hours=5))
    receipts.judge(now=NOW + timedelta(hours=5), patience=FOUR_HOURS)
    assert open_stops() == []
    assert not AwaitedReceipt.objects.exists()


@pytest.mark.parametrize("status", ["felaktig_mottagare", "avvisad"])
def test_what_is_refused_comes_back_to_a_person_at_once(sent: OutboxMessage, status: str) -> None:
    receipt(sent.key, status, now=NOW)
    receipt(sent.key, "mottagen", now=NOW + timedelta(seconds=1))

    receipts.judge(now=NOW + timedelta(minutes=1), patience=FOUR_HOURS)

    assert open_stops() == ["avvisad_kvittens"]
    assert not AwaitedReceipt.objects.exists()


def test_a_receipt_may_overtake_the_end_of_the_call_it_answers() -> None:
    key = uuid.uuid4()
    receipt(key, "last", now=NOW)
    receipts.expect(key, at=NOW)

    receipts.judge(now=NOW, patience=FOUR_HOURS)

    assert not AwaitedReceipt.objects.exists()


def test_who_is_ready_before_any_admission_is_begun_provisionally(trygg_hemgang: None) -> None:
    ready = send("m-1", typ="utskrivningsklar", innehall=READY)
    assert ready.state == InboxState.BUFFERED
    watch.begin_unannounced(now=NOW + timedelta(minutes=14))
    assert not ProcessInstance.objects.exists()

    for minute in range(15, 18):
        watch.begin_unannounced(now=NOW + timedelta(minutes=minute))

    instance = ProcessInstance.objects.get()
    assert instance.business_key == "inskrivning_id:vard-1"
    task = UserTask.objects.get(element_id="a1_kvittera")
    assert task.individual == instance.individual
    begun = InboxMessage.objects.get(name="inskrivningsmeddelande")
    assert (begun.payload or {})["preliminar"] is True
    assert (begun.payload or {})["meddelande_id"] == "m-1"
    assert begun.copies == 1

    # The notice comes after all: news about what has begun, and no second ärende.
    send("m-2", now=NOW + timedelta(hours=1))
    assert ProcessInstance.objects.count() == 1
    late = InboxMessage.objects.get(message_id="m-2")
    assert late.name == "info_uppdatering"
    assert (late.payload or {})["uppdatering"]["vardenhet"] == "Avd 3"

    # And the law's days are counted from the message that came first.
    by = pages.staff("samordnare", "samordnare")
    user_tasks.complete(task=task, answers=ANSWERS, by=by, now=NOW + timedelta(hours=2))
    assert not InboxMessage.objects.filter(state=InboxState.BUFFERED).exists()
    assert set(instance.messages.values_list("message__message_id", flat=True)) == {"prel-vard-1", "m-1", "m-2"}


def test_who_is_ready_but_not_named_is_asked_for(trygg_hemgang: None) -> None:
    send("m-1", typ="utskrivningsklar", innehall=READY, person=None)

    for minute in (15, 16):
        watch.begin_unannounced(now=NOW + timedelta(minutes=minute))

    assert open_stops() == ["utskrivningsklar_utan_inskrivning"]


def test_only_the_notices_own_cancellation_ends_the_arende(trygg_hemgang: None) -> None:
    send("m-1")
    send("m-2", typ="utskrivningsklar", innehall=READY)
    send("m-3", typ="permission_start", innehall={"dt": "2026-11-24T08:00:00+01:00"})

    for number, cancelled in (("m-4", "m-2"), ("m-5", "m-3")):
        send(number, typ="makulering", ersatter_meddelande_id=cancelled, innehall={"orsak": "fel person"})
    instance = ProcessInstance.objects.get()
    assert instance.is_active
    names = dict(InboxMessage.objects.values_list("message_id", "name"))
    assert (names["m-4"], names["m-5"]) == ("avbrott_utskrivningsklar", "info_uppdatering")

    send("m-6", typ="makulering", ersatter_meddelande_id="m-1", innehall={"orsak": "fel person"})
    instance.refresh_from_db()
    assert not instance.is_active


def test_what_nobody_takes_in_four_hours_is_told_to_the_head_once(trygg_hemgang: None) -> None:
    stopped = send("m-1", skickad_dt="2026-11-23T08:55:00")
    early = send("m-2", typ="utskriven", innehall={"utskriven_dt": "2026-11-23T08:00:00+01:00", "till": "hem"})

    for hours in (3.9, 4.1, 5):
        watch.ask_people(now=NOW + timedelta(hours=hours), patience=FOUR_HOURS)

    told = Incident.objects.filter(code="ej_kvitterat")
    assert {(incident.message_id, incident.group) for incident in told} == {
        (stopped.pk, "enhetschef"),
        (early.pk, "enhetschef"),
    }
    assert all(incident.attempts == 1 for incident in told)

    by = pages.staff("samordnare", "samordnare")
    InboxMessage.objects.filter(pk=early.pk).update(state=InboxState.DONE)  # somebody waited for it at last
    inbox.dismiss(message=stopped, reason="Felskickat", by=by, now=NOW + timedelta(hours=6))
    watch.ask_people(now=NOW + timedelta(hours=6), patience=FOUR_HOURS)
    assert open_stops() == []


def test_the_job_does_all_of_it(trygg_hemgang: None) -> None:
    send("m-1", typ="utskrivningsklar", innehall=READY, now=timezone.now() - timedelta(hours=1))

    watch.run()

    assert ProcessInstance.objects.count() == 1
