"""A process owner plays finished ärenden on a draft and sees which had gone another way, without reading one."""

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages, replaying
from tests.browser.conftest import LogIn, axe
from workbench.services import replays

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_change_would_have_done(
    context: BrowserContext, page: Page, live_server: LiveServer, log_in: LogIn, anna: Staff
) -> None:
    owner = pages.staff("pia", "processagare")
    replaying.publish()
    for answers in (("ja", "x"), ("nej", replaying.SECRET)):
        replaying.went(pages.person(), anna, *answers)
    made = replaying.draft(owner, replaying.folder('u1.svar = "nej" or u1.svar = "ja"'))
    log_in(context, owner)
    page.goto(f"{live_server.url}/verkstad/{made.ref}/")
    page.get_by_role("link", name="Spela upp avslutade ärenden").press("Enter")
    page.get_by_role("button", name="Spela upp").press("Enter")
    expect(page.get_by_text("0 av 2 uppspelade")).to_be_visible()
    while replays.run_waiting(now=timezone.now()):
        pass
    expect(page.get_by_text("1 av 2 avslutade ärenden hade gått en annan väg.")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Gick: Avsluta. Med utkastet: Besök.")).to_be_visible()
    expect(page.get_by_text(replaying.SECRET)).to_have_count(0)
    assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
