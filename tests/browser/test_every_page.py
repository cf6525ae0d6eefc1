"""Every page for everyone: axe finds nothing, nothing is wider than the screen, no script fails and nothing moves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.exceptions import Resolver404
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser import examples
from tests.browser.conftest import LogIn, axe
from tests.browser.examples import Example
from web import jinja

pytestmark = pytest.mark.django_db(transaction=True)

PRACTICE = Path(__file__).resolve().parents[2] / "practice" / "jinja2"
SMALL = """() => [...document.querySelectorAll(
    ".button, .site-nav a, .tabs a, summary, .choices label, input, select, .tile, .chip, .practice-band a")]
    .filter(node => node.checkVisibility() && node.type !== "hidden" && !node.closest("label")
        && !node.classList.contains("visually-hidden"))
    // A box whose label is laid over the whole row is as large as the row.
    .filter(node => ![...(node.labels || [])].some(label => getComputedStyle(label, "::after").position === "absolute"))
    .filter(node => node.getBoundingClientRect().height < 44)
    .map(node => node.outerHTML.slice(0, 80))"""
MOVING = """() => [...document.querySelectorAll("*")].filter(node => { const style = getComputedStyle(node);
    return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0; })
    .map(node => node.outerHTML.slice(0, 80)).slice(0, 3)"""


WIDTHS = (1440, 320)


class Walk:
    """One browser window that is made wide and narrow; what it finds, by page."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.found: dict[str, list[str]] = {}
        self.context = browser.new_context(locale="sv-SE", base_url=url, reduced_motion="reduce")
        self._errors: list[str] = []
        self._page = self.context.new_page()
        self._page.on("pageerror", lambda error: self._errors.append(f"script: {error}"))
        self._page.on("console", self._heard)

    def all(self, shown: dict[str, Example]) -> None:
        for name, example in shown.items():
            try:
                problems = self._one(example)
            except PlaywrightError as error:
                problems = [f"cannot be looked at: {error}"]
            if problems:
                self.found[name] = problems

    def _one(self, example: Example) -> list[str]:
        page = self._page
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        answer = page.goto(example.address)
        assert answer is not None
        assert answer.status == example.status, example.address
        if example.first:
            example.first(page)
        problems = [f"{width}: {problem}" for width in WIDTHS for problem in self._seen(page, width)]
        errors, self._errors = self._errors, []
        return problems + errors

    def _seen(self, page: Page, width: int) -> Iterator[str]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        yield from axe(page)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            yield f"is {wide} pixels wide"
        yield from (f"moves: {node}" for node in page.evaluate(MOVING))
        if width < 600:
            yield from (f"is lower than 44 pixels: {node}" for node in page.evaluate(SMALL))
        if width == WIDTHS[-1]:
            # In the dark only the colours are others, and they are the same in every width.
            page.emulate_media(color_scheme="dark")
            yield from (f"dark: {problem}" for problem in axe(page, only=["color-contrast"]))

    def _heard(self, message: Any) -> None:
        # A page that says that something is not there, or not right, is itself told as an error.
        if message.type == "error" and not re.search(r"status of (403|404|409|422)", message.text):
            self._errors.append(f"console: {message.text}")


@pytest.fixture
def practice(settings: Settings) -> Iterator[None]:
    """The pages of practice mode in this installation, which is not in it."""
    searched = jinja.loaded().loader.searchpath  # type: ignore[union-attr]
    searched.append(str(PRACTICE))
    assert get_resolver().url_patterns, "those of the installation are read while it is not in practice"
    settings.FORLOPP_PRACTICE, settings.ROOT_URLCONF = True, "tests.fakes.practice_urls"
    yield
    searched.remove(str(PRACTICE))


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_is_for_everyone(
    browser: Browser, live_server: LiveServer, log_in: LogIn, anna: Staff, settings: Settings, half: int
) -> None:
    """In two halves, for two hands; each every other page."""
    settings.FORLOPP_DEMO = True
    walk = Walk(browser, live_server.url)
    walk.all(dict(list(examples.of_strangers().items())[half::2]))
    anna.set_password("en mening som bara Anna har")  # one page is for those who have one
    anna.save(update_fields=["password"])
    log_in(walk.context, anna)
    everything = examples.of_everything(anna)
    walk.all(dict(list(everything.items())[half::2]))
    walk.context.close()
    assert walk.found == {}


def test_practice_mode_is_too(
    browser: Browser, live_server: LiveServer, log_in: LogIn, anna: Staff, practice: None
) -> None:
    pages.publish()
    pages.start(pages.person(), anna)
    walk = Walk(browser, live_server.url)
    log_in(walk.context, anna)
    walk.all(examples.of_practice())
    walk.context.close()
    assert walk.found == {}


def test_every_address_has_an_example(anna: Staff, practice: None) -> None:
    """A new page? Add a line to tests/browser/examples.py, and it is walked in every width and light."""
    shown = examples.of_everything(anna) | examples.of_strangers() | examples.of_practice()
    led_to = {_view(example.address) for example in shown.values()}
    client = pages.logged_in(anna)
    lacking = [name for name, made_up in _addresses(get_resolver()) if name not in led_to and _is_page(client, made_up)]
    assert sorted(set(lacking) - set(examples.NOT_PAGES)) == []
    assert sorted(led_to & set(examples.NOT_PAGES)) == [], "these have become pages"


def _view(address: str) -> str:
    try:
        return resolve(address.partition("?")[0]).view_name
    except Resolver404:
        return "nowhere"


def _is_page(client: Client, made_up: str) -> bool:
    """An address that only takes a POST, or sends one on, shows nothing."""
    return client.get(made_up).status_code not in (302, 405)


def _addresses(resolver: URLResolver, within: str = "") -> Iterator[tuple[str, str]]:
    """Name of every address, and how it looks with made-up parts."""
    for pattern in resolver.url_patterns:
        if str(pattern.pattern).lstrip("^").startswith(("api/", "scim/")):
            continue  # answers machines
        if isinstance(pattern, URLPattern):
            name = f"{within}{pattern.name}"
            yield name, reverse(name, kwargs={key: _made_up(kind) for key, kind in pattern.pattern.converters.items()})
        else:
            yield from _addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else within)


def _made_up(kind: object) -> object:
    if isinstance(kind, UUIDConverter):
        return uuid.UUID(int=0)
    return 1 if isinstance(kind, IntConverter) else "x"
