"""Every kind of question in a real browser: sound in each state, by hand, on a phone, without script."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import pages
from tests.browser.conftest import LogIn, axe

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def url(live_server: LiveServer, context: BrowserContext, log_in: LogIn) -> str:
    pages.publish("alla_fragor")
    log_in(context, pages.staff("pia", "processagare"))
    return f"{live_server.url}/formular/alla_fragor/svara_pa_allt/"


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_every_kind_of_question_is_sound_in_every_state(page: Page, url: str) -> None:
    for scheme, size in (("light", PHONE), ("dark", {"width": 1440, "height": 900})):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for look in ("", "?visa=ifyllt&bredd=telefon", "?visa=last"):
            page.goto(url + look)
            assert axe(page) == []
            assert not is_too_wide(page), (look, size)
        page.goto(url)
        page.get_by_role("button", name="Prova att skicka").click()
        expect(page.get_by_role("alert")).to_contain_text("saker att rätta")
        assert axe(page) == []
        assert not is_too_wide(page)
    page.get_by_role("link", name="Fyll i ”Kort text”.").click()
    expect(page.get_by_label("Kort text")).to_be_focused()


def test_what_depends_on_the_answers_follows_them_and_nothing_typed_is_lost(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Kort text").fill("Behåll mig")
    expect(page.get_by_text("Timmar tillsammans: –")).to_be_visible()
    page.get_by_label("Antal besök").fill("7")
    page.get_by_label("Timmar per besök").fill("2,5")
    page.get_by_label("Timmar per besök").press("Tab")
    expect(page.get_by_text("Timmar tillsammans: 17,5")).to_be_visible()
    why = page.get_by_label("Varför så mycket?")
    why.fill("För att")
    page.get_by_label("Antal besök").fill("6")
    why.focus()
    expect(page.get_by_text("Timmar tillsammans: 15")).to_be_visible()
    expect(why).to_have_value("För att")
    expect(page.get_by_label("Kort text")).to_have_value("Behåll mig")
    page.get_by_label("Antal besök").fill("1")
    page.get_by_label("Kort text").focus()
    expect(why).to_have_count(0)


def test_a_date_is_written_by_hand_or_chosen_and_read_back(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Kort text").fill("a")
    page.get_by_label("Till (frivilligt)").fill("3 dec")
    page.get_by_label("Hur länge?").fill("1,5 h")
    page.get_by_role("group", name="Vad svarar personen?").get_by_label("Ja").check()
    page.get_by_role("group", name="Är det klart?").get_by_label("Nej").check()
    page.get_by_role("group", name="Hur trygg känner du dig?").get_by_label("7", exact=True).check()
    page.get_by_label("Namn").fill("Eva")
    start = page.locator("[data-field=fran]")
    expect(start.get_by_role("button", name="Välj i kalender")).to_be_visible()
    chooser = start.locator("input[type=date]")
    chooser.evaluate("node => { node.value = '2026-12-02'; node.dispatchEvent(new Event('change')); }")
    expect(page.get_by_label("Från", exact=True)).to_have_value("2 december 2026")
    expect(page.get_by_label("Från", exact=True)).to_be_focused()
    page.get_by_role("button", name="Prova att skicka").click()
    for told in ("2 december 2026", "3 december", "1 timme 30 minuter", "7"):
        expect(page.get_by_text(told).first).to_be_visible()
    assert axe(page) == []


def test_rows_come_and_go_without_script_and_keep_what_is_typed(
    browser: Browser, context: BrowserContext, url: str
) -> None:
    bare = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport=PHONE)  # type: ignore[arg-type]
    bare.add_cookies(context.cookies())  # type: ignore[arg-type]
    page = bare.new_page()
    page.goto(url)
    expect(page.get_by_role("button", name="Välj i kalender")).to_have_count(0)
    page.get_by_label("Kort text").fill("Kvar")
    page.get_by_label("Från", exact=True).fill("27/11")
    page.get_by_role("button", name="Lägg till delmål").click()
    page.get_by_label("Delmål 1").fill("Gå ut")
    page.get_by_role("button", name="Lägg till delmål").click()
    expect(page.get_by_label("Delmål 1")).to_have_value("Gå ut")
    page.get_by_label("Delmål 2").fill("Handla")
    page.get_by_role("button", name="Ta bort delmål 1").click()
    expect(page.get_by_label("Delmål 1")).to_have_value("Handla")
    expect(page.get_by_label("Kort text")).to_have_value("Kvar")
    expect(page.get_by_label("Från", exact=True)).to_have_value("27/11")
    page.get_by_label("Antal besök").fill("6")
    page.get_by_label("Timmar per besök").fill("2")
    page.get_by_role("button", name="Uppdatera frågorna").click()
    expect(page.get_by_text("Timmar tillsammans: 12")).to_be_visible()
    expect(page.get_by_label("Varför så mycket?")).to_be_visible()
    page.get_by_role("button", name="Prova att skicka").click()
    expect(page.locator(".error-summary")).to_be_in_viewport()  # the address leads there
    bare.close()
