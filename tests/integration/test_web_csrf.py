"""A form of ours is taken as one of ours, with another token each time, and no other is."""

import re

import pytest
from django.conf import settings
from django.middleware.csrf import CSRF_SECRET_LENGTH, _unmask_cipher_token  # type: ignore[attr-defined]
from django.test import Client

from tests import pages
from web import csrf

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def test_a_token_is_another_each_time_and_tells_django_the_same_secret() -> None:
    secret = "aZ09" * 8
    tokens = {csrf.masked(secret) for _ in range(50)}
    assert len(tokens) == 50
    assert {_unmask_cipher_token(token) for token in tokens} == {secret}
    assert len({token[:CSRF_SECRET_LENGTH] for token in tokens}) == 50


@pytest.mark.django_db
def test_what_a_page_asks_is_taken_with_its_token_and_not_without() -> None:
    pages.publish()
    anna = pages.staff("anna", "samordnare")
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    first, second = (TOKEN.findall(pages.text(client.get("/uppgifter/"))) for _ in range(2))
    assert len(set(first)) == 1
    assert first[0] != second[0]
    for token in (first[0], second[0]):
        answer = client.post("/uppgifter/sok/", {"sok": "Kerstin", "csrfmiddlewaretoken": token})
        assert answer.status_code == 302
    assert client.post("/uppgifter/sok/", {"sok": "Kerstin"}).status_code == 403
    assert client.post("/uppgifter/sok/", {"csrfmiddlewaretoken": csrf.masked("b" * 32)}).status_code == 403
    del client.cookies[settings.CSRF_COOKIE_NAME]
    assert client.post("/uppgifter/sok/", {"csrfmiddlewaretoken": first[0]}).status_code == 403
