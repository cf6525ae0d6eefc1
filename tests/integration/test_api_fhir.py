"""The FHIR facade: read and search by person, and a message in, judged by a FHIR library."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from integrations.region.fhir import bundles
from people.models import AccessLog, Individual, Staff
from tests import api, forlopp, pages
from tests.fakes import region
from workflows import definitions
from workflows.models import InboxMessage, ProcessInstance, UserTask
from workflows.services import deployments, user_tasks

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
NUMBER = "http://electronichealth.se/identifier/personnummer"
PLAN = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


class Fhir:
    """A caller of the facade."""

    def __init__(self, caller: api.Caller) -> None:
        self.http, self.headers = caller.http, {"Authorization": f"Bearer {caller.token}"}

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(path if path.startswith("http") else f"/api/fhir/{path}", query, headers=self.headers)

    def search(self, kind: str, number: str, system: str = NUMBER, **more: str) -> Any:
        told = {"patient.identifier": f"{system}|{number}"} | more
        return self.http.post(f"/api/fhir/{kind}/_search", told, headers=self.headers)

    def message(self, bundle: object, media: str = "application/fhir+json") -> Any:
        return self.http.post("/api/fhir/$process-message", bundle, content_type=media, headers=self.headers)


def found(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/fhir+json")
    bundle = Bundle.model_validate_json(answer.content)
    assert bundle.type == "searchset"
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def notice(event: str = "borja", nr: str = "7", number: str = "196101182803", **change: Any) -> dict[str, Any]:
    header = {
        "resourceType": "MessageHeader",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event}{nr}")),
        "eventCoding": {"system": "urn:prov", "code": event},
        "source": {"endpoint": "https://region.example.se/fhir"},
    }
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "http://electronichealth.se/id/personnummer", "value": number}],
        "name": [{"family": "Prov (påhittad)", "given": ["Birgitta"]}],
    }
    told = {"resourceType": "Parameters", "parameter": [{"name": "nr", "valueString": nr}]}
    entries = [{"resource": resource} for resource in (header, patient, told)]
    bundle = {"resourceType": "Bundle", "type": "message", "timestamp": "2026-11-23T08:00:00+01:00", "entry": entries}
    return bundle | change


def test_a_persons_tasks_and_arenden_are_found_by_number_and_told_without_it(anna: Staff) -> None:
    fhir = Fhir(api.calling(professions=["samordnare"]))
    instance = pages.start(pages.person(), anna)
    user_tasks.complete(task=UserTask.objects.get(), answers=PLAN, by=anna, now=timezone.now())
    answer = fhir.search("Task", "19380514-2381")
    tasks = found(answer)
    assert {(task["code"]["text"], task["status"]) for task in tasks} == {
        (one.name, "completed" if one.state == "completed" else "requested") for one in UserTask.objects.all()
    }
    assert {task["basedOn"][0]["reference"] for task in tasks} == {f"CarePlan/{instance.public_id}"}
    plans = found(fhir.search("CarePlan", "193805142381", system="urn:oid:1.2.752.129.2.1.3.1"))
    assert [(plan["status"], plan["title"], len(plan["activity"])) for plan in plans] == [("active", "Hembesök", 2)]
    told = answer.content.decode()
    assert "0514" not in told
    assert "Berit" not in told
    assert plans[0]["subject"]["identifier"]["value"] == f"urn:uuid:{instance.individual.ref}"
    again = found(fhir.get("Task", **{"patient:identifier": f"urn:ietf:rfc:3986|urn:uuid:{instance.individual.ref}"}))
    assert again == tasks
    one = fhir.get(f"Task/{tasks[0]['id']}")
    assert one.json() == tasks[0]
    assert fhir.get(f"CarePlan/{instance.public_id}").json() == plans[0]
    logged = set(AccessLog.objects.filter(staff_name="Hjalpmedel").values_list("action", "object_type"))
    assert logged == {
        ("search", "fhir.Task"),
        ("search", "fhir.CarePlan"),
        ("read", "fhir.Task"),
        ("read", "fhir.CarePlan"),
    }


def test_of_the_other_sphere_it_is_told_that_there_is_something_to_do_and_not_what(anna: Staff) -> None:
    fhir = Fhir(api.calling())
    pages.start(pages.person(), anna)
    task = found(fhir.search("Task", "193805142381"))[0]
    assert task["code"]["text"] == "Socialtjänst: en uppgift"
    assert "performerType" not in task


def test_a_long_search_comes_a_page_at_a_time_with_nothing_in_the_addresses(anna: Staff) -> None:
    fhir = Fhir(api.calling(professions=["samordnare"]))
    for _ in range(5):
        pages.start(pages.person(), anna)
    seen = []
    answer = fhir.search("Task", "193805142381", _count="2", status="requested")
    while True:
        seen += [task["id"] for task in found(answer)]
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
        assert "0514" not in str(links)
        if "next" not in links:
            break
        answer = fhir.get("Task?" + links["next"].split("?")[1])
    assert seen == [str(one.public_id) for one in UserTask.objects.order_by("-pk")]
    assert fhir.get("Task", _page="W10").status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"patient.identifier": f"{NUMBER}|193805142381"}, 400),
        ({"patient.identifier": "urn:okant|1"}, 400),
        ({}, 400),
        ({"name": "Berit"}, 400),
        ({"patient.identifier": "urn:ietf:rfc:3986|urn:uuid:x"}, 400),
    ],
)
def test_a_search_that_must_not_be_made_is_told_so_as_an_outcome(query: dict[str, str], status: int) -> None:
    answer = Fhir(api.calling()).get("Task", **query)
    assert answer.status_code == status
    OperationOutcome.model_validate_json(answer.content)


def test_what_is_beyond_reach_is_an_empty_page_or_not_there(anna: Staff) -> None:
    pages.publish("alla_fragor")
    caller = api.calling(definitions=["alla_fragor"])
    instance = pages.start(pages.person(), anna)
    fhir = Fhir(caller)
    unknown = fhir.search("Task", "194102032390")
    hidden = fhir.search("Task", "193805142381")
    assert found(unknown) == found(hidden) == []
    assert fhir.get(f"CarePlan/{instance.public_id}").status_code == 404
    assert fhir.get(f"Task/{UserTask.objects.get().public_id}").content == fhir.get(f"Task/{uuid.uuid4()}").content
    assert Fhir(api.Caller("fel")).get("Task").status_code == 401
    none = Fhir(api.Caller(api.added("utan", scopes=["arenden:read"])[1]))
    assert none.search("Task", "193805142381").status_code == 404
    assert none.message(notice()).status_code == 404


def test_what_it_can_is_told_to_anyone() -> None:
    answer = Fhir(api.Caller("")).get("metadata")
    stated = CapabilityStatement.model_validate_json(answer.content)
    assert stated.fhirVersion == "4.0.1"


def test_a_message_bundle_starts_its_arende_once_and_is_found_as_a_communication() -> None:
    forlopp.publish()
    fhir = Fhir(api.Caller(api.added()[1]))
    answers = [fhir.message(notice()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    Bundle.model_validate_json(answers[0].content)
    header = answers[0].json()["entry"][0]["resource"]
    assert (header["response"]["code"], header["response"]["identifier"]) == (
        "ok",
        notice()["entry"][0]["resource"]["id"],
    )
    row = InboxMessage.objects.get()
    assert (row.source, row.state, row.copies) == ("fhir:hjalpmedel", "done", 3)
    assert json.loads(bytes(row.raw))["resourceType"] == "Bundle"
    instance = ProcessInstance.objects.get()
    assert instance.individual.given_name == "Birgitta"
    assert "19610118" not in f"{instance.engine_state}"
    told = found(fhir.search("Communication", "196101182803"))
    assert [(one["id"], one["status"], one["about"][0]["reference"]) for one in told] == [
        (str(row.public_id), "completed", f"CarePlan/{instance.public_id}")
    ]
    assert fhir.get(f"Communication/{row.public_id}").json() == told[0]


@pytest.mark.parametrize(
    "bundle",
    [
        {},
        [],
        {"resourceType": "Bundle", "type": "message"},
        {"resourceType": "Bundle", "type": "searchset", "entry": []},
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "Nonsens"}}]},
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "Patient"}}]},
        notice("okant"),
        notice(nr="Se 19610118-2803"),
    ],
)
def test_what_is_no_message_for_us_is_refused_and_not_stored(bundle: Any) -> None:
    forlopp.publish()
    answer = Fhir(api.Caller(api.added()[1])).message(bundle)
    assert answer.status_code == 422
    OperationOutcome.model_validate_json(answer.content)
    assert not InboxMessage.objects.exists()


def test_the_same_id_with_another_content_is_a_conflict_and_a_wrong_number_is_a_stopp_for_people() -> None:
    forlopp.publish()
    fhir = Fhir(api.Caller(api.added()[1]))
    assert fhir.message(notice()).status_code == 200
    assert fhir.message(notice(timestamp="2026-11-23T09:00:00+01:00")).status_code == 409
    assert fhir.message(notice(nr="8", number="196101182804")).status_code == 200
    assert InboxMessage.objects.get(state="stopped").individual is None
    assert Individual.objects.count() == 1


def test_a_client_that_speaks_for_the_region_is_read_by_its_connector() -> None:
    deployments.publish(folder=definitions.read(ROOT / "bpmn" / "trygg_hemgang"), by=None, now=timezone.now())
    fhir = Fhir(api.Caller(api.added(source="region")[1]))
    bundle = bundles.written(region.notice())
    assert [fhir.message(bundle).status_code for _ in range(2)] == [200, 200]
    row = InboxMessage.objects.get()
    assert (row.source, row.message_id, row.state, row.name) == ("region", "m-1", "done", "inskrivningsmeddelande")
    assert ProcessInstance.objects.get().definition.key == "trygg_hemgang"


def test_signs_that_fhir_does_not_know_do_not_stop_it_from_telling(anna: Staff) -> None:
    fhir = Fhir(api.calling(professions=["samordnare"]))
    pages.start(pages.person(), anna)
    UserTask.objects.update(name="Ring\u00a0Berit\u2003i dag")
    assert found(fhir.search("Task", "193805142381"))[0]["code"]["text"] == "Ring Berit i dag"
