"""A system that reaches other förlopp and units, at every operation of the API: nothing is told or done.

The operations are those of the OpenAPI document and of the facade's routes; one without a case fails.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client as Http
from django.utils import timezone

from api.house import v1
from api.models import SCOPES, Client
from api.services import subscriptions
from people.models import AccessLog, Goal, Individual, Profession, Staff, Unit
from people.services import plan
from tests import addresses, api, pages
from tests.addresses import told, writing
from workflows.models import InboxMessage, ProcessInstance, UserTask
from workflows.services import inbox

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NUMBER = "http://electronichealth.se/identifier/personnummer|193805142381"
HIDDEN = ("193805142381", "Provsson", "Yrsel", "Nyckeln", "brevlådan")
OWN = ("api_answer", "api_client", "api_token")
"""What a call keeps of itself: that it came, when, and what it was answered."""
REFUSED = {"definition", "person_ref"}
"""What is named in a body rather than in the address."""


@pytest.fixture
def ids(anna: Staff) -> dict[str, str]:
    """What a client that reaches everything has made, and Anna's ärende about Berit."""
    pages.publish()
    pages.publish("paminnelse")
    Unit.objects.get_or_create(key="soder", defaults={"name": "Söder", "area": "Söder"})
    Profession.objects.get_or_create(key="sjukgymnast", defaults={"name": "Sjukgymnast", "sphere": "hsl"})
    berit = pages.person()
    words = {"mal_text_egna_ord": "Gå till brevlådan själv."}
    goal = plan.add(Goal, individual=berit, told=words, by=anna, now=timezone.now(), sphere="hsl")
    instance = pages.start(berit, anna)
    client, _ = api.added("vardsystem")
    now = timezone.now()
    subscription = subscriptions.subscribe(
        client=client, url="https://vard.example.se/x", kinds=[], definitions=[], now=now
    )
    message = inbox.receive(source="api:vardsystem", message_id="1", raw=b'{"name": "Nyckeln"}', now=now).message
    return {
        "instance_id": str(instance.public_id),
        "task_id": str(pages.task(instance, "planera_besok").public_id),
        "subscription_id": str(subscription.public_id),
        "message_id": str(message.public_id),
        "key": "hembesok",
        "form": "planera_besok",
        "person_ref": str(berit.ref),
        "goal_id": str(goal.thread),
        "definition": "hembesok",
    }


def stranger(**more: Any) -> api.Caller:
    """It may do everything, with other förlopp and about those of another area."""
    asked: dict[str, Any] = {"definitions": ["paminnelse"], "units": ["soder"]}
    asked |= {"professions": [("sjukgymnast", "soder")]} | more
    return api.Caller(api.added("framling", **asked)[1])


BODIES: dict[str, dict[str, Any]] = {
    "instances_cancel": {"reason": "Prov av rätten"},
    "instances_start": {"definition": "{definition}", "person_ref": "{person_ref}", "answers": {"orsak": "Yrsel."}},
    "messages_send": {"name": "paminn", "person_ref": "{person_ref}", "payload": {}},
    "subscriptions_subscribe": {"url": "https://vard.example.se/y", "definitions": ["{definition}"]},
    "subscriptions_replay": {"since": "2026-01-01T00:00:00+01:00"},
    "tasks_complete": {"answers": {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}},
}


def operations() -> list[tuple[str, str, str]]:
    """Method, path and name of each."""
    paths = v1.get_openapi_schema()["paths"]
    return [(method.upper(), path, one["operationId"]) for path, all_ in paths.items() for method, one in all_.items()]


def ask(caller: api.Caller, method: str, path: str, name: str, ids: dict[str, str]) -> Any:
    address = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)
    body = json.dumps(BODIES.get(name, {}))
    for key, value in ids.items():
        body = body.replace(f"{{{key}}}", value)
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(uuid.uuid4())}
    sent = body if method == "POST" and name in BODIES else ""
    found: Any = caller.http.generic(method, address, sent, content_type="application/json", headers=headers)
    return found


def elsewhere(ids: dict[str, str]) -> dict[str, str]:
    return {key: str(uuid.uuid4()) if len(one) == 36 else "finns-inte" for key, one in ids.items()}


