"""The BPMN editor in a real browser: every kind of element in Swedish, drawn, checked and saved by two at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import workbench
from tests.browser.conftest import LogIn, axe
from workbench.models import Draft, DraftFile
from workflows import diagram

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_KIND = Path(__file__).parent / "every_kind.js"
FOREIGN = (
    '<bpmn:extensionElements xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:x="urn:annat">'
    '<camunda:formData><camunda:formField id="a" label="A" /></camunda:formData><x:color>#fff</x:color>'
)


@pytest.fixture
def owner() -> Staff:
    return workbench.owner()


@pytest.fixture
def draft(owner: Staff) -> Draft:
    return workbench.draft(owner)


@pytest.fixture
def editor(
    context: BrowserContext, page: Page, owner: Staff, draft: Draft, live_server: LiveServer, log_in: LogIn
) -> Page:
    log_in(context, owner)
    return _opened(page, draft, live_server)


def _opened(page: Page, draft: Draft, live_server: LiveServer, width: int = 1440) -> Page:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/verkstad/{draft.ref}/diagram/hembesok.bpmn")
    expect(page.locator("[data-editor]")).to_have_attribute("data-state", "ready")
    return page


def _file(draft: Draft) -> DraftFile:
    return draft.files.get(name="hembesok.bpmn")


def _settings(draft: Draft, element: str) -> dict[str, str]:
    return diagram.elements(diagram.parse(_file(draft).text.encode()))[element].properties


def _choose(page: Page, element: str) -> None:
    page.locator(f"[data-element-id={element}]").first.click()


def _saved(page: Page) -> None:
    expect(page.locator("[data-save]")).to_have_text(re.compile(r"^Sparat \d\d\.\d\d$"))


def test_every_menu_and_the_panel_of_every_kind_of_element_is_in_swedish_and_accessible(editor: Page) -> None:
    told: dict[str, Any] = editor.evaluate(EVERY_KIND.read_text(encoding="utf-8"))
    assert told["missed"] == []
    assert told["kinds"] > 70
    _choose(editor, "planera_besok")
    editor.keyboard.press("a")
    expect(editor.get_by_role("combobox", name="Lägg till nästa steg")).to_be_focused()
    assert axe(editor) == []
    editor.keyboard.type("vänta en")
    expect(editor.get_by_text(re.compile(r"^\s*\d+\s+träff"))).to_be_visible()


def test_what_is_drawn_with_the_keyboard_and_written_in_the_panel_is_saved_and_checked(
    editor: Page, draft: Draft
) -> None:
    _choose(editor, "planera_besok")
    editor.get_by_label("Förfaller").select_option("working")
    editor.get_by_label("Antal arbetsdagar").fill("3")
    expect(editor.get_by_text("Om ärendet kom hit nu:")).to_be_visible()
    editor.get_by_label("Varför har man uppgiften?").fill("Läkaren sade {ingen_vet}.")
    editor.locator("[data-canvas] svg").first.focus()
    editor.keyboard.press("a")
    editor.keyboard.type("uppgift för en")
    editor.keyboard.press("Enter")
    editor.keyboard.type("Ring de anhöriga")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Control+s")
    _saved(editor)
    assert _settings(draft, "planera_besok")["forfaller"] == "arbetsdagar_efter(now(), 3)"
    assert "ring_de_anhoriga" in diagram.elements(diagram.parse(_file(draft).text.encode()))

    expect(editor.get_by_text("Formuläret forms/ring_de_anhoriga.json saknas.").last).to_be_visible()
    editor.keyboard.press("F8")
    expect(editor.locator(".to-mend__one[aria-current]")).to_contain_text("Ring de anhöriga")
    expect(editor.locator("[data-panel] h2")).to_have_text("Uppgift för en människa")
    editor.get_by_role("button", name="Skapa formuläret").click()
    expect(editor.get_by_role("link", name="Öppna formuläret")).to_be_visible()
    assert json.loads(draft.files.get(name="forms/ring_de_anhoriga.json").text)["title"] == "Ring de anhöriga"


def test_names_that_are_known_are_offered_while_one_writes(editor: Page, draft: Draft) -> None:
    _choose(editor, "gor_besok")
    editor.get_by_text("Före och efter").click()
    field = editor.get_by_label("Räkna ut före steget")
    field.press_sequentially("{ dag: planera_besok.bes")
    offered = editor.get_by_role("option", name="planera_besok.besoksdag")
    expect(offered).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("{ dag: planera_besok.besoksdag")


def test_functions_are_offered_with_what_they_give_and_comments_stay_where_they_stood(
    context: BrowserContext, page: Page, owner: Staff, draft: Draft, live_server: LiveServer, log_in: LogIn
) -> None:
    text = _file(draft).text.replace(
        '    <bpmn:userTask id="gor_besok"', '    <!-- kvar -->\n    <bpmn:userTask id="gor_besok"'
    )
    workbench.saved(draft, "hembesok.bpmn", text, 1, by=owner)
    log_in(context, owner)
    editor = _opened(page, draft, live_server)
    _choose(editor, "gor_besok")
    editor.get_by_text("Före och efter").click()
    field = editor.get_by_label("Räkna ut före steget")
    field.press_sequentially("{ antal: string le")
    offered = editor.get_by_role("option", name="string length(")
    expect(offered).to_contain_text("tecken")
    field.press("Enter")
    expect(field).to_have_value("{ antal: string length(")
    field.press_sequentially('"a") }')
    editor.keyboard.press("Control+s")
    _saved(editor)
    saved = _file(draft).text
    assert "string length(" in saved
    assert re.search(r'<!-- kvar -->\s*<bpmn:userTask id="gor_besok"', saved)
    assert saved.count("<!--") == 1


def test_two_who_draw_at_once_are_told_and_nothing_is_lost(editor: Page, draft: Draft, owner: Staff) -> None:
    colleague = workbench.owner("karin")
    theirs = _file(draft).text.replace("Planera besöket", "Planera hembesöket")
    workbench.saved(draft, "hembesok.bpmn", theirs, 1, by=colleague)
    _choose(editor, "planera_besok")
    editor.get_by_label("Prioritet").select_option("3")
    notice = editor.get_by_role("alert").filter(has_text="har sparat under tiden")
    expect(notice).to_contain_text(str(colleague))
    assert "Planera hembesöket" in _file(draft).text
    notice.get_by_role("button", name="Behåll mitt").click()
    _saved(editor)
    assert _settings(draft, "planera_besok")["prioritet"] == "3"
    assert draft.savings.filter(is_aside=True).count() == 1


def test_without_a_net_the_work_is_kept_and_saved_when_it_is_back(
    editor: Page, draft: Draft, live_server: LiveServer
) -> None:
    editor.context.set_offline(True)
    _choose(editor, "planera_besok")
    editor.get_by_label("Prioritet").select_option("3")
    expect(editor.locator("[data-save]")).to_contain_text("Sparas inte: servern svarar inte.")
    editor.context.set_offline(False)
    _saved(editor)
    assert _settings(draft, "planera_besok")["prioritet"] == "3"


def test_what_never_was_saved_is_there_when_the_page_is_opened_again_and_a_link_saves_first(
    editor: Page, draft: Draft, live_server: LiveServer
) -> None:
    editor.route("**/fil/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    _choose(editor, "planera_besok")
    editor.get_by_label("Prioritet").select_option("3")
    expect(editor.locator("[data-save]")).to_contain_text("Sparas inte")
    editor.on("dialog", lambda dialog: dialog.accept())
    _opened(editor, draft, live_server)
    editor.unroute("**/fil/*")
    editor.get_by_role("button", name="Ta tillbaka det").click()
    editor.get_by_role("link", name="Till utkastet").click()
    editor.wait_for_url(f"**/verkstad/{draft.ref}/")
    assert _settings(draft, "planera_besok")["prioritet"] == "3"


def test_what_another_tool_wrote_survives_also_when_a_step_changes_kind(
    page: Page, context: BrowserContext, owner: Staff, draft: Draft, live_server: LiveServer, log_in: LogIn
) -> None:
    file = _file(draft)
    text = file.text.replace(
        "<bpmn:definitions ", '<bpmn:definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn" ', 1
    )
    text = text.replace(
        '<bpmn:userTask id="planera_besok"', '<bpmn:userTask camunda:assignee="demo" id="planera_besok"'
    )
    before, after = text.split('id="planera_besok"', 1)
    file.text = before + 'id="planera_besok"' + after.replace("<bpmn:extensionElements>", FOREIGN, 1)
    file.text = re.sub(r'<bpmn:laneSet id="[^"]*"', '<bpmn:laneSet id="Pool 2 banor"', file.text)
    file.save(update_fields=["text"])
    log_in(context, owner)
    _opened(page, draft, live_server)
    _choose(page, "planera_besok")
    expect(page.get_by_text("Några id:n i filen gick inte att använda")).to_be_visible()
    expect(page.get_by_text("Från ett annat verktyg")).to_be_visible()
    page.locator("[data-canvas] svg").first.focus()
    page.keyboard.press("r")
    page.get_by_role("option", name="Manuell uppgift").click()
    _saved(page)
    saved = _file(draft).text
    for part in ('camunda:assignee="demo"', "camunda:formField", "urn:annat", "#fff", 'name="prioritet"'):
        assert part in saved, part
    assert "lane_sjukskoterska" in saved


def test_on_a_phone_the_diagram_is_shown_and_said_to_be_drawn_elsewhere(
    page: Page, context: BrowserContext, owner: Staff, draft: Draft, live_server: LiveServer, log_in: LogIn
) -> None:
    log_in(context, owner)
    _opened(page, draft, live_server, width=360)
    expect(page.get_by_text("Det går att ändra på en större skärm.")).to_be_visible()
    expect(page.locator("[data-element-id=planera_besok]").first).to_be_visible()
    assert page.locator(".djs-palette").count() == 0
    assert axe(page) == []
