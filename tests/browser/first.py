"""What to do first on a page, to see it in a state that people meet."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page

from people.sessions import SessionStore


def unfold_menu(page: Page) -> None:
    page.get_by_role("navigation", name="Huvudmeny").get_by_text("Förlopp", exact=True).click()


def unfold_filters(page: Page) -> None:
    page.get_by_text("Filtrera och sortera").click()


def missing(page: Page) -> None:
    page.get_by_role("button", name="Slutför uppgiften").click()
    page.locator(".error-summary").wait_for()


def row(page: Page) -> None:
    page.get_by_role("button", name="Lägg till hinder").click()


def open_diagram(page: Page) -> None:
    box = page.locator("[data-diagram-box]")
    if not box.evaluate("box => box.open"):
        box.locator("summary").click()
    page.locator("[data-diagram][data-state=ready]").wait_for()


def drawn(page: Page) -> None:
    """The diagram alone, saved on paper."""
    page.locator("[data-diagram][data-state=ready]").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="PDF på A3").click()
    assert saved.value.suggested_filename == "hembesok.pdf"
    page.get_by_text("Bilden är sparad.").wait_for()


def open_decision(page: Page) -> None:
    page.get_by_role("link", name="Så här kom beslutet till").click()
    page.locator("details[id^=beslut] summary").click()
    page.get_by_role("row", name="Träff").first.wait_for()


def try_out(page: Page) -> None:
    page.get_by_role("button", name="Försök igen med dem").click()
    page.get_by_role("link", name="Gör inget").wait_for()


def open_week(page: Page) -> None:
    page.get_by_text("Veckan i siffror, Regionen").click()


def correct(page: Page) -> None:
    page.get_by_label("Varför behöver du se innehållet?").fill("Felsökning")
    page.get_by_role("button", name="Visa innehållet och rätta").click()
    page.get_by_role("button", name="Kör det rättade").click()
    page.locator(".error-summary").wait_for()


def decide_row(page: Page) -> None:
    page.get_by_text("Avgör raden").first.click()


def look_up(page: Page) -> None:
    page.get_by_role("button", name="Sök").click()
    page.get_by_role("button", name="Registrera").wait_for()


def file_without_reason(page: Page) -> None:
    page.get_by_role("button", name="Avskriv").click()
    page.locator(".error-summary").wait_for()


def nothing_typed(page: Page) -> None:
    page.get_by_role("button", name="Lägg till och visa token").click()
    page.locator(".error-summary").wait_for()


def nothing_wished(page: Page) -> None:
    page.get_by_role("button", name="Skapa utkastet").click()
    page.locator(".error-summary").wait_for()


def another_token(page: Page) -> None:
    page.get_by_text("Byt token").click()
    page.get_by_role("button", name="Byt och visa det nya").click()
    page.get_by_label("Token").wait_for()


def wrong_password(page: Page) -> None:
    page.get_by_label("Användarnamn").fill("siri")
    page.get_by_label("Lösenord").fill("fel")
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.locator(".error-summary").wait_for()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_label("Användarnamn").wait_for()


def notices_wrong(page: Page) -> None:
    urgent = page.get_by_role("group", name="En brådskande uppgift till min grupp")
    urgent.get_by_label("Brev").select_option("Direkt")
    page.get_by_label("Från klockan").fill("22:00")
    page.get_by_role("button", name="Spara").click()
    page.locator(".error-summary").wait_for()


def move_clock(page: Page) -> None:
    if not page.get_by_role("button", name="Stanna här").is_visible():
        page.get_by_role("button", name="En vecka fram").click()
    page.get_by_role("button", name="Stanna här").wait_for()


def unjudged(page: Page) -> None:
    page.get_by_label("Utreds vidare").check()
    page.get_by_role("button", name="Spara bedömningen").click()
    page.locator(".error-summary").wait_for()


def nobody_searched(page: Page) -> None:
    page.get_by_role("button", name="Sök").click()
    page.locator(".error-summary").wait_for()


def extracted(page: Page) -> None:
    page.get_by_label("Personnummer").fill("19380514-2381")
    page.get_by_role("button", name="Visa utdraget").click()
    page.get_by_role("heading", name="Berit Provsson").wait_for()


def two_commissions(page: Page) -> None:
    """As if an identity provider had offered them at the log-in."""
    found = next(one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    session = SessionStore(found["value"])
    named = (("1", "Sjuksköterska dag", "Hemsjukvården norr"), ("2", "Distriktssköterska i beredskap", "Natten"))
    session["sign_in"] = {
        "offered": [{"key": key, "name": name, "unit": unit, "roles": "Sjuksköterska"} for key, name, unit in named]
    }
    session["commission"] = "1"
    session.save()
    page.reload()


def short_password(page: Page) -> None:
    for label, text in (("Ditt lösenord nu", "fel"), ("Nytt lösenord", "kort"), ("Nytt lösenord igen", "kort")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Byt lösenord").click()
    page.locator(".error-summary").wait_for()


def wrong_code(page: Page) -> None:
    for label, text in (("Användarnamn", "bo"), ("Engångskod", "fel")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Välj ett lösenord").click()
    page.locator(".error-summary").wait_for()


def no_account(page: Page) -> None:
    page.get_by_role("button", name="Lägg till och visa engångskoden").click()
    page.locator(".error-summary").wait_for()


def closed_without(page: Page) -> None:
    page.get_by_text("Stäng kontot", exact=True).first.click()
    page.get_by_role("button", name="Stäng kontot").click()
    page.locator(".error-summary").wait_for()


def undecided(page: Page) -> None:
    page.get_by_role("button", name="Besluta om gallring").click()
    page.locator(".error-summary").wait_for()


def later_and_some(page: Page) -> None:
    page.get_by_label("Vid en viss tid").check()
    page.get_by_label("Först i några områden").check()


def nothing_chosen(page: Page) -> None:
    page.get_by_label("Norr").uncheck()
    page.get_by_label("Varför?").fill("Prov")
    page.get_by_role("button", name="Ta tillbaka").click()
