"""The simulators' pages in a real browser: accessible, without JavaScript, and usable on a telephone."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from integrations import simulators
from integrations.configuration import Values
from integrations.simulators import Surroundings
from tests.browser.conftest import axe
from tests.fakes.simulators import free_port, until


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """In a thread: here the page is what is tried, not the process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join(timeout=10)


def _app(name: str, var: Path) -> Starlette:
    secret = {"webhook_secrets": "only for tests"}
    told = Values(name, is_enabled=True, at_once=1, given=secret)
    nowhere = f"http://127.0.0.1:{free_port()}"
    surroundings = Surroundings(var, "1880", nowhere, lambda _system: told)
    return simulators.create(f"integrations.{name}.simulator", surroundings)


@pytest.mark.parametrize("name", ["region", "hemtjanst", "medicingivare"])
def test_the_page_is_accessible_when_empty_and_when_full(page: Page, tmp_path: Path, name: str) -> None:
    with served(_app(name, tmp_path)) as url:
        page.goto(url)
        expect(page.get_by_text("Simulator – påhittade personer")).to_be_visible()
        assert axe(page) == []
        if name == "hemtjanst":
            order = {"typ": "insats_paus", "person_ref": "5e0e3a52-1111-4000-8000-000000000001"}
            page.request.post(f"{url}api/bestallningar", data=order, headers={"Idempotency-Key": "n1"})
            page.reload()
            page.get_by_role("button", name="Utebliven insats").click()
        else:
            page.get_by_role("button", name="Skicka", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("Klart.")
        page.get_by_label("Nere: svarar 503 på allt").check()
        page.get_by_role("button", name="Byt läge").click()
        expect(page.get_by_text("Just nu: Nere")).to_be_visible()
        assert axe(page) == []


def test_the_story_is_told_by_a_telephone_without_javascript(browser: Browser, tmp_path: Path) -> None:
    with served(_app("region", tmp_path)) as url:
        page = browser.new_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
        page.goto(url)
        page.get_by_label("Person").first.select_option(value="karl")
        page.get_by_role("button", name="Skicka nästa meddelande").click()
        page.get_by_role("button", name="Skicka Ändrat utskrivningsdatum för Karl Sandström (påhittad)").click()
        expect(page.get_by_role("button", name="Skicka Utskrivningsklar för Karl")).to_be_visible()
        waiting = page.get_by_role("region", name="Skickade meddelanden").get_by_role("row")
        expect(waiting).to_have_count(3)
        page.close()


def test_the_page_is_not_wider_than_a_telephone(page: Page, tmp_path: Path) -> None:
    with served(_app("region", tmp_path)) as url:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(url)
        page.get_by_role("button", name="Skicka nästa meddelande").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
