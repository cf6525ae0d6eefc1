"""Messages to people outside: only to those who want them, never at night, never twice and never too many."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import responses
import time_machine

from integrations import configuration
from integrations.models import Dispatch
from people.models import Individual
from people.services import plan
from tests import notis, pages
from tests.notis import BATCHES, LISTED, NOW, NUMBER, SMS, TEXT, TOLD, berit, contact, refused, row, send, sent
from workflows.connectors import BusinessError, NotYet, PermanentError, TransientError

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


# -- to whom -----------------------------------------------------------------------------------------------------------


def test_an_sms_goes_to_who_has_said_yes(provider: responses.RequestsMock) -> None:
    key = uuid.uuid4()
    answer = send(berit(), key)

    assert (answer["status"], answer["kanal"], answer["notis_id"]) == ("skickat", "sms", str(key))
    call = sent(provider)[0]
    assert (call["from"], call["to"], call["message"]) == ("Kommunen", NUMBER, TEXT)
    back = urlsplit(call["whendelivered"])
    assert (back.path, back.username) == (f"/integrationer/notis/rapport/{key}", "rapport")
    kept = row(key)
    assert (kept.state, kept.address, kept.parts, kept.provider_id) == ("30_skickat", NUMBER, 1, "s0")


def test_who_has_not_said_yes_gets_nothing(provider: responses.RequestsMock) -> None:
    nobody = pages.person()
    assert refused(nobody) == "ej_medgett"
    asked = contact(nobody, kontaktvag="telefon")
    assert refused(nobody, kanal="som_personen_vill") == "ej_medgett"
    plan.change(asked, told={"kontaktvag": "sms"}, by=None, now=NOW)
    send(nobody)
    assert refused(nobody, kanal="epost") == "ej_medgett"
    plan.change(asked.__class__.objects.latest("pk"), told={"till": date(2026, 11, 22)}, by=None, now=NOW)
    assert refused(nobody) == "ej_medgett"
    assert len(sent(provider)) == 1


@pytest.mark.parametrize("kind", ["sekretessmarkering", "skyddad_folkbokforing"])
def test_nothing_is_sent_about_who_is_protected_by_any_way(provider: responses.RequestsMock, kind: str) -> None:
    protected = pages.person(protection=kind)
    contact(protected)
    contact(protected, "anhorig", namn="Dotter", telefon="070-174 06 11")
    for who in ("person", "anhorig", "brevlada:norr"):
        assert refused(protected, mottagare=who, kanal="som_personen_vill") == "skyddad"
    assert sent(provider) == []


def test_nothing_is_sent_about_who_is_dead(provider: responses.RequestsMock) -> None:
    dead = berit()
    Individual.objects.filter(pk=dead.pk).update(deceased_on=date(2026, 11, 20))
    assert refused(dead) == "avliden"
    assert sent(provider) == []


def test_a_relative_is_reached_by_their_own_yes(provider: responses.RequestsMock) -> None:
    someone = pages.person()
    contact(someone, kontaktvag="via_anhorig", telefon="")
    assert refused(someone, kanal="som_personen_vill") == "ej_medgett"
    contact(someone, "anhorig", namn="Son", kontaktvag="telefon", telefon="070-174 06 11")
    contact(someone, "anhorig", namn="Dotter", telefon="070-174 06 12")
    send(someone, kanal="som_personen_vill")
    send(someone, mottagare="anhorig", kanal="sms")
    assert [call["to"] for call in sent(provider)] == ["+46701740612"] * 2


@pytest.mark.parametrize("phone", ["019-21 10 00", "okänt", "112"])
def test_a_number_that_takes_no_sms_is_for_a_person(provider: responses.RequestsMock, phone: str) -> None:
    assert refused(berit(telefon=phone)) == "saknar_adress"
    assert sent(provider) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kanal": "fax"}, "okand_kanal"),
        ({"mottagare": "grannen"}, "okand_mottagare"),
        ({"mottagare": "brevlada:ost"}, "okand_brevlada"),
        ({"mall": "finns_inte"}, "okand_mall"),
        ({"telefon": "Anna är dement"}, "falt_saknas"),
    ],
)
def test_what_a_diagram_says_wrong_is_a_stopp_and_not_a_message(
    provider: responses.RequestsMock, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(PermanentError) as problem:
        send(berit(), **changed)
    assert (problem.value.code, sent(provider)) == (code, [])


# -- when and how many -------------------------------------------------------------------------------------------------


def test_at_night_it_waits_unless_it_is_urgent(provider: responses.RequestsMock, clock: time_machine.Traveller) -> None:
    clock.move_to(NIGHT)
    with pytest.raises(NotYet) as wait:
        send(berit())
    assert wait.value.at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert (sent(provider), Dispatch.objects.count()) == ([], 0)
    send(Individual.objects.get(), bradskande=True)
    assert len(sent(provider)) == 1


def test_a_loop_stops_at_the_fifth_to_one_telephone_and_goes_on_the_next_day(
    provider: responses.RequestsMock, clock: time_machine.Traveller
) -> None:
    someone = berit()
    contact(someone, "anhorig", namn="Dotter", telefon="0701740610")
    for _ in range(4):
        send(someone)
    send(someone, mottagare="anhorig")
    for who in ("person", "anhorig"):
        with pytest.raises(PermanentError, match="for_manga_till_en"):
            send(someone, mottagare=who)
    assert len(sent(provider)) == 5
    clock.move_to(NOW + timedelta(days=1))
    send(someone)


def test_many_at_once_take_turns_and_too_many_in_a_day_are_a_stopp(
    provider: responses.RequestsMock, told: dict[str, Any], clock: time_machine.Traveller
) -> None:
    someone = berit()
    with configuration.told(notis=told | {"per_minute": 2, "per_day": 3, "per_person": 100}):
        send(someone)
        send(someone)
        with pytest.raises(NotYet) as wait:
            send(someone)
        clock.move_to(wait.value.at)
        send(someone)
        clock.shift(timedelta(hours=1))
        with pytest.raises(PermanentError, match="for_manga"):
            send(someone)
    assert len(sent(provider)) == 3


def test_a_text_of_too_many_sms_is_not_sent(provider: responses.RequestsMock, told: dict[str, Any]) -> None:
    with configuration.told(notis=told | {"parts": 0}), pytest.raises(PermanentError, match="for_lang"):
        send(berit())
    assert sent(provider) == []


# -- once --------------------------------------------------------------------------------------------------------------


def test_the_same_call_again_sends_nothing(provider: responses.RequestsMock) -> None:
    someone, key = berit(), uuid.uuid4()
    assert send(someone, key) == send(someone, key)
    assert len(sent(provider)) == 1


@pytest.mark.parametrize("dialect", ["elks", "batch"])
def test_an_answer_that_was_lost_is_asked_for_and_nothing_sent_again(dialect: str, told: dict[str, Any]) -> None:
    someone, key = berit(), uuid.uuid4()
    earlier = {"id": "s-earlier", "to": NUMBER, "message": TEXT}
    found = {"id": "s-mine", "to": NUMBER, "message": TEXT, "client_reference": str(key)}
    other = {"id": "s-other", "to": NUMBER, "message": "Något annat", "client_reference": str(uuid.uuid4())}
    contact(someone)
    Dispatch.objects.create(
        key=uuid.uuid4(), provider_id="s-earlier", digest=notis.receivers_digest(NUMBER), state="30_skickat",
        created_at=NOW, sent_at=NOW, channel="sms",
    )  # fmt: skip
    with configuration.told(notis=told | {"dialect": dialect}), responses.RequestsMock() as mock:
        mock.post(SMS if dialect == "elks" else BATCHES, body=requests.ConnectionError(NUMBER))
        with pytest.raises(TransientError) as problem:
            send(someone, key)
        assert NUMBER not in f"{problem.value}{problem.value.message}"
        assert row(key).begun_at == NOW
        mock.get(LISTED, json={"data": [other, earlier, found]}) if dialect == "elks" else mock.get(
            re.compile(r".*/batches\?client_reference="), json={"batches": [other, found]}
        )
        assert send(someone, key)["status"] == "skickat"
    assert (row(key).provider_id, row(key).state) == ("s-mine", "30_skickat")


def test_a_call_that_never_came_there_is_made_again(provider: responses.RequestsMock) -> None:
    someone, key = berit(), uuid.uuid4()
    provider.replace("POST", SMS, body=requests.ConnectTimeout())
    with pytest.raises(TransientError):
        send(someone, key)
    provider.replace("POST", SMS, json={"id": "s1"})
    provider.get(LISTED, status=503)
    with pytest.raises(TransientError):
        send(someone, key)
    provider.replace("GET", LISTED, json={"data": []})
    assert send(someone, key)["status"] == "skickat"


def test_who_is_no_longer_to_have_it_is_sent_nothing_again(provider: responses.RequestsMock) -> None:
    someone, key = pages.person(), uuid.uuid4()
    son = contact(someone, "anhorig", namn="Son", telefon="070-174 06 11")
    provider.replace("POST", SMS, body=requests.ConnectTimeout())
    with pytest.raises(TransientError):
        send(someone, key, mottagare="anhorig")
    plan.change(son, told={"till": date(2026, 11, 22)}, by=None, now=NOW)
    contact(someone, "anhorig", namn="Dotter", telefon="070-174 06 12")
    tried = len(sent(provider))
    with pytest.raises(PermanentError, match="mottagare_andrad"):
        send(someone, key, mottagare="anhorig")
    assert len(sent(provider)) == tried


def test_two_processes_with_the_same_call_make_it_once(provider: responses.RequestsMock) -> None:
    someone, key = berit(), uuid.uuid4()

    provider.replace("POST", SMS, body=requests.ConnectionError())
    with pytest.raises(TransientError):
        send(someone, key)
    stale = row(key)
    Dispatch.objects.filter(key=key).update(begun_at=NOW + timedelta(seconds=5))
    with pytest.raises(TransientError, match="pagar"):
        notis.call(stale)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ({"status": 500}, TransientError, "upptaget"),
        ({"status": 429}, TransientError, "upptaget"),
        ({"body": "<!doctype html>", "status": 200}, TransientError, "ovantat_svar"),
        ({"json": ["s1"]}, TransientError, "ovantat_svar"),
        ({"json": {"id": 7}}, TransientError, "ovantat_svar"),
        ({"body": requests.exceptions.ChunkedEncodingError(NUMBER)}, TransientError, "inget_svar"),
        ({"status": 401}, PermanentError, "obehorig"),
        ({"body": "Missing key from", "status": 400}, PermanentError, "avvisat"),
        ({"body": f"Invalid to: {NUMBER}", "status": 400}, BusinessError, "kan_inte_nas"),
    ],
)
def test_each_fault_of_the_provider_is_told_apart(
    provider: responses.RequestsMock, answer: dict[str, Any], kind: type[Exception], code: str
) -> None:
    provider.replace("POST", SMS, **answer)
    key = uuid.uuid4()
    with pytest.raises(kind) as problem:
        send(berit(), key)
    assert getattr(problem.value, "code", "") == code
    assert NUMBER not in str(getattr(problem.value, "message", ""))
    # What may have gone is remembered as begun; what surely has not may be put right and sent.
    assert (row(key).begun_at is None) == (kind is not TransientError)


def test_what_it_has_put_right_is_sent_under_the_same_key(provider: responses.RequestsMock) -> None:
    someone, key = berit(), uuid.uuid4()
    provider.replace("POST", SMS, status=401)
    with pytest.raises(PermanentError):
        send(someone, key)
    assert (row(key).state, row(key).reason) == ("20_ej_skickat", "obehorig")
    provider.replace("POST", SMS, json={"id": "s1"})
    assert send(someone, key)["status"] == "skickat"
    assert (row(key).address, row(key).reason) == (NUMBER, "")


def test_slow_is_no_answer(provider: responses.RequestsMock) -> None:
    provider.replace("POST", SMS, body=requests.ReadTimeout())
    with pytest.raises(TransientError, match="inget_svar"):
        send(berit())
