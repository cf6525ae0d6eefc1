"""A leader looks at how it goes: on the diagram, in the table, for one profession, and on to who waits."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from followup.services import counting
from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn, axe
from workflows.services import instances, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(live_server: LiveServer, anna: Staff) -> str:
    """Five visits planned after six hours, and two that nobody has planned."""
    pages.publish()
    began = timezone.now() - timedelta(days=2)
    for number in range(7):
        instance = instances.start(
            definition_key="hembesok", individual=pages.person(), by=anna, now=began, answers={"orsak": "Yrsel."}
        )
        if number < 5:
            answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
            task = pages.task(instance, "planera_besok")
            user_tasks.complete(task=task, answers=answers, by=anna, now=began + timedelta(hours=6))
    while counting.run_waiting(now=timezone.now()):
        pass
    return live_server.url


def test_a_head_sees_where_it_waits_and_goes_there(
    context: BrowserContext, page: Page, url: str, log_in: LogIn
) -> None:
    head = pages.staff("hans", "enhetschef")
    pages.join(head, "samordnare")
    log_in(context, head)
    page.goto(f"{url}/uppgifter/")
    page.get_by_text("Följ upp", exact=True).click()
    page.get_by_role("link", name="Uppföljning").click()
    page.get_by_role("link", name="Hembesök").click()
    row = page.get_by_role("row", name="Planera besöket")
    expect(row).to_contain_text("6 timmar")
    expect(page.locator("svg .flow-wait").first).to_have_text("6 timmar")
    assert axe(page) == []
    page.get_by_role("link", name="Planera besöket: 2 ärenden väntar").click()
    expect(page.get_by_text("2 ärenden väntar här nu")).to_be_visible()
    page.get_by_role("link", name="Ärende, startat").first.click()
    expect(page.get_by_role("heading", name="Hembesök")).to_be_visible()


def test_it_is_chosen_by_keyboard_and_fits_a_phone(
    context: BrowserContext, page: Page, url: str, log_in: LogIn
) -> None:
    log_in(context, pages.staff("pia", "processagare"))
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{url}/uppfoljning/hembesok/")
    page.get_by_text("Välj period, version, profession och enhet").press("Enter")
    page.get_by_label("Profession", exact=True).select_option("Sjuksköterska")
    page.get_by_role("button", name="Visa", exact=True).press("Enter")
    expect(page.get_by_role("row", name="Gör besöket")).to_be_visible()
    expect(page.get_by_role("row", name="Planera besöket")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
