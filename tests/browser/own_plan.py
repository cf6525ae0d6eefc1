"""A person's own pages, opened with a key as a browser has it, and the staff's page about who may read them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from people.models import Agreement, Consent, Individual, Mandate, Staff, Visit
from people.services import own, plan
from plan import shown
from plan.doors import Hall
from plan.services import saying
from plan.views import edge
from tests.own_plan import asking, publish
from workflows.models import UserTask

Addresses = dict[str, tuple[str, Callable[[Page], None] | None]]


def addresses(anna: Staff, individual: Individual) -> Addresses:
    now = timezone.now()
    signed: dict[str, Any] = {"individual": individual, "by": anna, "now": now}
    agreed = plan.add(
        Agreement, told={"text": "Vi tränar varje dag.", "datum": "2026-11-01", "deltagare": "Berit"}, **signed
    )
    told = {"slag": "sip", "grund": "samtycke", "hur": "muntligt", "lamnat_av": "Berit", "lamnat": "2026-11-01"}
    consent = plan.add(Consent, told=told, **signed)
    till = timezone.localdate(now) + datetime.timedelta(days=90)
    mandate = own.give(kind="god_man", name="Gun (påhittad)", number="", valid_to=till, ground="Visat.", **signed)
    own.print_letter(mandate=mandate, **signed)
    visit, key = own.begin(individual=individual, mandate=None, provider="", level=0, now=now)
    task = _answered(visit, anna)
    return {
        "plan, who may read": (f"/personer/{individual.ref}/min-plan/", None),
        "plan, a mandate with errors": (f"/personer/{individual.ref}/min-plan/", _unfilled),
        "plan, whose": ("/min-plan/valj/", _with(key, "/min-plan/valj/", hall=_hall(visit, mandate))),
        "plan, all that is said": (f"/personer/{individual.ref}/sagt/", None),
        "plan, a task that is answered": (f"/uppgifter/{task.public_id}/", None),
        "plan, wrong code": ("/min-plan/in/", _wrong),
        **{
            f"plan, {name}": (address, _with(key, address))
            for name, address in {
                "read": "/min-plan/",
                "an answer": f"/min-plan/svar/{task.public_id}/",
                "a week": "/min-plan/vecka/",
                "saying yes": "/min-plan/samtycke/",
                "saying no": f"/min-plan/samtycke/{consent.thread}/ta-tillbaka/",
                "agreement": f"/min-plan/overenskommelse/{agreed.thread}/",
                "letting somebody read": "/min-plan/lova/",
            }.items()
        },
    }


def _answered(visit: Visit, by: Staff) -> UserTask:
    """A step that asks the person, who has answered, and has had a bad week."""
    publish("sagt_i_min_plan")
    task = asking(visit.individual, by)
    signed: dict[str, Any] = {"visit": visit, "now": timezone.now()}
    step = shown.step(visit, task.public_id)
    assert step is not None
    saying.answer(step=step, text="Jag vill gå ut själv.", action_id=uuid.uuid4(), **signed)
    saying.rate_week(rating=1, text="Jag har ont.", action_id=uuid.uuid4(), **signed)
    return task


def _hall(visit: Visit, mandate: Mandate) -> str:
    """Where one stands who may read several plans."""
    doors = (str(visit.individual.ref), str(mandate.public_id))
    return Hall(provider="freja", level=3, doors=doors, visit=str(visit.public_id)).kept()


def _with(key: str, address: str, *, hall: str = "") -> Callable[[Page], None]:
    def come(page: Page) -> None:
        page.context.add_cookies([{"name": settings.FORLOPP_PLAN_COOKIE, "value": key, "url": page.url}])
        if hall:
            page.context.add_cookies([{"name": edge.HALL_COOKIE, "value": hall, "url": page.url}])
        page.goto(address)

    return come


def _unfilled(page: Page) -> None:
    page.get_by_role("button", name="Ge tillgång").click()
    page.locator(".error-summary").wait_for()


def _wrong(page: Page) -> None:
    page.get_by_label("Koden i brevet").fill("BCDFG-BCDFG-BCDFG")
    page.get_by_role("button", name="Öppna").click()
    page.locator(".error-summary").wait_for()
