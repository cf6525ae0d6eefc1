"""The pages of follow-up, of what has been counted of the ärenden that the walk has made; addresses by name."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from followup.models import Trail
from followup.services import counting, forecasts, screens
from people.models import Staff, Unit
from tests.browser.own_plan import Addresses

COURSE = "/uppfoljning/hembesok/"


def addresses() -> dict[str, str]:
    while counting.run_waiting(now=timezone.now()):
        pass
    while forecasts.reckon_due(now=timezone.now()):
        pass
    way = Trail.objects.filter(version__definition__key="hembesok").order_by("pk")[0].digest
    return {
        "follow-up": "/uppfoljning/",
        "how it goes": COURSE,
        "how it goes, for a profession": f"{COURSE}?profession=samordnare&version=1",
        "how it goes, nothing yet": f"{COURSE}?profession=lakare",
        **{
            one: f"{COURSE}{one}/"
            for one in ("effekter", "effekter/uppfoljning", "nytta", "handelselogg", "vagar", "avvikelser", "prognos")
        },
        "forecast of all": "/uppfoljning/~/prognos/",
        "monthly reports": "/uppfoljning/~/manadsrapporter/",
        "one way": f"{COURSE}vagar/{way}/",
        "who waits": f"{COURSE}planera_besok/",
    }


def on_walls(anna: Staff) -> Addresses:
    """What a screen shows, and where its code is asked for and given."""
    now = timezone.now()
    _, code = screens.add(unit=Unit.objects.get(key="norr"), name="Personalrummet", by=anna, now=now)
    _, key = screens.let_in(code=code, address="", now=now)
    return {
        "screen on the wall": ("/skarm/kod/", lambda page: _as_screen(page, key)),
        "screen on the wall, as staff see it": ("/skarm/enhet/norr/", None),
        "screen, wrong code": ("/skarm/kod/", _wrong),
        "unit as its chef sees it": ("/laget/norr/", None),
        "screens of a unit": ("/skarm/enhet/norr/skarmar/", _new),
    }


def _as_screen(page: Page, key: str) -> None:
    page.context.add_cookies([{"name": settings.FORLOPP_SCREEN_COOKIE, "value": key, "url": page.url}])
    page.goto("/skarm/")


def _wrong(page: Page) -> None:
    page.get_by_label("Kod").fill("BCDF-BCDF")
    page.get_by_role("button", name="Visa enheten").click()
    page.locator(".error-summary").wait_for()


def _new(page: Page) -> None:
    page.get_by_label("Var hänger den?").fill("Korridoren")
    page.get_by_role("button", name="Lägg till").click()
    page.locator(".screen-code").wait_for()
