"""Numbers, names and words about people go in at every door; in nothing that is written for others do they come out."""

from __future__ import annotations

import base64
import datetime
import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
import responses
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from integrations import configuration, jobs
from integrations.hemtjanst import contracts
from integrations.models import Dispenser
from integrations.notis import client as notis_client
from integrations.runner.attempt import LEASE, Attempt
from integrations.runner.lane import Lane
from people.models import Individual, Staff
from people.services import individuals
from tasks import webpush
from tasks.models import Channel, NoticeKind, Pace
from tasks.services import notifying, sending
from tests import api, batches, forlopp, overheard, pages, sdk
from tests.fakes.region import notice
from tests.overheard import EVERYTHING, NUMBER, SPELLINGS, WORDS, Overheard
from web import webhooks
from workflows import connectors
from workflows.connectors import BusinessError
from workflows.models import Incident, UserTask
from workflows.services import inbox, outbox, user_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PROFESSIONS = [
    "samordnare",
    "it_drift",
    "processagare",
    "arkivarie",
    "dataskyddsombud",
    "publicerare",
    "statistik",
    "logggranskare",
    "enhetschef",
    "ekonomi",
    "statistikansvarig",
]
FIELDS = [
    "sok",
    "q",
    "text",
    "svar",
    "namn",
    "orsak",
    "anteckning",
    "personnummer",
    "skal",
    "kommentar",
    "titel",
    "innehall",
    "besoksdag",
    "varfor",
]
NOT_PAGES = ("/logga-ut", "/demo", "/api/v1", "/scim", "/komponenter")
RANDOM = uuid.UUID("7d444840-9dc0-41d1-b245-5ffdce74fad2")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Overheard]:
    """Whatever the test does, nothing about anyone may have been told when it is over."""
    with overheard.listening(monkeypatch, capfd) as ears:
        yield ears
    assert ears.leaks() == []


@pytest.fixture
def annfrid(db: None) -> Staff:
    member = pages.staff("annfrid", PROFESSIONS[0])
    for profession in PROFESSIONS[1:]:
        pages.join(member, profession)
    return member


@pytest.fixture
def bertilda(db: None) -> Individual:
    found, _ = individuals.find_or_create(
        identity_type="personnummer", identity_number="193805142381", given_name="Bertilda", family_name="Kvastsjö",
        street_address="Kvastgatan 7", city="Örebro", now=timezone.now(),
    )  # fmt: skip
    return found


@pytest.fixture
def given(annfrid: Staff, bertilda: Individual) -> dict[str, list[Any]]:
    """What may stand in an address: what exists, and what somebody has typed there."""
    pages.publish()
    instance = pages.start(bertilda, annfrid)
    task = pages.task(instance, "planera_besok")
    return {
        "uuid": [task.public_id, instance.public_id, RANDOM],
        "ref": [bertilda.ref, RANDOM],
        "slug": ["hembesok", "Bertilda", "380514-2381"],
        "text": ["planera_besok", "Bertilda Kvastsjö 19380514-2381"],
        "int": [1, 3805142381],
    }


