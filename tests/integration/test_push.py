"""Notices to devices, over HTTPS to a push service that reads them: told once, never of whom, as long as one wants."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as now_set
from django.core import mail
from django.test import Client
from django.utils import timezone

from config import doctor
from people.models import Device, Staff
from tasks.models import Channel, NoticeKind, Pace
from tasks.services import notifying, sending
from tests import pages
from tests.fakes.push import Browser, Message, PushService
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
PAGE = "/notiser/"
MINUTE = datetime.timedelta(minutes=1)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PushService]:
    service = PushService(tmp_path)
    settings.FORLOPP_PUSH_SERVICES = ["localhost"]
    settings.FORLOPP_PUSH_LOOPBACK = True
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(service.certificate))
    monkeypatch.setenv("NO_PROXY", "localhost")
    pages.publish()
    yield service
    service.close()


@pytest.fixture
def olle(anna: Staff) -> Staff:
    return pages.staff("olle", "samordnare")


def turned_on(member: Staff, browser: Browser) -> Client:
    """Their browser, where they have just turned notices on; what it was told is a little old."""
    client = Client(headers={"User-Agent": ANDROID})
    client.force_login(member)
    assert client.post("/notiser/webblasare/", browser.told).status_code == 302
    earlier = timezone.now() - MINUTE
    Device.objects.filter(endpoint=browser.endpoint).update(added_at=earlier, try_after=earlier)
    member.notifying.__class__.objects.filter(staff=member).update(begun_at=earlier, told_until=earlier)
    return client


def come(anna: Staff, priority: int = 1) -> UserTask:
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    UserTask.objects.filter(pk=task.pk).update(priority=priority)
    return task


def told(service: PushService, *, later: datetime.timedelta = MINUTE) -> list[Message]:
    """What the push service gets in a round."""
    service.messages.clear()
    now = timezone.now() + later
    notifying.find(now=now)
    sending.send_due(now=now)
    return list(service.messages)


def wanting(member: Staff, channels: list[Channel], **times: Any) -> None:
    choices = {(channel.value, kind): Pace.NOW.value for channel in channels for kind in NoticeKind.values}
    notifying.choose(
        by=member,
        choices=choices,
        times=notifying.Times(daily_at=datetime.time(8), **times),
        address="olle@example.se",
        now=timezone.now() - MINUTE,
    )


def test_what_is_urgent_comes_at_once_leads_to_the_task_and_names_nobody(
    anna: Staff, olle: Staff, service: PushService
) -> None:
    client = turned_on(olle, service.browser())
    task = come(anna)
    come(anna, priority=3)
    [message] = told(service)
    assert message.told == {"text": "1 ny brådskande uppgift", "url": f"/uppgifter/{task.public_id}/", "urgent": True}
    assert (message.headers["Urgency"], message.headers["Topic"]) == ("high", "forlopp")
    assert 0 < int(message.headers["TTL"]) <= 24 * 60 * 60
    assert [told(service, later=minutes * MINUTE) for minutes in (2, 3, 70)] == [[], [], []]
    page = pages.text(client.get(PAGE))
    assert "Chrome på Android" in page
    assert "Senaste notis" in page
    assert "Den här webbläsaren" in page
    assert '<option value="now" selected>' in page, "who turns it on is told of what cannot wait"


def test_a_notice_takes_the_place_of_the_one_before_and_says_how_it_is_now(
    anna: Staff, olle: Staff, service: PushService
) -> None:
    client = turned_on(olle, service.browser())
    first, second = come(anna), come(anna)
    [message] = told(service)
    assert (message.told["text"], message.told["url"]) == ("2 nya brådskande uppgifter", "/uppgifter/")
    user_tasks.claim(task=first, by=anna, now=timezone.now())
    come(anna)
    [message] = told(service, later=3 * MINUTE)
    assert message.told["text"] == "2 nya brådskande uppgifter"
    client.get(f"/uppgifter/{second.public_id}/")
    come(anna)
    [message] = told(service, later=5 * MINUTE)
    assert message.told["text"] == "2 nya brådskande uppgifter"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_others_are_told(
    status: int, anna: Staff, olle: Staff, service: PushService
) -> None:
    gone, there = service.browser(), service.browser()
    turned_on(olle, gone)
    turned_on(olle, there)
    service.says(gone, status)
    come(anna)
    assert len(told(service)) == 1
    assert [one.endpoint for one in olle.devices.all()] == [there.endpoint]


def test_a_service_that_will_not_is_asked_ever_more_seldom_and_holds_up_nothing_else(
    anna: Staff, olle: Staff, service: PushService, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FORLOPP_MAIL = "smtp"
    poor, good = service.browser(), service.browser()
    turned_on(olle, poor)
    turned_on(olle, good)
    wanting(olle, [Channel.PUSH, Channel.MAIL])
    come(anna)
    waits: list[int] = []
    later = MINUTE
    for status, headers in ((429, {"Retry_After": "600"}), (503, {}), (302, {"Location": service.origin}), (401, {})):
        service.says(poor, status, **headers)
        sent = told(service, later=later)
        assert len(sent) == (1 if not waits else 0), "each place is told once"
        device = Device.objects.get(endpoint=poor.endpoint)
        waits.append(round((device.try_after - timezone.now() - later) / MINUTE))
        later += waits[-1] * MINUTE + MINUTE
    assert waits == [10, 2, 4, 8]
    assert len(mail.outbox) == 1
    assert [one.verdict for one in doctor.push()] == [doctor.ERROR]
    assert poor.endpoint not in caplog.text
    service.says(poor, 201)
    [message] = told(service, later=later)
    assert message.told["text"] == "1 ny brådskande uppgift"
    assert [one.verdict for one in doctor.push()] == [doctor.OK]


def signs_out(client: Client, _olle: Staff, _anna: Staff) -> None:
    client.post("/logga-ut/")


def removes_it(client: Client, olle: Staff, _anna: Staff) -> None:
    client.post(f"/notiser/webblasare/{olle.devices.get().public_id}/ta-bort/")


def is_deactivated(_client: Client, olle: Staff, _anna: Staff) -> None:
    Staff.objects.filter(pk=olle.pk).update(is_active=False)


def somebody_else_signs_in(client: Client, olle: Staff, anna: Staff) -> None:
    anna.set_password("en-lång-fras-för-prov")
    anna.save()
    del client.cookies[now_set.SESSION_COOKIE_NAME]
    client.post("/logga-in/", {"username": "anna", "password": "en-lång-fras-för-prov"})


def has_another_key(_client: Client, olle: Staff, _anna: Staff) -> None:
    olle.devices.update(made_with="another")


@pytest.mark.parametrize("happens", [signs_out, removes_it, is_deactivated, somebody_else_signs_in, has_another_key])
@pytest.mark.parametrize("is_found", [True, False])
def test_nothing_more_comes_to_a_device_that_is_let_go(
    happens: Any, is_found: bool, anna: Staff, olle: Staff, service: PushService
) -> None:
    client = turned_on(olle, service.browser())
    come(anna)
    if is_found:
        notifying.find(now=timezone.now())
    happens(client, olle, anna)
    assert told(service) == []


def test_a_session_that_ends_by_itself_or_the_same_person_again_changes_nothing(
    anna: Staff, olle: Staff, service: PushService
) -> None:
    olle.set_password("en-lång-fras-för-prov")
    olle.save()
    client = turned_on(olle, service.browser())
    del client.cookies[now_set.SESSION_COOKIE_NAME]
    client.post("/logga-in/", {"username": "olle", "password": "en-lång-fras-för-prov"})
    come(anna)
    assert len(told(service)) == 1


def test_a_server_that_is_not_the_host_that_was_meant_gets_nothing(
    anna: Staff, olle: Staff, service: PushService, settings: Any
) -> None:
    settings.FORLOPP_PUSH_SERVICES = ["127.0.0.1"]
    browser = service.browser()
    browser.endpoint = browser.endpoint.replace("localhost", "127.0.0.1")
    turned_on(olle, browser)
    come(anna)
    assert told(service) == []
    assert olle.devices.get().failures == 1


def test_quiet_hours_hold_for_devices_too(anna: Staff, olle: Staff, service: PushService) -> None:
    turned_on(olle, service.browser())
    local = timezone.localtime()
    wanting(olle, [Channel.PUSH], quiet_from=(local - 5 * MINUTE).time(), quiet_to=(local + 30 * MINUTE).time())
    come(anna)
    assert [told(service, later=minutes * MINUTE) for minutes in (1, 20)] == [[], []]
    assert len(told(service, later=31 * MINUTE)) == 1


def test_a_browser_changes_its_subscription_by_itself_also_when_nobody_is_signed_in(
    anna: Staff, olle: Staff, service: PushService
) -> None:
    client = turned_on(olle, service.browser())
    fresh = service.browser()
    keys = {name: value for name, value in fresh.told.items() if name != "endpoint"}
    body = json.dumps({"endpoint": fresh.endpoint, "expirationTime": None, "keys": keys})
    del client.cookies[now_set.SESSION_COOKIE_NAME]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    def asked(who: Client, text: str = body, content_type: str = "application/json") -> int:
        return who.post("/notiser/webblasare/byt/", text, content_type=content_type).status_code

    assert asked(Client()) == 404, "who is no device of ours"
    assert asked(strict, content_type="text/plain") == 404, "what another site could send"
    assert [asked(strict, text) for text in ("[]", "{", '{"endpoint": 1, "keys": 2}', "x" * 5000)] == [404] * 4
    assert asked(strict, body.replace("localhost", "10.0.0.1")) == 404
    assert asked(strict) == 204
    come(anna)
    assert len(told(service)) == 1


def test_an_address_that_is_no_push_service_is_refused_and_nothing_is_shown_where_push_is_off(
    anna: Staff, olle: Staff, service: PushService, settings: Any
) -> None:
    client = pages.logged_in(olle)
    for wrong in ({"endpoint": "https://10.0.0.1/"}, {"auth": ""}, {"p256dh": "x"}):
        client.post("/notiser/webblasare/", service.browser().told | wrong)
        assert "går inte att använda här" in pages.text(client.get(PAGE))
    assert not Device.objects.exists()
    theirs = turned_on(anna, service.browser())
    client.post(f"/notiser/webblasare/{anna.devices.get().public_id}/ta-bort/")
    assert anna.devices.exists(), "one removes one's own only"
    settings.FORLOPP_PUSH_SERVICES = []
    assert "inte inställda här" in pages.text(theirs.get(PAGE))
    come(olle)
    assert told(service) == []
    assert list(doctor.push()) == []
