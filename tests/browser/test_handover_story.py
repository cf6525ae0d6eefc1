"""A working day of colleagues at a telephone: asked, answered, handed over and handed back, followed, given out."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn, axe
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def reach(page: Page, name: str) -> None:
    """By keyboard: Tab until what has focus is called so, then Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        said = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText ?? ''")
        if said.strip().startswith(name):
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


def enter(page: Page, name: str) -> None:
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def sound(page: Page) -> None:
    assert axe(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, log_in: LogIn) -> Callable[..., Page]:
    def of(member: Staff, *, script: bool = True) -> Page:
        context = browser.new_context(
            locale="sv-SE", viewport={"width": 360, "height": 740}, java_script_enabled=script, base_url=live_server.url
        )
        log_in(context, member)
        return context.new_page()

    return of


def test_a_colleague_is_asked_and_answers_by_keyboard(
    phone: Callable[..., Page], task: UserTask, anna: Staff, siri: Staff
) -> None:
    page = phone(anna)
    page.goto(f"/uppgifter/{task.public_id}/")
    enter(page, "Fråga kollega")
    sound(page)
    reach(page, "Vem vill du fråga?")
    page.keyboard.type("Siri")
    enter(page, "Skicka frågan")
    expect(page.locator(".error-summary")).to_be_focused()
    sound(page)
    reach(page, "Vad undrar du?")
    page.keyboard.type("Är hon hemma?")
    enter(page, "Skicka frågan")
    expect(page.get_by_text("Väntar på svar från Siri Prov")).to_be_visible()
    sound(page)

    asked = phone(siri)
    asked.goto("/uppgifter/")
    expect(asked.get_by_text("Anna Prov frågar dig")).to_be_visible()
    sound(asked)
    enter(asked, task.name)
    asked.get_by_role("link", name="läs frågan och svara").press("Enter")
    reach(asked, "Ditt svar till Anna Prov")
    asked.keyboard.type("Ja, efter tre.")
    sound(asked)
    enter(asked, "Skicka svaret")
    enter(asked, "Bevaka")
    asked.goto("/uppgifter/?visa=bevakade")
    expect(asked.locator("[data-task]")).to_contain_text("Tagen av Anna Prov")
    sound(asked)

    page.goto("/uppgifter/")
    expect(page.get_by_text("Siri Prov svarade på din fråga")).to_be_visible()
    enter(page, task.name)
    expect(page.get_by_text("Ja, efter tre.")).to_be_visible()
    for one in (page, asked):
        one.context.close()


def test_a_task_is_handed_over_by_keyboard_and_back_without_script(
    phone: Callable[..., Page], task: UserTask, anna: Staff, bo: Staff
) -> None:
    page = phone(anna)
    page.goto(f"/uppgifter/{task.public_id}/")
    enter(page, "Lämna över")
    sound(page)
    reach(page, "Till vem?")
    page.keyboard.type("Bo")
    reach(page, "Vad behöver kollegan veta?")
    page.keyboard.type("Ring efter tre.")
    enter(page, "Lämna över")
    expect(page.get_by_text("Uppgiften är överlämnad till Bo Prov.")).to_be_visible()
    expect(page.locator("[data-task]")).to_contain_text("Tagen av Bo Prov")

    other = phone(bo, script=False)
    other.goto("/uppgifter/")
    other.get_by_role("link", name=task.name).first.click()
    expect(other.get_by_text("Överlämnad av Anna Prov")).to_be_visible()
    other.get_by_role("link", name="Lämna tillbaka till Anna Prov").click()
    other.get_by_label("Vad behöver kollegan veta?").fill("Hann inte.")
    other.get_by_role("button", name="Lämna över").click()
    expect(other.get_by_text("Uppgiften är överlämnad till Anna Prov.")).to_be_visible()
    for one in (page, other):
        one.context.close()


def test_many_are_given_out_with_what_could_not_be_told_and_one_that_ends_is_told(
    phone: Callable[..., Page], task: UserTask, anna: Staff, bo: Staff
) -> None:
    pages.start(pages.person("193902282387", "Doris"), anna)
    page = phone(anna)
    page.goto("/uppgifter/")
    enter(page, "Välj flera")
    sound(page)
    reach(page, task.name)
    page.keyboard.press("Space")
    reach(page, task.name)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Tilldela valda").press("Enter")
    expect(page.get_by_text("Välj vem uppgifterna ska tilldelas.").first).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(2)
    sound(page)
    late = phone(bo)
    late.goto(f"/uppgifter/{task.public_id}/")
    late.get_by_role("button", name="Ta uppgiften").click()
    page.get_by_label("Tilldela valda till").select_option(label="Bo Prov")
    page.get_by_role("button", name="Tilldela valda").press("Enter")
    expect(page.get_by_text("1 uppgift tilldelad Bo Prov.")).to_be_visible()
    expect(page.get_by_text("1 var redan tagna av Bo Prov.")).to_be_visible()
    expect(page.get_by_text("Tagen av Bo Prov")).to_have_count(2)

    page.goto(f"/uppgifter/{task.public_id}/")
    page.get_by_role("button", name="Bevaka").click()
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=bo, now=timezone.now())
    page.goto("/uppgifter/?visa=bevakade")
    expect(page.get_by_text("Klar av Bo Prov")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Sluta bevaka den som är klar").click()
    expect(page.get_by_role("heading", name="Du bevakar inga uppgifter")).to_be_visible()
    for one in (page, late):
        one.context.close()
