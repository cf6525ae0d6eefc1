"""What every page and the health address promise."""

from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from config import settings as product
from tests import pages

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_health_answers_without_a_log_in_and_says_nothing_about_anyone(client: Client) -> None:
    response = client.get("/halsa")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "databas": "ok"}
    assert "sessionid" not in response.cookies


def test_health_is_503_when_the_database_does_not_answer(client: Client) -> None:
    with patch.object(connection, "cursor", side_effect=OperationalError("nere")):
        response = client.get("/halsa")
    assert response.status_code == 503
    assert "nere" not in response.content.decode()


def test_every_answer_lets_the_browser_load_from_ourselves_only(client: Client) -> None:
    headers = client.get("/logga-in/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("place", ["/api/v1/client", "/scim/v2/Users", "/integrationer/medicingivare/handelser"])
def test_what_machines_call_is_refused_without_https_and_pages_are_led_to_it(settings: Settings, place: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.post(place, "{}", content_type="application/json").status_code == 403
    assert client.get(place, secure=True).status_code not in {301, 403}
    led = client.get("/logga-in/")
    assert (led.status_code, led["Location"]) == (301, "https://testserver/logga-in/")


def test_cookies_are_for_this_host_and_https_alone_and_no_script_reads_them() -> None:
    names = (product.SESSION_COOKIE_NAME, product.CSRF_COOKIE_NAME, product.FORLOPP_DEVICE_COOKIE)
    assert [name.startswith("__Host-") for name in names] == [True, True, True]
    cookies = pages.logged_in(pages.staff("anna", "samordnare")).get("/uppgifter/").cookies
    assert all(
        one["httponly"] and one["samesite"] in {"Lax", "Strict"} and one["path"] == "/" for one in cookies.values()
    )
    assert not any(one["domain"] for one in cookies.values())


def test_signing_out_empties_what_the_browser_keeps_and_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    anna = pages.staff("anna", "samordnare")
    answer = pages.logged_in(anna).post("/logga-ut/")
    assert answer["Clear-Site-Data"] == '"storage"'
    assert f"signed out: staff {anna.pk}" in caplog.messages


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_no_page_answers_a_method_that_it_has_no_use_for(client: Client, method: str) -> None:
    for place in ("/", "/logga-in/", "/uppgifter/", "/api/v1/client", "/static/web/tokens.css"):
        answer = client.generic(method, place, headers={"X-Secret": "hemligt"})
        assert answer.status_code in {302, 401, 403, 404, 405}, place
        assert answer.streaming or b"hemligt" not in answer.content
