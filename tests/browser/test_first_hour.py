"""The first hour, followed to the letter: from an empty page to a published förlopp, through the ordinary pages."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Profession, Staff
from tests import workbench
from tests.browser.conftest import LogIn, axe
from workflows.models import ProcessDefinition

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("LESSON_SHOTS", "")
PROFESSIONS = {"samordnare": "Samordnare", "sjukskoterska": "Sjuksköterska", "arbetsterapeut": "Arbetsterapeut"}
CONCLUSION = re.compile("Vad har (ni|du) kommit fram till")


class Owner:
    """Somebody at the keyboard: each press, choice and written text is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.acts, self.begun = page, 0, time.monotonic()

    def press(self, where: Locator) -> None:
        self.acts += 1
        where.click()

    def write(self, label: str, text: str, *, within: Locator | None = None) -> None:
        self.acts += 1
        (within or self.page).get_by_label(label, exact=True).first.fill(text)

    def choose(self, label: str, option: str, *, within: Locator | None = None) -> None:
        self.acts += 1
        (within or self.page).get_by_label(label, exact=True).first.select_option(label=option)

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True).first)

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name).first)

    def lesson(self, number: int, title: str) -> None:
        """To the page of the hour, which says that this is next, and from there to where it is done."""
        if self.page.get_by_role("link", name="Första timmen").count() == 0:
            self.link("Utredning")
        self.link("Första timmen")
        now = self.page.locator("details[open] summary")
        expect(now).to_contain_text(f"{number}. {title}")
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"lesson-{number}.png")
        self.press(self.page.locator("details[open] a.button"))

    def change(self, step: str) -> None:
        self.press(self.page.locator(".words__step", has_text=step).last.get_by_role("link", name="Ändra").first)

    def add(self, kind: str, name: str) -> None:
        self.choose("Vad ska hända?", kind)
        self.write("Vad ska det heta?", name)
        self.button("Lägg till steget")
        expect(self.page.locator("#lage")).to_contain_text("Steget är tillagt")


@pytest.fixture
def people() -> tuple[Staff, Staff]:
    for key, name in PROFESSIONS.items():
        Profession.objects.get_or_create(key=key, defaults={"name": name, "sphere": "bada"})
    return workbench.owner("petra"), workbench.owner("pavel")


def test_the_first_hour(browser: Browser, live_server: LiveServer, log_in: LogIn, people: tuple[Staff, Staff]) -> None:
    petra, pavel = people
    context = browser.new_context(locale="sv-SE", base_url=live_server.url, timezone_id="Europe/Stockholm")
    log_in(context, petra)
    page = context.new_page()
    one = Owner(page)
    begin(one)
    three_professions(one)
    questions(one)
    table(one)
    ask_table(one)
    choose_way(one)
    wait_and_system(one)
    expect_sound(one)
    try_it(one)
    ask_for_review(one)
    other = browser.new_context(locale="sv-SE", base_url=live_server.url)
    log_in(other, pavel)
    approve(Owner(other.new_page()), page.url)
    page.reload()
    published(one)
    other.close()
    context.close()
    if SHOTS:
        told = f"{one.acts} acts, {time.monotonic() - one.begun:.0f} s for the machine"
        (Path(SHOTS) / "first-hour.txt").write_text(told, encoding="utf-8")
    assert ProcessDefinition.objects.filter(key="utredning_av_yrsel", current__isnull=False).exists()
    assert one.acts < 150


def begin(one: Owner) -> None:
    one.page.goto("/verkstad/")
    one.link("Första timmen")
    one.link("Nytt förlopp")
    one.write("Vad heter förloppet?", "Utredning av yrsel")
    one.write("Vad är det till för?", "Den som har blivit yr får hjälp att ta reda på varför.")
    for name in PROFESSIONS.values():
        one.press(one.page.get_by_label(name, exact=True))
    one.choose("Vem startar det?", "Samordnare")
    one.press(one.page.get_by_label("Båda"))
    one.press(one.page.get_by_label(re.compile("^10 år")))
    one.button("Skapa utkastet")
    expect(one.page.locator("main")).to_contain_text("Första timmen")


def three_professions(one: Owner) -> None:
    one.lesson(1, "Låt tre professioner arbeta")
    one.change("Första steget")
    one.add("Uppgift för en person", "Mät blodtrycket")
    one.choose("Vem gör det?", "Sjuksköterska")
    one.write("Antal", "2")
    one.choose("Enhet", "arbetsdagar")
    one.button("Spara")
    one.add("Uppgift för en person", "Se över hemmet")
    one.choose("Vem gör det?", "Arbetsterapeut")
    one.button("Spara och stäng")


