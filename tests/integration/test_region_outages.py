"""The region in every bad mood and each of its formats, over real HTTP: nothing is lost, nothing happens twice."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.utils import timezone

from integrations import configuration, jobs
from integrations.jobs import JobFailed
from integrations.region import simulator
from integrations.region.simulator import Region
from integrations.simulators import Surroundings
from tests.fakes.simulators import patience, served
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, DeliveryError, PermanentError, TransientError
from workflows.models import InboxMessage, Incident

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

PEOPLE = ("margareta", "karl", "martin")


class Played:
    """The simulator and what one does to it."""

    def __init__(self, application: Any) -> None:
        self.store = application.state.store
        self.region = Region(self.store, "1880")

    def be(self, mood: str, seconds: float = 0) -> None:
        self.store.put("fault", {"lage": mood, "sekunder": seconds})

    def sends(self, *people: str) -> list[str]:
        sent = [self.region.send({"typ": "inskrivningsmeddelande", "person": person}) for person in people]
        return [one["meddelande_id"] for one in sent]

    def received(self) -> list[dict[str, Any]]:
        return list(self.store.rows("SELECT * FROM received ORDER BY number"))


@pytest.fixture(params=["json", "fhir", "soap"])
def region(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Played]:
    application = played(tmp_path)
    with served(application) as url, configuration.told(region={"url": url, "format": request.param}):
        yield Played(application)


def played(folder: Path) -> Any:
    return simulator.create(Surroundings(folder, "1880", "http://127.0.0.1:9", configuration.of))


def stored() -> list[str]:
    return list(InboxMessage.objects.exclude(name="kvittens").order_by("pk").values_list("message_id", flat=True))


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("slow", "inget_svar"),
        ("down", "upptaget"),
        ("error", "upptaget"),
        ("unauthorized", "obehorig"),
        ("html", "ovantat_svar"),
        ("cut", "inget_svar"),
        ("encoding", "ovantat_svar"),
    ],
)
def test_what_lies_waiting_comes_once_when_the_region_is_well_again(region: Played, mood: str, code: str) -> None:
    sent = region.sends(*PEOPLE)
    region.be(mood, 0.6)
    with patience(mood), pytest.raises(JobFailed, match=code):
        jobs.run("region", "hamta")
    region.be("ok")

    for _ in range(2):
        jobs.run("region", "hamta")

    assert sorted(stored()) == sorted(sent)
    assert region.store.waiting(10) == []


@pytest.mark.parametrize("mood", ["duplicate", "reorder", "skew"])
def test_a_careless_region_still_has_one_effect_for_each(region: Played, mood: str) -> None:
    region.be(mood)
    sent = region.sends(*PEOPLE)

    for _ in range(2):
        jobs.run("region", "hamta")

    assert sorted(stored()) == sorted(sent)
    assert not Incident.objects.exclude(code="unmatched").exists()


def test_garbage_is_one_stop_and_the_others_come(region: Played) -> None:
    region.be("garbage")
    sent = region.sends(*PEOPLE)
    with pytest.raises(JobFailed):  # it takes no receipts in this mood either
        jobs.run("region", "hamta")
    region.be("ok")
    jobs.run("region", "hamta")

    assert sorted(stored()) == sorted(sent)
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("mood", "error", "code", "is_done"),
    [
        ("slow", TransientError, "inget_svar", True),
        ("down", TransientError, "upptaget", False),
        ("error", TransientError, "upptaget", True),
        ("unauthorized", PermanentError, "obehorig", False),
        ("html", TransientError, "ovantat_svar", False),
        ("garbage", TransientError, "ovantat_svar", True),
        ("cut", TransientError, "inget_svar", True),
        ("reject", BusinessError, "mottagare_okand", False),
    ],
)
def test_a_message_is_tried_again_or_given_to_a_person_and_taken_once(
    region: Played, mood: str, error: type[DeliveryError], code: str, is_done: bool
) -> None:
    delivery = ready()
    send = connectors.get_operation(delivery.operation).run
    region.be(mood, 0.6)

    with patience(mood), pytest.raises(error) as problem:
        send(delivery)
    assert problem.value.code == code
    assert len(region.received()) == is_done

    region.be("ok")
    answer = send(delivery)
    (row,) = region.received()
    assert row["repeats"] == is_done
    assert answer["meddelande_id"] == str(delivery.key)
    assert "Hemmet (åäö)" in row["body"]


def ready() -> Delivery:
    params = {"inskrivning_id": "insk-1", "fran_dt": "2026-11-25T12:00:00+01:00", "plats": "Hemmet (åäö)"}
    return Delivery(uuid.uuid4(), "region.notify_ready_to_receive", params, None, 1, timezone.now())


def test_what_we_send_is_read_over_there_and_the_receipt_comes_back(region: Played) -> None:
    delivery = ready()
    connectors.get_operation(delivery.operation).run(delivery)

    jobs.run("region", "hamta")

    receipt = InboxMessage.objects.get(name="kvittens")
    assert receipt.correlation == f"meddelande_id:{delivery.key}"
    assert (receipt.payload or {})["status"] == "last"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_region_that_wants_our_certificate_gets_it_and_no_other(tmp_path: Path, version: str) -> None:
    ours, others = trustme.CA(), trustme.CA()
    mine, strange = ours.issue_cert("kommunen.example"), others.issue_cert("kommunen.example")
    theirs = ours.issue_cert("127.0.0.1")
    for name, blob in {
        "ca": ours.cert_pem,
        "others": others.cert_pem,
        "mine": mine.private_key_and_cert_chain_pem,
        "strange": strange.private_key_and_cert_chain_pem,
        "server": theirs.private_key_and_cert_chain_pem,
    }.items():
        blob.write_to_path(tmp_path / name)
    tls = {"ssl_certfile": tmp_path / "server", "ssl_ca_certs": tmp_path / "ca", "ssl_cert_reqs": ssl.CERT_REQUIRED}
    spoken = {"format": "soap", "soap_version": version, "authority": str(tmp_path / "ca")}
    application = played(tmp_path)
    with served(application, **tls) as url:
        Played(application).sends("margareta")
        with configuration.told(region={**spoken, "url": url, "certificate": str(tmp_path / "mine")}):
            jobs.run("region", "hamta")
        assert len(stored()) == 1

        Played(application).sends("karl")
        told: list[str] = []
        for wrong in (
            {"certificate": str(tmp_path / "strange")},
            {},
            {"certificate": str(tmp_path / "mine"), "authority": str(tmp_path / "others")},
        ):
            with configuration.told(region={**spoken, "url": url, **wrong}), pytest.raises(JobFailed) as problem:
                jobs.run("region", "hamta")
            told.append(str(problem.value))
    # A server that does not like ours may hang up before it has said so.
    assert set(told[:2]) <= {"certifikat", "inget_svar"}
    assert told[2] == "certifikat"
    assert len(stored()) == 1
