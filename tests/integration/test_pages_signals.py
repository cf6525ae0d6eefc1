"""Signaler: only IT and process owners send, with a reason, after having seen whom it reaches."""

from __future__ import annotations

import pytest

from people.models import AccessLog, Staff
from tests import pages
from tests.signalling import bring_all, open_in, place, publish, start, started_by
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, Signal

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "193805142381"


@pytest.fixture
def it() -> Staff:
    return pages.staff("it", "it_drift")


@pytest.fixture
def waiting() -> ProcessInstance:
    publish("mottagare", place("catch", "sig_alla"))
    return start("mottagare", pages.person(NUMBER))


def test_only_it_and_owners_find_the_page(waiting: ProcessInstance) -> None:
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    assert client.get("/signaler/").status_code == 404
    assert client.post("/signaler/", {"signal": "snovader", "skal": "x", "gor": "sand"}).status_code == 404
    assert not Signal.objects.exists()


def test_one_sees_whom_it_reaches_before_it_is_sent(it: Staff, waiting: ProcessInstance) -> None:
    client = pages.logged_in(it)
    posted = {"signal": "snovader", "skal": "Snöstorm.", "gor": "prova"}
    page = pages.text(client.post("/signaler/", posted))
    assert "”snovader” skulle nå 1 ärende och starta inget" in page
    assert not Signal.objects.exists()
    assert client.post("/signaler/", posted | {"gor": "sand"}).status_code == 302
    bring_all()
    assert open_in(waiting) == ["u9"]
    entry = HistoryEntry.objects.get(kind=HistoryKind.SIGNAL)
    assert (entry.by, entry.detail) == (it, {"reason": "Snöstorm."})
    assert AccessLog.objects.filter(action="send-signal", staff=it).count() == 1
    assert "Snöstorm." in pages.text(client.get("/signaler/"))


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"signal": "snovader", "skal": " "}, "Skriv ett skäl."),
        ({"signal": "borta", "skal": "x"}, "Välj en signal."),
        ({"signal": "snovader", "skal": "x", "personnummer": "12"}, "Rad 1:"),
        ({"signal": "snovader", "skal": "x", "personnummer": "\n193902282387"}, "Rad 2: det går inte att välja"),
        ({"signal": "aterkallat", "skal": "x"}, "välj vilka personer"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_sent(
    it: Staff, waiting: ProcessInstance, posted: dict[str, str], told: str
) -> None:
    publish("ett", started_by())
    answer = pages.logged_in(it).post("/signaler/", posted | {"gor": "sand"})
    assert (answer.status_code, told in pages.text(answer)) == (422, True)
    assert not Signal.objects.exists()


def test_a_forlopp_starts_for_the_one_whose_number_was_written(it: Staff) -> None:
    publish("ett", started_by())
    individual = pages.person(NUMBER)
    posted = {"signal": "aterkallat", "skal": "x", "personnummer": NUMBER, "gor": "sand"}
    assert pages.logged_in(it).post("/signaler/", posted).status_code == 302
    bring_all()
    assert ProcessInstance.objects.get().individual == individual


def test_a_protected_person_is_nobody_to_one_who_may_not_see_them(it: Staff, waiting: ProcessInstance) -> None:
    pages.person("193902282387", protection="sekretessmarkering")
    posted = {"signal": "snovader", "skal": "x", "personnummer": "193902282387", "gor": "prova"}
    answer = pages.logged_in(it).post("/signaler/", posted)
    assert (answer.status_code, "det går inte att välja" in pages.text(answer)) == (422, True)