def questions(one: Owner) -> None:
    one.lesson(2, "Ställ frågor, också i rader")
    one.link("Se över hemmet")
    one.write("Fråga", "Vilka hinder finns?")
    one.choose("Slags svar", "Grupp av rader (upprepas)")
    one.button("Lägg till")
    expect(one.page.locator("#lage")).to_contain_text("tillagd")


def table(one: Owner) -> None:
    one.lesson(3, "Skriv en beslutstabell")
    one.press(one.page.locator("summary", has_text="Lägg till en fil"))
    one.write("Eller en ny beslutstabell: vad ska den heta?", "Hur bråttom")
    one.button("Ny beslutstabell")
    cells = one.page.locator("table.grid tbody input.code")
    cells.nth(0).fill(">= 80")
    cells.nth(1).fill('"snart"')
    one.acts += 2
    one.press(one.page.locator(".gaps button").first)
    expect(one.page.locator("#rad-1")).to_be_visible()
    one.page.locator("#rad-1 input.code").nth(1).fill('"vanligt"')
    one.acts += 1
    one.button("Spara")
    expect(one.page.locator("#lage")).to_contain_text("Sparat")


def ask_table(one: Owner) -> None:
    one.lesson(4, "Fråga tabellen")
    one.change("Första steget")
    one.add("Beslut i en tabell", "Avgör hur bråttom det är")
    one.choose("Beslutstabell", "Hur bråttom")
    one.button("Spara och stäng")


def choose_way(one: Owner) -> None:
    one.lesson(5, "Låt svaret välja väg")
    one.change("Avgör hur bråttom det är")
    one.add("Val mellan två vägar", "Är det bråttom?")
    way = one.page.locator(".words__turn", has_text="Nytt steg")
    one.choose("Eller välj ett villkor", "Beslutet är ”snart”", within=way)
    one.button("Spara")
    one.change("Nytt steg")
    one.write("Vad heter steget?", "Ring läkaren")
    one.choose("Vem gör det?", "Sjuksköterska")
    one.button("Spara och stäng")


def wait_and_system(one: Owner) -> None:
    one.lesson(6, "Vänta en tid")
    one.change("Mät blodtrycket")
    one.add("Vänta en tid", "Vänta på att se hur det går")
    one.write("Antal", "3")
    one.button("Spara och stäng")
    one.lesson(7, "Låt ett annat system göra något")
    one.change("Start")
    one.add("Steg i ett annat system", "Hämta uppgifter")
    one.choose("Vad ska systemet göra?", "Hämta personens uppgifter ur folkbokföringen (folkbokforing)")
    one.button("Spara och stäng")


def expect_sound(one: Owner) -> None:
    """Nothing is wrong, so that lesson is done already."""
    one.link("Utredning")
    expect(one.page.locator("#kontroll ~ p")).to_contain_text("Inga fel")


def try_it(one: Owner) -> None:
    one.lesson(9, "Prova, och spara det som ett scenario")
    one.button("Börja")
    one.link("Förloppet startas")
    answer(one, "Varför startas förloppet?", "Yrsel på morgonen.")
    for name in ("Första steget", "Ring läkaren", "Mät blodtrycket"):
        one.link(name)
        answer(one, CONCLUSION, "Klart.")
    one.button("Gå till nästa bevakade tid")
    one.link("Se över hemmet")
    answer(one, CONCLUSION, "Klart.")
    expect(one.page.locator(".trial-clock")).to_contain_text("Avslutat")
    one.write("Vad visar det?", "En äldre person med yrsel")
    one.button("Spara")


def answer(one: Owner, label: str | re.Pattern[str], text: str) -> None:
    """Waits for the question: the page before it has a button to press too."""
    one.acts += 1
    one.page.get_by_label(label).first.fill(text)
    one.press(one.page.locator("main form button[type=submit]").last)


def ask_for_review(one: Owner) -> None:
    one.lesson(10, "Be en kollega granska")
    one.write("Vad är nytt, och varför?", "Ett nytt förlopp för den som har blivit yr.")
    one.button("Be om granskning")


def approve(colleague: Owner, address: str) -> None:
    colleague.page.goto(address)
    colleague.button("Godkänn och publicera")
    expect(colleague.page.locator("main")).to_contain_text("publicerades")


def published(one: Owner) -> None:
    one.link("Utredning")
    one.link("Första timmen")
    expect(one.page.locator("main")).to_contain_text("11 av 11 steg är gjorda")
    assert axe(one.page) == []
