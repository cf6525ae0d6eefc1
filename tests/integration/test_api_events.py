"""Events out: written in the transaction of what they tell, signed, sent at least once and in order, and never lost."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import Delivery, Subscription
from api.services import subscriptions, telling
from api.teller import Teller
from people.models import Individual, Staff, Unit
from people.services import blocks
from tests import api, pages
from tests.fakes.receiver import Receiver
from workflows.models import Event, Incident, Listener, ProcessInstance, UserTask
from workflows.services import incidents, instances, user_tasks

pytestmark = pytest.mark.django_db

PLAN = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    settings.FORLOPP_WEBHOOK_NETWORKS = ["127.0.0.0/8", "::1/128"]
    made = Receiver(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.certificate))
    yield made
    made.close()


@pytest.fixture
def teller() -> Iterator[Teller]:
    made = Teller()
    yield made
    made.close()


def subscribed(caller: api.Caller, receiver: Receiver, **wanted: Any) -> str:
    answer = caller.post("/subscriptions", {"url": receiver.url} | wanted)
    assert answer.status_code == 201, answer.json()
    receiver.secret = answer.json()["secret"]
    return str(answer.json()["id"])


def work(teller: Teller, now: datetime.datetime | None = None) -> None:
    """Rounds until nothing is due."""
    with time_machine.travel(now or timezone.now()):
        for _ in range(60):
            if not teller.round():
                return
    raise AssertionError("it never ended")


def kinds(receiver: Receiver) -> list[str]:
    return [event["type"] for event in receiver.taken]


def test_a_whole_arende_is_told_of_in_order_signed_and_with_nothing_but_opaque_ids(
    receiver: Receiver, teller: Teller, anna: Staff
) -> None:
    caller = api.calling()
    subscribed(caller, receiver)
    started = caller.start().json()
    task = UserTask.objects.get()
    user_tasks.complete(task=task, answers=PLAN, by=anna, now=timezone.now())
    instances.cancel(instance=task.instance, reason="Slut.", by=anna, now=timezone.now())
    work(teller)
    assert kinds(receiver) == [
        "arende.startat",
        "uppgift.skapad",
        "uppgift.klar",
        *["uppgift.skapad"] * 2,
        *["uppgift.utgick"] * 2,
        "arende.avbrutet",
    ]
    assert receiver.taken[1]["data"] == {
        "arende": started["id"],
        "forlopp": "hembesok",
        "uppgift": str(task.public_id),
    }
    assert len({event["id"] for event in receiver.taken}) == 8
    assert not Delivery.objects.exclude(state="done").exists()


def test_an_installation_without_subscribers_writes_no_events_and_asks_nothing_for_them(anna: Staff) -> None:
    pages.publish()
    with CaptureQueriesContext(connection) as silent:
        instance = pages.start(pages.person(), anna)
        task = pages.task(instance, "planera_besok")
        user_tasks.complete(task=task, answers=dict(PLAN), by=anna, now=timezone.now())
    assert not Event.objects.exists()
    alone = [query["sql"] for query in silent if "workflows_listener" in query["sql"] and "FROM (" not in query["sql"]]
    assert all("workflows_processinstance" in sql or "workflows_processdefinition" in sql for sql in alone)
    Listener.objects.create(name="prov")
    with CaptureQueriesContext(connection) as heard:
        instance = pages.start(pages.person("194102032390"), anna)
        task = pages.task(instance, "planera_besok")
        user_tasks.complete(task=task, answers=dict(PLAN), by=anna, now=timezone.now())
    assert Event.objects.count() == 5
    assert len(heard) > len(silent)


def test_what_is_undone_is_not_told_of(anna: Staff) -> None:
    pages.publish()
    Listener.objects.create(name="api")
    with transaction.atomic():
        pages.start(pages.person(), anna)
        assert Event.objects.exists()
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_a_receiver_that_is_down_rests_longer_each_time_it_is_told_and_loses_nothing(
    receiver: Receiver, teller: Teller
) -> None:
    caller = api.calling()
    subscription = subscribed(caller, receiver, types=["arende.startat"])
    receiver.always = 503
    for number in ("19380514-2381", "19410203-2390", "19350921-2399"):
        caller.start(number)
    now = timezone.now()
    asked = []
    for _ in range(100):
        work(teller, now)
        asked.append(len(receiver.calls))
        now += datetime.timedelta(minutes=2)
    assert asked[0] == 3, "those that are sent together fail together"
    assert 9 < asked[-1] < 20, "in three hours and twenty minutes"
    stopp = Incident.objects.get()
    assert (stopp.code, stopp.group, stopp.state) == ("webhook-svarar-inte", "it_drift", "open")
    page = pages.logged_in(pages.staff("ida", "it_drift")).get(f"/stopp/{stopp.public_id}/")
    assert "Hjalpmedel svarar inte" in pages.text(page)
    told = caller.get(f"/subscriptions/{subscription}").json()
    assert (told["is_answering"], told["waiting"]) == (False, 3)
    receiver.always = 200
    work(teller, now + 2 * HOUR)
    work(teller, now + 2 * HOUR)
    assert kinds(receiver) == ["arende.startat"] * 3
    stopp.refresh_from_db()
    assert stopp.state == "resolved"


def test_an_event_that_is_refused_is_tried_some_times_and_does_not_hold_up_other_arenden_for_long(
    receiver: Receiver, teller: Teller
) -> None:
    caller = api.calling()
    subscribed(caller, receiver, types=["arende.startat", "uppgift.skapad"])
    caller.start()
    receiver.says = [422]
    work(teller)
    assert kinds(receiver) == [], "what comes after it in its ärende waits"
    caller.start("19410203-2390")
    work(teller)
    assert kinds(receiver) == ["arende.startat", "uppgift.skapad"], "others do not"
    now = timezone.now()
    receiver.says = [422] * 4
    for hours in (1, 3, 9, 24):
        work(teller, now + hours * HOUR)
    assert kinds(receiver) == ["arende.startat", "uppgift.skapad", "uppgift.skapad"]
    assert Incident.objects.get().code == "webhook-avvisad"
    assert Delivery.objects.get(state="refused").event.kind == "arende.startat"


def test_what_happened_since_a_moment_is_sent_again_under_the_same_ids(receiver: Receiver, teller: Teller) -> None:
    caller = api.calling()
    subscription = subscribed(caller, receiver, types=["arende.startat"])
    caller.start()
    work(teller)
    with time_machine.travel(timezone.now() + HOUR):
        since = timezone.now().isoformat()
        caller = api.Caller(caller.token)
        caller.start("19410203-2390")
        work(teller)
        answer = caller.post(f"/subscriptions/{subscription}/replay", {"since": since})
        assert answer.json() == {"events": 1}
        work(teller)
    ids = [event["id"] for event in receiver.taken]
    assert (len(ids), len(set(ids)), ids[1]) == (3, 2, ids[2])
    assert caller.post(f"/subscriptions/{subscription}/replay", {"since": "igår"}).status_code == 422


def test_a_new_secret_takes_the_old_ones_place_without_a_lost_event(receiver: Receiver, teller: Teller) -> None:
    caller = api.calling()
    subscription = subscribed(caller, receiver, types=["arende.startat"])
    renewed = caller.post(f"/subscriptions/{subscription}/secret", None).json()["secret"]
    assert renewed != receiver.secret
    caller.start()
    work(teller)
    receiver.secret = renewed
    caller.start("19410203-2390")
    work(teller)
    assert len(receiver.taken) == 2
    assert receiver.secret not in str(list(Subscription.objects.values()))


def test_one_is_told_of_what_one_may_reach_and_has_asked_for(receiver: Receiver, teller: Teller, anna: Staff) -> None:
    pages.publish("alla_fragor")
    caller = api.calling(definitions=["alla_fragor"])
    subscribed(caller, receiver)
    pages.start(pages.person(), anna)
    incidents.open_incident(code="prov", text="Prov.", group=incidents.IT, now=timezone.now())
    work(teller)
    whole = api.Caller(api.added("hel")[1])
    subscribed(whole, receiver, types=["stopp.uppstatt", "arende.startat"])
    pages.start(pages.person("196101182803", "S", "sekretessmarkering"), anna)
    incidents.open_incident(code="prov", text="Ett till.", group="samordnare", now=timezone.now(), element_id="b")
    work(teller)
    assert [(event["type"], sorted(event["data"])) for event in receiver.taken] == [("stopp.uppstatt", ["stopp"])]


@pytest.mark.parametrize("lost", ["secret", "barred", "scope", "course"])
def test_what_waits_for_a_receiver_that_may_know_no_more_is_not_sent(
    receiver: Receiver, teller: Teller, anna: Staff, lost: str
) -> None:
    pages.publish()
    pages.publish("alla_fragor")
    client, token = api.added()
    caller = api.Caller(token)
    subscribed(caller, receiver, types=["arende.startat"])
    instance = pages.start(pages.person(), anna)
    telling.hand_out(now=timezone.now())
    if lost == "secret":
        Individual.objects.update(protection="sekretessmarkering")
    elif lost == "barred":
        units = list(Unit.objects.filter(key="norr"))
        who: dict[str, Any] = {"asked_by": "Personen själv", "by": anna, "now": timezone.now()}
        blocks.begin(individual=instance.individual, units=units, **who)
    elif lost == "scope":
        type(client).objects.update(scopes=["arenden:read"])
    else:
        type(client).objects.update(definitions=["alla_fragor"])
    work(teller)
    assert receiver.calls == []
    assert not Delivery.objects.filter(state="pending").exists()


def test_an_address_that_leads_within_is_not_called(settings: Any, teller: Teller, monkeypatch: Any) -> None:
    caller = api.calling()
    for url in (
        "http://example.se/",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://user@example.se/",
        "ftp://example.se/x",
        "https://example.se:99999/",
    ):
        answer = caller.post("/subscriptions", {"url": url})
        assert answer.json()["errors"][0]["pointer"] == "/url", url
    assert not Listener.objects.exists()
    assert caller.post("/subscriptions", {"url": "https://intern.example.se/"}).status_code == 201
    told = [(0, 0, 0, "", ("10.1.2.3", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: told)
    caller.start()
    work(teller)
    assert Subscription.objects.get().failures == 1


def test_a_receiver_that_says_it_is_gone_is_asked_no_more_and_the_last_one_out_stops_the_writing(
    receiver: Receiver, teller: Teller
) -> None:
    caller = api.calling()
    subscribed(caller, receiver)
    receiver.says = [410] * 3
    caller.start()
    work(teller)
    assert Incident.objects.get().code == "webhook-borta"
    assert caller.get("/subscriptions").json() == {"subscriptions": []}
    assert not Listener.objects.exists()
    before = Event.objects.count()
    caller.start("19410203-2390")
    assert Event.objects.count() == before


def test_a_client_meets_its_own_subscriptions_only(receiver: Receiver) -> None:
    caller = api.calling()
    subscription = subscribed(caller, receiver)
    other = api.Caller(api.added("annan")[1])
    assert other.get(f"/subscriptions/{subscription}").status_code == 404
    assert other.post(f"/subscriptions/{subscription}/secret", None).status_code == 404
    headers = {"Authorization": f"Bearer {caller.token}"}
    assert caller.http.delete(f"/api/v1/subscriptions/{subscription}", headers=headers).status_code == 204
    assert caller.get("/subscriptions").json() == {"subscriptions": []}


def test_what_a_dead_process_had_in_its_hands_is_sent_when_its_lease_has_ended(
    receiver: Receiver, teller: Teller
) -> None:
    caller = api.calling()
    subscribed(caller, receiver, types=["arende.startat"])
    caller.start()
    now = timezone.now()
    telling.hand_out(now=now)
    assert len(telling.claim(now=now, limit=10)) == 1
    work(teller, now)
    assert receiver.calls == []
    work(teller, now + telling.LEASE)
    assert kinds(receiver) == ["arende.startat"]


def test_old_events_are_forgotten_when_everybody_has_them(receiver: Receiver, teller: Teller) -> None:
    caller = api.calling()
    subscribed(caller, receiver, types=["arende.startat"])
    caller.start()
    work(teller)
    receiver.always = 500
    caller.start("19410203-2390")
    work(teller)
    later = timezone.now() + 31 * 24 * HOUR
    subscriptions.purge(now=later)
    assert [event.kind for event in Event.objects.all()] == ["arende.startat"], "the one that waits"
    assert ProcessInstance.objects.count() == Individual.objects.count() == 2
