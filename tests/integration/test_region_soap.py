"""The region leaves its messages by SOAP 1.1 and 1.2: stored before it is answered, and every fault a proper one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from lxml import etree

from integrations import configuration
from integrations.models import SystemState
from integrations.region.soap import protocol, xml
from integrations.region.soap.protocol import SOAP_11, SOAP_12, Fault, Version
from tests.fakes.region import notice
from workflows.models import InboxMessage, InboxState, Incident
from workflows.services import inbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ADDRESS = "/integrationer/region/soap"
TOKEN = {"Authorization": "Bearer hemlig"}
BOTH = pytest.mark.parametrize("version", [SOAP_11, SOAP_12], ids=lambda version: version.number)


@pytest.fixture(autouse=True)
def open_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REGION_IN", "ny,hemlig")
    told = {"url": "http://127.0.0.1:9", "incoming_tokens": {"env": "REGION_IN"}}
    with configuration.told(region=told):
        yield


def envelope(*bodies: etree._Element, version: Version = SOAP_12) -> bytes:
    root = etree.Element(version.tag("Envelope"))
    etree.SubElement(root, version.tag("Body")).extend(bodies)
    return etree.tostring(root, encoding="UTF-8")


def sending(**changes: Any) -> etree._Element:
    return xml.element("SkickaMeddelande", xml.written(notice(**changes)))


def post(body: bytes, version: Version = SOAP_12, headers: dict[str, str] = TOKEN) -> Any:
    return Client().post(ADDRESS, data=body, content_type=version.content_type, headers=headers)


def fault_of(answer: Any) -> Fault:
    with pytest.raises(Fault) as problem:
        protocol.unwrapped(answer.content)
    return problem.value


@BOTH
def test_a_message_is_stored_understood_and_answered_and_its_copy_changes_nothing(version: Version) -> None:
    for _ in range(2):
        answer = post(envelope(sending(), version=version), version)
        assert (answer.status_code, answer["Content-Type"]) == (200, f"{version.content_type}; charset=utf-8")
        spoken, body = protocol.unwrapped(answer.content)
        assert spoken is version
        assert {xml.local(one): one.text for one in body} | {"dt": ""} == {
            "meddelande_id": "m-1",
            "status": "mottagen",
            "dt": "",
        }
    row = InboxMessage.objects.get()
    assert (row.name, row.copies) == ("inskrivningsmeddelande", 2)
    assert (row.payload or {})["behov"] == {"sol": True, "hsl": True, "oppenvard_region": False}


def test_the_same_id_with_another_content_is_refused_in_the_answer() -> None:
    post(envelope(sending()))
    answer = post(envelope(sending(inskrivning_id="vard-9")))

    assert protocol.unwrapped(answer.content)[1].findtext("{*}status") == "avvisad"
    assert Incident.objects.filter(code="conflict").exists()


def test_what_cannot_be_understood_is_stored_and_becomes_a_stop() -> None:
    for body in (sending(skickad_dt="2026-11-23T08:55:00"), xml.element("SkickaMeddelande", etree.Element("skräp"))):
        assert post(envelope(body)).status_code == 200

    assert set(Incident.objects.values_list("code", flat=True)) == {"naiv_tid", "okand_xml"}
    assert InboxMessage.objects.filter(state=InboxState.STOPPED, message_id__startswith="utan-id-").count() == 1


@BOTH
def test_a_call_that_is_wrong_gets_a_fault_of_its_own_version(version: Version) -> None:
    unknown = xml.element("TaBort")
    header = envelope(sending(), version=version).replace(
        b"<ns0:Body>", b'<ns0:Header><x xmlns="urn:y" ns0:mustUnderstand="1"/></ns0:Header><ns0:Body>'
    )
    sender = 400 if version is SOAP_12 else 500
    for body, whose, kod, status in (
        (envelope(unknown, version=version), "sender", "okand_operation", sender),
        (header, "understand", "", 500),
    ):
        answer = post(body, version)
        problem = fault_of(answer)
        assert (problem.whose, problem.kod, answer.status_code) == (whose, kod, status)
        assert version.namespace.encode() in answer.content
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("body", "whose"),
    [
        (b"<html>", "sender"),
        (b"<a/>", "version"),
        (envelope(), "sender"),
        (envelope(sending(), sending()), "sender"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "sender"),
        ("<a>å</a>".encode("latin-1"), "sender"),
        (b"<a>" + b"x" * 1_000_001 + b"</a>", "sender"),
    ],
)
def test_what_is_no_soap_gets_a_fault_and_is_not_stored(body: bytes, whose: str) -> None:
    answer = post(body)

    assert fault_of(answer).whose == whose
    assert answer.status_code == (500 if whose == "version" else 400)
    assert not InboxMessage.objects.exists()


def test_when_nothing_can_be_stored_the_region_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_rest: object) -> None:
        raise OperationalError

    monkeypatch.setattr(inbox, "receive", broken)

    answer = post(envelope(sending()))

    assert (fault_of(answer).whose, answer.status_code) == ("receiver", 500)


def test_nobody_else_gets_in_and_a_door_without_a_lock_is_no_door() -> None:
    for headers in ({}, {"Authorization": "Bearer fel"}, {"Authorization": "Bearer "}):
        assert post(envelope(sending()), headers=headers).status_code == 401
    assert SystemState.objects.get(system="region", job="").refused == 3
    with configuration.told(region={"url": "http://127.0.0.1:9"}):
        assert post(envelope(sending())).status_code == 404
        assert Client().get(ADDRESS).status_code == 404
    assert not InboxMessage.objects.exists()


def test_the_description_tells_where_to_send() -> None:
    answer = Client().get(f"{ADDRESS}?wsdl")

    addresses = [one.get("location") for one in etree.fromstring(answer.content).iter("{*}address")]
    assert addresses == [f"http://testserver{ADDRESS}"] * 2
