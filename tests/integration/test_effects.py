"""What came of ärenden is told from their answers, follows corrections, and shows nothing of too few."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from disposal.services import runs
from followup.models import Effect, EffectSum
from followup.services import counting, effects
from people.models import Individual, Staff
from tests import pages
from tests.disposing import LATER
from workflows import measures
from workflows.models import ProcessDefinition, ProcessInstance
from workflows.services import amending, user_tasks

pytestmark = pytest.mark.django_db
PAGE = "/uppfoljning/hembesok/effekter/"
PLANNED: dict[str, Any] = {"besoksdag": "2026-12-01", "plats": "hemma", "hinder": [], "tolk": False}


@pytest.fixture
def anna() -> Staff:
    pages.publish()
    member = pages.staff("anna", "samordnare")
    pages.join(member, "sjukskoterska")
    return member


def visited(individual: Individual, by: Staff, *, follow_up: bool, note: str = "Bra") -> ProcessInstance:
    begun = pages.start(individual, by)
    for element, answers in (("planera_besok", PLANNED), ("gor_besok", {"anteckning": note, "uppfoljning": follow_up})):
        user_tasks.complete(task=pages.task(begun, element), answers=answers, by=by, now=timezone.now())
    return begun


def count_all() -> None:
    while counting.run_waiting(now=timezone.now()):
        pass


def told() -> dict[str, tuple[int, int, float, float]]:
    """By measure, how many ärenden and values, and the sums."""
    rows = EffectSum.objects.order_by("measure")
    assert rows.count() == rows.values("measure").distinct().count()
    return {row.measure: (row.instances, row.count, row.value, row.base) for row in rows}


def test_an_effect_comes_of_the_answers_with_version_unit_and_age(anna: Staff) -> None:
    berit = pages.person()
    visited(berit, anna, follow_up=True)
    visited(berit, anna, follow_up=False, note="Mycket bra")
    pages.start(berit, anna)
    count_all()
    assert told() == {"ord": (2, 2, 13, 20), "uppfoljning": (2, 2, 1, 0)}
    one = Effect.objects.filter(measure="uppfoljning").order_by("pk")[0]
    assert (one.unit, one.age, one.day) == ("norr", "85 och äldre", timezone.localdate())
    assert one.version == ProcessDefinition.objects.get().current


def test_a_corrected_answer_changes_the_effect_and_a_mistake_takes_it_away(anna: Staff) -> None:
    begun = visited(pages.person(), anna, follow_up=True)
    count_all()
    task, why = pages.task(begun, "gor_besok"), amending.Why(reason="Fel", seen=0)
    right = {"anteckning": "Bra", "uppfoljning": False}
    amending.correct_answers(task=task, answers=right, why=why, by=anna, now=timezone.now())
    count_all()
    assert told()["uppfoljning"] == (1, 1, 0, 0)
    again = amending.Why(reason="Fel person", seen=1)
    amending.strike(target=amending.of_task(task), why=again, by=anna, now=timezone.now())
    count_all()
    assert told() == {}
    assert not Effect.objects.exists()


def test_told_again_it_is_the_same_and_what_was_before_the_measures_is_told(anna: Staff) -> None:
    visited(pages.person(), anna, follow_up=True)
    count_all()
    before = told()
    assert effects.measure_again() == ProcessInstance.objects.get().pk
    assert told() == before
    Effect.objects.all().delete()
    EffectSum.objects.all().delete()
    call_command("measure_effects")
    assert told() == before
    call_command("recount_flow")
    assert told() == before


@pytest.mark.django_db(transaction=True)
def test_what_is_destroyed_takes_its_effects_along_and_the_sums_stay(anna: Staff, tmp_path: Any, settings: Any) -> None:
    settings.FORLOPP_FILES = tmp_path
    visited(pages.person(), anna, follow_up=True)
    count_all()
    before = told()
    ProcessInstance.objects.update(state="completed", ended_at=timezone.now())
    now = timezone.now() + LATER
    run = runs.propose(now=now)
    assert run is not None
    runs.approve(run=run, decision="Planen", by=pages.staff("arvid", "arkivarie"), now=now)
    while runs.carry_out_due(now=now):
        pass
    assert not Effect.objects.exists()
    assert told() == before


def show(client: Client, address: str = PAGE) -> str:
    return " ".join(pages.text(client.get(address)).split())


def test_the_pages_tell_figures_definitions_and_others(anna: Staff) -> None:
    for number in range(6):
        visited(pages.person(), anna, follow_up=number < 3)
    count_all()
    client = pages.logged_in(pages.staff("pia", "processagare"))
    page = show(client)
    assert '<td class="num">6</td><td>50 %</td><td>18,8 % till 81,2 %</td>' in page
    assert "Andra: 36–37,5&nbsp;%" in page
    one = show(client, PAGE + "uppfoljning/")
    for words in ("Andelen besök där en uppföljning behövs.", "85 och äldre", "Hemtjänst Norr", "Version 1"):
        assert words in one
    assert client.get(PAGE + "finns-inte/").status_code == 404
    assert pages.logged_in(pages.staff("siri", "it")).get(PAGE).status_code == 404


def test_of_few_nothing_is_shown_to_who_may_not_see_who_it_is(anna: Staff) -> None:
    for _ in range(4):
        visited(pages.person(), anna, follow_up=True)
    count_all()
    client = pages.logged_in(pages.staff("pia", "processagare"))
    for address in (PAGE, PAGE + "uppfoljning/"):
        assert "100" not in show(client, address).replace("/100", "")
        assert "färre än 5" in show(client, address)
    pages.join(anna, "enhetschef")
    assert "100 %" in show(pages.logged_in(anna))


def test_what_is_few_is_not_told_by_what_is_left_when_more_are_taken_away(anna: Staff) -> None:
    for _ in range(6):
        visited(pages.person(), anna, follow_up=True)
    young = pages.person("193902282387", "Doris")
    Individual.objects.filter(pk=young.pk).update(born_on="1960-01-01")
    young.refresh_from_db()
    for _ in range(2):
        visited(young, anna, follow_up=False)
    count_all()
    client = pages.logged_in(pages.staff("pia", "processagare"))
    whole = show(client)
    assert "75 %" in whole
    for age in ("85+och+%C3%A4ldre", "65%E2%80%9374"):
        for address in (PAGE, PAGE + "uppfoljning/"):
            page = show(client, f"{address}?alder={age}")
            assert "100 %" not in page
            assert "färre än 5" in page
    group = show(client, PAGE + "uppfoljning/").split("Per åldersgrupp")[1]
    table = group.split("</table>")[0]
    assert table.count("färre än 5") == 2
    assert "<figure" not in table


def test_versions_and_groups_are_compared(anna: Staff) -> None:
    for _ in range(5):
        visited(pages.person(), anna, follow_up=True)
    definition = ProcessDefinition.objects.get()
    first = definition.current
    assert first is not None
    second = type(first).objects.get(pk=first.pk)
    second.pk, second.number, second.digest = None, 2, "1" * 64
    second.public_id = pages.person().ref
    second.save(force_insert=True)
    ProcessDefinition.objects.update(current=second)
    for _ in range(5):
        visited(pages.person(), anna, follow_up=False)
    count_all()
    client = pages.logged_in(pages.staff("pia", "processagare"))
    page = show(client, PAGE + "uppfoljning/?fore=2")
    assert "Före och från version 2" in page
    compared = page.split("Före och från version 2")[1]
    assert "\N{MINUS SIGN}100" in compared
    assert "Större än slumpen" in compared


def test_what_it_gives_and_costs_follows_what_is_assumed_and_who_changed_it_is_kept(anna: Staff) -> None:
    for number in range(8):
        visited(pages.person(), anna, follow_up=number < 2)
    count_all()
    address, client = "/uppfoljning/hembesok/nytta/", pages.logged_in(pages.staff("pia", "processagare"))
    page = show(client, address)
    assert '<td class="num">600</td>' in page
    assert '<td class="num">400</td>' in page
    assert '<td class="num">200</td>' in page
    sent = {"antagande": "pris", "varde": "1 000,5", "varfor": "Budget 2027", "sett": "0"}
    assert client.post(address, sent).status_code == 302
    page = show(client, address)
    for words in ("1 000", "Budget 2027", "Pia Prov", "Påhittat.", '<td class="num">6 003</td>'):
        assert words in page
    assert client.post(address, sent).status_code == 422
    assert client.post(address, sent | {"sett": "1", "varfor": " "}).status_code == 422
    assert client.post(address, sent | {"sett": "1", "varde": "inf"}).status_code == 422
    assert client.post(address, sent | {"antagande": "annat"}).status_code == 404
    assert pages.logged_in(pages.staff("stina", "statistik")).post(address, sent).status_code == 404


@pytest.mark.parametrize("value", ["null", "9", '"ja"', "[true]", "-1", "1 / 0", "gor_besok.finns_inte"])
def test_a_share_of_what_is_neither_yes_nor_no_is_of_nobody(anna: Staff, value: str) -> None:
    begun = visited(pages.person(), anna, follow_up=True)
    version = ProcessDefinition.objects.get().current
    assert version is not None
    text = version.sources[measures.FILE].replace('"gor_besok.uppfoljning"', f"'{value}'")
    version.pk, version.number, version.digest = None, 2, "2" * 64
    version.public_id, version.sources = pages.person().ref, version.sources | {measures.FILE: text}
    version.save(force_insert=True)
    ProcessInstance.objects.filter(pk=begun.pk).update(version=version)
    count_all()
    assert told().keys() == {"ord"}
