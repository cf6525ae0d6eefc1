"""A unit's day: the head meets what has been lifted, a shift hands over, somebody falls ill; on a phone too."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import pages
from tests.browser.conftest import LogIn, axe
from tests.integration.test_unit_board import also
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "overlamning/", "belastning/", "franvaro/")


@pytest.fixture
def eva(anna: Staff, bo: Staff) -> Staff:
    """Head of Anna's and Bo's unit."""
    eva = Staff.objects.create_user("eva", first_name="Eva", last_name="Chef")
    also(eva, "enhetschef", "norr")
    return eva


@pytest.fixture
def url(live_server: LiveServer, anna: Staff, bo: Staff, eva: Staff) -> str:
    """With one task of Anna's that is late and lifted, one that nobody has and one that is done."""
    pages.publish()
    tasks = [
        pages.task(pages.start(pages.person(number, name), anna), "planera_besok")
        for number, name in (("193805142381", "Berit"), ("193902282387", "Åsa"), ("193301252395", "Sven"))
    ]
    late = timezone.now() - datetime.timedelta(hours=3)
    UserTask.objects.filter(pk=tasks[0].pk).update(
        due_at=late, due_sort=late, escalate_at=late, escalation_group="enhetschef", claimed_by=anna
    )
    user_tasks.escalate_due(now=timezone.now())
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=tasks[2], answers=answers, by=bo, now=timezone.now())
    return f"{live_server.url}/enhet/norr/"


def test_the_day_of_a_head(context: BrowserContext, page: Page, url: str, log_in: LogIn, eva: Staff) -> None:
    log_in(context, eva)
    page.goto(url)
    expect(page.get_by_text("tagen av Anna Prov")).to_be_visible()
    page.get_by_role("button", name="Jag tar det").press("Enter")
    page.get_by_role("link", name="Enheten").click()
    expect(page.get_by_text("Tagen av dig")).to_be_visible()
    expect(page.get_by_role("link", name="Ge till någon")).to_be_visible()
    page.get_by_role("link", name="Frånvaro").click()
    page.get_by_label("Vem är borta").select_option("Anna Prov")
    page.get_by_label("Första dagen").fill(timezone.localdate().isoformat())
    page.get_by_label("Sista dagen").fill((timezone.localdate() - datetime.timedelta(days=1)).isoformat())
    page.get_by_label("Vikarie").select_option("Bo Prov")
    page.get_by_role("button", name="Lägg in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert axe(page) == []
    page.get_by_role("link", name="Sista dagen är före den första.").click()
    expect(page.get_by_label("Sista dagen")).to_be_focused()
    page.get_by_label("Sista dagen").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Lägg in").click()
    expect(page.get_by_text("Det som Anna Prov har tagit går till Bo Prov")).to_be_visible()
    page.get_by_role("link", name="Tavla").click()
    expect(page.get_by_text("Bo Prov vikarierar")).to_be_visible()


def test_a_shift_hands_over_without_script(browser: Browser, url: str, log_in: LogIn, anna: Staff, bo: Staff) -> None:
    for member, act in ((anna, "Spara"), (bo, "Jag har läst det Anna Prov skrev")):
        plain = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 360, "height": 740})
        log_in(plain, member)
        page = plain.new_page()
        page.goto(f"{url}overlamning/")
        if member == anna:
            page.get_by_label("Till nästa pass").fill("Åsas dörr går i baklås.")
        else:
            expect(page.get_by_text("Inte läst")).to_be_visible()
            expect(page.get_by_text("Åsas dörr går i baklås.")).to_be_visible()
        page.get_by_role("button", name=act).click()
        if member == bo:
            expect(page.get_by_text("Läst av Bo Prov")).to_be_visible()
        plain.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_every_page_reflows_and_axe_finds_nothing(
    browser: Browser, url: str, log_in: LogIn, eva: Staff, width: int, scheme: str
) -> None:
    context = browser.new_context(locale="sv-SE", viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    log_in(context, eva)
    page = context.new_page()
    for name in PAGES:
        page.goto(url + name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert axe(page) == [], name
    context.close()
