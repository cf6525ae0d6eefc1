"""The page where a signal is sent: sent with the keyboard and eyes of a person, wide and narrow, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests import pages
from tests.browser.conftest import LogIn, axe
from tests.signalling import place, publish, start, started_by

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_a_signal_is_tried_and_sent(
    browser: Browser, live_server: LiveServer, log_in: LogIn, width: int, scheme: str
) -> None:
    publish("mottagare", place("catch", "sig_alla"))
    publish("ett", started_by())
    start("mottagare", pages.person())
    context = browser.new_context(
        locale="sv-SE",
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
        base_url=live_server.url,
    )
    log_in(context, pages.staff("it", "it_drift"))
    page = context.new_page()
    page.goto("/signaler/")
    assert axe(page) == []
    page.get_by_label("snovader").check()
    page.get_by_role("button", name="Se vilka som nås").click()
    expect(page.get_by_role("status")).to_contain_text("skulle nå 1 ärende och starta inget")
    assert axe(page) == []
    page.get_by_role("button", name="Sänd signalen").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv ett skäl.")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Skäl").fill("Snöstorm i hela kommunen.")
    page.get_by_role("button", name="Se vilka som nås").click()
    page.get_by_role("button", name="Sänd signalen").click()
    expect(page.get_by_role("heading", name="Senast sända för hand")).to_be_visible()
    assert axe(page) == []
    context.close()
