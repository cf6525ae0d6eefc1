"""Trygg hemgång as staff meet it: from the hospital's notice to the reviewed discharge, through the pages."""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Staff
from people.services import demo
from tests.browser.conftest import LogIn
from web import swedish
from workflows import connectors, definitions
from workflows.services import deployments, inbox, outbox

pytestmark = pytest.mark.django_db(transaction=True)

FORLOPP = Path(__file__).resolve().parents[2] / "bpmn" / "trygg_hemgang"
Answers = Mapping[str, Any]


class Story:
    """The municipality's pages, and the systems around it that the services stand in for."""

    def __init__(self, browser: Browser, url: str, log_in: LogIn) -> None:
        self.browser, self.url, self.log_in = browser, url, log_in
        self.pages: dict[str, Page] = {}

    def page(self, profession: str) -> Page:
        if profession not in self.pages:
            context = self.browser.new_context(locale="sv-SE", timezone_id="Europe/Stockholm")
            self.log_in(context, Staff.objects.get(username=profession))
            self.pages[profession] = context.new_page()
        return self.pages[profession]

    def opens(self, profession: str, task: str) -> Page:
        page = self.page(profession)
        page.goto(f"{self.url}/uppgifter/")
        page.get_by_role("link", name=task).click()
        expect(page.get_by_role("heading", name=task, level=1)).to_be_visible()
        return page

    def does(self, profession: str, task: str, answers: Answers) -> None:
        page = self.opens(profession, task)
        _fill(page, answers)
        page.get_by_role("button", name="Slutför uppgiften").click()
        expect(page.get_by_text(f"Klart: {task}")).to_be_visible()
        self.others_answer()

    def hospital_says(self, sample: str, **content: object) -> None:
        now = timezone.now()
        message = json.loads((FORLOPP / "samples" / f"{sample}.json").read_text(encoding="utf-8"))
        message["skickad_dt"] = now.isoformat()
        message["innehall"].update(content)
        raw = json.dumps(message).encode()
        inbox.receive(source="region", message_id=message["meddelande_id"], raw=raw, now=now)
        self.others_answer()

    def others_answer(self) -> None:
        """Whatever has been ordered of the other systems is answered at once, as their operations say."""
        now = timezone.now()
        while claimed := outbox.claim(worker="story", now=now, lease=datetime.timedelta(minutes=1)):
            for order in claimed:
                result = dict(connectors.get_operation(order.operation).example)
                assert outbox.succeed(key=order.key, token=order.token, result=result, now=now)


@pytest.fixture
def story(browser: Browser, live_server: LiveServer, log_in: LogIn) -> Story:
    demo.fill(now=timezone.now())
    deployments.publish(folder=definitions.read(FORLOPP), by=None, now=timezone.now())
    return Story(browser, str(live_server.url), log_in)


def test_a_notice_becomes_a_reviewed_discharge(story: Story) -> None:
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=4)
    story.hospital_says("inskrivningsmeddelande", beraknad_utskrivning=soon.isoformat())
    story.does("samordnare", "Kvittera och börja planera", _received(soon))
    _assessed_and_offered(story, today, soon)
    _prepared(story, soon)

    story.hospital_says("utskrivningsklar", bedomd_dt=timezone.now().isoformat())
    page = story.opens("samordnare", "Meddela att vi kan ta emot")
    known = page.get_by_role("complementary", name="Om ärendet")
    expect(known.get_by_text("Betalningsansvar från", exact=True)).to_be_visible()
    expect(known).to_contain_text(swedish.date(soon))
    story.does("samordnare", "Meddela att vi kan ta emot", {"kan_ta_emot_fran": f"{soon}T12:00", "plats": "hemmet"})

    story.hospital_says("utskriven", utskriven_dt=timezone.now().isoformat())
    story.hospital_says("information_vid_utskrivning")
    review = {"lakemedelslista": "mottagen", "epikris_utskrivningsmeddelande": "mottagen", "avvikelse": False}
    story.does("sjukskoterska", "Granska utskrivningsinformationen", review)

    page = story.opens("underskoterska", "Möt upp i hemmet")
    page.get_by_role("link", name="Trygg hemgång").click()
    for phase in ("B. Bedöm och erbjud", "C. Förbered hemgången", "D. Granska information vid utskrivning"):
        expect(page.get_by_role("heading", name=phase)).to_contain_text("Klar")