def patterns(found: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


def addresses(given: dict[str, list[Any]], turn: int) -> list[str]:
    """Every address of the product, with so many steps on in what may stand in it."""
    made = set()
    for route, pattern in patterns(get_resolver().url_patterns):
        address = route.strip("^")
        for name, converter in pattern.pattern.converters.items():
            kind = next((one for one in ("uuid", "slug", "int") if one in type(converter).__name__.lower()), "text")
            values = given["ref" if name == "ref" else kind]
            start, end = address.index("<"), address.index(">") + 1
            address = address[:start] + str(values[turn % len(values)]) + address[end:]
        made.add(f"/{address}")
    return sorted(made)


def test_every_page_whatever_is_typed_in_it_or_in_its_address(
    heard: Overheard, annfrid: Staff, given: dict[str, list[Any]]
) -> None:
    client = pages.logged_in(annfrid)
    client.raise_request_exception = False
    typed = dict.fromkeys(FIELDS, EVERYTHING) | {"next": f"/personer/?sok={NUMBER}", "action": "spara"}
    places = [one for one in addresses(given, 0) if not one.startswith(NOT_PAGES)]
    for place in places:
        answer = client.post(place, typed, headers={"Referer": f"https://forlopp.example.se/?sok={NUMBER}"})
        heard.hear("addresses", *(to for to in overheard.addresses(answer) if "/logga-in/" not in to))
    for place in [*places, *(one for turn in (1, 2) for one in addresses(given, turn) if one not in places)]:
        client.get(place, {"sok": "Bertilda Kvastsjö", "fran": NUMBER})
    assert len(places) > 180
    assert {line["event"] for line in overheard.lines(heard)} <= {"request"}


def test_a_page_that_breaks_tells_a_reference_and_the_log_tells_where(heard: Overheard, annfrid: Staff) -> None:
    client = pages.logged_in(annfrid)
    client.raise_request_exception = False
    broken = IntegrityError(f"Failing row contains ({EVERYTHING})")
    with mock.patch("people.sessions.Middleware.process_view", side_effect=broken, create=True):
        answer = client.post("/personer/", {"sok": NUMBER})
    assert answer.status_code == 500
    heard.hear("error page", pages.text(answer))


def test_every_call_of_the_api(heard: Overheard, given: dict[str, list[Any]], bertilda: Individual) -> None:
    token = api.added(professions=[("samordnare", "norr")])[1]
    http = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)
    person = {"number": NUMBER, "given_name": "Bertilda", "family_name": "Kvastsjö"}
    bodies: list[Any] = [
        {"definition": "hembesok", "person": person, "answers": {"orsak": EVERYTHING}},
        dict.fromkeys(("source", "message_id", "content", "reason", "userName", "externalId", "id"), EVERYTHING),
        [EVERYTHING],
    ]
    for place in addresses(given, 0):
        if place.startswith(("/api/", "/scim/")):
            for number, body in enumerate(bodies):
                key = {"Idempotency-Key": f"{NUMBER}-{number}"}
                http.post(place, json.dumps(body), content_type="application/json", headers=key)
            http.generic("PATCH", place, json.dumps(bodies[1]), content_type="application/scim+json")
            http.post(place, {"patient.identifier": f"urn:x|{NUMBER}"})
            http.get(place, {"person": NUMBER, "filter": f'userName eq "{EVERYTHING}"'})
    assert UserTask.objects.filter(instance__individual=bertilda).count() > 1


def test_webhooks_of_every_system(heard: Overheard, bertilda: Individual, monkeypatch: pytest.MonkeyPatch) -> None:
    http = Client(raise_request_exception=False)
    Dispenser.objects.create(vendor="pahittad", serial="MG-1", individual=bertilda)
    event = {"handelse_id": NUMBER, "typ": EVERYTHING, "enhet_serienr": "Bertilda", "leverantor": "pahittad"}
    known = {"handelse_id": "1", "typ": "dos_missad", "enhet_serienr": "MG-1", "leverantor": "pahittad"}
    known |= dict.fromkeys(("planerad_dt", "intraffad_dt"), "2026-11-23T08:00:00+01:00") | {"allvar": EVERYTHING}
    at = int(time.time())
    for number, body in enumerate([json.dumps(event), json.dumps(known), EVERYTHING, f'{{"{EVERYTHING}": NaN}}']):
        raw = body.encode()
        for message_id, secret in ((f"{NUMBER}-{number}", "only-for-tests"), (f"w-{number}", EVERYTHING)):
            signed = webhooks.sign(secret, message_id, at, raw)
            told = {"webhook-id": message_id, "webhook-timestamp": str(at), "webhook-signature": signed}
            http.post("/integrationer/medicingivare/handelser", raw, content_type="application/json", headers=told)
    monkeypatch.setenv("REGION_IN", "hemlig")
    with configuration.told(region={"url": "http://127.0.0.1:9", "incoming_tokens": {"env": "REGION_IN"}}):
        for body in (EVERYTHING, f"<Envelope>{EVERYTHING}</Envelope>", json.dumps(notice(personnummer=NUMBER))):
            told = {"Authorization": "Bearer hemlig"}
            http.post("/integrationer/region/soap", body.encode(), content_type="text/xml", headers=told)
    with configuration.told(notis={"url": "http://sms.invalid", "user": "u", "reply_secrets": "hemlig"}):
        for secret in ("hemlig", EVERYTHING):
            told = {"Authorization": "Basic " + base64.b64encode(f"svar:{secret}".encode()).decode()}
            reply = {"id": NUMBER, "from": "+46701740610", "message": EVERYTHING}
            http.post("/integrationer/notis/svar", json.dumps(reply), content_type="application/json", headers=told)
        key = uuid.uuid4()
        told = {"Authorization": "Basic " + base64.b64encode(f"rapport:{notis_client.password(key)}".encode()).decode()}
        http.post(f"/integrationer/notis/rapport/{key}", {"id": EVERYTHING, "status": EVERYTHING}, headers=told)
    for failure in (DatabaseError(EVERYTHING), ValueError(EVERYTHING)):
        with mock.patch.object(inbox, "receive", side_effect=failure):
            raw = json.dumps(known).encode()
            told = {"webhook-id": "w-9", "webhook-timestamp": str(at)}
            told |= {"webhook-signature": webhooks.sign("only-for-tests", "w-9", at, raw)}
            http.post("/integrationer/medicingivare/handelser", raw, content_type="application/json", headers=told)


