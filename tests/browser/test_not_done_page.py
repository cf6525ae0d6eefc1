"""A task that could not be done, told in a browser: by keyboard, on a narrow phone, without one finding of axe."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests.browser.conftest import LogIn, axe
from workflows.models import UserTask

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_attempt_is_told_by_keyboard_on_a_narrow_phone(
    context: BrowserContext, page: Page, live_server: LiveServer, log_in: LogIn, anna: Staff, task: UserTask
) -> None:
    log_in(context, anna)
    page.set_viewport_size({"width": 320, "height": 720})
    page.goto(f"{live_server.url}/uppgifter/{task.public_id}/")
    page.get_by_text("Vad händer sedan?").click()
    assert axe(page) == []
    page.get_by_role("link", name="Kunde inte göras nu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kunde inte göras nu")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Skriv upp försöket").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("att rätta")
    assert axe(page) == []
    page.get_by_label("Ingen var hemma").press("Space")
    page.get_by_role("button", name="Skriv upp försöket").press("Enter")
    expect(page.get_by_text("Försöket är uppskrivet")).to_be_visible()
    expect(page.get_by_text("1 försök")).to_be_visible()
    task.refresh_from_db()
    assert (task.is_open, task.attempts) == (True, 1)
