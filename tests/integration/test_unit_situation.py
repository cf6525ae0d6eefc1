"""The chef of a unit sees in one look what is there to do, late, lifted, stopped, and how it goes; no other unit's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Individual, Staff, Unit
from tests import pages
from tests.integration.test_effects import count_all, visited
from web import swedish
from workflows.models import UserTask
from workflows.services import incidents

pytestmark = pytest.mark.django_db
PAGE = "/laget/norr/"


@pytest.fixture
def chef(anna: Staff) -> Client:
    pages.publish()
    pages.join(anna, "sjukskoterska")
    return pages.logged_in(pages.staff("eva", "enhetschef"))


def show(client: Client, address: str = PAGE) -> str:
    return " ".join(pages.text(client.get(address)).split())


def test_what_waits_is_late_is_lifted_and_has_stopped(chef: Client, anna: Staff, berit: Individual) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    instance = pages.start(berit, anna)
    UserTask.objects.filter(instance=instance).update(
        due_sort=long_ago, escalated_to="enhetschef", name="Besök hos Berit", created_at=long_ago
    )
    incidents.open_incident(code="engine", text="x", group="it_drift", instance=instance, now=timezone.now())
    page = show(chef)
    for told in (
        "<dt>Försenade</dt><dd>1</dd>",
        "<dt>Lyft till chefen</dt><dd>1</dd>",
        "<dt>Öppna stopp</dt><dd>1</dd>",
        "<dt>Ärenden hos oss</dt><dd>1</dd>",
        'href="/uppfoljning/hembesok/planera_besok/">Planera besöket</a>',
        'href="/uppfoljning/hembesok/">Hembesök</a>',
    ):
        assert told in page
    assert "Berit" not in page


def test_how_it_goes_and_what_came_of_it_in_the_unit(chef: Client, anna: Staff) -> None:
    for number in range(6):
        visited(pages.person(), anna, follow_up=number < 3)
    count_all()
    page = show(chef)
    assert 'href="/uppfoljning/hembesok/?enhet=norr"' in page
    assert 'href="/uppfoljning/hembesok/effekter/?enhet=norr"' in page
    assert "50 %" in page
    assert "<dd>12</dd>" not in page
    Unit.objects.filter(key="norr").update(key="annan")
    assert "Inget är gjort hos oss i perioden." in show(chef, "/laget/annan/")


def test_of_few_nothing_is_told_unless_they_are_ones_own(chef: Client, anna: Staff) -> None:
    for _ in range(3):
        visited(pages.person(), anna, follow_up=True)
    count_all()
    hidden = show(chef)
    assert "100 %" not in hidden
    assert "färre än 5" in hidden
    pages.join(anna, "enhetschef")
    assert "100 %" in show(pages.logged_in(anna))


def test_since_when_few_have_waited_is_told_to_who_may_see_them(chef: Client, anna: Staff, berit: Individual) -> None:
    begun = timezone.now() - timedelta(days=40)
    instance = pages.start(berit, anna)
    UserTask.objects.filter(instance=instance).update(created_at=begun)
    incidents.open_incident(code="engine", text="x", group="it_drift", instance=instance, now=begun)
    moment = swedish.moment(begun, now=timezone.now())
    pages.join(anna, "enhetschef")
    mine = pages.logged_in(anna)
    for address in (PAGE, "/uppfoljning/hembesok/", "/uppfoljning/hembesok/planera_besok/"):
        assert moment not in show(chef, address)
        assert moment in show(mine, address)
    for _ in range(4):
        pages.start(pages.person(), anna)
    assert moment in show(chef)
    assert moment in show(chef, "/uppfoljning/hembesok/")


def test_only_the_chef_of_the_unit_comes_in(chef: Client, anna: Staff) -> None:
    assert chef.get("/laget/")["Location"] == PAGE
    assert 'href="/laget/"' in show(chef, "/uppgifter/")
    Unit.objects.create(key="soder", name="Söder")
    assert chef.get("/laget/soder/").status_code == 404
    colleague = pages.logged_in(anna)
    assert [colleague.get(one).status_code for one in ("/laget/", PAGE, "/laget/x/")] == [404] * 3
    assert 'href="/laget/"' not in show(colleague, "/uppgifter/")


def test_the_page_costs_the_same_however_much_there_is(chef: Client, anna: Staff) -> None:
    visited(pages.person(), anna, follow_up=True)
    pages.start(pages.person(), anna)
    count_all()
    chef.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        chef.get(PAGE)
    for _ in range(6):
        visited(pages.person(), anna, follow_up=True)
        pages.start(pages.person(), anna)
    count_all()
    with CaptureQueriesContext(connection) as many:
        chef.get(PAGE)
    assert len(many) == len(few)
