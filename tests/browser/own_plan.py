"""A person's own pages, opened with a key as a browser has it, and the staff's page about who may read them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from people.models import Agreement, Consent, Individual, Staff
from people.services import own, plan

Addresses = dict[str, tuple[str, Callable[[Page], None] | None]]


def addresses(anna: Staff, individual: Individual) -> Addresses:
    now = timezone.now()
    signed: dict[str, Any] = {"individual": individual, "by": anna, "now": now}
    plan.add(Agreement, told={"text": "Vi tränar varje dag.", "datum": "2026-11-01", "deltagare": "Berit"}, **signed)
    told = {"slag": "sip", "grund": "samtycke", "hur": "muntligt", "lamnat_av": "Berit", "lamnat": "2026-11-01"}
    plan.add(Consent, told=told, **signed)
    till = timezone.localdate(now) + datetime.timedelta(days=90)
    mandate = own.give(kind="god_man", name="Gun (påhittad)", number="", valid_to=till, ground="Visat.", **signed)
    own.print_letter(mandate=mandate, **signed)
    _, key = own.begin(individual=individual, mandate=None, provider="", level=0, now=now)
    return {
        "plan, who may read": (f"/personer/{individual.ref}/min-plan/", None),
        "plan, a mandate with errors": (f"/personer/{individual.ref}/min-plan/", _unfilled),
        "plan, wrong code": ("/min-plan/in/", _wrong),
        "plan": ("/min-plan/", _with(key, "/min-plan/")),
    }


def _with(key: str, address: str) -> Callable[[Page], None]:
    def come(page: Page) -> None:
        page.context.add_cookies([{"name": settings.FORLOPP_PLAN_COOKIE, "value": key, "url": page.url}])
        page.goto(address)

    return come


def _unfilled(page: Page) -> None:
    page.get_by_role("button", name="Ge tillgång").click()
    page.locator(".error-summary").wait_for()


def _wrong(page: Page) -> None:
    page.get_by_label("Koden i brevet").fill("BCDFG-BCDFG-BCDFG")
    page.get_by_role("button", name="Öppna").click()
    page.locator(".error-summary").wait_for()
