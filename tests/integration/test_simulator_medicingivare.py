"""The dispenser vendor's simulator over real HTTP: webhooks out, an interface to pause in."""

import base64
import hashlib
import hmac
import json
import signal
import time
from collections.abc import Iterator

import pytest

from tests.fakes.simulators import Simulator, Web, running, until

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.server.shutdown()
    web.server.server_close()


@pytest.fixture(scope="module")
def vendor_process(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Iterator[Simulator]:
    with running("medicingivare", tmp_path_factory.mktemp("medicingivare"), web_port=web.port) as simulator:
        yield simulator


@pytest.fixture
def vendor(vendor_process: Simulator, web: Web) -> Simulator:
    sent = vendor_process.get("/styr/tillstand").json()["skickat"]
    vendor_process.post("/styr/rensa", {})
    web.begin({row["message_id"] for row in sent})
    return vendor_process


MISSED = {"typ": "dos_missad", "enhet_serienr": "MG-1001"}


def test_an_event_is_sent_signed_as_standard_webhooks_says(vendor: Simulator, web: Web) -> None:
    event = vendor.post("/styr/skicka", MISSED).json()["handelse"]
    until(lambda: web.calls)
    headers, body = web.calls[0]
    assert json.loads(body) == event
    assert (event["typ"], event["allvar"], headers["webhook-id"]) == ("dos_missad", "larm", event["handelse_id"])
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 10
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b"only for tests", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_it_tries_again_until_it_is_taken(vendor: Simulator, web: Web) -> None:
    web.answers[:] = [503]
    event = vendor.post("/styr/skicka", MISSED).json()["handelse"]
    until(lambda: len(web.calls) == 2)
    assert web.ids() == [event["handelse_id"]] * 2
    assert web.calls[0][1] == web.calls[1][1]
    until(lambda: vendor.get("/styr/tillstand").json()["skickat"][0]["acknowledged_at"])
    assert vendor.get("/styr/tillstand").json()["skickat"][0]["attempts"] == 2


def test_an_event_not_yet_taken_survives_a_kill(vendor: Simulator, web: Web) -> None:
    web.answers[:] = [503] * 2
    event = vendor.post("/styr/skicka", MISSED).json()["handelse"]
    until(lambda: web.calls)
    vendor.stop(signal.SIGKILL)
    vendor.start()
    until(lambda: len(web.calls) >= 3)
    assert set(web.ids()) == {event["handelse_id"]}


def test_down_holds_the_events_back(vendor: Simulator, web: Web) -> None:
    vendor.post("/styr/brist", {"lage": "down"})
    vendor.post("/styr/skicka", MISSED)
    assert vendor.post("/api/enheter/MG-1001/paus", {}, Idempotency_Key="n1").status_code == 503
    assert web.calls == []
    vendor.post("/styr/brist", {"lage": "ok"})
    until(lambda: web.calls)


def test_duplicate_brings_each_event_twice(vendor: Simulator, web: Web) -> None:
    vendor.post("/styr/brist", {"lage": "duplicate"})
    event = vendor.post("/styr/skicka", MISSED).json()["handelse"]
    until(lambda: len(web.calls) == 2)
    assert web.ids() == [event["handelse_id"]] * 2


def test_reorder_brings_the_newest_first(vendor: Simulator, web: Web) -> None:
    vendor.post("/styr/brist", {"lage": "down"})
    missed = vendor.post("/styr/skicka", MISSED).json()["handelse_id"]
    taken = vendor.post("/styr/skicka", {**MISSED, "typ": "dos_tagen"}).json()["handelse_id"]
    vendor.post("/styr/brist", {"lage": "reorder"})
    until(lambda: len(web.calls) == 2)
    assert web.ids() == [taken, missed]


def test_garbage_is_signed_but_unreadable_and_given_up_when_refused(vendor: Simulator, web: Web) -> None:
    vendor.post("/styr/brist", {"lage": "garbage"})
    web.answers[:] = [400]
    vendor.post("/styr/skicka", MISSED)
    until(lambda: len(web.calls) == 2)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(web.calls[0][1])
    assert web.calls[0][1] == web.calls[1][1]


def test_forged_and_old_are_mended_by_the_next_attempt(vendor: Simulator, web: Web) -> None:
    web.answers[:] = [401, 401]
    vendor.post("/styr/brist", {"lage": "old"})
    vendor.post("/styr/skicka", MISSED)
    until(lambda: web.calls)
    assert time.time() - int(web.calls[0][0]["webhook-timestamp"]) >= 600
    vendor.post("/styr/brist", {"lage": "forged"})
    until(lambda: len(web.calls) == 2)
    vendor.post("/styr/brist", {"lage": "ok"})
    until(lambda: len(web.calls) == 3)
    headers, body = web.calls[1]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(b"only for tests", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] != f"v1,{right}"


def test_many_events_are_all_sent(vendor: Simulator, web: Web) -> None:
    assert vendor.post("/styr/skicka", {**MISSED, "antal": 30}).json()["antal"] == 30
    until(lambda: len(web.calls) == 30)
    assert len(set(web.ids())) == 30


def test_a_dispenser_is_paused_and_resumed_once_per_key(vendor: Simulator) -> None:
    for _ in range(2):
        paused = vendor.post("/api/enheter/MG-1001/paus", {"orsak": "sjukhus"}, Idempotency_Key="n1")
        assert (paused.status_code, paused.json()["pausad"]) == (200, True)
    assert "(pausad)" in vendor.get("/").text
    assert vendor.post("/api/enheter/MG-1001/ateruppta", {}, Idempotency_Key="n2").json()["pausad"] is False
    unknown = vendor.post("/api/enheter/MG-0000/paus", {}, Idempotency_Key="n3")
    assert (unknown.status_code, unknown.json()["kod"]) == (422, "enhet_okand")


def test_a_dose_keeps_its_planned_time_until_it_is_taken(vendor: Simulator) -> None:
    story = ("dos_forsenad", "dos_missad", "dos_tagen", "dos_missad", "dos_missad")
    events = [vendor.post("/styr/skicka", {**MISSED, "typ": kind}).json()["handelse"] for kind in story]
    late, missed, taken, following, last = (event["planerad_dt"] for event in events)
    assert late == missed == taken
    assert len({taken, following, last}) == 3
    assert (
        vendor.post("/styr/skicka", {"typ": "batteri_lagt", "person": "ingrid"}).json()["handelse"]["planerad_dt"]
        is None
    )
