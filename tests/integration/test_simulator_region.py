"""The region's simulator over real HTTP, in a process of its own as in the running product."""

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.simulators import Simulator, running

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def region_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("region", tmp_path_factory.mktemp("region")) as simulator:
        yield simulator


@pytest.fixture
def region(region_process: Simulator) -> Simulator:
    region_process.post("/styr/rensa", {})
    return region_process


def test_the_story_comes_in_order_and_within_one_stay(region: Simulator) -> None:
    for _ in range(5):
        assert region.post("/styr/nasta", {"person": "margareta"}).ok
    messages = region.messages()
    assert [message["typ"] for message in messages] == [
        "inskrivningsmeddelande",
        "andrat_utskrivningsdatum",
        "utskrivningsklar",
        "utskriven",
        "information_vid_utskrivning",
    ]
    assert len({message["inskrivning_id"] for message in messages}) == 1
    assert len({message["meddelande_id"] for message in messages}) == 5
    assert "+0" in messages[0]["skickad_dt"]
    assert messages[0]["person"]["id"] == "193805142381"


def test_a_message_waits_until_it_is_acknowledged_and_no_longer(region: Simulator) -> None:
    sent = region.post("/styr/skicka", {"typ": "inskrivningsmeddelande", "person": "karl"}).json()
    assert [message["meddelande_id"] for message in region.messages()] == [sent["meddelande_id"]]
    assert region.messages()
    receipt = {"meddelande_id": sent["meddelande_id"], "status": "mottagen", "dt": "2026-11-22T09:00:00+01:00"}
    for _ in range(2):
        assert region.post("/api/kvittenser", receipt).json()["kand"] is True
    assert region.messages() == []
    assert region.post("/api/kvittenser", {**receipt, "meddelande_id": "okänt"}).json()["kand"] is False
    assert region.post("/api/kvittenser", {**receipt, "status": "kanske"}).status_code == 422
    assert region.post("/api/kvittenser", {**receipt, "meddelande_id": ""}).status_code == 422


def test_no_more_messages_come_than_asked_for(region: Simulator) -> None:
    for _ in range(3):
        region.post("/styr/nasta", {"person": "karl"})
    assert len(region.get("/api/meddelanden?max=2").json()["meddelanden"]) == 2


def test_what_is_queued_survives_a_kill(region: Simulator) -> None:
    sent = region.post("/styr/nasta", {"person": "karl"}).json()
    region.post("/styr/brist", {"lage": "duplicate"})
    region.stop(signal.SIGKILL)
    region.start()
    assert [message["meddelande_id"] for message in region.messages()] == [sent["meddelande_id"]] * 2
    region.post("/styr/brist", {"lage": "ok"})
    following = region.post("/styr/nasta", {"person": "karl"}).json()
    assert following["inskrivning_id"] == sent["inskrivning_id"]


def test_a_message_from_the_municipality_is_stored_once_per_key(region: Simulator) -> None:
    message = {"typ": "klar_att_ta_emot", "inskrivning_id": "insk-1", "innehall": {"plats": "hemmet"}}
    first = region.post("/api/meddelanden", message, Idempotency_Key="n1")
    again = region.post("/api/meddelanden", message, Idempotency_Key="n1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    stored = region.get("/styr/tillstand").json()["mottaget"]
    assert [(row["key"], row["repeats"]) for row in stored] == [("n1", 1)]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"typ": "okand"}, "okand_typ"),
        ({"typ": "sip_svar", "inskrivning_id": None}, "inskrivning_saknas"),
        (["klar_att_ta_emot"], "olasligt"),
    ],
)
def test_bad_content_is_refused_with_a_code(region: Simulator, message: object, code: str) -> None:
    answer = region.post("/api/meddelanden", message, Idempotency_Key="n1")
    assert (answer.status_code, answer.json()["kod"]) == (422, code)
    assert region.get("/styr/tillstand").json()["mottaget"] == []


def test_a_key_is_needed_and_stands_for_one_message(region: Simulator) -> None:
    assert region.post("/api/meddelanden", {"typ": "sip_svar"}).status_code == 400
    region.post("/api/meddelanden", {"typ": "sip_svar"}, Idempotency_Key="n1")
    other = region.post("/api/meddelanden", {"typ": "sip_plan"}, Idempotency_Key="n1")
    assert (other.status_code, other.json()["kod"]) == (422, "nyckel_ateranvand")


def test_down_answers_503_to_the_municipality_but_not_to_the_page(region: Simulator) -> None:
    region.post("/styr/brist", {"lage": "down"})
    assert region.get("/api/meddelanden").status_code == 503
    assert region.post("/api/meddelanden", {"typ": "sip_svar"}, Idempotency_Key="n1").status_code == 503
    assert region.get("/").ok
    region.post("/styr/brist", {"lage": "ok"})
    assert region.get("/api/meddelanden").ok


def test_slow_takes_the_seconds_given(region: Simulator) -> None:
    region.post("/styr/brist", {"lage": "slow", "sekunder": 0.4})
    begun = time.monotonic()
    assert region.get("/api/meddelanden").ok
    assert time.monotonic() - begun >= 0.4


def test_reorder_brings_the_newest_first(region: Simulator) -> None:
    for _ in range(2):
        region.post("/styr/nasta", {"person": "karl"})
    region.post("/styr/brist", {"lage": "reorder"})
    assert [message["typ"] for message in region.messages()][-1] == "inskrivningsmeddelande"


