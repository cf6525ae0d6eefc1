"""Signing in by a real OpenID provider, in a real browser, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.identities import configuration
from tests import identity, saml
from tests.browser.conftest import axe
from tests.identity import REHAB, SITHS, OpenId, commission, siri


@pytest.fixture(scope="module")
def running() -> Iterator[OpenId]:
    with identity.openid() as found:
        yield found


@pytest.fixture
def openid(running: OpenId, db: None) -> Iterator[OpenId]:
    identity.house()
    with configuration.told(**identity.told(running.issuer)):
        yield running


def come_in(page: Page, site: str, sub: str) -> None:
    page.goto(f"{site}/logga-in/?next=/uppgifter/")
    page.get_by_role("link", name="Logga in med SITHS").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_one_comes_in_chooses_an_uppdrag_changes_it_and_leaves(
    browser: Browser, live_server: LiveServer, openid: OpenId, *, scripts: bool
) -> None:
    openid.knows("w1", **siri(commission(SITHS, "Sjuksköterska dag"), commission(REHAB, "Rehab")))
    page = browser.new_page(java_script_enabled=scripts, locale="sv-SE")
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    come_in(page, live_server.url, "w1")
    expect(page.get_by_role("heading", name="Vilket uppdrag arbetar du i?")).to_be_visible()
    if scripts:
        assert axe(page) == []
    page.get_by_role("button", name="Sjuksköterska dag").click()
    expect(page).to_have_url(f"{live_server.url}/uppgifter/")
    expect(page.locator(".whoami")).to_contain_text("Sjuksköterska")
    page.get_by_role("link", name="Byt uppdrag").click()
    page.get_by_role("button", name="Rehab").click()
    expect(page.locator(".whoami")).to_contain_text("Arbetsterapeut")
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url(f"{openid.issuer}/oauth2/end_session**")
    page.goto(f"{live_server.url}/uppgifter/")
    expect(page.get_by_role("heading", name="Logga in", exact=True)).to_be_visible()
    assert [one for one in wrong if "Content Security Policy" in one] == []
    page.close()


@pytest.mark.skipif(bool(saml.MISSING), reason=saml.MISSING or "")
@pytest.mark.parametrize("scripts", [True, False])
def test_one_comes_in_by_saml(
    browser: Browser, live_server: LiveServer, tmp_path: Path, db: None, *, scripts: bool
) -> None:
    identity.house()
    with saml.running(tmp_path) as idp, configuration.told(**saml.told(idp.metadata)):
        (tmp_path / "sp.xml").write_bytes(requests.get(f"{live_server.url}{saml.METADATA}", timeout=10).content)
        idp.knows("siri", saml.siri())
        page = browser.new_page(java_script_enabled=scripts, locale="sv-SE")
        page.goto(f"{live_server.url}/logga-in/?next=/uppgifter/")
        page.get_by_role("link", name="Logga in med Tjänstekort").click()
        page.get_by_label("user").fill("siri")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Continue").click()
        expect(page).to_have_url(f"{live_server.url}/uppgifter/")
        expect(page.locator(".whoami")).to_contain_text("Sjuksköterska")
        page.close()
