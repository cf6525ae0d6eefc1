"""Files in the dialects of other tools are opened in the editor, changed in one place, and say the same as before."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import workbench
from tests.browser.conftest import LogIn
from tests.dialects import DIALECTS, Dialect, Writer, drawn, meaning, steps
from workbench import drafting
from workbench.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)
BLOCKS = [
    ("userTask", "Fråga <om> hjälp & stöd"),
    ("exclusiveGateway", [[("userTask", "Ring upp")], [("serviceTask", "Skicka brev"), ("task", "Vänta")]]),
    ("parallelGateway", [[("manualTask", "Besök\nhemma")], [("scriptTask", "Räkna")]]),
]
# Whose file it is matters little to how one without a picture is drawn.
FILES = [*((dialect, True) for dialect in DIALECTS), (DIALECTS[0], False)]


@pytest.fixture
def owner() -> Staff:
    return workbench.owner()


@pytest.mark.parametrize(
    ("dialect", "has_picture"), FILES, ids=[f"{one.name}{'' if is_drawn else ', not drawn'}" for one, is_drawn in FILES]
)
def test_what_another_tool_wrote_means_the_same_after_it_has_been_saved_here(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    log_in: LogIn,
    owner: Staff,
    dialect: Dialect,
    has_picture: bool,
) -> None:
    before = Writer(dialect, has_picture=has_picture).file(BLOCKS, "Anhörigstöd")
    log_in(context, owner)
    page.goto(f"{live_server.url}/verkstad/las-in/")
    file = {"name": "Anhörigstöd.bpmn", "mimeType": "application/xml", "buffer": before.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Läs in").click()
    expect(page.get_by_text("Filen är inläst som ett utkast")).to_be_visible()
    page.get_by_role("link", name="anhorigstod.bpmn").first.click()
    expect(page.locator("[data-editor]")).to_have_attribute("data-state", "ready")

    first = dialect.as_id("n3")  # after the start and the end
    page.locator(f'[data-element-id="{first}"]').first.click()
    page.get_by_label("Namn", exact=True).fill("Ett annat namn")
    page.keyboard.press("Tab")
    expect(page.locator("[data-save]")).to_have_text(re.compile(r"^Sparat \d\d\.\d\d$"), timeout=12_000)

    draft = Draft.objects.get()
    after = draft.files.get(name="anhorigstod.bpmn").text
    was, now = meaning(before), meaning(after)
    where, (tag, pairs, text, inside) = was[first]
    renamed = sorted((key, "Ett annat namn" if key == "name" else value) for key, value in pairs)
    was[first] = (where, (tag, renamed, text, inside))
    assert now == was
    assert set(drawn(after)) >= steps(before)
    assert drawn(before).items() <= drawn(after).items()
    # Comments in the XML are lost when it is drawn in; the file as it came stands in the history of the draft.
    assert drafting.at_revision(draft, "anhorigstod.bpmn", 1) == before