@responses.activate
def test_what_is_fetched_read_from_files_and_cannot_be_understood(heard: Overheard, tmp_path: Path) -> None:
    bad = [{"id": NUMBER, "namn": EVERYTHING}, EVERYTHING, notice(personnummer=EVERYTHING), {"meddelande_id": NUMBER}]
    refusal = {"kod": "nej", "text": EVERYTHING}
    for method, status, told in (("GET", 200, bad), ("POST", 422, refusal)):
        responses.add(method, re.compile("http://127.0.0.1.*"), json=told, status=status)
    (tmp_path / "sdk" / "in").mkdir(parents=True)
    (tmp_path / "sdk" / "in" / f"{NUMBER}.xml").write_text(f"<a>{EVERYTHING}</a>", encoding="utf-8")
    rows = [dict.fromkeys(contracts.VISIT_COLUMNS, EVERYTHING)]
    batches.put(tmp_path, "besok_norr_1880_20261121.csv", batches.written(rows, list(contracts.VISIT_COLUMNS)))
    with sdk.counterpart(tmp_path), batches.watched(tmp_path):
        asked = jobs.scheduled()
        for job in asked:
            try:
                jobs.run(job.system.key, job.job.key)
            except jobs.JobFailed as failed:
                heard.hear("prefect", f"{job.key} {failed!r}")
    assert len(asked) >= 5
    assert heard.told["prefect"]
    (tmp_path / "personal.csv").write_text(f"id;fornamn;efternamn;profession;enhet\n{EVERYTHING};{EVERYTHING}\n")
    with pytest.raises(CommandError) as refused:
        call_command("sync_directory", str(tmp_path))
    heard.hear("printed", refused.value)


