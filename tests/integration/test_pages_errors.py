"""Error pages: in Swedish, without what went wrong inside, and with a way on."""

import html
import re
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.test import Client

from tests import pages
from workflows.services import user_tasks


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "500", "503"])
def test_every_error_page_can_be_written_without_anything_else_working(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert '<html lang="sv">' in page
    assert 'href="/"' in page


@pytest.mark.django_db
def test_a_form_that_lay_open_too_long_is_told_so() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(pages.staff("anna", "samordnare"))
    answer = client.post("/personer/", {"sok": "Berit"})
    assert answer.status_code == 403
    assert "Sidan hade legat öppen för länge" in pages.text(answer)


@pytest.mark.django_db
def test_a_missing_page_shows_nothing_of_the_inside() -> None:
    answer = Client().get("/finns-inte/")
    assert answer.status_code == 404
    assert "Sidan finns inte" in pages.text(answer)
    assert "urlpatterns" not in pages.text(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_what_is_sent_when_the_database_is_away_is_given_back_to_be_sent_again(error: type[Exception]) -> None:
    pages.publish()
    anna = pages.staff("anna", "samordnare")
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    client = pages.logged_in(anna)
    client.raise_request_exception = False
    typed = {**pages.PLAN, "action_id": "00000000-0000-4000-8000-000000000001", "anteckning": 'Berit sade "ja" <b>'}
    with mock.patch.object(user_tasks, "complete", side_effect=error("10.0.0.7 svarar inte")):
        answer = client.post(f"/uppgifter/{task.public_id}/", typed)
    page = pages.text(answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "no-store" in answer["Cache-Control"]
    assert "Inget sparades" in page
    assert "10.0.0.7" not in page
    assert f'<form method="post" action="/uppgifter/{task.public_id}/">' in page
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    again = {name: html.unescape(value) for name, value in fields}
    assert again == typed
    assert client.post(f"/uppgifter/{task.public_id}/", again).status_code == 302


@pytest.mark.django_db
def test_a_page_that_the_database_cannot_give_says_so_and_a_password_is_not_given_back() -> None:
    client = Client(raise_request_exception=False)
    with mock.patch("django.contrib.auth.forms.authenticate", side_effect=OperationalError):
        answer = client.post("/logga-in/", {"username": "anna", "password": "hemligt-ord"})
    assert answer.status_code == 503
    assert "hemligt-ord" not in pages.text(answer)
    assert "Försök igen" not in pages.text(answer)
    client.force_login(pages.staff("anna", "samordnare"))
    with mock.patch("tasks.worklist.load", side_effect=OperationalError):
        answer = client.get("/uppgifter/")
    assert answer.status_code == 503
    assert "Inget sparades" not in pages.text(answer)


@pytest.mark.django_db
def test_a_fault_of_ours_is_not_blamed_on_the_database() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(pages.staff("anna", "samordnare"))
    with mock.patch("tasks.worklist.load", side_effect=ValueError):
        assert client.get("/uppgifter/").status_code == 500