def test_garbage_spoils_one_message_and_the_same_way_for_good(region: Simulator) -> None:
    for person in ("karl", "martin"):
        region.post("/styr/nasta", {"person": person})
    region.post("/styr/brist", {"lage": "garbage"})
    torn, whole = region.messages()
    assert "typ" not in torn
    assert whole["typ"] == "inskrivningsmeddelande"
    answer = region.post("/api/meddelanden", {"typ": "sip_svar"}, Idempotency_Key="n1")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    region.post("/styr/brist", {"lage": "ok"})
    assert region.messages()[0] == torn
    assert region.post("/api/meddelanden", {"typ": "sip_svar"}, Idempotency_Key="n1").json()["kvittens_id"]


def test_reject_says_no_in_the_region_s_own_words(region: Simulator) -> None:
    region.post("/styr/brist", {"lage": "reject"})
    answer = region.post("/api/meddelanden", {"typ": "sip_svar"}, Idempotency_Key="n1")
    assert (answer.status_code, answer.json()["kod"]) == (422, "mottagare_okand")


@pytest.mark.parametrize(
    ("chosen", "path", "value"),
    [
        ({"variant": "fel_kommun"}, ("person", "folkbokforingskommun"), "1881"),
        ({"variant": "ogiltigt_personnummer"}, ("person", "id"), "193509212390"),
        ({"variant": "okand_person"}, ("person", "id_typ"), "okand"),
        ({"variant": "skyddad"}, ("person", "skydd"), "sekretessmarkering"),
        ({"person": "elisabet"}, ("person", "skydd"), "sekretessmarkering"),
        ({"person": "samira"}, ("person", "id_typ"), "samordningsnummer"),
        ({"typ": "utskrivningsklar", "variant": "sip"}, ("innehall", "sip_behov"), True),
        ({"innehall": {"beraknad_utskrivning": "2026-12-01"}}, ("innehall", "beraknad_utskrivning"), "2026-12-01"),
        ({"kuvert": {"version": 7}}, ("version",), 7),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict | tuple) else "",
)
def test_each_hard_case_can_be_sent(
    region: Simulator, chosen: dict[str, Any], path: tuple[str, ...], value: object
) -> None:
    sent = region.post("/styr/skicka", {"typ": "inskrivningsmeddelande", "person": "karl", **chosen}).json()
    found = sent["meddelande"]
    for key in path:
        found = found[key]
    assert found == value
    assert region.messages() == [sent["meddelande"]]


def test_a_naive_time_has_no_offset(region: Simulator) -> None:
    chosen = {"typ": "inskrivningsmeddelande", "person": "karl", "variant": "naiv_tid"}
    assert len(region.post("/styr/skicka", chosen).json()["meddelande"]["skickad_dt"]) == 19


def test_a_readmission_is_a_new_stay_that_knows_the_old(region: Simulator) -> None:
    first = region.post("/styr/nasta", {"person": "karl"}).json()
    second = region.post("/styr/skicka", {"typ": "aterinlaggning", "person": "karl"}).json()
    assert second["inskrivning_id"] != first["inskrivning_id"]
    assert second["meddelande"]["typ"] == "inskrivningsmeddelande"
    assert second["meddelande"]["innehall"]["tidigare_inskrivning_id"] == first["inskrivning_id"]
    third = region.post("/styr/nasta", {"person": "karl"}).json()["meddelande"]
    assert (third["typ"], third["inskrivning_id"]) == ("andrat_utskrivningsdatum", second["inskrivning_id"])


def test_a_cancellation_names_what_it_cancels_and_ends_the_stay(region: Simulator) -> None:
    first = region.post("/styr/nasta", {"person": "karl"}).json()
    cancelled = region.post("/styr/skicka", {"typ": "makulering", "person": "karl"}).json()["meddelande"]
    assert cancelled["ersatter_meddelande_id"] == first["meddelande_id"]
    again = region.post("/styr/nasta", {"person": "karl"}).json()
    assert again["meddelande"]["typ"] == "inskrivningsmeddelande"
    assert again["inskrivning_id"] != first["inskrivning_id"]


@pytest.mark.parametrize("raw", [{"meddelande_id": "m1", "typ": 7}, "text", [1], None])
def test_anything_at_all_can_be_put_in_the_queue(region: Simulator, raw: object) -> None:
    assert region.post("/styr/skicka", {"ra": raw}).ok
    assert region.messages() == [raw]


def test_the_page_sends_by_a_plain_form_and_comes_back(region: Simulator) -> None:
    choice = {"typ": "inskrivningsmeddelande", "person": "karl", "variant": ""}
    page = requests.post(region.url + "/styr/skicka", data=choice, timeout=10)
    assert page.url.endswith("?sagt=klart")
    assert "Karl Sandström (påhittad)" in page.text
    assert "Simulator – påhittade personer" in page.text
    wrong = requests.post(region.url + "/styr/skicka", data={**choice, "typ": "nonsens"}, timeout=10)
    assert 'role="alert"' in wrong.text
    assert len(region.messages()) == 1


@pytest.mark.parametrize("headers", [{"Host": "ond.example"}, {"Origin": "http://ond.example"}])
def test_other_sites_cannot_steer_it(region: Simulator, headers: dict[str, str]) -> None:
    answer = requests.post(region.url + "/styr/nasta", json={"person": "karl"}, headers=headers, timeout=10)
    assert answer.status_code == 403
    assert region.messages() == []
