"""A version is tried in an area, at a time or at once, and taken back; also on a phone without script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff, Unit
from tests import pages, workbench
from tests.browser.conftest import LogIn, axe
from tests.releases import living, shown, starts_in
from workbench.models import Draft, Plan
from workflows.models import AreaVersion

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("EDITOR_SHOTS", "")


@pytest.fixture
def asked() -> Draft:
    for key, name, area in (("ht_norr", "Hemtjänsten norr", "Norr"), ("ht_soder", "Hemtjänsten söder", "Söder")):
        Unit.objects.create(key=key, name=name, area=area)
    pages.publish()
    return shown(workbench.owner("pia"))


@pytest.fixture
def per() -> Staff:
    return workbench.owner("per")


def shot(page: Page, name: str) -> None:
    assert axe(page) == []
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("script", "width"), [(True, 1440), (False, 360)], ids=["desk", "phone without script"])
def test_a_version_is_tried_in_an_area_widened_and_taken_back(
    browser: Browser, live_server: LiveServer, log_in: LogIn, asked: Draft, per: Staff, script: bool, width: int
) -> None:
    context = browser.new_context(
        locale="sv-SE",
        base_url=live_server.url,
        java_script_enabled=script,
        viewport={"width": width, "height": 800},
    )
    log_in(context, per)
    page = context.new_page()
    page.goto(f"/verkstad/{asked.ref}/granska/")
    expect(page.get_by_label("Hemtjänsten norr")).to_be_hidden()
    page.get_by_label("Först i några områden").check()
    page.get_by_label("Hemtjänsten norr").check()
    if script:
        shot(page, "godkann")
    page.get_by_role("button", name="Godkänn och publicera").click()
    expect(page.get_by_text("Version 2 är publicerad och prövas i Norr")).to_be_visible()
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [2, 1]

    page.goto("/forlopp/hembesok/")
    expect(page.get_by_text("Norr: version 2 sedan")).to_be_visible()
    if script:
        shot(page, "forlopp")
    page.get_by_role("link", name="Låt den gälla för fler").click()
    page.get_by_label("Först i några områden").check()
    page.get_by_label("Hemtjänsten söder").check()
    page.get_by_label("Varför?").fill("Gick bra i norr")
    if script:
        shot(page, "fler")
    page.get_by_role("button", name="Låt den gälla").click()
    expect(page.get_by_text("Söder: version 2 sedan")).to_be_visible()

    page.get_by_role("link", name="Ta tillbaka från Norr").click()
    page.get_by_label("Söder", exact=True).uncheck()
    page.get_by_label("Varför?").fill("En fråga saknas")
    if script:
        shot(page, "tillbaka")
    page.get_by_role("button", name="Ta tillbaka").click()
    expect(page.get_by_text("Nya ärenden där startar i version 1")).to_be_visible()
    assert [row.area for row in AreaVersion.objects.all()] == ["Söder"]
    context.close()


def test_a_time_is_chosen_changed_and_withdrawn(
    browser: Browser, live_server: LiveServer, log_in: LogIn, asked: Draft, per: Staff
) -> None:
    context = browser.new_context(locale="sv-SE", base_url=live_server.url)
    log_in(context, per)
    page = context.new_page()
    page.goto(f"/verkstad/{asked.ref}/granska/")
    page.get_by_label("Vid en viss tid").check()
    page.get_by_label("Vilken dag?").fill("2020-01-01")
    page.get_by_label("Vilket klockslag?").fill("08:00")
    page.get_by_role("button", name="Godkänn och publicera").click()
    expect(page.get_by_role("alert")).to_contain_text("inte har varit")
    expect(page.get_by_label("Vilken dag?")).to_have_value("2020-01-01")
    page.get_by_label("Vilken dag?").fill(page.evaluate("new Date(Date.now() + 9e8).toISOString().slice(0, 10)"))
    page.get_by_role("button", name="Godkänn och publicera").click()
    expect(page.get_by_text("Publiceras för alla", exact=False).last).to_be_visible()
    shot(page, "planerat")
    page.get_by_label("Varför?").fill("Vi väntar")
    page.get_by_role("button", name="Ställ in och öppna utkastet").click()
    expect(page.get_by_text("ställde in publiceringen")).to_be_visible()
    assert Plan.objects.get().state == Plan.State.WITHDRAWN
    context.close()
