"""Logging in, in a real browser."""

import datetime

from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from people.services import demo
from tests.browser.conftest import axe

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)


def test_the_demo_page_is_accessible_and_logs_in_without_javascript(
    page: Page, browser: Browser, live_server: LiveServer, settings: Settings
) -> None:
    settings.FORLOPP_DEMO = True
    demo.fill(now=NOW)
    page.goto(f"{live_server.url}/demo/")
    assert axe(page) == []
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(f"{live_server.url}/demo/?next=/halsa")
    plain.get_by_role("button", name="Sjuksköterska Siri Strand (påhittad)").click()
    expect(plain).to_have_url(f"{live_server.url}/halsa")
    plain.close()


def test_a_failed_log_in_is_told_and_accessible(page: Page, live_server: LiveServer) -> None:
    Staff.objects.create_user("siri", password="en-lång-fras-för-prov")
    page.goto(f"{live_server.url}/logga-in/")
    assert axe(page) == []
    page.get_by_label("Användarnamn").fill("siri")
    page.get_by_label("Lösenord").fill("fel")
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("stämmer inte")
    assert page.title().startswith("Fel: ")
    expect(page.get_by_label("Användarnamn")).to_have_value("siri")
    assert axe(page) == []
