"""Ärenden and messages over the API, as another system meets them."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from people.models import Individual, Staff
from tests import api, forlopp, pages
from workflows.models import HistoryEntry, InboxMessage, Incident, ProcessInstance, UserTask

pytestmark = pytest.mark.django_db


def test_a_system_starts_an_arende_by_number_and_the_task_lies_with_people() -> None:
    caller = api.calling()
    answer = caller.start()
    assert answer.status_code == 201
    told = answer.json()
    instance = ProcessInstance.objects.get(public_id=told["id"])
    assert told["person_ref"] == str(instance.individual.ref)
    assert "19380514" not in answer.content.decode()
    assert str(instance.started_by) == "Hjalpmedel"
    assert UserTask.objects.get(instance=instance).group == "samordnare"
    again = caller.start(person=None, person_ref=told["person_ref"])
    assert again.status_code == 201
    assert Individual.objects.count() == 1


def test_a_start_that_is_sent_twice_is_done_once() -> None:
    caller = api.calling()
    body = {"definition": "hembesok", "person": {"number": "19380514-2381"}, "answers": {"orsak": "Yrsel."}}
    first = caller.post("/instances", body, key="nyckel-0001")
    second = caller.post("/instances", body, key="nyckel-0001")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert ProcessInstance.objects.count() == 1
    other = caller.post("/instances", body | {"answers": {"orsak": "Annat."}}, key="nyckel-0001")
    assert (other.status_code, other.json()["code"]) == (422, "nyckel-anvand")
    assert api.Caller(api.added("annan")[1]).post("/instances", body, key="nyckel-0001").status_code == 201


def test_a_refused_start_leaves_nothing_behind_and_its_key_free() -> None:
    caller = api.calling()
    bad = {"definition": "hembesok", "person": {"number": "19380514-2381"}, "answers": {"orsak": ""}}
    answer = caller.post("/instances", bad, key="nyckel-0002")
    assert answer.status_code == 422
    assert [wrong["pointer"] for wrong in answer.json()["errors"]] == ["/answers/orsak"]
    assert not Individual.objects.exists()
    assert caller.post("/instances", bad | {"answers": {"orsak": "Yrsel."}}, key="nyckel-0002").status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"definition": "finns-inte"}, "/definition"),
        ({"person": {"number": "19380514-2382"}}, "/person/number"),
        ({"person": None}, ""),
        ({"person": None, "person_ref": str(uuid.uuid4())}, "/person_ref"),
        ({"answers": {"orsak": 7, "okand": 1}}, "/answers/orsak"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(change: dict[str, Any], pointer: str) -> None:
    answer = api.calling().start(**change)
    assert answer.status_code == 422
    assert pointer in [wrong.get("pointer") for wrong in answer.json()["errors"]]
    assert "2382" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"a":1,"a":2}', 400), (b'"\\ud800"', 400), (b'{"a":"\\u0000"}', 400), (b"[" * 5000, 400),
     (b'{"a":1e999}', 400), (b"\xff", 400), (b" " * 1_100_000, 413)],
)  # fmt: skip
def test_a_body_that_is_no_strict_json_is_refused(body: bytes, status: int) -> None:
    assert api.calling().post("/instances", body).status_code == status


def test_a_post_without_a_key_or_with_another_kind_of_body_is_refused() -> None:
    caller = api.calling()
    headers = {"Authorization": f"Bearer {caller.token}"}
    missing = caller.http.post("/api/v1/instances", {}, content_type="application/json", headers=headers)
    assert missing.status_code == 422
    assert "Idempotency-Key" in {wrong["parameter"] for wrong in missing.json()["errors"] if "parameter" in wrong}
    headers["Idempotency-Key"] = "nyckel-0003"
    form = caller.http.post("/api/v1/instances", {"a": 1}, headers=headers)
    assert form.status_code == 415


def test_pages_of_arenden_hold_each_once_whatever_comes_meanwhile(anna: Staff) -> None:
    caller = api.calling()
    known = [str(pages.start(pages.person(number), anna).public_id) for number in ("193805142381", "194102032390")] * 1
    known += [str(pages.start(pages.person("193509212399"), anna).public_id) for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = caller.get("/instances", limit=3, cursor=cursor).json()
        seen += [one["id"] for one in page["instances"]]
        pages.start(pages.person("193902282387"), anna)
        if not page["next"]:
            break
        cursor = page["next"]
    assert seen == known[::-1]
    of_one = caller.get("/instances", person_ref=str(pages.person("193509212399").ref), state="active").json()
    assert len(of_one["instances"]) == 5
    assert caller.get("/instances", cursor="påhittad").status_code == 422
    assert caller.get("/instances", state="sovande").status_code == 422


def test_where_an_arende_is_and_what_has_happened_can_be_asked() -> None:
    caller = api.calling(professions=["samordnare"])
    started = caller.start().json()
    told = caller.get(f"/instances/{started['id']}").json()
    assert [(step["element_id"], step["profession"], step["kind"]) for step in told["position"]] == [
        ("planera_besok", "samordnare", "task")
    ]
    assert told["has_stopped"] is False
    history = caller.get(f"/instances/{started['id']}/history").json()["history"]
    assert (history[0]["kind"], history[0]["by"]) == ("started", "system")


def test_a_client_without_a_profession_of_the_sphere_is_told_that_something_is_done_and_not_what() -> None:
    caller = api.calling()
    started = caller.start().json()
    told = caller.get(f"/instances/{started['id']}").json()
    assert [(step["element_id"], step["name"]) for step in told["position"]] == [("", "Socialtjänst: en uppgift")]
    assert "lanera" not in caller.get(f"/instances/{started['id']}/history").content.decode()


def test_a_system_cancels_what_it_started_and_nothing_else(anna: Staff) -> None:
    caller = api.calling()
    others = pages.start(pages.person(), anna)
    reason = {"reason": "Beställningen togs tillbaka."}
    assert caller.post(f"/instances/{others.public_id}/cancel", reason).status_code == 404
    mine = caller.start("19410203-2390").json()["id"]
    assert caller.post(f"/instances/{mine}/cancel", reason).json()["state"] == "cancelled"
    again = caller.post(f"/instances/{mine}/cancel", reason)
    assert (again.status_code, again.json()["code"]) == (409, "avslutat")
    entry = HistoryEntry.objects.get(instance__public_id=mine, kind="cancelled", element_id="")
    assert entry.detail["reason"] == reason["reason"]


def message(**change: object) -> dict[str, object]:
    body = {"name": "borja", "keys": {"nr": "7"}, "payload": {"nr": "7"}, "person": {"number": "19610118-2803"}}
    return body | change


def test_a_message_is_stored_acknowledged_and_starts_what_it_starts() -> None:
    forlopp.publish()
    caller = api.Caller(api.added()[1])
    answer = caller.post("/messages", message(), key="meddelande-1")
    assert answer.status_code == 202
    assert answer.json()["state"] == "done"
    assert len(answer.json()["instances"]) == 1
    again = caller.post("/messages", message(), key="meddelande-1")
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
    assert ProcessInstance.objects.count() == 1
    assert caller.http.get(answer["Location"], headers=caller._headers()).json()["state"] == "done"
    Individual.objects.update(protection="sekretessmarkering")
    assert caller.get(f"/messages/{answer.json()['id']}").json()["instances"] == []
    other = caller.post("/messages", message(payload={"nr": "8"}), key="meddelande-1")
    assert (other.status_code, other.json()["code"]) == (422, "nyckel-anvand")
    assert Incident.objects.get().code == "conflict"
    stranger = api.Caller(api.added("annan")[1])
    assert stranger.get(f"/messages/{answer.json()['id']}").status_code == 404
    raw = InboxMessage.objects.get()
    assert (raw.source, json.loads(bytes(raw.raw))["name"]) == ("api:hjalpmedel", "borja")


def test_a_message_that_waits_for_its_arende_says_so_and_one_that_nobody_knows_is_refused() -> None:
    forlopp.publish()
    caller = api.Caller(api.added()[1])
    early = caller.post("/messages", message(name="info"))
    assert (early.status_code, early.json()["state"]) == (202, "buffered")
    unknown = caller.post("/messages", message(name="okant"))
    assert unknown.json()["errors"][0]["pointer"] == "/name"
    assert InboxMessage.objects.count() == 1
    number = caller.post("/messages", message(payload={"nr": "7", "om": {"vem": ["Se 19610118-2803."]}}))
    assert number.json()["errors"][0]["pointer"] == "/payload"
    late = caller.post("/messages", message(sent_at="2026-11-21T08:00"))
    assert late.json()["errors"][0]["pointer"] == "/sent_at"


def test_a_message_that_also_reaches_forlopp_beyond_the_clients_is_not_the_clients_to_send() -> None:
    forlopp.publish()
    pages.publish()
    caller = api.Caller(api.added(definitions=["hembesok"])[1])
    assert caller.post("/messages", message()).json()["errors"][0]["pointer"] == "/name"
    assert not InboxMessage.objects.exists()


def test_definitions_tell_their_forms_and_steps_tell_what_diagrams_may_ask() -> None:
    caller = api.calling()
    assert [one["key"] for one in caller.get("/definitions").json()["definitions"]] == ["hembesok"]
    whole = caller.get("/definitions/hembesok").json()
    assert (whole["starts_by_hand"], {one["profession"] for one in whole["tasks"]}) == (
        True, {"samordnare", "sjukskoterska"},
    )  # fmt: skip
    for form in whole["forms"]:
        told = caller.get(f"/definitions/hembesok/forms/{form}")
        assert told.json()["type"] == "object", form
    assert caller.get("/definitions/hembesok/bpmn").content.startswith(b"<?xml")
    for absent in ("/definitions/annat", "/definitions/hembesok/forms/../process", "/definitions/annat/bpmn"):
        assert caller.get(absent).status_code == 404
    alias = caller.http.get("/api/steps", headers=caller._headers())
    assert alias.json() == caller.get("/steps").json()
    named = {one["name"]: one for one in alias.json()["steps"]}
    assert named["prov.ring"]["params"] == {"nr": "str"}
    assert caller.http.get("/api/steps").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_same_start_from_many_at_once_is_done_once() -> None:
    caller = api.calling()
    body = {"definition": "hembesok", "person": {"number": "19380514-2381"}, "answers": {"orsak": "Yrsel."}}
    answers: list[bytes] = []

    def send() -> None:
        answers.append(api.Caller(caller.token).post("/instances", body, key="nyckel-0009").content)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert ProcessInstance.objects.count() == 1
