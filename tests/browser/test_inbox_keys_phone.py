"""The inbox by keyboard alone, told by the listening process, and on a telephone by touch."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Individual, Staff
from tasks import live
from tasks.management.commands.live import server
from tests import pages
from tests.browser.conftest import LogIn, axe
from workflows.models import UserTask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(live_server: LiveServer, anna: Staff) -> str:
    pages.publish()
    for number, name in (("193805142381", "Berit"), ("193902282387", "Åsa"), ("194102032390", "Doris")):
        pages.start(pages.person(number, name), anna)
    return f"{live_server.url}/uppgifter/"


def test_all_of_it_by_keys_that_never_fire_in_a_field_and_can_be_turned_off(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(url)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Kortkommandon")
    expect(dialog.get_by_text("Nästa i listan")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("j")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    links = page.locator("main .row__title a")
    for keys, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(keys)
        expect(links.nth(place)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Sök person eller uppgift")).to_be_focused()
    page.keyboard.type("jt?gi")
    expect(page.get_by_label("Sök person eller uppgift")).to_have_value("jt?gi")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.get_by_text("Tagen av dig")).to_be_visible()
    assert UserTask.objects.filter(claimed_by=anna).count() == 1
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Uppgifter", exact=True)).to_be_visible()
    page.get_by_role("link", name="Kortkommandon").click()
    assert axe(page) == []
    page.get_by_role("button", name="Stäng av kortkommandona").click()
    expect(page.get_by_text("Kortkommandona är av.").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("/kortkommandon/")


@pytest.fixture
def told(live_server: LiveServer, settings: Any) -> Iterator[None]:
    """The listening process, at a port of its own; without it these pages would ask once in ten minutes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.FORLOPP_PORT = urlsplit(live_server.url).port
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    settings.FORLOPP_LIVE_URL = f":{port}{live.PATH}"
    settings.FORLOPP_POLL_SECONDS = 600
    running = server(live.Hub(), port=port)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield
    running.handle_exit(2, None)
    thread.join(10)


@pytest.mark.usefixtures("told")
def test_what_is_new_and_urgent_is_told_quietly_and_moves_nothing(
    browser: Browser, url: str, log_in: LogIn, anna: Staff
) -> None:
    # The policy of the page was made when the program started; the port is the test's own.
    context = browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 400}, bypass_csp=True)
    log_in(context, anna)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(url)
    UserTask.objects.update(priority=3)
    rest = first.get_by_role("link", name="Planera besöket").last
    rest.focus()
    before = rest.bounding_box()
    person: Individual = pages.person("194711082398", "Zoe")
    task = pages.task(pages.start(person, anna), "planera_besok")
    UserTask.objects.filter(pk=task.pk).update(priority=1, due_sort="2000-01-01T00:00:00Z")
    for page in (first, second):
        expect(page.locator("[data-task]")).to_have_count(4, timeout=20_000)
    expect(first.locator("[data-live-sign]")).to_contain_text("1 ny brådskande uppgift: Planera besöket")
    expect(first).to_have_title("(1) Uppgifter – Förlopp")
    expect(rest).to_be_focused()
    after = rest.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2, "what one reads stays where it was"
    assert axe(first) == []
    first.keyboard.press("Shift")
    expect(first).to_have_title("Uppgifter – Förlopp")
    context.close()


def test_on_a_telephone_everything_is_within_reach(browser: Browser, url: str, log_in: LogIn, anna: Staff) -> None:
    context = browser.new_context(
        locale="sv-SE", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    log_in(context, anna)
    page = context.new_page()
    page.goto(url)
    bar = page.get_by_role("navigation", name="Vilka uppgifter som visas").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == pytest.approx(740, abs=1), "the views lie under the thumb"
    sizes = [link.bounding_box() for link in page.locator(".tabs a, .filters > summary").all()]
    assert all(size is not None and size["height"] >= 44 and size["width"] >= 44 for size in sizes)
    for link in page.locator("footer").get_by_role("link").all():
        link.tap(trial=True)  # nothing lies over it
    page.get_by_text("Filtrera och sortera").tap()
    assert axe(page) == []
    show = page.get_by_role("button", name="Visa", exact=True)
    expect(show).to_be_in_viewport()
    page.touchscreen.tap(180, 20)
    expect(show).not_to_be_visible()
    page.get_by_text("Filtrera och sortera").tap()
    page.get_by_label("Prioritet").select_option("Låg prioritet")
    show.tap()
    expect(page.get_by_role("heading", name="Ingen uppgift passar")).to_be_visible()
    page.get_by_role("link", name="Sparade urval").tap()
    page.get_by_label("Namn på urvalet").fill("Det som kan vänta")
    page.get_by_role("button", name="Spara urvalet").tap()
    page.get_by_text("Ändra Det som kan vänta").tap()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Öppna inkorgen med det här").tap()
    expect(page.get_by_text("Inkorgen öppnas med urvalet.")).to_be_visible()
    page.goto(url)
    page.get_by_role("link", name="Visa allt", exact=True).tap()
    expect(page.locator("[data-task]")).to_have_count(3)
    context.close()
