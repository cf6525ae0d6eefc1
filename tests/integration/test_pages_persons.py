"""Persons, starting by hand and the ärende page: who sees whom, and what one can do from there."""

import re

import pytest

from people.models import AccessLog, Individual, Staff
from tests import pages
from workflows.models import ProcessInstance
from workflows.services import incidents

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    pages.publish()


@pytest.fixture
def ongoing(anna: Staff, berit: Individual) -> ProcessInstance:
    return pages.start(berit, anna)


@pytest.mark.usefixtures("ongoing")
@pytest.mark.parametrize("text", ["berit", "Prov ber", "19380514-2381", "380514-2381", "3805142381"])
def test_a_person_is_found_by_name_or_number(anna: Staff, text: str) -> None:
    assert "Berit Provsson" in pages.text(pages.logged_in(anna).post("/personer/", {"sok": text}))


@pytest.mark.parametrize("text", ["åsa", "ÅSA", "öster", "Åsa-öst", "lÖv"])
def test_a_name_with_swedish_letters_is_found_whatever_the_case(anna: Staff, text: str) -> None:
    pages.start(pages.person("193902282387", "Åsa-Österlöv"), anna)
    assert "Åsa-Österlöv" in pages.text(pages.logged_in(anna).post("/personer/", {"sok": text}))


@pytest.mark.usefixtures("ongoing")
@pytest.mark.parametrize("text", ["doris", "2381", "%", "' OR 1=1", "berit x"])
def test_other_words_find_nobody(anna: Staff, text: str) -> None:
    assert "Ingen person hittades" in pages.text(pages.logged_in(anna).post("/personer/", {"sok": text}))


def test_a_protected_person_is_listed_only_for_those_who_may(anna: Staff) -> None:
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    pages.start(pages.person("193902282387", "Doris", protection="sekretessmarkering"), trusted)
    for text in ("", "Doris", "193902282387"):
        assert "Provsson" not in pages.text(pages.logged_in(anna).post("/personer/", {"sok": text}))
    assert "Doris Provsson" in pages.text(pages.logged_in(trusted).post("/personer/", {"sok": "Doris"}))


@pytest.mark.usefixtures("ongoing")
def test_a_person_without_an_arende_i_may_see_is_not_reachable(berit: Individual) -> None:
    client = pages.logged_in(pages.staff("ivar", "it_drift"))
    assert client.get(f"/personer/{berit.ref}/").status_code == 404
    assert AccessLog.objects.get(individual=berit).outcome == "denied"


@pytest.mark.usefixtures("ongoing")
def test_the_person_page_tells_what_goes_on_and_is_logged(anna: Staff, berit: Individual) -> None:
    page = pages.text(pages.logged_in(anna).get(f"/personer/{berit.ref}/"))
    for words in (
        "Berit Provsson",
        "Planera besöket",
        "Nu: Samordnare",
        "Hembesök började",
        "Starta förlopp",
    ):
        assert words in page
    assert AccessLog.objects.filter(staff=anna, individual=berit, action="read", object_type="individual").exists()


def test_a_forlopp_is_started_by_number_and_form(anna: Staff, berit: Individual) -> None:
    client = pages.logged_in(anna)
    chosen = client.post("/arenden/starta/", {"forlopp": "hembesok", "personnummer": "380514-2381"})
    assert chosen.headers["Location"] == f"/arenden/starta/hembesok/{berit.ref}/"
    started = client.post(chosen.headers["Location"], {"orsak": "Yrsel."})
    instance = ProcessInstance.objects.get(individual=berit)
    assert started.headers["Location"] == f"/arenden/{instance.public_id}/"


def test_someone_new_needs_a_name_and_is_then_known(anna: Staff) -> None:
    client = pages.logged_in(anna)
    data = {"forlopp": "hembesok", "personnummer": "19390228-2387"}
    asked = client.post("/arenden/starta/", data)
    assert (asked.status_code, "Förnamn" in pages.text(asked)) == (422, True)
    client.post("/arenden/starta/", {**data, "fornamn": "Doris", "efternamn": "Provsson"})
    assert Individual.objects.get(identity_number="193902282387").given_name == "Doris"


