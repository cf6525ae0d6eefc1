"""Tokens on the drawing in a real browser: what stands where is told in words, and a person decides what happens."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import workbench
from tests.browser.conftest import LogIn, axe
from workbench.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Staff:
    return workbench.owner()


@pytest.fixture
def draft(owner: Staff) -> Draft:
    """Hembesök, where a way is chosen in place of both."""
    made = workbench.draft(owner)
    text = made.files.get(name="hembesok.bpmn").text.replace("parallelGateway", "exclusiveGateway")
    text = text.replace('<bpmn:exclusiveGateway id="dela">', '<bpmn:exclusiveGateway id="dela" name="Behövs besök?">')
    text = text.replace('id="f4"', 'id="f4" name="Nej"', 1).replace(
        "</bpmn:process>",
        '<bpmn:boundaryEvent id="for_sent" name="Ingen tid" attachedToRef="planera_besok">'
        "<bpmn:outgoing>f8</bpmn:outgoing>"
        '<bpmn:timerEventDefinition id="t1"><bpmn:timeDuration>PT4H</bpmn:timeDuration></bpmn:timerEventDefinition>'
        '</bpmn:boundaryEvent><bpmn:endEvent id="end_sent" name="Blev inte av">'
        "<bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>"
        '<bpmn:sequenceFlow id="f8" sourceRef="for_sent" targetRef="end_sent" /></bpmn:process>',
    )
    workbench.saved(
        made, "hembesok.bpmn", text.replace("</bpmndi:BPMNPlane>", _picture() + "</bpmndi:BPMNPlane>"), 1, by=owner
    )
    return made


def _picture() -> str:
    def shape(key: str, x: int, y: int) -> str:
        bounds = f'<dc:Bounds x="{x}" y="{y}" width="36" height="36" />'
        return f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}">{bounds}</bpmndi:BPMNShape>'

    line = '<di:waypoint x="308" y="146" /><di:waypoint x="308" y="152" />'
    return (
        shape("for_sent", 290, 110)
        + shape("end_sent", 290, 152)
        + f'<bpmndi:BPMNEdge id="f8_di" bpmnElement="f8">{line}</bpmndi:BPMNEdge>'
    )


@pytest.fixture
def playing(
    context: BrowserContext, page: Page, owner: Staff, draft: Draft, live_server: LiveServer, log_in: LogIn
) -> Page:
    log_in(context, owner)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/verkstad/{draft.ref}/diagram/hembesok.bpmn")
    expect(page.locator("[data-editor]")).to_have_attribute("data-state", "ready")
    page.get_by_role("button", name="Spela upp").press("Enter")
    expect(page.get_by_role("heading", name="Spela upp")).to_be_focused()
    return page


def test_a_person_lets_things_happen_and_chooses_the_way_with_the_keyboard(playing: Page, draft: Draft) -> None:
    playing.get_by_role("button", name="Börja: Hembesök behövs").press("Enter")
    expect(playing.get_by_role("button", name="Gör klart: Planera besöket")).to_be_visible()
    expect(playing.get_by_role("button", name="Tiden är inne: Ingen tid")).to_be_visible()
    expect(playing.locator(".token-count")).to_have_text("1")
    assert axe(playing) == []
    playing.get_by_role("button", name="Gör klart: Planera besöket").press("Enter")
    playing.get_by_role("button", name="Nej: Behövs besök?").press("Enter")
    playing.get_by_role("button", name="Gör klart: Bekräfta mål").press("Enter")
    expect(playing.get_by_text("Allt är klart.", exact=True)).to_be_visible()
    told = playing.locator(".playing__told li").all_inner_texts()
    assert told[0].startswith("Besöket är gjort")
    assert not any("Gör besöket" in one for one in told)

    playing.get_by_role("button", name="Börja om").click()
    playing.get_by_role("button", name="Börja: Hembesök behövs").click()
    playing.get_by_role("button", name="Tiden är inne: Ingen tid").click()
    expect(playing.get_by_text("Allt är klart.", exact=True)).to_be_visible()
    assert "Blev inte av" in playing.locator(".playing__told li").first.inner_text()

    playing.get_by_role("button", name="Sluta spela").click()
    expect(playing.locator(".token-count")).to_have_count(0)
    playing.locator("[data-element-id=gor_besok]").first.click()
    expect(playing.get_by_label("Förfaller")).to_be_visible()
    assert draft.files.get(name="hembesok.bpmn").revision == 2


def test_a_step_moves_each_token_to_where_it_is_going_and_no_further(playing: Page) -> None:
    playing.get_by_role("button", name="Pausa").click()
    playing.get_by_role("button", name="Börja: Hembesök behövs").click()
    expect(playing.get_by_text("En är på väg: tryck Ett steg eller Spela.")).to_be_visible()
    assert playing.get_by_role("button", name="Gör klart: Planera besöket").count() == 0
    playing.get_by_role("button", name="Ett steg").click()
    expect(playing.get_by_role("button", name="Gör klart: Planera besöket")).to_be_visible()
    playing.get_by_role("button", name="Gör klart: Planera besöket").click()
    expect(playing.get_by_text("En är på väg: tryck Ett steg eller Spela.")).to_be_visible()
    playing.get_by_role("button", name="Spela", exact=True).click()
    expect(playing.get_by_role("button", name="Nej: Behövs besök?")).to_be_visible()
