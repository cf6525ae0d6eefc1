"""A thousand vaccinations become a thousand invoices once; what deviates is a person's, and no crash invoices twice."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from integrations import configuration, jobs
from integrations.batches import arriving
from integrations.ekonomi import sending, vaccinations
from integrations.ekonomi.client import Economy
from integrations.jobs import JobFailed
from integrations.models import Batch, InvoiceRun, VaccinationInvoice
from people.models import AccessLog, Individual, Staff
from tests import batches, pages
from tests.fakes.simulators import Simulator, patience, running
from workflows.connectors import TransientError
from workflows.models import Incident, IncidentState

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FILE = "vaccination_1880_20261121.csv"
BERIT = "193805142381"
OTHERS = ("193902282387", "193301252395", "194711082398")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def economy_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("ekonomi", tmp_path_factory.mktemp("ekonomi")) as simulator:
        yield simulator


@pytest.fixture
def economy(economy_process: Simulator, tmp_path: Path) -> Iterator[Simulator]:
    economy_process.post("/styr/rensa", {})
    told = {"url": economy_process.url, "folder": str(tmp_path), "prices": "influensa=250"}
    with configuration.told(ekonomi=told):
        yield economy_process


@pytest.fixture
def elsa() -> Staff:
    return pages.staff("elsa", "ekonomi")


def row(number: int, **other: Any) -> dict[str, Any]:
    day = date(2026, 11, 20) - timedelta(days=number % 300)
    told = {
        "vaccination_id": f"V-{number}",
        "personnummer": BERIT,
        "datum": day,
        "vaccin": "influensa",
        "pris": "250,00",
    }
    return told | other


def hand_over(folder: Path, *rows: dict[str, Any]) -> InvoiceRun:
    batches.put(folder, FILE, batches.written(rows, list(vaccinations.COLUMNS)))
    arriving.look("ekonomi", clock=lambda: NOW)
    return InvoiceRun.objects.latest("pk")


def address(run: InvoiceRun) -> str:
    return f"/integrationer/ekonomi/fakturor/{run.batch.public_id}/"


def invoiced(economy: Simulator) -> int:
    with sqlite3.connect(economy.var / "simulators" / "ekonomi.sqlite3") as memory:
        return int(memory.execute("SELECT count(*) FROM received").fetchone()[0])


def send(after: timedelta = timedelta()) -> None:
    sending.send(clock=lambda: NOW + after)


def test_a_thousand_are_invoiced_once_and_the_second_run_sends_none(
    economy: Simulator, tmp_path: Path, elsa: Staff
) -> None:
    everybody = [pages.person(), *(pages.person(number, f"P{number[-4:]}") for number in OTHERS)]
    numbers = [BERIT, *OTHERS]
    rows = [row(number // 4, vaccination_id=f"V-{number}", personnummer=numbers[number % 4]) for number in range(1_000)]
    assert len(everybody) == 4
    run = hand_over(tmp_path, *rows)
    client = pages.logged_in(elsa)
    send()
    assert invoiced(economy) == 0, "nothing goes before somebody has approved it"
    assert client.post(address(run), {"gor": "godkann"}).status_code == 422
    client.post(address(run), {"gor": "godkann", "granskat": "ja"})
    send()

    assert VaccinationInvoice.objects.filter(state="sent").count() == 1_000
    assert invoiced(economy) == 1_000
    assert Incident.objects.get().state == IncidentState.RESOLVED

    hand_over(tmp_path, *rows, row(1, vaccination_id="V-1000", pris="99"))
    other = hand_over(tmp_path, row(1, vaccination_id="V-1", datum="2026-01-01"))
    send()
    assert invoiced(economy) == 1_000
    assert Batch.objects.get(rows=1_001).unchanged == 1_000
    assert [outcome.reason for outcome in batches.outcomes(other.batch)] == [vaccinations.ALREADY]

    client.post(address(run), {"gor": "antagande", "minuter": "7"})
    assert "7\N{NO-BREAK SPACE}000 minuter sparade (116 timmar)" in pages.text(client.get(address(run)))


def test_what_deviates_is_for_a_person_to_decide(economy: Simulator, tmp_path: Path, elsa: Staff) -> None:
    berit, doris = pages.person(), pages.person("193902282387", "Doris", protection="sekretessmarkering")
    sven = pages.person("193301252395", "Sven")
    Individual.objects.filter(pk=sven.pk).update(deceased_on=date(2026, 11, 1))
    rows = [
        row(1),
        row(2, personnummer="194711082398"),
        row(3, personnummer="193902282387"),
        row(4, personnummer="193301252395"),
        row(5, pris="99"),
        row(6, datum="2027-01-01"),
        row(1, vaccination_id="V-7"),
        row(8, personnummer="inget nummer".replace(" ", "")),
    ]
    run = hand_over(tmp_path, *rows)
    told = dict(VaccinationInvoice.objects.values_list("occasion", "deviation"))
    assert told == {
        "V-1": "",
        "V-2": "saknar_person",
        "V-3": "skyddad",
        "V-4": "avliden",
        "V-5": "fel_belopp",
        "V-6": "fel_datum",
        "V-7": "dubblett",
        "V-8": "saknar_person",
    }
    client = pages.logged_in(elsa)
    page = pages.text(client.get(address(run)))
    assert "Skyddade personuppgifter" in page
    assert "Doris" not in page
    assert "193902282387" not in page
    assert AccessLog.objects.filter(individual=berit, object_type="invoice").exists()

    keys = {row.occasion: str(row.key) for row in VaccinationInvoice.objects.all()}
    lars = pages.person("194711082398", "Lars")

    def decide(occasion: str, what: str, **more: str) -> int:
        return client.post(address(run), {"gor": what, "rad": keys[occasion], **more}).status_code

    assert decide("V-2", "ratta", personnummer=lars.identity_number) == 302
    assert decide("V-3", "for_hand", skal="Skickas av chefen.") == 302
    assert decide("V-3", "for_hand", skal="Igen.") == 422
    assert decide("V-4", "uteslut") == 422
    assert decide("V-4", "uteslut", skal="Avliden.") == 302
    assert decide("V-5", "ratta", belopp="99,00") == 302
    assert decide("V-8", "ratta", personnummer="193902282387") == 422, "a protected person is not to be found by number"
    client.post(address(run), {"gor": "godkann", "granskat": "ja"})
    send()
    sent = VaccinationInvoice.objects.filter(state="sent").order_by("line")
    assert list(sent.values_list("occasion", "individual", "amount")) == [
        ("V-1", berit.pk, 25_000),
        ("V-2", lars.pk, 25_000),
        ("V-5", berit.pk, 9_900),
    ]
    assert doris.is_protected


def test_a_crash_between_sending_and_noting_does_not_invoice_twice(
    economy: Simulator, tmp_path: Path, elsa: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.person()
    run = hand_over(tmp_path, row(1), row(2))
    pages.logged_in(elsa).post(address(run), {"gor": "godkann", "granskat": "ja"})
    invoice = Economy.invoice

    def killed(self: Economy, body: Any, **rest: Any) -> str:
        invoice(self, body, **rest)
        raise KeyboardInterrupt

    monkeypatch.setattr(Economy, "invoice", killed)
    with pytest.raises(KeyboardInterrupt):
        send()
    assert set(VaccinationInvoice.objects.values_list("state", flat=True)) == {"sending", "approved"}

    def other_key(self: Economy, body: Any, **rest: Any) -> str:
        raise AssertionError("it was sent again")

    monkeypatch.setattr(Economy, "invoice", invoice)
    send(timedelta(minutes=1))
    assert VaccinationInvoice.objects.filter(state="sending").count() == 1, "its process may still be at it"
    monkeypatch.setattr(Economy, "invoice", other_key)
    send(timedelta(minutes=5))
    assert VaccinationInvoice.objects.filter(state="sent").count() == 2
    assert invoiced(economy) == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("down", "upptaget"),
        ("error", "upptaget"),
        ("html", "ovantat_svar"),
        ("cut", "inget_svar"),
        ("slow", "inget_svar"),
        ("unauthorized", "obehorig"),
    ],
)
def test_however_the_economy_system_fails_each_is_sent_once(
    economy: Simulator, tmp_path: Path, elsa: Staff, fault: str, code: str
) -> None:
    pages.person()
    run = hand_over(tmp_path, row(1), row(2))
    pages.logged_in(elsa).post(address(run), {"gor": "godkann", "granskat": "ja"})
    economy.post("/styr/brist", {"lage": fault, "sekunder": 0.8})
    with patience(fault), pytest.raises(JobFailed, match=code):
        jobs.run("ekonomi", "skicka", clock=lambda: NOW)

    economy.post("/styr/brist", {"lage": "ok"})
    sending.send(clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
    assert VaccinationInvoice.objects.filter(state="sent").count() == 2
    assert invoiced(economy) == 2


@responses.activate
def test_a_no_is_a_deviation_and_the_others_go(tmp_path: Path, elsa: Staff) -> None:
    pages.person()
    no = responses.post(
        re.compile(".*/api/fakturor"), json={"kod": "sparrad", "text": f"{BERIT} är spärrad"}, status=422
    )
    yes = responses.post(re.compile(".*/api/fakturor"), json={"faktura_id": "F-2"}, status=201)
    with batches.watched(tmp_path, "ekonomi"):
        run = hand_over(tmp_path, row(1), row(2))
        pages.logged_in(elsa).post(address(run), {"gor": "godkann", "granskat": "ja"})
        send()
    told = VaccinationInvoice.objects.order_by("pk").values_list("state", "deviation", "note")
    assert list(told) == [("deviating", "nekad", "[nummer] är spärrad"), ("sent", "", "")]
    assert (no.call_count, yes.call_count) == (1, 1)


@responses.activate
def test_an_answer_without_a_number_is_no_answer(tmp_path: Path, elsa: Staff) -> None:
    pages.person()
    responses.post(re.compile(".*/api/fakturor"), json={"faktura_id": 7}, status=201)
    with batches.watched(tmp_path, "ekonomi"):
        run = hand_over(tmp_path, row(1))
        pages.logged_in(elsa).post(address(run), {"gor": "godkann", "granskat": "ja"})
        with pytest.raises(TransientError):
            send()
    assert VaccinationInvoice.objects.get().state == "sending"


def test_only_the_economists_see_invoices(economy: Simulator, tmp_path: Path) -> None:
    pages.person()
    run = hand_over(tmp_path, row(1))
    for profession in ("it_drift", "samordnare"):
        client = pages.logged_in(pages.staff(f"x{profession}", profession))
        assert client.get(address(run)).status_code == 404
        assert client.post(address(run), {"gor": "godkann", "granskat": "ja"}).status_code == 404
        assert client.get("/integrationer/ekonomi/fakturor/").status_code == 404
    assert not VaccinationInvoice.objects.filter(state="approved").exists()


def test_the_demo_hands_over_a_file_that_can_be_read(economy: Simulator, tmp_path: Path) -> None:
    pages.person()
    made = economy.post("/styr/fil", {"rader": 40}).json()["fil"]
    for name in (made, f"{made}.sha256"):
        (economy.var / "filer" / "ekonomi" / name).rename(tmp_path / name)
    arriving.look("ekonomi")
    batch = Batch.objects.get()
    assert (batch.state, batch.rows, batch.refused) == ("done", 40, 0)
