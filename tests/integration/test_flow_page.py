"""Who steers a förlopp sees where its ärenden are, how long they wait and which ways they take; nobody is named."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.services import counting
from people.models import Individual, Staff
from tests import pages
from tests.integration.test_flow_counting import HOUR, begin, count_all, do, publish
from workflows.models import ProcessInstance
from workflows.services import incidents

pytestmark = pytest.mark.django_db
PAGE = "/uppfoljning/prov/"


@pytest.fixture
def owner() -> Staff:
    return pages.staff("pia", "processagare")


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


def went(individual: Individual, by: Staff, *answers: str, hours: int = 6) -> ProcessInstance:
    """Begun yesterday, each answer so many hours after the other."""
    at = timezone.now() - timedelta(days=1)
    instance = begin(individual, by, at)
    for answer in answers:
        at += hours * HOUR
        do(instance, answer, by, at)
    return instance


def show(client: Client, address: str = PAGE) -> str:
    return " ".join(pages.text(client.get(address)).split())


def test_waits_ways_and_who_is_where(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(5):
        went(berit, anna, "ja", "")
    stopped = went(berit, anna, "ja")
    went(berit, anna)
    incidents.open_incident(
        code="engine", text="x", group="samordnare", instance=stopped, element_id="u2", now=timezone.now()
    )
    count_all()
    page = show(client)
    assert "<dt>Pågår nu</dt><dd>2</dd>" in page
    assert "<dt>Avslutade</dt><dd>5</dd>" in page
    assert '<td class="num">6</td><td class="num">6 timmar</td><td class="num">6 timmar</td>' in page
    assert "1 öppna" in page
    assert '<th scope="row">Samordnare</th>' in page
    assert "Hemtjänst Norr" in page
    assert "Berit" not in page


def test_of_few_no_time_is_shown_to_who_may_not_see_who_it_is(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(4):
        went(berit, anna, "ja")
    count_all()
    assert "6 timmar" not in show(client)
    assert "Färre än 5: visas inte" in show(client)
    pages.join(anna, "enhetschef")
    assert "6 timmar" in show(pages.logged_in(anna))


def test_charts_say_what_the_tables_say_and_no_more(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(5):
        went(berit, anna, "ja", "")
    went(berit, anna, "nej")
    count_all()
    charts = re.findall(r"<figure.*?</figure>", show(client))
    (steps,) = [one for one in charts if "per steg" in one]
    assert steps.count("6 timmar") == 2
    assert not any(name in chart for chart in charts for name in ("<style", "<script", "Berit"))


def test_days_version_profession_and_unit_are_chosen(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(5):
        went(berit, anna, "ja")
    count_all()
    assert "6 timmar" in show(client, f"{PAGE}?profession=samordnare&enhet=norr&version=1&dagar=30")
    assert "Inget att visa än" in show(client, f"{PAGE}?profession=lakare")
    assert "<dt>Startade</dt><dd>0</dd>" in show(client, f"{PAGE}?fran=2020-01-01&till=2020-02-01")
    assert "<dt>Startade</dt><dd>0</dd>" in show(client, f"{PAGE}?fran=1/1+2020&till=den+1+februari+2020")
    stood = "dagar=90&fran_stod=1+oktober+2026&till_stod=1+november+2026&till=1+november+2026"
    assert "1 januari 2020 till 1 november 2026" in show(client, f"{PAGE}?{stood}&fran=1/1+2020")
    assert "1 november 2026. " not in show(client, f"{PAGE}?{stood}&fran=1+oktober+2026"), "the period was chosen"
    misread = show(client, f"{PAGE}?fran=x")
    assert "Dagen ska vara ett datum, till exempel 27/11" in misread
    assert re.search(r'<input id="fran"[^>]* value="x"', misread)
    for odd in ("fran=x&till=9999-99-99", "version=999999999&dagar=-1", "till=0001-01-01", "fran=9999-12-31"):
        assert client.get(f"{PAGE}?{odd}").status_code == 200


def test_one_comes_to_what_one_may_see_and_to_no_others(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    instance = went(berit, anna)
    assert "1 ärende väntar här nu" in show(client, f"{PAGE}u1/")
    assert str(instance.public_id) not in show(client, f"{PAGE}u1/")
    pages.join(anna, "enhetschef")
    assert str(instance.public_id) in show(pages.logged_in(anna), f"{PAGE}u1/")
    assert client.get(f"{PAGE}finns_inte/").status_code == 404


def test_those_who_steer_and_lead_come_in_and_nobody_else(anna: Staff, berit: Individual) -> None:
    publish()
    head, nurse = pages.staff("hans", "enhetschef"), pages.staff("siri", "sjukskoterska")
    addresses = ("/uppfoljning/", PAGE, f"{PAGE}u1/")
    assert [pages.logged_in(head).get(one).status_code for one in addresses] == [200, 200, 200]
    assert [pages.logged_in(nurse).get(one).status_code for one in (*addresses, "/uppfoljning/x/")] == [404] * 4
    assert 'href="/uppfoljning/"' in show(pages.logged_in(head), "/uppgifter/")


def test_the_page_costs_the_same_however_much_has_happened(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    went(berit, anna, "ja")
    count_all()
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(12):
        went(berit, anna, "ja", "")
        went(berit, anna, "nej")
    count_all()
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)
    assert not any("historyentry" in query["sql"] for query in many)
    assert counting.run_waiting(now=timezone.now()) is False
