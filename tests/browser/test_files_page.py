"""Files of a task in a real browser: a photo from a phone, several from a desk, without script, and on paper."""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, expect
from pypdf import PdfReader
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from tests import attached
from tests.browser.conftest import LogIn, axe
from workflows.models import Attachment, UserTask

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = ViewportSize(width=360, height=740)


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


PHOTO, PAPER, PROGRAM = file("IMG_1.HEIC", attached.photo()), file("Intyg.pdf", attached.PDF), file("x.pdf", b"MZ\0")


@pytest.fixture
def url(live_server: LiveServer, task: UserTask, tmp_path: Path, settings: Settings) -> str:
    settings.FORLOPP_FILES = tmp_path / "files"
    return f"{live_server.url}/uppgifter/{task.public_id}/"


def test_a_photo_from_a_phone_is_added_seen_and_taken_back(
    browser: Browser, url: str, log_in: LogIn, anna: Staff
) -> None:
    phone = browser.new_context(locale="sv-SE", viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(phone, anna)
    page = phone.new_page()
    page.goto(url)
    page.get_by_label("Ta ett foto").set_input_files(PHOTO)
    page.get_by_role("button", name="Lägg till", exact=True).tap()
    photo = page.get_by_role("link", name=re.compile(r"^IMG_1\.jpg"))
    expect(photo).to_be_visible()
    expect(page.get_by_text("1 fil har lagts till.")).to_be_visible()
    shown = page.locator("img.file__small")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe(page) == []
    with phone.expect_page() as opened:
        photo.tap()
    expect(opened.value.locator("img")).to_be_visible()
    page.get_by_role("button", name="Ta bort IMG_1.jpg").tap()
    expect(page.get_by_text("Borttagen av Anna Prov")).to_be_visible()
    assert Attachment.objects.get().name == ""
    phone.close()


def test_what_cannot_be_taken_is_told_and_the_form_keeps_what_was_typed(
    context: BrowserContext, page: Page, url: str, log_in: LogIn, anna: Staff, settings: Settings
) -> None:
    settings.FORLOPP_FILE_MEGABYTES = 1
    log_in(context, anna)
    page.goto(url)
    page.get_by_label("På en annan plats").check()
    choose, told = page.get_by_label("Välj filer eller foton"), page.locator("[data-files-problems]")
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(told).to_have_text("Välj en fil eller ta ett foto först.")
    choose.set_input_files(file("stor.pdf", attached.PDF + bytes(1_100_000)))
    expect(page.get_by_text("stor.pdf")).to_be_visible()
    page.get_by_role("button", name="Välj filer", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("högst 1 MB")
    choose.set_input_files([PROGRAM, PAPER])
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(told).to_contain_text("x.pdf: Filtypen kan inte läggas till")
    expect(told).to_contain_text("1 fil har lagts till.")
    assert axe(page) == []
    expect(page.get_by_label("På en annan plats")).to_be_checked()
    page.route("**/filer/", lambda route: route.abort())
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(told).to_contain_text("Ingen kontakt med servern")


def test_without_script_the_page_says_what_went_wrong_and_paper_has_all(
    browser: Browser, url: str, log_in: LogIn, anna: Staff
) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 320, "height": 640})
    log_in(plain, anna)
    page = plain.new_page()
    page.goto(url)
    page.get_by_label("Välj filer eller foton").set_input_files([PROGRAM, PAPER])
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(page).to_have_title(re.compile("^Fel: Filer: Planera besöket"))
    expect(page.get_by_role("alert")).to_contain_text("x.pdf")
    expect(page.get_by_role("link", name="Intyg.pdf", exact=True)).to_be_visible()
    page.get_by_role("link", name="Till uppgiften").click()
    expect(page.get_by_role("link", name="Spara som PDF")).to_be_visible()
    page.wait_for_load_state()
    printed = PdfReader(io.BytesIO(page.pdf(format="A4")))
    told = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert "Intyg.pdf" in told
    assert f"Sida 1 av {len(printed.pages)}" in told
    assert not any(word in told for word in ("Logga ut", "Slutför uppgiften", "Lägg till\n", "Spara som PDF"))
    with page.expect_download() as saved:
        page.get_by_role("link", name="Spara som PDF").click()
    assert "Intyg.pdf" in PdfReader(saved.value.path()).pages[0].extract_text()
    plain.close()
