"""The inbox as one works in it for hours: filtered and searched with and without script, at 320 px too."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn, axe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(live_server: LiveServer, anna: Staff) -> str:
    pages.publish()
    pages.start(pages.person(), anna)
    pages.start(pages.person("193902282387", "Åsa"), anna)
    return f"{live_server.url}/uppgifter/"


def test_one_searches_and_filters_without_script(browser: Browser, url: str, log_in: LogIn, anna: Staff) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="sv-SE")
    log_in(plain, anna)
    page = plain.new_page()
    page.goto(url)
    page.get_by_label("Sök person eller uppgift").fill("åSA")
    page.keyboard.press("Enter")
    expect(page.locator("[data-task]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?sok=[0-9a-f]{16}$"))
    page.get_by_text("Filtrera och sortera").click()
    page.get_by_label("Prioritet").select_option("Låg prioritet")
    page.get_by_role("button", name="Visa", exact=True).click()
    expect(page.get_by_role("heading", name="Ingen uppgift passar")).to_be_visible()
    page.get_by_role("link", name="Ta bort filtret Låg prioritet").click()
    expect(page.locator("[data-task]")).to_have_count(1)
    page.get_by_role("link", name="Rensa").click()
    expect(page.locator("[data-task]")).to_have_count(2)
    page.get_by_role("link", name="Mina 0").click()
    expect(page.get_by_role("heading", name="Du har inte tagit någon uppgift")).to_be_visible()
    plain.close()


def test_a_filtered_list_is_live_and_its_tabs_count(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    page.get_by_label("Sök person eller uppgift").fill("åsa")
    page.keyboard.press("Enter")
    expect(page.locator("[data-task]")).to_have_count(1)
    pages.start(pages.person("193301252395", "Åsa-Lena"), anna)
    pages.start(pages.person("192405062387", "Zoe"), anna)
    expect(page.locator("[data-task]")).to_have_count(2)
    expect(page.locator("#flik-alla")).to_have_text("4")


STATES = ["", "?visa=mina", "?visa=vantar", "?prioritet=3&tid=forsenade", "?sortera=person"]


@pytest.mark.parametrize("width", [320, 1440])
def test_every_state_reflows_and_axe_finds_nothing(
    browser: Browser, url: str, log_in: LogIn, anna: Staff, width: int
) -> None:
    context = browser.new_context(locale="sv-SE", viewport={"width": width, "height": 800})
    log_in(context, anna)
    page = context.new_page()
    for state in STATES:
        page.goto(f"{url}{state}")
        page.get_by_text("Filtrera och sortera").click()
        assert axe(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
    context.close()
