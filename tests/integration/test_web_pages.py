"""Pages that belong to no room: the municipality's style and logotype, and the accessibility statement."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests import pages

pytestmark = pytest.mark.any_database


def test_the_style_is_the_municipalitys_and_may_be_kept(client: Client, settings: Settings) -> None:
    settings.FORLOPP_COLOUR = "#5b2d90"
    response = client.get("/kommun.css")
    assert "--kommun: #5b2d90;" in pages.text(response)
    assert "immutable" in response["Cache-Control"]
    assert not response.cookies


def test_a_logotype_is_shown_only_when_there_is_one(client: Client, settings: Settings, tmp_path: Path) -> None:
    assert client.get("/kommun/logotyp").status_code == 404
    logo = tmp_path / "vapen.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    settings.FORLOPP_LOGO = str(logo)
    response = client.get("/kommun/logotyp")
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(getattr(response, "streaming_content", [])) == logo.read_bytes()


def test_the_statement_is_for_everyone_and_says_who_and_where(client: Client, settings: Settings) -> None:
    settings.FORLOPP_MUNICIPALITY_NAME, settings.FORLOPP_ACCESSIBILITY_CONTACT = "Provköping", "t@provkoping.example"
    said = pages.text(client.get("/tillganglighet/"))
    assert "Provköping står bakom" in said
    assert "mailto:t@provkoping.example" in said
    for duty in ("2018:1937", "Digg", "delvis förenlig", "oskäligt betungande", "Senast bedömd"):
        assert duty in said


def test_every_page_leads_to_the_statement(client: Client) -> None:
    for address in ("/logga-in/", "/finns-inte/", "/tillganglighet/"):
        assert 'href="/tillganglighet/"' in pages.text(client.get(address))


@pytest.mark.django_db
def test_the_components_are_for_it_and_for_the_demo(client: Client, settings: Settings) -> None:
    assert client.get("/komponenter/").status_code == 404
    assert pages.logged_in(pages.staff("anna", "samordnare")).get("/komponenter/").status_code == 404
    shown = pages.text(pages.logged_in(pages.staff("ivar", "it_drift")).get("/komponenter/?tema=dark"))
    assert "scheme--dark" in shown
    for name in ("task_row", "person_bar", "stop_row", "button--danger", "error-summary"):
        assert name in shown
    settings.FORLOPP_DEMO = True
    assert "scheme--system" in pages.text(client.get("/komponenter/?tema=okänt"))
