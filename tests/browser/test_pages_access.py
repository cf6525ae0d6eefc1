"""Every page for everyone: axe finds nothing in light or dark, and 320 pixels are enough."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import deciding, pages
from tests.browser.conftest import LogIn, axe
from workflows.services import incidents, mending, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def _missing(page: Page) -> None:
    page.get_by_role("button", name="Slutför uppgiften").click()


def _row(page: Page) -> None:
    page.get_by_role("button", name="Lägg till hinder").click()


def _open_diagram(page: Page) -> None:
    box = page.locator("[data-diagram-box]")
    if not box.evaluate("box => box.open"):
        box.locator("summary").click()
    page.locator("[data-diagram][data-state=ready]").wait_for()


def _open_decision(page: Page) -> None:
    page.get_by_role("link", name="Så här kom beslutet till").click()
    page.locator("details[id^=beslut] summary").click()
    page.get_by_role("row", name="Träff").first.wait_for()


def _try_out(page: Page) -> None:
    page.get_by_role("button", name="Försök igen med dem").click()
    page.get_by_role("link", name="Gör inget").wait_for()


Step = Callable[[Page], None]
Addresses = dict[str, tuple[str, Step | None]]


@pytest.fixture
def addresses(anna: Staff) -> Addresses:
    """Every page in every state that staff meet, and what to do there first."""
    pages.publish()
    berit = pages.person()
    done = pages.start(berit, anna)
    task = pages.task(done, "planera_besok")
    user_tasks.complete(
        task=task, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    waiting = pages.start(pages.person("193902282387", "Doris"), anna)
    open_task = pages.task(waiting, "planera_besok")
    taken = pages.task(pages.start(pages.person("193902282387", "Doris"), anna), "planera_besok")
    user_tasks.claim(task=taken, by=pages.staff("bo", "samordnare"), now=timezone.now())
    decided = deciding.decides(anna, "FIRST", ("&lt; 65", "-", "7"), ("-", "-", '"snart"'))
    deciding.answer(decided)
    stop = incidents.open_incident(
        code="engine", text="Steget kunde inte räknas ut.", group="samordnare", now=timezone.now(), instance=waiting
    )
    paused = pages.start(pages.person("193902282387", "Doris"), anna)
    incidents.open_incident(
        code="engine", text="Steget kunde inte räknas ut.", group="samordnare", now=timezone.now(), instance=paused
    )
    mending.suspend(instance=paused, reason="Utreds", by=anna, now=timezone.now())
    return {
        "inbox": ("/uppgifter/", None),
        "confirmation": (f"/uppgifter/?klar={task.public_id}", None),
        "mine, empty": ("/uppgifter/?visa=mina", None),
        "task": (f"/uppgifter/{open_task.public_id}/", None),
        "task with a row": (f"/uppgifter/{open_task.public_id}/", _row),
        "task with errors": (f"/uppgifter/{open_task.public_id}/", _missing),
        "task of a colleague": (f"/uppgifter/{taken.public_id}/", None),
        "task already done": (f"/uppgifter/{task.public_id}/", None),
        "persons": ("/personer/", None),
        "person": (f"/personer/{berit.ref}/", None),
        "start": ("/arenden/starta/", None),
        "start form": (f"/arenden/starta/hembesok/{berit.ref}/", None),
        "ärende": (f"/arenden/{done.public_id}/", _open_diagram),
        "ärende with a decision": (f"/arenden/{decided.public_id}/", _open_decision),
        "stops": ("/stopp/", None),
        "stop": (f"/stopp/{stop.public_id}/", None),
        "several stops tried out": ("/stopp/", _try_out),
        "mend": (f"/arenden/{waiting.public_id}/atgarda/?stopp={stop.public_id}", None),
        "change": (f"/arenden/{waiting.public_id}/andra/", None),
        "paused ärende": (f"/arenden/{paused.public_id}/", None),
        "paused task": (f"/uppgifter/{pages.task(paused, 'planera_besok').public_id}/", None),
        "not found": ("/uppgifter/finns-inte/", None),
        "log in": ("/logga-in/?next=/uppgifter/", None),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, live_server: LiveServer, addresses: Addresses, log_in: LogIn, anna: Staff, scheme: str
) -> None:
    context = browser.new_context(locale="sv-SE", color_scheme="dark" if scheme == "dark" else "light")
    log_in(context, anna)
    page = context.new_page()
    found = {}
    for name, (address, prepare) in addresses.items():
        page.goto(f"{live_server.url}{address}")
        if prepare:
            prepare(page)
        if problems := axe(page):
            found[name] = problems
    context.close()
    assert found == {}


def test_every_page_fits_320_pixels(
    browser: Browser, live_server: LiveServer, addresses: Addresses, log_in: LogIn, anna: Staff
) -> None:
    context = browser.new_context(locale="sv-SE", viewport={"width": 320, "height": 640})
    log_in(context, anna)
    page = context.new_page()
    widths = {}
    for name, (address, prepare) in addresses.items():
        page.goto(f"{live_server.url}{address}")
        if prepare:
            prepare(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            widths[name] = width
    context.close()
    assert widths == {}


def test_what_one_presses_is_at_least_44_pixels_high(
    browser: Browser, live_server: LiveServer, addresses: Addresses, log_in: LogIn, anna: Staff
) -> None:
    context = browser.new_context(locale="sv-SE", viewport={"width": 360, "height": 640})
    log_in(context, anna)
    page = context.new_page()
    small = {}
    for name, (address, _) in addresses.items():
        page.goto(f"{live_server.url}{address}")
        found = page.evaluate(
            """() => [...document.querySelectorAll(
                ".button, .site-nav a, .tabs a, summary, .choices label, input, select")]
                .filter(node => node.checkVisibility() && node.type !== "hidden" && !node.closest("label")
                    && !node.classList.contains("visually-hidden"))
                .filter(node => node.getBoundingClientRect().height < 44)
                .map(node => node.outerHTML.slice(0, 80))"""
        )
        if found:
            small[name] = found
    context.close()
    assert small == {}
