"""Drafts in a real browser: typed and closed, opened again, by a colleague, after the session, and without script."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff, StaffSession
from tasks.models import Draft
from tests.browser.conftest import LogIn
from workflows.models import UserTask

pytestmark = pytest.mark.django_db(transaction=True)
SAVED = re.compile(r"Utkastet sparades \d\d:\d\d")


@pytest.fixture
def url(live_server: LiveServer, task: UserTask) -> str:
    return f"{live_server.url}/uppgifter/{task.public_id}/"


def _type(page: Page, text: str) -> None:
    page.get_by_label("På en annan plats").check()
    page.get_by_label("Vilken plats?").press_sequentially(text)


def test_what_is_typed_is_there_when_the_page_is_opened_again_and_a_colleague_can_go_on(
    browser: Browser, context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff, bo: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    _type(page, "Biblioteket")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)
    expect(page.get_by_label("Vilken plats?")).to_have_value("Biblioteket")
    page.close()

    other = browser.new_context(locale="sv-SE")
    log_in(other, anna)
    again = other.new_page()
    again.goto(url)
    expect(again.get_by_label("Vilken plats?")).to_have_value("Biblioteket")
    expect(again.get_by_text("Ditt utkast från")).to_be_visible()
    other.close()

    theirs = browser.new_context(locale="sv-SE")
    log_in(theirs, bo)
    colleague = theirs.new_page()
    colleague.goto(url)
    colleague.get_by_text("Visa utkastet").click()
    expect(colleague.get_by_text("Biblioteket")).to_be_visible()
    colleague.get_by_role("button", name="Fortsätt på utkastet").click()
    expect(colleague.get_by_label("Vilken plats?")).to_have_value("Biblioteket")
    colleague.get_by_role("button", name="Släng utkastet").click()
    expect(colleague.get_by_text("Utkastet är slängt")).to_be_visible()
    assert [draft.by for draft in Draft.objects.all()] == [anna]
    theirs.close()


def test_a_page_that_is_left_at_once_has_saved(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_label("På en annan plats").check()
    page.get_by_label("Vilken plats?").fill("Biblioteket")
    page.reload()
    page.goto(url)
    expect(page.get_by_label("Vilken plats?")).to_have_value("Biblioteket")


def test_when_the_server_cannot_be_reached_it_says_so_and_tries_again(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    page.route("**/uppgifter/*/", lambda route: route.abort())
    _type(page, "Biblioteket")
    expect(page.get_by_text("Kunde inte spara utkastet: försöker igen").first).to_be_visible()
    page.unroute("**/uppgifter/*/")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED, timeout=15000)


@pytest.mark.parametrize("has_new_token", [False, True])
def test_when_the_session_has_ended_the_text_stays_and_is_saved_after_logging_in_again(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff, has_new_token: bool
) -> None:
    log_in(context, anna)
    page.goto(url)
    StaffSession.objects.all().delete()
    if has_new_token:
        context.clear_cookies()
    _type(page, "Biblioteket")
    page.keyboard.press("Tab")
    expect(page.locator("[data-draft-state]")).to_contain_text("Du har loggats ut")
    expect(page.get_by_label("Vilken plats?")).to_have_value("Biblioteket")
    link = page.locator("[data-draft-state]").get_by_role("link", name="Logga in igen")
    with context.expect_page() as opened:
        link.click()
    expect(opened.value).to_have_url(re.compile(r"/logga-in/\?next=%2Fuppgifter%2F"))
    log_in(context, anna)
    page.get_by_label("Vilken plats?").press("End")
    page.get_by_label("Vilken plats?").press_sequentially(" i centrum")
    page.keyboard.press("Tab")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Draft.objects.get().written["annan_plats"] == "Biblioteket i centrum"


def test_completing_leaves_no_draft_behind(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    page.get_by_label("Hemma hos personen").check()
    page.get_by_role("group", name="Behövs tolk?").get_by_label("Nej").check()
    page.get_by_label("Vilken dag?").fill("2026-12-01")
    page.get_by_role("button", name="Slutför uppgiften").click()
    expect(page.get_by_text("Klart: Planera besöket")).to_be_visible()
    page.goto("about:blank")
    assert not Draft.objects.exists()


def test_without_script_the_button_saves_and_comments_are_written(
    browser: Browser, url: str, log_in: LogIn, anna: Staff, bo: Staff
) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 320, "height": 640})
    log_in(plain, anna)
    page = plain.new_page()
    page.goto(url)
    page.get_by_label("På en annan plats").check()
    page.get_by_label("Vilken plats?").fill("Biblioteket")
    page.get_by_role("button", name="Lägg till hinder").click()
    page.get_by_label("Vad är det för hinder?").fill("Hög tröskel")
    page.get_by_role("button", name="Spara utkast").click()
    expect(page.get_by_text("Utkastet sparades")).to_be_visible()
    expect(page.get_by_label("Vad är det för hinder?")).to_have_value("Hög tröskel")
    page.get_by_text("Skriv en anteckning").click()
    page.get_by_label("Anteckning", exact=True).fill("Vet du vem som har nyckeln?")
    page.get_by_label("Nämn en kollega").select_option(label="Bo Prov")
    page.get_by_role("button", name="Skicka anteckningen").click()
    expect(page.get_by_text("Vet du vem som har nyckeln?")).to_be_visible()
    expect(page.get_by_label("Vilken plats?")).to_have_value("Biblioteket")
    plain.close()
