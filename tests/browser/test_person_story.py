"""A person's page on a phone, by keyboard and without script: a goal from the person's words to its follow-up."""

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Consent, Individual, Profession, Staff
from people.plan import current
from tests import pages
from tests.browser.conftest import LogIn, axe


def test_a_goal_is_written_by_thumb_followed_up_by_keyboard_and_consent_given_without_script(
    browser: Browser, live_server: LiveServer, log_in: LogIn, anna: Staff, berit: Individual
) -> None:
    pages.publish()
    pages.start(berit, anna)
    Profession.objects.filter(key="samordnare").update(sphere="bada")
    context = browser.new_context(locale="sv-SE", viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    log_in(context, anna)
    page, address = context.new_page(), f"{live_server.url}/personer/{berit.ref}/"
    page.goto(address)
    # The systems are fetched beside the page: two answer, one is not there, and the page stands all the same.
    for system in ("Medicingivare", "Sms och e-post"):
        expect(page.get_by_role("region", name=system)).to_contain_text("Inget är registrerat för personen.")
    expect(page.get_by_role("region", name="Hemtjänst")).to_contain_text("Hemtjänst svarar inte just nu.")
    page.get_by_role("navigation", name="På den här sidan").get_by_role("link", name="Mål").click()
    page.get_by_role("link", name="Nytt mål").click()
    _write_goal(page)
    expect(page.get_by_role("blockquote")).to_contain_text("Jag vill gå till brevlådan själv.")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    _follow_up_by_keyboard(page)
    expect(page.get_by_text("Nu: lätta svårigheter. Det är målet. I början: stora svårigheter.")).to_be_visible()
    context.close()
    _consent_without_script(browser, address, log_in, anna)
    assert current(Consent).get().kind == "mellan_sfarer"


def _write_goal(page: Page) -> None:
    page.get_by_label("Mål med personens egna ord").fill("Jag vill gå till brevlådan själv.")
    page.get_by_label("Vilken del av livet handlar målet om?").select_option("d4")
    page.get_by_role("group", name="Hur var det när målet sattes?").get_by_label("3 – Stora svårigheter").check()
    page.get_by_role("group", name="Vart vill vi nå?").get_by_label("1 – Lätta svårigheter").check()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("När ska målet vara nått?", exact=True).fill("2027-01-31")
    page.get_by_label("Personen själv").check()
    page.get_by_role("button", name="Spara").click()


def _follow_up_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Följ upp målet").focus()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Är målet nått?").get_by_label("Delvis").focus()
    page.keyboard.press("Space")
    page.get_by_role("group", name="Hur är det nu?").get_by_label("1 – Lätta svårigheter").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Spara").focus()
    page.keyboard.press("Enter")


def _consent_without_script(browser: Browser, address: str, log_in: LogIn, anna: Staff) -> None:
    plain = browser.new_context(locale="sv-SE", java_script_enabled=False)
    log_in(plain, anna)
    page = plain.new_page()
    page.goto(address)
    page.get_by_role("link", name="Visa vad Medicingivare säger just nu").click()
    expect(page.get_by_text("Inget är registrerat för personen.")).to_be_visible()
    page.goto(address)
    page.get_by_role("link", name="Nytt samtycke").click()
    page.get_by_label("Hälso- och sjukvård och socialtjänst får se varandras uppgifter").check()
    page.get_by_label("Muntligt").check()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Samtycket är sparat.")).to_be_visible()
    expect(page.get_by_text("Personens samtycke från")).to_be_visible()
    plain.close()
