"""The diagram in words as one uses it: by keyboard, without a script, on paper, and seen in the editor afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages, workbench
from tests.browser.conftest import LogIn, axe
from workbench.models import Draft
from workflows import diagram

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "hembesok.bpmn"


@pytest.fixture
def pia() -> Staff:
    pages.publish()
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    return workbench.draft(pia)


def names(made: Draft) -> list[str]:
    root = diagram.parse(made.files.get(name=NAME).text.encode())
    return [one.name for one in diagram.elements(root).values()]


def press(page: Page, selector: str) -> None:
    """As the keyboard does."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def test_steps_are_added_moved_and_taken_back_with_the_keyboard_and_drawn(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff, made: Draft
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url, java_script_enabled=False)
    log_in(context, pia)
    page = context.new_page()
    page.goto(f"/verkstad/{made.ref}/ord/{NAME}")
    press(page, "#steg-planera_besok .words__tools a")
    page.locator("#ny-namn").fill("Ring en anhörig")
    press(page, "#lagg-till")
    expect(page.locator("#lage")).to_contain_text("Steget är tillagt")
    expect(page.locator("#steg-ring_en_anhorig #e-namn")).to_have_value("Ring en anhörig")
    page.get_by_label("Antal").first.fill("2")
    page.get_by_label("Enhet").first.select_option("A")
    press(page, "#spara")
    expect(page.locator("#steg-ring_en_anhorig")).to_contain_text("inom 2 arbetsdagar")
    press(page, "#upp")
    expect(page.locator("#lage")).to_contain_text("flyttat uppåt")
    press(page, "#angra")
    press(page, "#angra")
    expect(page.locator("#steg-ring_en_anhorig")).not_to_contain_text("arbetsdagar")
    context.close()
    assert "Ring en anhörig" in names(made)
    drawn = browser.new_context(locale="sv-SE", base_url=live_server.url, viewport={"width": 1440, "height": 900})
    log_in(drawn, pia)
    page = drawn.new_page()
    page.goto(f"/verkstad/{made.ref}/diagram/{NAME}")
    expect(page.locator('[data-element-id="ring_en_anhorig"]').first).to_be_visible()
    drawn.close()


def test_it_is_for_everyone_wide_and_narrow(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff, made: Draft
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url)
    log_in(context, pia)
    page = context.new_page()
    found = {}
    base = f"/verkstad/{made.ref}/ord/{NAME}"
    hour = ("/verkstad/forsta-timmen/", f"/verkstad/{made.ref}/forsta-timmen/")
    for address in (
        *hour,
        "/forlopp/hembesok/1/rutin/",
        base,
        f"{base}?steg=planera_besok",
        f"{base}?steg=start_hembesok",
    ):
        for width in (1440, 360, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            problems = axe(page)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                problems.append(f"is {wide} wide")
            if problems:
                found[f"{address} {width}"] = problems
    context.close()
    assert found == {}


def test_on_paper_the_questions_are_read_and_nothing_is_to_be_pressed(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url)
    log_in(context, pia)
    page = context.new_page()
    page.goto("/forlopp/hembesok/1/rutin/")
    page.emulate_media(media="print")
    expect(page.get_by_text("Spara som PDF")).to_be_hidden()
    expect(page.locator("#steg-planera_besok details li").first).to_be_visible()
    context.close()
