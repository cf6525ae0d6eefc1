"""API-klienter: IT lets systems in, changes what they may, and sees what they were told; others see nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import Client as ApiClient
from api.models import Delivery, Subscription, Token
from api.services import subscriptions
from api.teller import Teller
from people.models import AccessLog, Staff
from tests import api, pages
from tests.fakes.receiver import Receiver
from workflows.models import Incident

pytestmark = pytest.mark.django_db
LIST = "/integrationer/api/"
NEW = f"{LIST}ny/"
ONE = f"{LIST}klient/hjalpmedel/"
WISH = {
    "namn": "Hjälpmedel (påhittat)",
    "nyckel": "hjalpmedel",
    "ratt": ["arenden:read", "handelser:read"],
    "forlopp": ["hembesok"],
    "takt": "120",
    "stot": "20",
    "dagar": "90",
}


@pytest.fixture
def it() -> Staff:
    pages.publish()
    return pages.staff("iris", "it_drift")


@pytest.fixture
def http(it: Staff) -> Client:
    return pages.logged_in(it)


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    settings.FORLOPP_WEBHOOK_NETWORKS = ["127.0.0.0/8", "::1/128"]
    made = Receiver(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.certificate))
    yield made
    made.close()


def secret_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'id="hemlig" class="secret" readonly value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def gets_in(token: str) -> bool:
    return bool(api.Caller(token).get("/client").status_code == 200)


def logged(action: str) -> AccessLog:
    return AccessLog.objects.get(object_type="api-client", object_id="hjalpmedel", action=action)


def test_only_it_gets_there(it: Staff) -> None:
    api.added()
    nurse = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    for address in (LIST, NEW, ONE, f"{ONE}andra/", f"{ONE}prenumerera/"):
        assert nurse.get(address).status_code == 404
        assert nurse.post(address, WISH).status_code in {404, 405}
    assert ApiClient.objects.count() == 1


def test_a_client_is_let_in_and_its_token_is_shown_once(http: Client, it: Staff) -> None:
    token = secret_of(http.post(NEW, WISH))

    assert api.Caller(token).get("/client").json()["scopes"] == ["arenden:read", "handelser:read"]
    made = ApiClient.objects.get()
    assert (made.definitions, made.per_minute, made.burst) == (["hembesok"], 120, 20)
    assert logged("add-api-client").staff == it
    assert token not in http.get(ONE).content.decode()
    # The page is sent once more: nobody gets in twice, and no other token is made.
    assert "finns redan" in http.post(NEW, WISH).content.decode()
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"namn": " "}, "Skriv vad systemet heter."),
        ({"nyckel": "Å b"}, "Skriv ett kort namn"),
        ({"ratt": []}, "Välj minst en rätt."),
        ({"ratt": ["allt"]}, "Rätten allt finns inte."),
        ({"forlopp": []}, "Välj minst ett förlopp."),
        ({"takt": "0"}, "Skriv ett heltal från 1 till 100000."),
        ({"dagar": "١٢"}, "Skriv ett heltal från 1 till 1095."),
        ({"profession": "sjukskoterska"}, "Välj både profession och enhet"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(http: Client, typed: dict[str, Any], says: str) -> None:
    answer = http.post(NEW, WISH | typed)

    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    assert 'value="20"' in text
    assert not ApiClient.objects.exists()


def test_rights_and_pace_are_changed(http: Client) -> None:
    token = secret_of(http.post(NEW, WISH))

    http.post(f"{ONE}andra/", WISH | {"ratt": ["forlopp:read"], "forlopp": ["*"], "takt": "7"})

    told = ApiClient.objects.get()
    assert (told.scopes, told.definitions, told.per_minute) == (["forlopp:read"], ["*"], 7)
    assert api.Caller(token).get("/instances").status_code == 404
    assert logged("change-api-client").staff


def test_a_new_token_and_the_former_are_good_for_a_while_and_a_page_sent_twice_makes_one(http: Client) -> None:
    first = secret_of(http.post(NEW, WISH))
    latest = re.search(r'name="sista" value="(\d+)"', http.get(ONE).content.decode())
    assert latest is not None
    wish = {"gor": "byt", "overlapp": "3", "dagar": "90", "sista": latest[1]}

    second = secret_of(http.post(ONE, wish))
    assert http.post(ONE, wish).status_code == 302

    assert gets_in(first)
    assert gets_in(second)
    assert Token.objects.count() == 2
    left = Token.objects.earliest("pk").expires_at - timezone.now()
    assert timedelta(days=2, hours=23) < left < timedelta(days=3)
    assert logged("rotate-api-client").staff
    assert http.get(ONE).content.decode().count("Användes senast") == 2


def test_a_client_is_shut_out_with_a_reason(http: Client) -> None:
    token = secret_of(http.post(NEW, WISH))

    assert http.post(ONE, {"gor": "aterkalla"}).status_code == 422
    assert gets_in(token)
    http.post(ONE, {"gor": "aterkalla", "skal": "Avtalet är slut."})

    assert not gets_in(token)
    assert logged("revoke-api-client").reason == "Avtalet är slut."
    assert "Återkallad" in http.get(LIST).content.decode()
    assert http.post(ONE, {"gor": "byt", "overlapp": "3", "dagar": "90"}).status_code == 404


def test_a_receiver_is_tried_out_and_what_went_wrong_is_seen_and_mended(http: Client, receiver: Receiver) -> None:
    secret_of(http.post(NEW, WISH))
    wish = {"adress": receiver.url, "slag": ["arende.startat"]}
    receiver.secret = secret_of(http.post(f"{ONE}prenumerera/", wish))
    assert "redan händelser" in http.post(f"{ONE}prenumerera/", wish).content.decode()
    page = f"{LIST}prenumeration/{Subscription.objects.get().public_id}/"

    receiver.always = 403
    told(http, page)
    assert "Svar 403" in http.get(page).content.decode()
    assert not Incident.objects.exists()
    receiver.always = 503
    told(http, page)
    text = http.get(page).content.decode()
    assert "Svarar inte" in text
    assert "Svar 503" in text
    receiver.always = 204
    told(http, page)

    assert [event["type"] for event in receiver.taken] == ["prov", "prov"]
    assert "Svarar inte" not in http.get(page).content.decode()
    http.post(page, {"gor": "spela", "sedan": "2020-01-01T00:00"})
    assert not Delivery.objects.filter(state="pending").exists()
    http.post(page, {"gor": "spela", "sedan": timezone.localtime().strftime("%Y-%m-%dT00:00")})
    assert Delivery.objects.filter(state="pending").count() == 3


def test_the_secret_of_a_subscription_is_changed_once_and_both_sign(http: Client) -> None:
    secret_of(http.post(NEW, WISH))
    first = secret_of(http.post(f"{ONE}prenumerera/", {"adress": "https://vard.example.se/h"}))
    row = Subscription.objects.get()
    page = f"{LIST}prenumeration/{row.public_id}/"

    second = secret_of(http.post(page, {"gor": "hemlighet", "nummer": "1"}))
    assert http.post(page, {"gor": "hemlighet", "nummer": "1"}).status_code == 302

    row.refresh_from_db()
    assert subscriptions.secrets(row, now=timezone.now()) == [second, first]
    assert http.post(page, {"gor": "avsluta"}).status_code == 422
    http.post(page, {"gor": "avsluta", "skal": "Fel adress."})
    row.refresh_from_db()
    assert row.ended_at
    assert logged("end-subscription").reason == "Fel adress."


def test_the_list_costs_the_same_for_many(http: Client) -> None:
    api.added("ett")
    with CaptureQueriesContext(
        connection,
    ) as few:
        http.get(LIST)
    for number in range(8):
        client, _ = api.added(f"nr-{number}")
        subscriptions.subscribe(
            client=client, url="https://a.example.se/", kinds=[], definitions=[], now=timezone.now()
        )
    with CaptureQueriesContext(connection) as many:
        http.get(LIST)
    assert len(many) == len(few)


def told(http: Client, page: str) -> None:
    """Send a trial, and let the worker do its rounds."""
    assert http.post(page, {"gor": "prova"}).status_code == 302
    teller = Teller()
    for _ in range(10):
        if not teller.round():
            break
    teller.close()