@pytest.mark.parametrize("scopes", [list(SCOPES), ["katalog"]], ids=["every right", "no right"])
def test_a_system_beyond_whose_reach_it_is_is_answered_as_if_nothing_were_there(
    ids: dict[str, str], scopes: list[str]
) -> None:
    caller, wrong, missing = stranger(scopes=scopes), [], elsewhere(ids)
    for method, path, name in operations():
        with writing() as tables:
            answer = ask(caller, method, path, name, ids)
        text, same = told(answer), told(ask(caller, method, path, name, missing))
        is_named = "{" in path or any(f"{{{key}}}" in json.dumps(BODIES.get(name, {})) for key in REFUSED)
        if is_named and (answer.status_code not in (404, 422) or text != same):
            wrong.append(f"{name}: {answer.status_code} is not as if it were missing")
        if "{" in path and answer.status_code != 404:
            wrong.append(f"{name}: {answer.status_code}")
        if len(scopes) == 1 and answer.status_code != 404 and name != "definitions_client":
            wrong.append(f"{name}: {answer.status_code} without the right")
        wrong += [f"{name}: writes {table}" for table in tables if not table.startswith(OWN)]
        wrong += [f"{name}: tells {one}" for one in (*HIDDEN, *ids.values()) if len(one) > 8 and one in text]
    assert wrong == []
    refused = AccessLog.objects.filter(staff_name="Framling", outcome="denied", individual__ref=ids["person_ref"])
    assert {"instance", "user_task"} == set(refused.values_list("object_type", flat=True))
    allowed = AccessLog.objects.filter(staff_name="Framling", outcome="allowed")
    assert not allowed.exclude(individual=None).exists()


def test_the_facade_tells_no_more_about_whom_it_does_not_reach_than_about_nobody(ids: dict[str, str]) -> None:
    caller = stranger()
    http, headers = caller.http, {"Authorization": f"Bearer {caller.token}"}
    routes = [one for one in addresses.routes() if one.startswith("api/fhir/")]
    kinds = {one.split("/")[2] for one in routes if "<" in one}
    assert {one.split("/")[2] for one in routes} - kinds == {"metadata", "$process-message"}
    keys = {
        "Task": ids["task_id"],
        "CarePlan": ids["instance_id"],
        "Communication": ids["message_id"],
        "Goal": ids["goal_id"],
        "CareTeam": ids["person_ref"],
    }
    assert {*keys, "Patient"} == kinds
    whole = [
        http.get(f"/api/fhir/Patient/{wanted}/$everything", headers=headers)
        for wanted in (ids["person_ref"], uuid.uuid4())
    ]
    assert {answer.status_code for answer in whole} == {404}
    assert told(whole[0]) == told(whole[1])
    for kind, key in keys.items():
        one, none = (http.get(f"/api/fhir/{kind}/{wanted}", headers=headers) for wanted in (key, uuid.uuid4()))
        assert one.status_code == 404
        assert told(one) == told(none)
        asked = [
            http.post(f"/api/fhir/{kind}/_search", {"patient.identifier": number}, headers=headers)
            for number in (NUMBER, NUMBER.replace("193805142381", "196101182803"))
        ]
        by_ref = [
            http.get(f"/api/fhir/{kind}", {"patient.identifier": f"urn:ietf:rfc:3986|urn:uuid:{ref}"}, headers=headers)
            for ref in (ids["person_ref"], str(uuid.UUID(int=1)))
        ]
        for found in (asked, by_ref):
            texts = [told(answer).replace(ids["person_ref"], str(uuid.UUID(int=1))) for answer in found]
            assert texts[0] == texts[1]
        assert ids["person_ref"] not in told(asked[0])


def test_what_is_named_in_a_body_is_refused_like_what_does_not_exist(ids: dict[str, str]) -> None:
    """Also to one that reaches the förlopp, but not the person."""
    caller = stranger(definitions=["*"])
    before = ProcessInstance.objects.count(), InboxMessage.objects.count(), UserTask.objects.count()
    answers = [ask(caller, "POST", "/api/v1/instances", "instances_start", one) for one in (
        ids, ids | {"person_ref": str(uuid.uuid4())}
    )]  # fmt: skip
    assert {answer.status_code for answer in answers} == {422}
    assert told(answers[0]) == told(answers[1])
    assert before == (ProcessInstance.objects.count(), InboxMessage.objects.count(), UserTask.objects.count())
    protected = pages.person("196101182803", "Sigrid", "sekretessmarkering")
    Individual.objects.filter(pk=protected.pk).update(area="Söder")
    hidden = ask(caller, "POST", "/api/v1/instances", "instances_start", ids | {"person_ref": str(protected.ref)})
    assert told(hidden) == told(answers[1])


def test_no_token_opens_nothing(ids: dict[str, str]) -> None:
    client = Client.objects.get(key="vardsystem")
    for token in ("", "forlopp_fel", str(client.pk)):
        caller = api.Caller(token)
        statuses = {ask(caller, method, path, name, ids).status_code for method, path, name in operations()}
        assert statuses == {401}
    with_session = Http()
    with_session.force_login(Staff.objects.get(username="anna"))
    assert with_session.get(f"/api/v1/instances/{ids['instance_id']}").status_code == 401