class Prefect(ModuleType):
    """In its place, and at once: what it would be given, and what it would store."""

    class DeliveryFailed(Exception):
        """As ours."""

    def __init__(self, heard: Overheard) -> None:
        super().__init__("integrations.runner.flows")
        self.attempts: dict[uuid.UUID, Attempt] = {}
        self._heard = heard

    async def deliver(self, key: str) -> None:
        attempt = self.attempts[uuid.UUID(key)]
        attempt.run()
        self._heard.hear("prefect", f"{key} {attempt.failure}")

    def start(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """It waits for nothing."""
        with pytest.raises(StopIteration):
            work.send(None)
        ended: Future[None] = Future()
        ended.set_result(None)
        return ended


@pytest.mark.parametrize(
    "failure", [ValueError(EVERYTHING), BusinessError("nej", EVERYTHING), DatabaseError(EVERYTHING)]
)
def test_calls_that_break_and_their_stopp(
    heard: Overheard, annfrid: Staff, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    forlopp.publish()
    inbox.receive(source="prov", message_id=NUMBER, raw=forlopp.message("borja", svar=EVERYTHING), now=timezone.now())
    user_tasks.complete(task=UserTask.objects.get(), answers={"svar": EVERYTHING}, by=annfrid, now=timezone.now())
    call = mock.Mock(side_effect=failure)
    monkeypatch.setitem(
        connectors._registry.operations, "prov.ring", connectors.Operation("prov.ring", "", {}, {}, call)
    )
    prefect, lane = Prefect(heard), Lane("http://127.0.0.1:9/api")
    monkeypatch.setitem(sys.modules, "integrations.runner.flows", prefect)
    monkeypatch.setattr("integrations.runner.flows", prefect, raising=False)
    monkeypatch.setattr(lane._loop, "start", prefect.start)
    monkeypatch.setattr(lane._probe, "answers", lambda: True)
    lane._is_loaded = True
    for claimed in outbox.claim(worker="prov", now=timezone.now(), lease=LEASE):
        lane.run(Attempt(claimed, clock=timezone.now))
    monkeypatch.undo()
    lane.stop()
    assert call.called
    assert [told.split()[1:] for told in heard.told["prefect"]] != []


def test_messages_that_cannot_be_used_and_the_worker(heard: Overheard, annfrid: Staff, bertilda: Individual) -> None:
    forlopp.publish()
    now = timezone.now()
    for number, spelled in enumerate(SPELLINGS):
        raw = forlopp.message("borja", nr=spelled, person=spelled, namn=EVERYTHING)
        inbox.receive(source="prov", message_id=f"{spelled}", raw=raw, now=now)
        inbox.receive(source="prov", message_id=f"{number}", raw=f'{{"typ": "{EVERYTHING}"'.encode(), now=now)
    with mock.patch("workflows.services.messages.publish", side_effect=ValueError(EVERYTHING)):
        inbox.receive(source="prov", message_id="trasig", raw=forlopp.message("info"), now=now)
    call_command("work", "--once")
    call_command("verify_log")
    assert Incident.objects.exists()


def test_notices_by_letter_and_to_devices(
    heard: Overheard, annfrid: Staff, given: dict[str, list[Any]], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FORLOPP_MAIL, settings.FORLOPP_ADDRESS = "smtp", "https://forlopp.example.se"
    monkeypatch.setattr(webpush, "send", lambda _device, notice, **_more: heard.hear("devices", json.dumps(notice)))
    Staff.objects.filter(pk=annfrid.pk).update(email="chef@example.se")
    now = timezone.now()
    choices = {(Channel.MAIL.value, kind): Pace.NOW.value for kind in NoticeKind.values}
    member = Staff.objects.get(pk=annfrid.pk)
    notifying.choose(
        by=member, choices=choices, times=notifying.Times(daily_at=datetime.time(8)), address="", now=now - 2 * LEASE
    )
    UserTask.objects.update(priority=1, due_sort=now)
    notifying.find(now=now + LEASE)
    assert sending.send_due(now=now + LEASE) == 1
    with mock.patch("tasks.letters.send", side_effect=OSError(EVERYTHING)):
        sending.send_due(now=now + 9 * LEASE)


def test_the_ears_hear(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Without this the others could be deaf: each word is heard however it is spelled, as text, JSON or address."""
    with overheard.listening(monkeypatch, capfd) as ears:
        logging.getLogger("workflows.prov").error("om %s igen", "Bertilda")
        sys.stderr.write("Kvastsjö\n")
    for word in WORDS:
        ears.hear(word, f"a {word} b")
        ears.hear(f"{word} as JSON", json.dumps({"a": word}))
        ears.hear(f"{word} in an address", f"/personer/?{urlencode({'sok': word})}")
    heard_in = {place for place, _ in ears.leaks()}
    assert heard_in == {
        "log",
        "printed",
        *(f"{word}{how}" for word in WORDS for how in ("", " as JSON", " in an address")),
    }
