"""The population register: what it tells of our persons reaches their ärenden, and of nobody else anything is kept."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests
import responses

from integrations import configuration, jobs
from integrations.jobs import JobFailed
from people import invented
from people.models import Individual, Protection
from people.services import individuals
from tests.fakes.simulators import Simulator, running
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, PermanentError, TransientError
from workflows.models import InboxMessage, InboxState, Incident

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OURS, STRANGER = (person.number for person in invented.PEOPLE[:2])

WRONG = OURS[:-1] + str((int(OURS[-1]) + 1) % 10)


@pytest.fixture(autouse=True)
def _connected() -> Iterator[None]:
    with configuration.told(folkbokforing={"url": "http://127.0.0.1:9"}):
        yield


@pytest.fixture
def person() -> Individual:
    return individuals.find_or_create(identity_type="personnummer", identity_number=OURS, now=NOW)[0]


def change(kind: str, number: str = OURS, **fields: Any) -> dict[str, Any]:
    told = {"id_typ": "personnummer", "id": number, "namn": "Ny, Namnet", "adress": "Nya vägen 1, 702 10 Örebro"}
    sent = {"meddelande_id": f"{kind}-{number[-4:]}", "typ": kind, "skickad_dt": "2026-11-23T03:00:00+01:00"}
    return {**sent, "person": told, **fields}


def told(*changes: dict[str, Any]) -> Any:
    """The register has these and no more; the receipts it gets."""
    responses.get(re.compile(".*/api/meddelanden"), json={"meddelanden": list(changes)})
    responses.get(re.compile(".*/api/meddelanden"), json={"meddelanden": []})
    receipts = responses.post(re.compile(".*/api/kvittenser"), json={})
    jobs.run("folkbokforing", "hamta")
    return receipts


@responses.activate
def test_of_people_who_are_not_ours_nothing_is_kept(person: Individual) -> None:
    receipts = told(change("avliden", STRANGER, avliden_dt="2026-11-20"), change("uppgifter_andrade"))

    assert [row.message_id for row in InboxMessage.objects.all()] == [f"uppgifter_andrade-{OURS[-4:]}"]
    assert Individual.objects.count() == 1
    assert b"ej_aktuell" in (receipts.calls[0].request.body or b"")
    assert receipts.call_count == 2


@responses.activate
def test_a_night_of_strangers_does_not_hide_ours(person: Individual) -> None:
    strangers = [change("uppgifter_andrade", STRANGER) | {"meddelande_id": f"s-{number}"} for number in range(3)]
    responses.get(re.compile(".*/api/meddelanden"), json={"meddelanden": strangers})
    told(change("uppgifter_andrade"))
    assert InboxMessage.objects.count() == 1


@responses.activate
def test_a_death_is_noted_and_told_to_the_persons_arenden(person: Individual) -> None:
    told(change("avliden", avliden_dt="2026-11-20"))

    person.refresh_from_db()
    assert person.deceased_on == date(2026, 11, 20)
    row = InboxMessage.objects.get(source="folkbokforing")
    assert (row.name, row.keys["person_ref"]) == ("avliden", str(person.ref))
    assert OURS not in str(row.payload)


@responses.activate
def test_protection_is_raised_at_once_and_never_lowered_by_a_machine(person: Individual) -> None:
    told(change("skyddade_uppgifter_andrad", skydd="sekretessmarkering"))
    person.refresh_from_db()
    assert person.protection == Protection.SEKRETESSMARKERING

    responses.reset()
    told(change("skyddade_uppgifter_andrad", skydd="ingen") | {"meddelande_id": "havt"})

    person.refresh_from_db()
    assert person.is_protected
    assert InboxMessage.objects.get(message_id="havt").state == InboxState.STOPPED
    assert Incident.objects.get().code == "skydd_havt"


@responses.activate
def test_what_cannot_be_read_is_kept_and_goes_to_a_person(person: Individual) -> None:
    told(change("avliden", WRONG, avliden_dt="2026-11-20"), change("flyttat", ny_kommun="1881"))
    assert {row.code for row in Incident.objects.all()} == {"ogiltigt_personnummer", "falt_saknas"}
    assert OURS[:8] not in "".join(row.text for row in Incident.objects.all())


def ask(person: Individual) -> Any:
    operation = connectors.get_operation("folkbokforing.look_up")
    return operation.run(Delivery(uuid.uuid4(), operation.name, {}, person.ref, 1, NOW))


@responses.activate
def test_looking_a_person_up_tells_the_arende_no_more_than_it_needs(person: Individual) -> None:
    post = change("x")["person"] | {"folkbokforingskommun": "1881"}
    asked = responses.post(re.compile(".*/api/personposter"), json={"person": post})

    answer = ask(person)

    assert (answer["folkbokforingskommun"], answer["skydd"], answer["avliden"]) == ("1881", "ingen", False)
    assert "Ny" not in str(answer)
    assert OURS not in str(asked.calls[0].request.url)
    person.refresh_from_db()
    assert person.family_name == "Ny"


@responses.activate
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 500}, TransientError),
        ({"body": requests.ConnectionError("193805142381")}, TransientError),
        ({"body": "<!doctype html>", "status": 200}, TransientError),
        ({"status": 401}, PermanentError),
        ({"json": {"kod": "okand_person", "text": "Nej."}, "status": 422}, BusinessError),
        ({"json": {"person": {"id": STRANGER}}}, BusinessError),
        ({"json": {"person": "skräp"}}, PermanentError),
    ],
)
def test_each_fault_is_told_apart(person: Individual, answer: dict[str, Any], kind: type[Exception]) -> None:
    responses.post(re.compile(".*/api/personposter"), **answer)
    with pytest.raises(kind) as problem:
        ask(person)
    assert "1938" not in str(problem.value)


@responses.activate
def test_a_register_that_is_down_keeps_what_it_has() -> None:
    responses.get(re.compile(".*/api/meddelanden"), status=503)
    with pytest.raises(JobFailed, match="upptaget"):
        jobs.run("folkbokforing", "hamta")


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("folkbokforing", tmp_path_factory.mktemp("folkbokforing")) as process:
        yield process


def test_there_and_back_against_the_simulator(simulator: Simulator, person: Individual) -> None:
    with configuration.told(folkbokforing={"url": simulator.url}):
        simulator.post("/styr/skicka", {"typ": "flyttat", "nummer": OURS, "ny_kommun": "1881"})
        simulator.post("/styr/skicka", {"typ": "avliden", "nummer": STRANGER})
        simulator.post("/styr/brist", {"lage": "duplicate"})
        jobs.run("folkbokforing", "hamta")
        simulator.post("/styr/brist", {"lage": "ok"})
        assert ask(person)["folkbokforingskommun"]

    assert (InboxMessage.objects.get().payload or {})["ny_kommun"] == "1881"
    assert simulator.messages() == []
