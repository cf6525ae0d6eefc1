"""Staff at work in a real browser: take, fill in, correct, complete, see the next; and without script."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(live_server: LiveServer, anna: Staff) -> str:
    pages.publish()
    pages.start(pages.person(), anna)
    return str(live_server.url)


def test_a_task_is_taken_corrected_completed_and_the_next_appears_by_itself(
    browser: Browser, context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff, siri: Staff
) -> None:
    other = browser.new_context(locale="sv-SE")
    log_in(other, siri)
    nurse = other.new_page()
    nurse.goto(f"{url}/uppgifter/")
    expect(nurse.get_by_role("heading", name="Inget att göra just nu")).to_be_visible()

    log_in(context, anna)
    page.goto(f"{url}/")
    page.get_by_role("link", name="Planera besöket").click()
    page.get_by_role("button", name="Ta uppgiften").click()
    expect(page.get_by_text("Tagen av dig")).to_be_visible()

    page.get_by_label("Hemma hos personen").check()
    page.get_by_role("button", name="Slutför uppgiften").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Hemma hos personen")).to_be_checked()
    summary.get_by_role("link", name="Vilken dag?").click()
    expect(page.get_by_label("Vilken dag?")).to_be_focused()

    page.get_by_label("Vilken dag?").fill("2026-12-01")
    page.get_by_role("group", name="Behövs tolk?").get_by_label("Nej").check()
    page.get_by_role("button", name="Slutför uppgiften").click()
    expect(page.get_by_text("Klart: Planera besöket")).to_be_visible()

    expect(nurse.get_by_role("link", name="Gör besöket")).to_be_visible()
    expect(nurse.locator("[data-live-sign]")).to_have_text("2 nya uppgifter. Visa")
    expect(nurse.locator("#antal-uppgifter")).to_have_text("2")
    other.close()


def test_the_list_changes_under_the_hand_and_focus_stays(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(f"{url}/uppgifter/")
    link = page.get_by_role("link", name="Planera besöket")
    link.focus()
    pages.start(pages.person("193902282387", "Doris"), anna)
    expect(page.get_by_text("Doris Provsson")).to_be_visible()
    expect(link.first).to_be_focused()


def test_everything_works_without_script(browser: Browser, url: str, log_in: LogIn, anna: Staff) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="sv-SE")
    log_in(plain, anna)
    page = plain.new_page()
    page.goto(f"{url}/uppgifter/")
    expect(page.get_by_text("Uppdatera listan")).to_be_visible()
    page.get_by_role("link", name="Planera besöket").click()
    page.get_by_label("På en annan plats").check()
    page.get_by_role("button", name="Lägg till hinder").click()
    page.get_by_label("Vad är det för hinder?").fill("Hög tröskel")
    page.get_by_label("Vilken dag?").fill("2026-12-01")
    page.get_by_role("group", name="Behövs tolk?").get_by_label("Nej").check()
    page.get_by_role("button", name="Slutför uppgiften").click()
    page.get_by_label("Vilken plats?").fill("Biblioteket")
    page.get_by_role("button", name="Slutför uppgiften").click()
    expect(page.get_by_text("Klart: Planera besöket")).to_be_visible()
    page.get_by_role("link", name="Personer").click()
    page.get_by_role("link", name="Berit Provsson").click()
    page.get_by_role("link", name="Hembesök").first.click()
    expect(page.get_by_text("Diagrammet behöver JavaScript")).to_be_visible()
    expect(page.get_by_text("Planera besöket")).to_be_visible()
    plain.close()


def test_the_diagram_shows_what_is_done_and_where_the_arende_is(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    log_in(context, anna)
    page.goto(f"{url}/uppgifter/")
    page.get_by_role("link", name="Planera besöket").click()
    page.get_by_role("main").get_by_role("link", name="Hembesök").click()
    diagram = page.locator("[data-diagram]")
    expect(diagram).to_have_attribute("data-state", "ready")
    expect(diagram.locator(".step-done")).to_have_count(1)
    expect(diagram.get_by_role("link", name="Öppna uppgiften")).to_be_visible()
    assert problems == []
