"""What became of messages, in any order and told of once; what people answer; and a förlopp that goes on by it."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import responses
import time_machine
from django.db import OperationalError
from django.test import Client

from integrations import configuration
from integrations.models import Dispatch, DispatchReport, OptOut
from integrations.notis import client, outcomes
from integrations.runner.attempt import LEASE, Attempt
from people.models import Individual
from tests import notis, pages
from tests.notis import BATCHES, NOW, NUMBER, SMS, TEXT, TOLD, berit, contact, refused, row, send, sent
from workflows.connectors import TransientError
from workflows.models import InboxMessage, InboxState, Incident, OutboxMessage, OutboxState, ProcessInstance, UserTask
from workflows.services import instances, outbox, user_tasks

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def told() -> Iterator[dict[str, Any]]:
    with configuration.told(notis=TOLD):
        yield dict(TOLD)


@pytest.fixture
def provider() -> Iterator[responses.RequestsMock]:
    with notis.providing() as mock:
        yield mock


def report(key: uuid.UUID, status: str, *, number: str = "s0", password: str | None = None) -> int:
    told = f"rapport:{client.password(key) if password is None else password}"
    return (
        Client()
        .post(
            f"/integrationer/notis/rapport/{key}",
            f"id={number}&status={status}&delivered=2026-11-23T09%3A01%3A00",
            content_type="application/x-www-form-urlencoded",
            headers={"Authorization": "Basic " + base64.b64encode(told.encode()).decode()},
        )
        .status_code
    )


# -- what became of it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["sent", "delivered"], "60_levererat"),
        (["delivered", "sent"], "60_levererat"),
        (["delivered", "delivered", "sent", "sent"], "60_levererat"),
        (["failed"], "50_misslyckat"),
        (["failed", "delivered"], "60_levererat"),
        (["delivered", "failed"], "60_levererat"),
        (["sent"], "30_skickat"),
        (["what", "created"], "30_skickat"),
    ],
)
def test_reports_in_any_order_end_the_same(provider: responses.RequestsMock, words: list[str], state: str) -> None:
    key = uuid.uuid4()
    send(berit(), key)
    assert [report(key, word) for word in words] == [204] * len(words)
    assert row(key).state == state
    assert DispatchReport.objects.count() == len(set(words) & {"sent", "delivered", "failed"})


def test_a_report_that_comes_before_the_answer_is_the_answer(provider: responses.RequestsMock) -> None:
    someone, key = berit(), uuid.uuid4()

    def first(_request: Any) -> tuple[int, dict[str, str], str]:
        assert report(key, "delivered", number="s9") == 204
        return 200, {}, json.dumps({"id": "s9"})

    provider.remove("POST", SMS)
    provider.add_callback("POST", SMS, first)
    send(someone, key)
    assert (row(key).state, row(key).provider_id) == ("60_levererat", "s9")


def test_a_report_needs_the_password_of_its_message(provider: responses.RequestsMock) -> None:
    key, other = uuid.uuid4(), uuid.uuid4()
    send(berit(), key)
    assert report(key, "delivered", password="") == 401
    assert report(key, "delivered", password=client.password(other)) == 401
    assert Client().post(f"/integrationer/notis/rapport/{key}", {"status": "delivered"}).status_code == 401
    assert row(key).state == "30_skickat"
    assert report(other, "delivered") == 204, "a message that is gone is not to be told of again"


def test_a_report_that_cannot_be_stored_is_to_come_again(
    provider: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid.uuid4()
    send(berit(), key)

    def gone(*_args: object, **_rest: object) -> None:
        raise OperationalError

    monkeypatch.setattr("integrations.notis.outcomes.note", gone)
    assert report(key, "delivered") == 503


@pytest.mark.parametrize(("said", "state"), [("Delivered", "60_levererat"), ("Expired", "50_misslyckat")])
def test_the_other_dialect_is_asked(said: str, state: str, told: dict[str, Any], clock: time_machine.Traveller) -> None:
    key = uuid.uuid4()
    with configuration.told(notis=told | {"dialect": "batch"}), responses.RequestsMock() as mock:
        mock.post(BATCHES, json={"id": "b1"}, status=201)
        send(berit(), key)
        assert "whendelivered" not in str(mock.calls[0].request.body)
        outcomes.look()
        clock.shift(timedelta(minutes=1))
        asked = mock.get(re.compile(r".*/batches/b1/delivery_report"), json={"statuses": [{"status": "Queued"}]})
        outcomes.look()
        assert (row(key).state, asked.call_count) == ("30_skickat", 1)
        mock.replace(mock.GET, re.compile(r".*/batches/b1/delivery_report"), json={"statuses": [{"status": said}]})
        clock.shift(timedelta(minutes=1))
        outcomes.look()
        clock.shift(timedelta(hours=1))
        outcomes.look()
        assert (row(key).state, len(mock.calls)) == (state, 3)


def test_silence_is_asked_about_less_and_less_and_ends_as_unknown(
    provider: responses.RequestsMock, clock: time_machine.Traveller
) -> None:
    key = uuid.uuid4()
    send(berit(), key, svara_om_utfall=True)
    asked = provider.get(re.compile(r".*/sms/s0$"), json={"id": "s0", "status": "sent"})
    for _ in range(24 * 60 + 1):
        clock.shift(timedelta(minutes=1))
        outcomes.look() if Dispatch.objects.filter(look_at__lte=datetime.now(UTC)).exists() else None
    assert row(key).state == "40_okant"
    assert asked.call_count < 40
    assert InboxMessage.objects.get().message_id == f"utfall-{key}"
    assert report(key, "delivered") == 204
    assert (row(key).state, row(key).outcome) == ("60_levererat", "okant")
    assert InboxMessage.objects.count() == 1, "an ärende is told once"


def test_a_provider_that_is_down_is_asked_about_one_and_the_rest_is_done(
    provider: responses.RequestsMock, clock: time_machine.Traveller
) -> None:
    someone, keys = berit(), [uuid.uuid4() for _ in range(3)]
    for key in keys:
        send(someone, key)
    down = provider.get(re.compile(r".*/sms/s\d$"), status=503)
    clock.shift(timedelta(days=1))
    with pytest.raises(TransientError):
        outcomes.look()
    assert down.call_count == 1
    assert sorted(Dispatch.objects.values_list("state", flat=True)) == ["30_skickat", "40_okant", "40_okant"]


def test_addresses_and_texts_are_forgotten(provider: responses.RequestsMock, clock: time_machine.Traveller) -> None:
    key = uuid.uuid4()
    send(berit(), key)
    report(key, "delivered")
    clock.shift(timedelta(days=91))
    outcomes.look()
    assert (row(key).address, row(key).text, row(key).state) == ("", "", "60_levererat")


# -- answers -----------------------------------------------------------------------------------------------------------


def reply(
    text: str,
    *,
    sender: str = NUMBER,
    number: str = "r1",
    word: str = "hemligt",
    as_json: bool = False,
) -> int:
    told = {"id": number, "from": sender, "to": "+46766860000", "body" if as_json else "message": text}
    credentials = base64.b64encode(f"svar:{word}".encode()).decode()
    body = json.dumps(told) if as_json else "&".join(f"{key}={quote(value)}" for key, value in told.items())
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    response = Client().post(
        "/integrationer/notis/svar", body, content_type=kind, headers={"Authorization": f"Basic {credentials}"}
    )
    assert response.content == b"", "a text would be sent to the one who answered"
    return response.status_code


@pytest.fixture
def replying(told: dict[str, Any], settings: Any) -> Iterator[None]:
    settings.FORLOPP_TOLD = {"SVAR": "gammalt,hemligt"}.get
    with configuration.told(notis=told | {"reply_secrets": {"env": "SVAR"}, "sender": "+46766860000"}):
        yield


@pytest.mark.usefixtures("replying")
def test_stopp_is_obeyed_at_once_and_start_lifts_it(provider: responses.RequestsMock) -> None:
    someone = berit()
    send(someone)
    assert reply(" Stopp! ", sender="070-174 06 10") == 204
    assert reply("STOPP", number="r2", as_json=True) == 204
    assert OptOut.objects.count() == 1
    assert refused(someone) == "avbojt"
    assert reply("start", number="r3") == 204
    send(someone)
    assert len(sent(provider)) == 2
    assert not InboxMessage.objects.exists()


@pytest.mark.usefixtures("replying")
def test_what_somebody_answers_is_read_by_a_person(provider: responses.RequestsMock) -> None:
    someone = berit()
    send(someone)
    assert reply("Kan ni komma klockan elva?") == 204
    assert reply("Kan ni komma klockan elva?") == 204
    message = InboxMessage.objects.get()
    assert (message.individual, (message.payload or {})["text"]) == (someone, "Kan ni komma klockan elva?")
    assert Incident.objects.get(message=message).group == "samordnare"
    assert reply("Vem är ni?", sender="+46701740699", number="r9") == 204
    unknown = InboxMessage.objects.latest("pk")
    assert unknown.state == InboxState.STOPPED
    assert unknown.individual is None
    assert Incident.objects.filter(message=unknown).exists()


@pytest.mark.usefixtures("replying")
def test_an_answer_from_nobody_we_trust_is_not_taken(provider: responses.RequestsMock) -> None:
    assert reply("STOPP", word="gissat") == 401
    assert reply("STOPP", word="") == 401
    assert not OptOut.objects.exists()


# -- the förlopp -------------------------------------------------------------------------------------------------------


@pytest.fixture
def booked(clock: time_machine.Traveller) -> Callable[..., ProcessInstance]:
    pages.publish("paminnelse")
    coordinator = pages.staff("samordnare", "samordnare")

    def book(individual: Individual, who: str = "person") -> ProcessInstance:
        instance = instances.start(
            definition_key="paminnelse",
            individual=individual,
            by=coordinator,
            now=datetime.now(UTC),
            business_key=str(uuid.uuid4()),
        )
        answers = {"tid": notis.VISIT, "mottagare": who}
        user_tasks.complete(
            task=UserTask.objects.get(element_id="boka", instance=instance),
            answers=answers,
            by=coordinator,
            now=datetime.now(UTC),
        )
        return instance

    return book


def deliver() -> None:
    for claimed in outbox.claim(worker="prov", now=datetime.now(UTC), lease=LEASE):
        Attempt(claimed, clock=lambda: datetime.now(UTC)).run()


def outcome(instance: ProcessInstance) -> str:
    instance.refresh_from_db()
    return instance.outcome


def open_tasks() -> list[str]:
    return list(UserTask.objects.filter(state="open").values_list("element_id", flat=True))


def test_who_got_the_message_is_not_rung_up(
    booked: Callable[..., ProcessInstance], provider: responses.RequestsMock
) -> None:
    instance = booked(berit())
    deliver()
    assert sent(provider)[0]["message"] == TEXT
    key = OutboxMessage.objects.get().key
    report(key, "sent")
    assert outcome(instance) == ""
    report(key, "delivered")
    report(key, "delivered")
    assert outcome(instance) == "vet"
    assert InboxMessage.objects.get().state == InboxState.DONE


def test_who_cannot_be_reached_so_is_rung_up(
    booked: Callable[..., ProcessInstance], provider: responses.RequestsMock
) -> None:
    booked(pages.person())
    deliver()
    assert open_tasks() == ["ring"]
    assert not Incident.objects.exists(), "the diagram has said what is to be done"
    assert sent(provider) == []


def test_whose_message_did_not_arrive_is_rung_up(
    booked: Callable[..., ProcessInstance], provider: responses.RequestsMock
) -> None:
    booked(berit())
    deliver()
    report(OutboxMessage.objects.get().key, "failed")
    assert open_tasks() == ["ring"]


def test_a_message_of_the_night_waits_in_nobodys_way_and_goes_in_the_morning(
    booked: Callable[..., ProcessInstance], provider: responses.RequestsMock, clock: time_machine.Traveller
) -> None:
    clock.move_to(NIGHT)
    someone = berit()
    booked(someone)
    for _ in range(3):
        deliver()
    waiting = OutboxMessage.objects.get()
    assert (waiting.state, waiting.attempt, waiting.lease_token) == (OutboxState.PENDING, 0, None)
    assert waiting.next_try_at == NIGHT + timedelta(minutes=30)
    # A later call about the same person is not held up by it.
    contact(someone, "anhorig", namn="Dotter", telefon="070-174 06 11")
    booked(someone, "anhorig")
    assert len(outbox.claim(worker="prov", now=NIGHT + timedelta(seconds=1), lease=LEASE)) == 1
    OutboxMessage.objects.exclude(pk=waiting.pk).delete()
    while datetime.now(UTC) < datetime(2026, 11, 24, 7, tzinfo=UTC):
        clock.shift(timedelta(minutes=30))
        deliver()
    assert len(sent(provider)) == 1
    waiting.refresh_from_db()
    assert waiting.state == OutboxState.DONE
    assert not Incident.objects.exists()


def test_a_loop_becomes_a_stopp_and_a_task(
    booked: Callable[..., ProcessInstance], provider: responses.RequestsMock, told: dict[str, Any]
) -> None:
    someone = berit()
    with configuration.told(notis=told | {"per_person": 2}):
        for _ in range(3):
            booked(someone)
            deliver()
    assert len(sent(provider)) == 2
    assert Incident.objects.get().code == "for_manga_till_en"
    assert open_tasks() == ["skicka"]
