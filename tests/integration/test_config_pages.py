"""What every page and the health address promise."""

from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


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
