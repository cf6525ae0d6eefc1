"""Notices in a browser: turned on and off where it can, said why where it cannot, shown and opened when they come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Device, Staff
from tests.browser.conftest import LogIn, axe
from tests.fakes.push import Browser as Keys
from workflows.models import UserTask

pytestmark = pytest.mark.django_db(transaction=True)
TURN_ON = "Slå på notiser i den här webbläsaren"
# A test reaches no push service: what it would have given the browser is given here, and all else is the browser's own.
SUBSCRIBED = """told => { const kept = {}; PushManager.prototype.subscribe = async options => {
    kept.options = { applicationServerKey: options.applicationServerKey.buffer }; kept.toJSON = () => told;
    sessionStorage.kept = "1"; return kept; };
    PushManager.prototype.getSubscription = async () => sessionStorage.kept ? { options: { applicationServerKey:
        Uint8Array.from(atob(document.querySelector("[data-push]").dataset.push.replace(/-/g, "+").replace(/_/g, "/")),
            letter => letter.charCodeAt(0)).buffer } } : null; }"""


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    settings.FORLOPP_PUSH_SERVICES = ["push.example.se"]


@pytest.fixture
def granted(context: BrowserContext, live_server: LiveServer, log_in: LogIn, anna: Staff) -> BrowserContext:
    log_in(context, anna)
    context.grant_permissions(["notifications"], origin=live_server.url)
    return context


def test_one_turns_notices_on_sees_the_device_and_removes_it(
    granted: BrowserContext, page: Page, live_server: LiveServer, anna: Staff
) -> None:
    keys = Keys(endpoint="https://push.example.se/abc").told
    told = {"endpoint": keys["endpoint"], "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}
    page.add_init_script(f"({SUBSCRIBED})({json.dumps(told)})")
    page.set_viewport_size({"width": 320, "height": 720})
    page.goto(f"{live_server.url}/notiser/")
    page.get_by_role("button", name=TURN_ON).press("Enter")
    expect(page.get_by_text("Notiser är på i den här webbläsaren.")).to_be_visible()
    expect(page.locator(".row").filter(has_text="Chrome på Linux")).to_contain_text("Den här webbläsaren")
    assert Device.objects.get(staff=anna).endpoint == keys["endpoint"]
    cookie = next(one for one in granted.cookies() if "_webblasare_" in str(one["name"]))
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Ta bort").press("Enter")
    expect(page.get_by_text("Den får inga notiser längre.")).to_be_visible()
    expect(page.get_by_role("button", name=TURN_ON)).to_be_visible()


def test_the_page_says_why_where_it_does_not_work(
    browser: Browser, context: BrowserContext, page: Page, live_server: LiveServer, log_in: LogIn, anna: Staff
) -> None:
    log_in(context, anna)
    page.goto(f"{live_server.url}/notiser/")
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_text("släpper inte fram notiser")).to_be_visible()  # nobody is there to allow them
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.reload()
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_role("alert")).to_contain_text("Det gick inte att slå på notiser")  # no push service in reach
    page.add_init_script("delete window.PushManager")
    page.reload()
    expect(page.get_by_text("lägg till Förlopp på hemskärmen")).to_be_visible()
    assert axe(page) == []
    plain = browser.new_context(java_script_enabled=False)
    log_in(plain, anna)
    bare = plain.new_page()
    bare.goto(f"{live_server.url}/notiser/")
    expect(bare.get_by_text("kräver JavaScript")).to_be_visible()
    expect(bare.get_by_role("button", name=TURN_ON)).to_be_hidden()
    plain.close()


def test_a_push_shows_one_notice_keeps_nothing_and_opens_the_tab_that_is_there(
    granted: BrowserContext, page: Page, live_server: LiveServer, task: UserTask
) -> None:
    page.goto(f"{live_server.url}/notiser/")
    page.evaluate(
        """async () => { await navigator.serviceWorker.register("/notiser/mottagare.js", { scope: "/notiser/" });
            await navigator.serviceWorker.ready; }"""
    )
    tools = granted.new_cdp_session(page)
    found: list[Any] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    tools.send("ServiceWorker.enable")
    ours: list[str] = []
    while not ours:
        page.wait_for_timeout(20)  # lets what the browser tells arrive
        ours = [one["registrationId"] for one in found if one["scopeURL"].endswith("/notiser/")]
    registration = ours[0]

    def push(message: dict[str, Any] | None) -> list[dict[str, str]]:
        told = {"origin": live_server.url, "registrationId": registration}
        tools.send("ServiceWorker.deliverPushMessage", told | {"data": json.dumps(message) if message else ""})
        shown = """async told => { const held = await navigator.serviceWorker.ready;
            for (let tries = 0; tries < 100; tries++) {
                const shown = await held.getNotifications();
                if (shown.some(one => one.body === told))
                    return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
                await new Promise(done => setTimeout(done, 50));
            } }"""
        expected = message["text"] if message else "Det finns något nytt."
        got: list[dict[str, str]] = page.evaluate(shown, expected)
        return got

    url = f"/uppgifter/{task.public_id}/"
    push({"text": "1 ny uppgift", "url": "/uppgifter/", "urgent": False})
    shown = push({"text": "2 nya uppgifter", "url": url, "urgent": True})
    assert shown == [{"title": "Förlopp", "body": "2 nya uppgifter", "tag": "forlopp", "data": url}]
    worker = next(one for one in granted.service_workers if one.url.endswith("/notiser/mottagare.js"))
    assert worker.evaluate("caches.keys()") == []
    page.goto(f"{live_server.url}/uppgifter/")
    # No finger presses it here, so the browser would let nothing come forward: what it is asked to do is written down.
    press = """async data => { const did = [];
        self.clients.openWindow = async url => did.push("opened " + new URL(url).pathname);
        WindowClient.prototype.focus = async function () { did.push("focused " + new URL(this.url).pathname); };
        await show(data); return did; }"""
    assert worker.evaluate(press, url) == [f"opened {url}"]
    assert worker.evaluate(press, "/uppgifter/") == ["focused /uppgifter/"]
    assert worker.evaluate(press, "https://ond.example/uppgifter/") == ["focused /uppgifter/"]
