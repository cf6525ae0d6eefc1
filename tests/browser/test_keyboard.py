"""The main stories with nothing but a keyboard, by keys that anyone knows; and one always sees where one is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TABS = 60
# Where the outline is drawn on another box than the one that has the focus: the whole row, the whole choice.
SEEN = """() => { const here = document.activeElement;
    if (here === document.body) return true; // past the last: the next press begins again at the top
    const boxes = [[here, null], [here, "::after"], [here.closest("label"), null]];
    return boxes.some(([box, part]) => box && getComputedStyle(box, part).outlineStyle !== "none"); }"""
IS_THERE = """([selector, text]) => document.activeElement.matches(selector)
    && document.activeElement.textContent.includes(text)"""


def tab_to(page: Page, selector: str, text: str = "") -> None:
    page.wait_for_load_state()  # what a page does with the focus when it comes is done
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 100)")
        assert page.evaluate(SEEN), f"one cannot see that one is at {name}"
        if page.evaluate(IS_THERE, [selector, text]):
            return
    raise AssertionError(f"{selector} {text} cannot be reached by Tab")


def press(page: Page, selector: str, text: str = "") -> None:
    tab_to(page, selector, text)
    page.keyboard.press("Enter")


def skip_to_content(page: Page) -> None:
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")


def test_from_the_inbox_to_the_next_task_and_to_one_that_one_starts(
    context: BrowserContext, page: Page, live_server: LiveServer, log_in: LogIn, anna: Staff
) -> None:
    pages.publish()
    pages.join(anna, "sjukskoterska")
    pages.start(pages.person(), anna)
    pages.start(pages.person("193902282387", "Doris"), anna)
    log_in(context, anna)
    page.goto(f"{live_server.url}/uppgifter/")
    _search(page)
    _complete_the_first(page)
    _complete_the_next(page)
    _start_one(page)


def _search(page: Page) -> None:
    skip_to_content(page)
    tab_to(page, "input[type=search]")
    page.keyboard.type("berit")
    page.keyboard.press("Enter")
    expect(page.locator("[data-task]")).to_have_count(1)


def _complete_the_first(page: Page) -> None:
    skip_to_content(page)
    press(page, ".row__title a", "Planera besöket")
    expect(page).to_have_title(re.compile("Planera besöket"))
    skip_to_content(page)
    press(page, "button", "Ta uppgiften")
    expect(page.get_by_text("Tagen av dig")).to_be_visible()
    skip_to_content(page)
    press(page, "button[name=slutfor]")
    expect(page.locator(".error-summary")).to_be_focused()
    press(page, ".error-summary a", "Vilken dag?")
    expect(page.get_by_label("Vilken dag?")).to_be_focused()
    page.keyboard.type("2026-12-01")
    for name in ("plats", "tolk"):
        tab_to(page, f"input[name={name}]")
        page.keyboard.press("Space")
    press(page, "button[name=slutfor]")
    expect(page.get_by_text("Klart: Planera besöket")).to_be_visible()


def _complete_the_next(page: Page) -> None:
    skip_to_content(page)
    press(page, ".notice a", "Gör besöket")
    expect(page).to_have_title(re.compile("Gör besöket"))
    skip_to_content(page)
    tab_to(page, "textarea[name=anteckning]")
    page.keyboard.type("Det gick bra.")
    tab_to(page, "input[name=uppfoljning]")
    page.keyboard.press("ArrowDown")
    press(page, "button[name=slutfor]")
    expect(page.get_by_text("Klart: Gör besöket")).to_be_visible()


def _start_one(page: Page) -> None:
    press(page, ".site-nav a", "Personer")
    expect(page).to_have_title(re.compile("Personer"))
    press(page, "main a", "Starta")
    expect(page).to_have_title(re.compile("Starta"))
    skip_to_content(page)
    tab_to(page, "input[name=forlopp]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=personnummer]")
    page.keyboard.type("19390228-2387")
    page.keyboard.press("Enter")
    # Who has skipped once is taken past the menu on the page that a form leads to, too: the address still says where.
    expect(page).to_have_title(re.compile("Starta Hembesök"))
    tab_to(page, "textarea[name=orsak]")
    page.keyboard.type("Yrsel.")
    press(page, "main button", "Starta")
    expect(page.get_by_role("main").get_by_text("Doris Provsson").first).to_be_visible()
