"""Error pages: in Swedish, without what went wrong inside, and with a way on."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests import pages


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
