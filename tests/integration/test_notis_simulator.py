"""Against the simulator of SMS providers: both ways of speaking, each way to be broken; and the pages of IT."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import configuration
from integrations.notis import checks, outcomes
from people.models import AccessLog
from tests import pages
from tests.fakes.simulators import Simulator, patience, running
from tests.notis import NOW, NUMBER, TEXT, berit, contact, dispatch, row, send
from workflows.connectors import BusinessError, PermanentError, TransientError

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("notis", tmp_path_factory.mktemp("notis")) as simulator:
        yield simulator


@pytest.fixture(params=["elks", "batch"])
def simulator(request: pytest.FixtureRequest, process: Simulator) -> Iterator[Simulator]:
    process.post("/styr/rensa", {})
    told = {"url": f"{process.url}/{request.param}", "dialect": request.param}
    with configuration.told(notis=told), time_machine.travel(NOW, tick=False):
        yield process


def bubbles(simulator: Simulator) -> list[str]:
    page = simulator.get("/").text
    return re.findall(r'<li class="bubble">(.*?)<small>', page)


def look(key: uuid.UUID, minutes: int) -> str:
    with time_machine.travel(NOW.replace(minute=minutes), tick=False):
        outcomes.look()
    return row(key).state


def test_there_and_back(simulator: Simulator) -> None:
    assert "Sms-leverantören svarar." in checks.connection()
    key = uuid.uuid4()
    send(berit(), key)
    assert bubbles(simulator) == [TEXT]
    assert look(key, 15) == "60_levererat"


@pytest.mark.parametrize("fault", ["down", "error", "html", "cut", "slow"])
def test_however_it_fails_nobody_gets_it_twice(simulator: Simulator, fault: str) -> None:
    someone, key = berit(), uuid.uuid4()
    simulator.post("/styr/brist", {"lage": fault, "sekunder": 0.5})
    for _ in range(2):
        with patience(fault), pytest.raises(TransientError):
            send(someone, key)
    simulator.post("/styr/brist", {"lage": "ok"})
    assert send(someone, key)["status"] == "skickat"
    assert bubbles(simulator) == [TEXT]


def test_what_it_says_no_to_is_told_apart(simulator: Simulator) -> None:
    someone, key = berit(), uuid.uuid4()
    simulator.post("/styr/brist", {"lage": "unknown"})
    with pytest.raises(BusinessError, match="kan_inte_nas"):
        send(someone)
    simulator.post("/styr/brist", {"lage": "unauthorized"})
    with pytest.raises(PermanentError, match="obehorig"):
        send(someone, key)
    with pytest.raises(PermanentError):
        checks.connection()
    simulator.post("/styr/brist", {"lage": "undelivered"})
    send(someone, key)
    assert look(key, 15) == "50_misslyckat"


def test_one_that_is_silent_is_waited_for(simulator: Simulator) -> None:
    key = uuid.uuid4()
    simulator.post("/styr/brist", {"lage": "silent"})
    send(berit(), key)
    assert look(key, 15) == "30_skickat"


def test_the_telephone_answers_on_its_page(process: Simulator) -> None:
    process.post("/styr/rensa", {})
    assert process.post("/styr/svara", {"fran": NUMBER, "text": "<b>STOPP</b>"}).ok
    assert process.post("/styr/svara", {"fran": NUMBER, "text": ""}).status_code == 422
    page = process.get("/").text
    assert "&lt;b&gt;STOPP&lt;/b&gt;" in page
    assert "bubble--reply" in page


def test_letters_of_the_demo_are_on_the_page(process: Simulator) -> None:
    folder = process.var / "mail"
    folder.mkdir(exist_ok=True)
    (folder / "1.log").write_text(
        "Subject: Tid\nTo: dotter@exempel.se\n\nVi kommer.\n" + "-" * 79 + "\n", encoding="utf-8"
    )
    page = process.get("/").text
    assert "dotter@exempel.se" in page
    assert "Vi kommer." in page


# -- the pages of IT ---------------------------------------------------------------------------------------------------

LIST = "/integrationer/notis/meddelanden/"


@pytest.fixture
def it() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False):
        yield pages.logged_in(pages.staff("iris", "it_drift"))


def test_the_list_tells_how_it_went_and_not_to_whom(it: Any) -> None:
    someone = pages.person()
    dispatch(someone)
    dispatch(someone, state="20_ej_skickat", reason="avbojt", sent_at=None, address="", text="")
    page = pages.text(it.get(LIST))
    assert "Tid för besök" in page
    assert "Har svarat STOPP" in page
    for hidden in (NUMBER, "Berit", "Provsson", "24 november kl", "193805142381"):
        assert hidden not in page
    assert "Meddelanden" in pages.text(it.get("/integrationer/notis/"))
    assert "Inga meddelanden" in pages.text(it.get(f"{LIST}?dag=2026-11-22"))
    assert it.get(f"{LIST}?dag=99999&sida=x").status_code == 200


def test_one_is_opened_with_a_reason_that_is_kept(it: Any) -> None:
    someone = pages.person()
    one = dispatch(someone, may_be_double=True)
    address = f"{LIST}{one.key}/"
    closed = pages.text(it.get(address))
    assert NUMBER not in closed
    assert "två gånger" in closed
    assert it.post(address, {"varfor": " "}).status_code == 422
    opened = pages.text(it.post(address, {"varfor": "Dottern undrar."}))
    assert NUMBER in opened
    assert TEXT in opened
    logged = AccessLog.objects.filter(object_type="dispatch").get()
    assert (logged.individual, logged.reason, logged.object_id) == (someone, "Dottern undrar.", str(one.key))


def test_who_may_not_see_does_not_see(it: Any) -> None:
    hidden = dispatch(pages.person(protection="sekretessmarkering"))
    assert it.get(f"{LIST}{hidden.key}/").status_code == 404
    assert "Tid för besök" not in pages.text(it.get(LIST))
    assert it.get(f"{LIST}{uuid.uuid4()}/").status_code == 404
    nurse = pages.logged_in(pages.staff("siv", "sjukskoterska"))
    assert nurse.get(LIST).status_code == 404
    assert nurse.get(f"{LIST}{hidden.key}/").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(it: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            it.get(LIST)
        return len(asked)

    someone = pages.person()
    dispatch(someone)
    it.get(LIST)
    few = cost()
    for _ in range(60):
        dispatch(someone)
    assert cost() == few
    assert "sida=2" in pages.text(it.get(LIST))


def test_the_persons_page_tells_what_was_written(it: Any) -> None:
    from workflows import connectors

    someone = pages.person()
    contact(someone)
    dispatch(someone)
    lines = connectors.glances()["notis"].run(someone.ref, 1.0)
    assert lines[0][1] == "Sms: Levererat"


def test_the_way_that_a_person_wants_is_written_on_their_page() -> None:
    someone = pages.person()
    pages.publish()
    sam = pages.staff("samordnare", "samordnare")
    pages.start(someone, sam)
    coordinator = pages.logged_in(sam)
    told = {"slag": "personen", "telefon": "070-174 06 10", "kontaktvag": "sms", "fran": "2026-01-01"}
    assert coordinator.post(f"/personer/{someone.ref}/plan/kontakt/", told).status_code == 302
    page = pages.text(coordinator.get(f"/personer/{someone.ref}/"))
    assert "Personen själv" in page
    assert "Så vill personen bli kontaktad · Sms" in page