def _received(soon: datetime.date) -> Answers:
    return {
        "kand_hos_oss": "hemtjanst",
        "pausa_insatser": ["hemtjanst"],
        "beraknad_utskrivning": soon.isoformat(),
        "ensamboende": True,
        "kontakt_avdelning": "Avdelning 3, koordinatorn",
        "kommunal_hsl_behov": "ja",
    }


def _assessed_and_offered(story: Story, today: datetime.date, soon: datetime.date) -> None:
    needs = {"rehabpotential": "god", "egen_motivation": 8, "stor_oro": False, "nya_eller_okade_behov": True}
    home = {"boendeform": "ordinart", "forflyttning": "hjalpmedel", "narstaende_stod": "veckovis"}
    health = {"kognition": "opaverkad", "lakemedel_hantering": "dosett"}
    never = {"palliativt_skede": False, "psykiatrisk_vardplan": False}
    judged = {"bedomning": "lamplig", "motivering": "Vill hem och träna på att klara morgonen."}
    story.does("bistandshandlaggare", "Bedöm målgrupp", {**needs, **home, **health, **never, **judged})

    told = {"information_lamnad": True, "svar": "ja", "uttryckt_mal": "Laga min frukost", "avgift_informerad": True}
    consent = {"samtycke_sip": "ja", "samtycke_form": "muntligt", "samtycke_datum": today.isoformat()}
    story.does("bistandshandlaggare", "Erbjud och inhämta samtycke", {**told, **consent})

    decision = {
        "mal_refs": [{"mal": "Kunna klara morgonen själv"}],
        "beslut": "bifall",
        "insatser": [{"insats": "Trygg hemgång", "omfattning": "två veckor"}],
        "giltig_fran": soon.isoformat(),
        "lagrum": "11 kap. 1 § SoL",
        "beslutsdatum": today.isoformat(),
    }
    story.does("bistandshandlaggare", "Fatta beslut om Trygg hemgång", decision)


def _prepared(story: Story, soon: datetime.date) -> None:
    colleague = Staff.objects.get(username="sjukskoterska2").hsa_id
    dwelling = {"bostadsanpassning_ansokan": "ej_behov", "saker_hemgang": "ja"}
    story.does("arbetsterapeut", "Hem- och bostadsbedömning", dwelling)
    care = {
        "fast_vardkontakt_kommun": colleague,
        "ordinationer_mottagna": True,
        "lakemedelslista_stamd": "ja",
        "medicingivare_aktuell": False,
    }
    story.does("sjukskoterska", "Planera hälso- och sjukvården hemma", care)
    story.does("fysioterapeut", "Gör rehabplan", {"instruktion_till_team": "Gå till köket före frukost, varje dag."})
    visits = {
        "forsta_besok": f"{soon}T14:00",
        "besok_per_dag": 4,
        "natt": "team",
        "kontaktperson_usk": colleague,
        "transport": "sjukresa",
        "nyckel": "digital",
        "mat_hemma": "ordnas",
    }
    story.does("hemtjanst_planerare", "Bemanna och planera första dygnen", visits)


def _fill(page: Page, answers: Answers, at: str = "") -> None:
    """In the order of the page, so that a question is asked before those that hang on it."""
    for key, answer in answers.items():
        name = f"{at}{key}"
        if isinstance(answer, list) and answer and isinstance(answer[0], dict):
            _fill_rows(page, name, answer)
        else:
            _answer(page.locator(f'[name="{name}"]'), answer)


def _fill_rows(page: Page, name: str, rows: list[Answers]) -> None:
    for number, row in enumerate(rows):
        if int(page.locator(f'[name="_rows:{name}"]').get_attribute("value") or 0) <= number:
            page.locator(f'[name="_add:{name}"]').click()
        _fill(page, row, f"{name}-{number}-")


def _answer(controls: Locator, answer: object) -> None:
    kind = controls.first.get_attribute("type")
    if kind == "radio" or isinstance(answer, list):
        for value in answer if isinstance(answer, list) else [answer]:
            controls.and_(controls.page.locator(f'[value="{_posted(value)}"]')).check()
    elif kind == "checkbox":
        controls.set_checked(bool(answer))
    else:
        controls.fill(str(answer))


def _posted(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
