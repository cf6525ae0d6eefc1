"""A passkey in a real browser, by an authenticator of its own: added, used as a second step, alone, and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from people.identities import configuration
from people.models import Staff, StaffSession
from people.sessions import SessionStore
from tests.browser.conftest import axe

PASSWORD = "en-lång-fras-för-prov"


@pytest.fixture
def page(browser: Browser, settings: Settings) -> Iterator[Page]:
    """A browser with a finger."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    made = browser.new_page(locale="sv-SE", viewport={"width": 1280, "height": 900})
    tool: Any = made.context.new_cdp_session(made)
    tool.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield made
    made.close()


@pytest.fixture
def sara(db: None) -> Iterator[Staff]:
    with configuration.told(levels={"hsl": "", "sol": ""}, local={"second_factor": True, "level": "loa3"}):
        yield Staff.objects.create_user("sara", password=PASSWORD, first_name="Sara", last_name="Prov")


def by_password(page: Page, site: str) -> None:
    page.goto(f"{site}/logga-in/?next=/uppgifter/")
    page.get_by_label("Användarnamn").fill("sara")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


def test_a_passkey_from_the_first_log_in_to_the_last(page: Page, live_server: LiveServer, sara: Staff) -> None:
    site = live_server.url
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    by_password(page, site)
    expect(page.get_by_role("heading", name="Lägg till ett andra steg")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Vad den ska heta").fill("Datorn på jobbet")
    page.get_by_role("button", name="Lägg till en nyckel").click()
    expect(page.get_by_role("heading", name="Reservkoder")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("link", name="Jag har sparat dem").click()
    expect(page).to_have_url(f"{site}/uppgifter/")
    page.get_by_role("button", name="Logga ut").click()

    by_password(page, site)
    expect(page.get_by_role("heading", name="Visa att det är du")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Använd din nyckel").click()
    expect(page).to_have_url(f"{site}/uppgifter/")
    page.get_by_role("button", name="Logga ut").click()

    page.goto(f"{site}/logga-in/?next=/inloggning/")
    page.get_by_role("button", name="Logga in med en nyckel").click()
    expect(page).to_have_url(f"{site}/inloggning/")
    expect(page.get_by_text("Datorn på jobbet")).to_be_visible()
    assert axe(page) == []
    assert StaffSession.objects.get(staff=sara).level == 3

    session = SessionStore(StaffSession.objects.get(staff=sara).session_key)
    session["signed"] = int((timezone.now() - timedelta(hours=1)).timestamp())
    session.save()
    page.get_by_role("link", name="Lägg till", exact=True).click()
    expect(page.get_by_role("heading", name="Logga in igen")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Använd din nyckel").click()
    expect(page.get_by_role("heading", name="Lägg till ett andra steg")).to_be_visible()
    assert wrong == []
