"""Every way a call can go is sorted into transient, permanent or business; the key is the same at every attempt."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import requests
import responses

from integrations.hemtjanst import connector as hemtjanst
from integrations.http import MAX_BYTES, Peer
from integrations.region import connector as region
from integrations.region import receipts
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, PermanentError, TransientError

KEY = UUID("00000000-0000-4000-8000-00000000000a")
REF = UUID("00000000-0000-4000-8000-00000000000b")
ASKED_AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
URL = "http://system.test/api/x"


@pytest.fixture(autouse=True)
def awaited(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """What somebody over there is to read, in place of the table."""
    keys: list[UUID] = []
    monkeypatch.setattr(receipts, "expect", lambda key, **_rest: keys.append(key))
    return keys


def delivery(operation: str, attempt: int = 1, **params: Any) -> Delivery:
    return Delivery(KEY, operation, params, REF, attempt, ASKED_AT)


def call() -> dict[str, Any]:
    return Peer("http://system.test/").post("/api/x", {"a": 1}, key=KEY)


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (500, "oj", TransientError, "upptaget"),
        (503, "", TransientError, "upptaget"),
        (429, "", TransientError, "upptaget"),
        (200, "<html>Logga in</html>", TransientError, "ovantat_svar"),
        (200, '["lista"]', TransientError, "ovantat_svar"),
        (200, "x" * (MAX_BYTES + 1), TransientError, "for_stort_svar"),
        (401, "", PermanentError, "obehorig"),
        (302, "", PermanentError, "avvisat"),
        (400, "", PermanentError, "avvisat"),
        (404, "", PermanentError, "avvisat"),
        (422, "inte json", PermanentError, "avvisat"),
        (422, '{"kod": "<b>fel</b>", "text": "x"}', PermanentError, "avvisat"),
        (422, '{"kod": "mottagare_okand", "text": "Finns inte"}', BusinessError, "mottagare_okand"),
        (409, '{"kod": "redan_avslutad", "text": 7}', BusinessError, "redan_avslutad"),
    ],
)
def test_an_answer_is_sorted(status: int, body: str, error: type[connectors.DeliveryError], code: str) -> None:
    responses.post(URL, body=body, status=status, headers={"Location": "http://169.254.169.254/"})

    with pytest.raises(error) as problem:
        call()

    assert problem.value.code == code
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize(
    "failure", [requests.ConnectionError("193805142381"), requests.ReadTimeout("x"), requests.TooManyRedirects()]
)
def test_no_answer_is_transient_and_says_nothing_of_what_was_sent(failure: Exception) -> None:
    responses.post(URL, body=failure)

    with pytest.raises(TransientError) as problem:
        call()

    assert problem.value.code == "inget_svar"
    assert problem.value.__cause__ is None
    assert problem.value.__suppress_context__


@responses.activate
def test_the_other_systems_sentence_is_shown_without_numbers() -> None:
    responses.post(URL, json={"kod": "okand_person", "text": "19380514-2381 finns inte"}, status=422)

    with pytest.raises(BusinessError, check=lambda error: error.message == "[nummer] finns inte"):
        call()


@responses.activate
@pytest.mark.parametrize(("status", "body"), [(200, ""), (202, "{}"), (204, "")])
def test_a_plain_yes_is_an_empty_answer(status: int, body: str) -> None:
    responses.post(URL, body=body, status=status)

    assert call() == {}


@responses.activate
def test_the_key_is_the_same_at_every_attempt_and_is_the_messages_own_id() -> None:
    responses.post(re.compile(".*/api/meddelanden"), status=503)
    responses.post(re.compile(".*/api/meddelanden"), json={"meddelande_id": "r-1", "dt": "2026-11-23T09:00:00+01:00"})
    params: dict[str, Any] = {
        "inskrivning_id": "v-1",
        "fran_dt": "2026-11-27T12:00:00+01:00",
        "plats": "hemmet",
        "villkor": None,
    }

    with pytest.raises(TransientError):
        region.notify_ready_to_receive(delivery("region.notify_ready_to_receive", 1, **params))
    answer = region.notify_ready_to_receive(delivery("region.notify_ready_to_receive", 2, **params))

    assert answer == {"meddelande_id": "r-1", "dt": "2026-11-23T09:00:00+01:00"}
    assert [sent.request.headers["Idempotency-Key"] for sent in responses.calls] == [str(KEY)] * 2
    envelope = json.loads(responses.calls[1].request.body or b"")
    assert (envelope["meddelande_id"], envelope["typ"]) == (str(KEY), "klar_att_ta_emot")
    assert envelope["innehall"] == {"fran_dt": params["fran_dt"], "plats": "hemmet", "villkor": None}
    assert "person" not in envelope


@responses.activate
@pytest.mark.parametrize(
    ("operation", "kind", "params"),
    [
        ("region.remind_sip", "paminnelse_sip", {"meddelande_id": "m-1"}),
        ("region.report_missing_information", "begaran_information", {"saknas": ["epikris"], "utskriven_dt": "x"}),
        ("region.send_sip_answer", "sip_svar", {"svar": "deltar", "tid": None, "deltagare": []}),
        (
            "region.send_sip_plan",
            "sip_plan",
            {"datum": "2026-11-25", "insatser": [], "huvudansvarig": None, "nasta_uppfoljning": "2027-01-01"},
        ),
    ],
)
def test_each_message_to_the_region_carries_its_content(operation: str, kind: str, params: dict[str, Any]) -> None:
    responses.post(re.compile(".*/api/meddelanden"), json={})

    answer = connectors.get_operation(operation).run(delivery(operation, inskrivning_id="v-1", **params))

    envelope = json.loads(responses.calls[0].request.body or b"")
    assert (envelope["typ"], envelope["inskrivning_id"], envelope["innehall"]) == (kind, "v-1", params)
    assert set(answer) == set(connectors.get_operation(operation).example)


@responses.activate
@pytest.mark.parametrize(
    ("operation", "status"),
    [("region.confirm_notice", "last"), ("region.notify_wrong_recipient", "felaktig_mottagare")],
)
def test_a_receipt_tells_its_status(operation: str, status: str) -> None:
    responses.post(re.compile(".*/api/kvittenser"), json={"kvittens_id": "k-1"})
    params: dict[str, Any] = {"meddelande_id": "m-1", "inskrivning_id": "v-1", "orsak": "annan kommun"}

    answer = connectors.get_operation(operation).run(delivery(operation, **params))

    sent = json.loads(responses.calls[0].request.body or b"")
    assert (sent["meddelande_id"], sent["status"]) == ("m-1", status)
    assert (answer["kvittens_id"], answer["status"]) == ("k-1", status)


@responses.activate
@pytest.mark.parametrize(
    ("operation", "kind", "status"),
    [
        ("hemtjanst.pause", "insats_paus", "pausad"),
        ("hemtjanst.resume", "insats_ateruppta", "aktiv"),
        ("hemtjanst.order", "bestallning", "ny"),
        ("hemtjanst.cancel", "avbestallning", "avslutad"),
    ],
)
def test_an_order_names_the_person_by_reference_only(
    operation: str, kind: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hemtjanst, "_remember", lambda *_told: None)
    responses.post(re.compile(".*/api/bestallningar"), json={"bestallning_id": "b-1"}, status=202)

    answer = connectors.get_operation(operation).run(delivery(operation, arende_ref="a-1", typ="trygghetslarm"))

    sent = json.loads(responses.calls[0].request.body or b"")
    assert sent == {"typ": kind, "insats_typ": "trygghetslarm", "arende_ref": "a-1", "person_ref": str(REF)}
    assert (answer["bestallning_id"], answer["status"]) == ("b-1", status)


@responses.activate
def test_every_attempt_sends_the_same_body() -> None:
    responses.post("http://127.0.0.1:18002/api/meddelanden", json={})
    send = connectors.get_operation("region.notify_ready_to_receive").run
    for attempt in (1, 2):
        send(delivery("region.notify_ready_to_receive", attempt, inskrivning_id="i-1", plats="hemmet"))
    first, second = (call.request for call in responses.calls)
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_an_order_about_nobody_goes_to_a_person() -> None:
    with pytest.raises(PermanentError):
        hemtjanst.pause(Delivery(KEY, "hemtjanst.pause", {}, None, 1, ASKED_AT))
