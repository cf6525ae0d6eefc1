"""The table editor as one uses it: by keyboard, with answers as one types, and with no script at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import workbench
from tests.browser.conftest import LogIn, axe
from workbench.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("EDITOR_SHOTS", "")


@pytest.fixture
def pia() -> Staff:
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    draft = workbench.draft(pia)
    workbench.with_table(draft, pia)
    return draft


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_table_is_written_tried_and_looked_at(
    browser: Browser, live_server: LiveServer, log_in: LogIn, pia: Staff, made: Draft, script: bool
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url, java_script_enabled=script)
    log_in(context, pia)
    page = context.new_page()
    page.goto(f"/verkstad/{made.ref}/tabell/{workbench.TABLE}")
    page.locator("#rad-ny").focus()
    page.keyboard.press("Enter")
    page.locator("#c-1-0").wait_for()
    page.locator("#c-0-0").fill(">= 80")
    if script:
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.id") == "c-1-0"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "c-1-0"
    page.locator("#c-1-0").fill("< 70")
    page.locator("#c-0-1").fill('"tre"')
    page.locator("#c-1-1").fill('"ett"')
    page.locator("#x-0-0").fill("82")
    if not script:
        page.locator("#prova-exempel").click()
    expect(page.locator("#utfall-0")).to_contain_text("Rad 1")
    expect(page.locator("#fynd")).to_contain_text("Ingen rad för")
    page.locator("#spara").click()
    expect(page.locator("#traff-0")).to_contain_text("Träff")
    if script:
        found = {}
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            problems = axe(page)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                problems.append(f"is {wide} wide")
            if problems:
                found[width] = problems
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"table-{width}.png", full_page=True)
        assert found == {}
    context.close()
