"""An alarm from a medicine dispenser on a telephone: from the row in the inbox to done, in four touches at most."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Profession, Staff
from tests import pages
from tests.browser.conftest import LogIn, axe
from workflows import definitions
from workflows.models import UserTask
from workflows.services import deployments, messages

pytestmark = pytest.mark.django_db(transaction=True)
LARM = Path(__file__).resolve().parents[2] / "bpmn" / "medicingivare_larm"
MOST = 4


@pytest.fixture
def alarm(siri: Staff) -> UserTask:
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    deployments.publish(folder=definitions.read(LARM), by=None, now=timezone.now())
    now = timezone.now()
    payload = {
        "enhet": "demo:MG-1001",
        "enhet_serienr": "MG-1001",
        "leverantor": "demo",
        "dos": "demo:MG-1001:1",
        "planerad_dt": now.isoformat(),
        "intraffad_dt": now.isoformat(),
        "missade_7_dagar": 1,
    }
    with transaction.atomic():
        messages.publish(
            name="dos_missad", keys={"dos": "demo:MG-1001:1"}, payload=payload, individual=pages.person(), now=now
        )
    return UserTask.objects.get(element_id="kontakta_patienten")


class Thumb:
    """Counts its touches."""

    def __init__(self, page: Page) -> None:
        self.page, self.touches = page, 0

    def tap(self, target: Locator) -> None:
        size = target.bounding_box()
        assert size is not None
        assert size["height"] >= 44, "large enough for a thumb"
        target.tap()
        self.touches += 1

    def choose(self, answer: str, question: str) -> None:
        group = self.page.get_by_role("group", name=question)
        self.tap(group.locator("label").filter(has_text=answer))


@pytest.mark.parametrize(
    ("answer", "told"), [("Svarade och tar dosen", "svarade_tar_dos"), ("Hade redan tagit dosen", "tog_redan")]
)
def test_an_alarm_is_done_in_four_touches(
    browser: Browser,
    live_server: LiveServer,
    log_in: LogIn,
    siri: Staff,
    alarm: UserTask,
    answer: str,
    told: str,
) -> None:
    context = browser.new_context(
        locale="sv-SE", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    log_in(context, siri)
    page = context.new_page()
    page.goto(f"{live_server.url}/uppgifter/")
    thumb = Thumb(page)
    thumb.tap(page.locator("[data-task]"))
    thumb.choose(answer, "Vad hände?")
    if answer == "Svarade och tar dosen":
        expect(page.get_by_label("När togs dosen?")).not_to_have_value("")  # said already, and can be changed
        assert axe(page) == []
    thumb.choose("Ja", "Har du dokumenterat i patientjournalen?")
    thumb.tap(page.get_by_role("button", name="Slutför uppgiften"))
    expect(page.get_by_text("Klar", exact=False).first).to_be_visible()
    alarm.refresh_from_db()
    assert (alarm.state, alarm.completed_by) == ("completed", siri)
    assert (alarm.answers or {})["svar"] == told
    assert thumb.touches <= MOST
    context.close()
