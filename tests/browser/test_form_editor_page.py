"""The form editor as one uses it: by keyboard, with and without a script, on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import workbench
from tests.browser.conftest import LogIn, axe
from workbench import form_text
from workbench.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("EDITOR_SHOTS", "")


@pytest.fixture
def pia() -> Staff:
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    return workbench.draft(pia)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def keys(made: Draft) -> list[str]:
    return [field["key"] for field in form_text.read(made.files.get(name=workbench.PLAN).text)["fields"]]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_form_is_built_with_the_keyboard(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff, made: Draft, script: bool
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url, java_script_enabled=script)
    log_in(context, pia)
    page = context.new_page()
    page.goto(f"/verkstad/{made.ref}/formular/{workbench.PLAN}")
    before = keys(made)
    page.get_by_label("Fråga", exact=True).fill("Hur gick det?")
    page.get_by_label("Slags svar").select_option("enum")
    page.get_by_label("Var?").select_option("sist")
    page.get_by_label("Fråga", exact=True).press("Tab")
    page.locator("#lagg-till-knapp").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#falt-hur_gick_det")).to_be_visible()
    assert keys(made) == [*before, "hur_gick_det"]
    page.locator("#upp-falt-hur_gick_det").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lage")).to_contain_text("flyttad uppåt")
    assert keys(made) == [*before[:-1], "hur_gick_det", before[-1]]
    if script:
        assert page.evaluate("document.activeElement.id") == "upp-falt-hur_gick_det"
    page.locator("#angra").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lage")).to_contain_text("Ångrat")
    assert keys(made) == [*before, "hur_gick_det"]
    shot(page, f"form-{script}")
    context.close()


def test_it_is_for_everyone_wide_and_narrow(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff
) -> None:
    made = workbench.draft(pia)
    context = browser.new_context(locale="sv-SE", base_url=live_server.url)
    log_in(context, pia)
    page = context.new_page()
    found = {}
    for name, query in (("list", ""), ("open", "?falt=0"), ("form", "?falt=formularet")):
        for width in (1440, 360, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"/verkstad/{made.ref}/formular/{workbench.PLAN}{query}")
            problems = axe(page)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                problems.append(f"is {wide} wide")
            if problems:
                found[f"{name} {width}"] = problems
            shot(page, f"form-{name}-{width}")
    context.close()
    assert found == {}
