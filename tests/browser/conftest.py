"""A real browser against the running product; without Chromium these tests are skipped, in one line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import machine

# Playwright's event loop runs in this thread, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# What is there is seen at once; how long what is late may be must not hang on how busy the machine is.
expect.set_options(timeout=60_000)

CHROMIUM = machine.chromium()
AXE = Path(__file__).resolve().parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    # Where it is required, its absence is a failure: Playwright then says that it finds none.
    missing = None if CHROMIUM or "chromium" in machine.required() else "Chromium is not on this machine"
    for item in items:
        if missing and here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=sv-SE"],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "sv-SE", "timezone_id": "Europe/Stockholm", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Its windows are as patient as what is expected of them."""
    for name in ("new_context", "new_page"):
        setattr(browser, name, _patient(getattr(browser, name)))
    return browser


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(**told: Any) -> Any:
        window = make(**told)
        window.set_default_timeout(120_000)
        return window

    return made


FRAMES_READY = "[...document.querySelectorAll('iframe')].every(f => f.contentDocument?.readyState === 'complete')"
LogIn = Callable[[BrowserContext, Staff], None]


@pytest.fixture
def log_in(live_server: LiveServer) -> LogIn:
    """Gives a browser the session of a member of staff, as if they had just logged in."""

    def give(context: BrowserContext, member: Staff) -> None:
        client = Client()
        client.force_login(member)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return give


def axe(page: Page, *, only: list[str] | None = None) -> list[str]:
    """What axe finds, one line per rule; nothing is excused. `only` some rules, where the others have been asked."""
    assert AXE.is_file(), "axe-core is not installed: run make setup"
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # It looks into frames too, and one that is on its way has no document to look at. Asked again and again by us:
    # the page's own policy forbids Playwright to wait for an expression that is not true at once.
    for _ in range(200):
        if page.evaluate(FRAMES_READY):
            break
        page.wait_for_timeout(50)
    asked = {"resultTypes": ["violations"]} | ({"runOnly": only} if only else {})
    found = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{rule['id']}: {rule['help']} – {'; '.join(node['html'][:120] for node in rule['nodes'][:3])}"
        for rule in found["violations"]
    ]