def test_a_number_alone_does_not_tell_that_we_know_somebody_protected(anna: Staff) -> None:
    pages.person("193902282387", "Doris", protection="sekretessmarkering")
    client = pages.logged_in(anna)
    pages_shown = []
    for number in ("19390228-2387", "19410203-2390"):
        data = {"forlopp": "hembesok", "personnummer": number}
        asked = client.post("/arenden/starta/", data)
        chosen = client.post("/arenden/starta/", {**data, "fornamn": "Någon", "efternamn": "Annan"})
        form = client.get(chosen.headers["Location"])
        shown = [pages.text(asked), pages.text(form)]
        assert (asked.status_code, form.status_code, "Någon Annan" in shown[1]) == (422, 200, True)
        pages_shown.append([_without_what_differs(text) for text in shown])
    assert pages_shown[0] == pages_shown[1]
    Individual.objects.get(identity_number="193902282387", given_name="Doris")


def test_a_forlopp_for_somebody_protected_is_started_and_handed_over(anna: Staff) -> None:
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    client = pages.logged_in(anna)
    assert client.get(f"/arenden/starta/hembesok/{doris.ref}/").status_code == 404
    data = {"forlopp": "hembesok", "personnummer": "19390228-2387", "fornamn": "Någon", "efternamn": "Annan"}
    chosen = client.post("/arenden/starta/", data)
    started = client.post(chosen.headers["Location"], {"orsak": "Yrsel."}, follow=True)
    assert "tar vid" in pages.text(started)
    assert "Doris" not in pages.text(started)
    assert ProcessInstance.objects.filter(individual=doris).count() == 1
    assert client.get(chosen.headers["Location"]).status_code == 404


def _without_what_differs(text: str) -> str:
    """The page without the token, the number and the age that follows from it."""
    return re.sub(r'value="[^"]{64}"|1941\d{4}-?2390|1939\d{4}-?2387|\d\d år', "", text)


@pytest.mark.parametrize("number", ["", "19380514-2382", "hej"])
def test_a_wrong_number_is_explained(anna: Staff, number: str) -> None:
    answer = pages.logged_in(anna).post("/arenden/starta/", {"forlopp": "hembesok", "personnummer": number})
    assert answer.status_code == 422
    assert 'href="#personnummer"' in pages.text(answer)


def test_a_missing_start_answer_keeps_the_page(anna: Staff, berit: Individual) -> None:
    answer = pages.logged_in(anna).post(f"/arenden/starta/hembesok/{berit.ref}/", {"orsak": ""})
    assert answer.status_code == 422
    assert not ProcessInstance.objects.exists()


@pytest.mark.usefixtures("anna")
def test_who_may_not_start_is_offered_nothing(siri: Staff, berit: Individual) -> None:
    client = pages.logged_in(siri)
    assert "Du kan inte starta något förlopp" in pages.text(client.get("/arenden/starta/"))
    assert client.post(f"/arenden/starta/hembesok/{berit.ref}/", {"orsak": "x"}).status_code == 404


def test_the_arende_lists_its_steps_with_the_open_one_linked(ongoing: ProcessInstance, anna: Staff) -> None:
    page = pages.text(pages.logged_in(anna).get(f"/arenden/{ongoing.public_id}/"))
    task = pages.task(ongoing, "planera_besok")
    assert f'href="/uppgifter/{task.public_id}/"' in page
    assert 'data-active="planera_besok"' in page
    assert "Pågår" in page


def test_the_diagram_is_xml_that_the_browser_may_keep(ongoing: ProcessInstance, anna: Staff) -> None:
    client, url = pages.logged_in(anna), f"/arenden/{ongoing.public_id}/diagram.bpmn"
    first = client.get(url)
    assert "<bpmn:definitions" in pages.text(first)
    assert first.headers["Content-Type"].startswith("application/xml")
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_stop_in_the_arende_is_pointed_out(ongoing: ProcessInstance, anna: Staff) -> None:
    stop = incidents.open_incident(
        code="engine", text="Steget gick inte.", group="samordnare", now=ongoing.started_at, instance=ongoing
    )
    page = pages.text(pages.logged_in(anna).get(f"/arenden/{ongoing.public_id}/"))
    assert f"/stopp/{stop.public_id}/" in page
