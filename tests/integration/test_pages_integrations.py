"""Integrationer: IT sees how each system is doing and what passed, others see nothing."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations import configuration, jobs, overview, systems, volume
from integrations.models import SystemHour, SystemState
from integrations.systems import Job, System
from people.models import AccessLog, Staff
from tests import forlopp, pages
from workflows.connectors import TransientError
from workflows.models import InboxMessage, InboxState, OutboxMessage, Replay, SystemPause, UserTask
from workflows.services import inbox, outbox, pausing, repeating, user_tasks

pytestmark = pytest.mark.django_db
KEY = "prov"


@pytest.fixture(autouse=True)
def fetching(monkeypatch: pytest.MonkeyPatch) -> Iterator[mock.Mock]:
    """A system beside the real ones, of which tests.forlopp speaks; what its job does."""
    does = mock.Mock()
    job = Job("hamta", "Hämtar", does, every_seconds=60)
    monkeypatch.setitem(systems._systems, KEY, System(KEY, "Provsystemet", jobs=(job,)))
    with configuration.told(prov={"enabled": True}):
        yield does


@pytest.fixture
def it() -> Staff:
    forlopp.publish()
    return pages.staff("iris", "it_drift")


@pytest.fixture
def client(it: Staff) -> Client:
    return pages.logged_in(it)


def came(raw: bytes, message_id: str = "m-1") -> InboxMessage:
    return inbox.receive(source=KEY, message_id=message_id, raw=raw, now=timezone.now()).message


def broken() -> bytes:
    return json.dumps({"nr": "1", "skickad_dt": "2026-11-23T08:00:00+01:00"}).encode()


def call(anna: Staff) -> OutboxMessage:
    came(forlopp.message("borja", "7"), "m-7")
    task = UserTask.objects.get(element_id="a")
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=anna, now=timezone.now())
    return OutboxMessage.objects.get()


def addresses(message: InboxMessage, row: OutboxMessage, replay: Replay) -> dict[str, str]:
    base = f"/integrationer/{KEY}/"
    return {
        "overview": "/integrationer/",
        "system": base,
        "in": f"{base}in/",
        "out": f"{base}ut/",
        "pause": f"{base}pausa/",
        "replays": f"{base}kor-om/",
        "message": f"/integrationer/meddelande/{message.public_id}/",
        "call": f"/integrationer/anrop/{row.key}/",
        "replay": f"/integrationer/omkorning/{replay.public_id}/",
    }


def tried(by: Staff) -> Replay:
    now = timezone.now()
    hour = timedelta(hours=1)
    return repeating.begin(
        source=KEY, since=now - hour, until=now + hour, with_ignored=False, is_trial=True, reason="Prov", by=by, now=now
    )


def test_only_it_sees_the_pages_and_what_is_missing_looks_the_same(it: Staff, client: Client, anna: Staff) -> None:
    shown = addresses(came(broken()), call(anna), tried(it))
    other = pages.logged_in(anna)
    for name, address in shown.items():
        assert client.get(address).status_code == 200, name
        assert other.get(address).status_code == 404, name
        assert other.post(address, {"gor": "pausa", "skal": "x"}).status_code in (404, 405), name
    assert client.get("/integrationer/finns-inte/").status_code == 404
    assert 'href="/integrationer/"' in pages.text(client.get("/uppgifter/"))
    assert 'href="/integrationer/"' not in pages.text(other.get("/uppgifter/"))


def test_a_message_is_found_by_its_ids_state_and_person_and_the_number_stays_out_of_addresses(
    client: Client, anna: Staff
) -> None:
    call(anna)
    came(broken(), "trasig-9")
    address = f"/integrationer/{KEY}/in/"
    instance = OutboxMessage.objects.get().instance

    def found(**typed: str) -> list[str]:
        return re.findall(r"· (m-7|trasig-9)", pages.text(client.post(address, typed)))

    assert sorted(found()) == ["m-7", "trasig-9"]
    assert found(sok="m-7") == found(sok=str(instance.public_id)) == found(sok="19610118-2803") == ["m-7"]
    assert found(lage="stopped") == ["trasig-9"]
    assert re.findall(r"· (m-7|trasig-9)", pages.text(client.get(f"{address}?lage=stopped"))) == ["trasig-9"]
    assert found(namn="borja") == ["m-7"]
    assert found(fran="2020-01-01", till="2020-01-02") == found(fran="1/1 2020", till="den 2 januari 2020") == []
    assert "Dagen är ett datum som inte finns i kalendern." in pages.text(client.post(address, {"fran": "31/4 2026"}))
    assert 'method="post"' in pages.text(client.get(address))
    assert pages.text(client.get(f"{address}?sok=m-7")).count("trasig-9") == 1, "only what is posted is searched for"
    log = AccessLog.objects.get(action="search")
    assert (log.individual, log.object_type) == (instance.individual, "integration")


def test_content_is_shown_for_a_reason_that_is_logged(it: Staff, client: Client) -> None:
    message = came(broken())
    address = f"/integrationer/meddelande/{message.public_id}/"
    assert "skickad_dt" not in pages.text(client.get(address))
    refused = client.post(address, {"gor": "visa", "varfor": " "})
    assert (refused.status_code, AccessLog.objects.filter(action="read-raw").exists()) == (422, False)
    shown = pages.text(client.post(address, {"gor": "visa", "varfor": "Felsöker <b>"}))
    assert "&#34;skickad_dt&#34;" in shown
    log = AccessLog.objects.get(action="read-raw")
    assert (log.staff, log.object_id, log.reason) == (it, str(message.public_id), "Felsöker <b>")


def test_a_message_is_corrected_on_its_page(client: Client) -> None:
    message = came(broken())
    address = f"/integrationer/meddelande/{message.public_id}/"
    typed = {"gor": "ratta", "varfor": "Felsöker", "innehall": "{", "skal": "Typ saknas"}
    refused = client.post(address, typed)
    assert (refused.status_code, "går inte att läsa" in pages.text(refused)) == (422, True)
    right = forlopp.message("borja").decode()
    for lacking in ({"skal": ""}, {"innehall": json.dumps(json.loads(broken()), ensure_ascii=False, indent=2)}):
        assert client.post(address, typed | {"innehall": right} | lacking).status_code == 422
    page = pages.text(client.post(address, typed | {"innehall": right}, follow=True))
    assert "Meddelandet är rättat och kört" in page
    assert "Uppgifter: Första uppgiften" in page
    message.refresh_from_db()
    assert (message.state, bytes(message.raw)) == (InboxState.DONE, broken())
    again = client.post(address, typed | {"innehall": right + " "}, follow=True)
    assert "En kollega hann före" in pages.text(again)


def test_what_is_about_a_protected_person_is_for_those_who_may_see_them(client: Client) -> None:
    message = came(forlopp.message("borja", skyddad=True))
    address = f"/integrationer/meddelande/{message.public_id}/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"gor": "visa", "varfor": "x"}).status_code == 404
    assert "m-1" not in pages.text(client.get(f"/integrationer/{KEY}/in/"))
    assert "m-1" not in pages.text(client.post(f"/integrationer/{KEY}/in/", {"sok": "19610118-2803"}))
    cleared = pages.logged_in(pages.staff("vera", "it_drift", may_see_protected=True))
    assert cleared.get(address).status_code == 200


def test_a_call_is_looked_into_sent_and_taken_over(client: Client, anna: Staff) -> None:
    row = call(anna)
    (claimed,) = outbox.claim(worker="prov", now=timezone.now(), lease=timedelta(minutes=1))
    error = TransientError("upptaget", "Systemet är upptaget.")
    outbox.fail(key=claimed.key, token=claimed.token, error=error, now=timezone.now())
    address = f"/integrationer/anrop/{row.key}/"
    assert "Systemet är upptaget." in pages.text(client.get(address))
    assert "Det som skickas" in pages.text(client.post(address, {"gor": "visa", "varfor": "Felsöker"}))
    client.post(address, {"gor": "skicka"})
    row.refresh_from_db()
    assert row.next_try_at <= timezone.now()
    assert client.post(address, {"gor": "hand", "skal": ""}).status_code == 422
    page = pages.text(client.post(address, {"gor": "hand", "skal": "De svarar inte"}, follow=True))
    assert "IT har valt att det görs för hand: De svarar inte" in page
    assert "Skicka nu" in page


def test_a_system_is_paused_and_resumed_with_reasons(it: Staff, client: Client, anna: Staff) -> None:
    call(anna)
    address = f"/integrationer/{KEY}/pausa/"
    assert client.post(address, {"gor": "pausa", "skal": ""}).status_code == 422
    assert "är pausat" in pages.text(client.post(address, {"gor": "pausa", "skal": "Byter server"}, follow=True))
    pausing.hand_over(titles=systems.titles(), now=timezone.now())
    assert "IT har pausat Provsystemet" in UserTask.objects.get(kind="fallback").why
    assert "Pausat" in pages.text(client.get("/integrationer/"))
    assert "1 uppgift." in pages.text(client.get(address))
    client.post(address, {"gor": "ateruppta", "skal": "Klart", "skicka": "ja"})
    assert OutboxMessage.objects.get().state == "pending"
    assert SystemPause.objects.get().resumed_by == it
    assert set(AccessLog.objects.filter(staff=it).values_list("action", flat=True)) >= {"pause-system", "resume-system"}


def test_a_job_is_asked_for_and_not_done_while_the_system_is_paused(it: Staff, client: Client) -> None:
    address = f"/integrationer/{KEY}/"
    client.post(address, {"jobb": "hamta"})
    assert SystemState.objects.get().wanted_at is not None
    jobs.run(KEY, "hamta")
    state = SystemState.objects.get()
    assert (state.wanted_at, state.answered_at is not None) == (None, True)
    pausing.pause(system=KEY, reason="x", by=it, now=timezone.now())
    client.post(address, {"jobb": "hamta"})
    jobs.run(KEY, "hamta")
    assert SystemState.objects.get().asked_at == state.asked_at
    assert client.post(address, {"jobb": "finns-inte"}).status_code == 404


def test_a_period_is_tried_and_then_done(client: Client) -> None:
    came(broken())
    now = timezone.localtime()
    typed = {"fran": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "till": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    address = f"/integrationer/{KEY}/kor-om/"
    for wrong in ({"skal": ""}, {"fran": "i går"}, {"till": typed["fran"]}):
        assert client.post(address, typed | {"skal": "Prov"} | wrong).status_code == 422
    answer = client.post(address, typed | {"skal": "Prov"})
    while repeating.run_waiting(now=timezone.now()):
        pass
    page = client.get(answer["Location"])
    assert "går inte att läsa" in pages.text(page)
    assert "Inget är ändrat." in pages.text(page)
    done = client.post(answer["Location"], {"gor": "kor"})
    assert "Typ saknas. (1)" not in pages.text(client.get(done["Location"]))
    assert Replay.objects.filter(is_trial=False).count() == 1


# -- how it is doing ---------------------------------------------------------------------------------------------------


def test_a_system_is_ill_since_the_first_failure_and_well_since_it_came_back(fetching: mock.Mock) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def after(minutes: int) -> datetime:
        return now + timedelta(minutes=minutes)

    def done(minutes: int, error: Exception | None = None) -> None:
        fetching.side_effect = error
        with contextlib.suppress(jobs.JobFailed):
            jobs.run(KEY, "hamta", clock=lambda: after(minutes))

    def told() -> tuple[str, Any, str]:
        found = overview.of(KEY, now=after(10))
        return found.verdict[1], found.since, found.trouble

    down = TransientError("inget_svar", "Systemet svarade inte.")
    assert told() == ("Inte prövat än", None, "")
    done(0)
    done(1)
    assert told() == ("Fungerar", now, "")
    done(2, down)
    done(3, down)
    assert told() == ("Svarar inte", after(2), "Systemet svarade inte.")
    done(4)
    done(5)
    assert told() == ("Fungerar", after(4), "")
    assert overview.of(KEY, now=after(5)).next_at == after(6)


def test_volume_is_counted_by_the_hour_and_counting_again_changes_nothing(anna: Staff, it: Staff) -> None:
    row = call(anna)
    came(broken())
    (claimed,) = outbox.claim(worker="prov", now=timezone.now(), lease=timedelta(minutes=1))
    outbox.succeed(key=claimed.key, token=claimed.token, result={"ok": True}, now=timezone.now())
    for _ in range(2):
        volume.roll_up(now=timezone.now())
        hours = SystemHour.objects.filter(system=KEY).values_list("received", "stopped", "sent", "failed")
        assert [sum(column) for column in zip(*hours, strict=True)] == [2, 1, 1, 0]
    today = overview.of(KEY, now=timezone.now()).today
    assert (today.received, today.sent, today.wrong) == (2, 1, 1)
    OutboxMessage.objects.filter(pk=row.pk).update(state="failed")
    volume.roll_up(now=timezone.now())
    assert overview.of(KEY, now=timezone.now()).today.failed == 1


def test_the_overview_asks_as_much_of_the_database_with_many_messages_as_with_one(client: Client, it: Staff) -> None:
    def asked() -> int:
        volume.roll_up(now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get("/integrationer/")
        return len(queries)

    came(broken())
    asked()
    few = asked()
    for number in range(20):
        came(broken(), f"fler-{number}")
    assert asked() == few <= 14
