"""A spärr keeps all but the units that the person has chosen out, everywhere; an emergency opens it, seen by all."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audit import rules
from people.models import AccessLog, Assignment, Block, Emergency, Individual, Profession, Staff, Unit
from people.services import blocks
from tasks.services import notifying
from tests import api, pages
from tests.integration import test_pages_cost as cost
from workflows.models import ProcessInstance, UserTask
from workflows.services import restricted, user_tasks

pytestmark = pytest.mark.django_db
WHY = "Hittad medvetslös i hemmet, läkemedel okända."
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def instance(anna: Staff, berit: Individual) -> ProcessInstance:
    pages.publish()
    return pages.start(berit, anna)


@pytest.fixture
def vera(anna: Staff) -> Staff:
    """Of Anna's profession, at another unit."""
    return at("soder", "vera", "samordnare")


def at(unit: str, username: str, profession: str) -> Staff:
    member = Staff.objects.create_user(username, first_name=username.capitalize(), last_name="Prov")
    place, _ = Unit.objects.get_or_create(key=unit, defaults={"name": unit.capitalize()})
    role = Profession.objects.get(key=profession)
    Assignment.objects.create(staff=member, profession=role, unit=place, valid_from=datetime.date(2020, 1, 1))
    return member


def close(individual: Individual, by: Staff, *units: str) -> None:
    chosen = list(Unit.objects.filter(key__in=units or ("norr",)))
    restricted.block(individual=individual, units=chosen, asked_by="Personen själv", by=by, now=timezone.now())


def seen(member: Staff, instance: ProcessInstance) -> dict[str, int]:
    task, client = pages.task(instance, "planera_besok"), pages.logged_in(member)
    addresses = {
        "task": f"/uppgifter/{task.public_id}/",
        "instance": f"/arenden/{instance.public_id}/",
        "pdf": f"/arenden/{instance.public_id}/pdf/",
        "person": f"/personer/{instance.individual.ref}/",
        "timeline": f"/personer/{instance.individual.ref}/tidslinje/",
    }
    return {name: client.get(address).status_code for name, address in addresses.items()}


def named(member: Staff) -> list[str]:
    """The lists in which Berit's name or ärende stands."""
    client = pages.logged_in(member)
    lists = ("/uppgifter/", "/uppgifter/?visa=vantar", "/personer/", f"/enhet/{next(iter(member.units))}/")
    return [one for one in lists if "Berit" in pages.text(client.get(one))]


def test_whom_a_block_keeps_out_meets_the_person_nowhere_and_the_unit_goes_on(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    assert set(seen(vera, instance).values()) == {200}
    assert "/uppgifter/" in named(vera)
    close(berit, anna)
    assert seen(vera, instance) == {"task": 404, "instance": 404, "pdf": 404, "person": 403, "timeline": 404}
    assert named(vera) == []
    assert set(seen(anna, instance).values()) == {200}
    assert "/uppgifter/" in named(anna)
    task = pages.task(instance, "planera_besok")
    with pytest.raises(user_tasks.NotAllowed):
        user_tasks.claim(task=task, by=Staff.objects.get(pk=vera.pk), now=timezone.now())
    refused = AccessLog.objects.filter(staff=vera, individual=berit, outcome="denied")
    assert refused.count() == 5
    page = pages.text(pages.logged_in(vera).get(f"/personer/{berit.ref}/"))
    assert "Spärrade uppgifter" in page
    assert not [one for one in ("Berit", "19380514", "Hembesök") if one in page]


def test_a_stranger_is_not_told_that_there_is_a_block(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    close(berit, anna)
    stranger = at("soder", "ivar", "samordnare")
    Profession.objects.create(key="ekonomi", name="Ekonomi")
    Assignment.objects.filter(staff=stranger).update(profession=Profession.objects.get(key="ekonomi"))
    assert pages.logged_in(stranger).get(f"/personer/{berit.ref}/").status_code == 404


def test_a_block_holds_a_system_and_a_notice_back_too(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    caller = api.Caller(api.added(professions=[("samordnare", "soder")])[1])
    task = pages.task(instance, "planera_besok")
    addresses = (f"/instances/{instance.public_id}", f"/tasks/{task.public_id}")
    assert [caller.get(one).status_code for one in addresses] == [200, 200]
    close(berit, anna)
    assert [caller.get(one).status_code for one in addresses] == [404, 404]
    assert caller.get("/instances").json()["instances"] == []
    assert caller.get("/tasks").json()["tasks"] == []
    for member in (anna, vera):
        choices, times = {("mail", "new"): "now"}, notifying.Times(daily_at=datetime.time(7))
        before = timezone.now() - MINUTE
        notifying.choose(by=member, choices=choices, times=times, address="x@kommun.se", now=before)
    told = {one.notifying.staff_id: one.is_for(task) for one in notifying.listeners(now=timezone.now())}
    assert told == {anna.pk: True, vera.pk: False}


def test_it_is_set_and_lifted_on_the_persons_page_by_those_who_work_with_them(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    client, address = pages.logged_in(anna), f"/personer/{berit.ref}/sparr/"
    assert "Spärra för andra enheter" in pages.text(client.get(f"/personer/{berit.ref}/"))
    assert client.post(address, {"gor": "sparra", "vem": "Personen själv"}).status_code == 422
    assert client.post(address, {"gor": "sparra", "vem": "Personen själv", "enhet": "norr"}).status_code == 302
    assert "bara Hemtjänst Norr läser" in pages.text(client.get(f"/personer/{berit.ref}/"))
    block = Block.objects.get()
    assert (block.by, block.unit.key, block.asked_by) == (anna, "norr", "Personen själv")
    assert pages.logged_in(vera).post(address, {"gor": "hav", "skal": "Vill läsa"}).status_code == 404
    assert client.post(address, {"gor": "hav", "skal": ""}).status_code == 422
    assert client.post(address, {"gor": "hav", "skal": "Berit sade det vid besöket."}).status_code == 302
    block.refresh_from_db()
    assert (block.lifted_by, block.lifted_reason) == (anna, "Berit sade det vid besöket.")
    assert set(seen(vera, instance).values()) == {200}
    done = AccessLog.objects.filter(individual=berit, action__in=("block", "lift-block"))
    assert set(done.values_list("action", flat=True)) == {"block", "lift-block"}


def test_what_nobody_at_the_unit_could_do_goes_to_somebody_there(
    instance: ProcessInstance, anna: Staff, berit: Individual
) -> None:
    siri = pages.staff("siri", "sjukskoterska")
    Assignment.objects.filter(staff=anna).update(unit=Unit.objects.create(key="soder", name="Söder"))
    close(berit, Staff.objects.get(pk=anna.pk), "norr")
    task = pages.task(instance, "planera_besok")
    assert task.escalated_to == "sjukskoterska"
    assert f"/uppgifter/{task.public_id}/" in pages.text(pages.logged_in(siri).get("/uppgifter/"))
    with pytest.raises(blocks.NobodyThere):
        blocks.begin(
            individual=berit, units=[Unit.objects.create(key="tom", name="Tom")], asked_by="Berit", by=anna,
            now=timezone.now(),
        )  # fmt: skip


def opened(member: Staff, **typed: str) -> Any:
    return pages.logged_in(member).post("/nodoppning/", {"personnummer": "19380514-2381", "skal": WHY} | typed)


def test_an_emergency_opens_for_an_hour_with_a_reason_shown_on_every_page_and_reviewed(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    close(berit, anna)
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for wrong in ({"skal": "Kort"}, {"personnummer": "fel"}, {"personnummer": "19610118-2803"}):
            assert opened(vera, **wrong).status_code == 422
        assert not Emergency.objects.exists()
        assert opened(vera).url == f"/personer/{berit.ref}/"
        assert opened(vera).status_code == 302
        assert Emergency.objects.get().reason == WHY
        assert set(seen(vera, instance).values()) == {200}
        client, task = pages.logged_in(vera), pages.task(instance, "planera_besok")
        for act in (
            f"/uppgifter/{task.public_id}/ta/",
            f"/personer/{berit.ref}/omrade/",
            f"/personer/{berit.ref}/sparr/",
        ):
            assert client.post(act, {"omrade": "Norr", "enhet": "soder", "vem": "Jag"}).status_code == 404
        assert client.post(f"/personer/{berit.ref}/plan/mal/", {"mal_text_egna_ord": "Prov"}).status_code == 404
        for page in ("/uppgifter/", "/personer/", "/stopp/"):
            assert "Nödöppning" in pages.text(pages.logged_in(vera).get(page))
        assert "Berit Provsson" in pages.text(pages.logged_in(vera).get("/stopp/"))
        clock.shift(61 * MINUTE)
        assert seen(vera, instance)["task"] == 404
        assert "emergency-band" not in pages.text(pages.logged_in(vera).get("/stopp/"))
    rows = AccessLog.objects.filter(staff=vera, individual=berit, outcome="allowed")
    assert rows.get(action="emergency").reason == WHY
    assert set(rows.filter(action="read").values_list("reason", flat=True)) == {"Nödöppning"}
    caught = [hit for hit in rules.hits(timezone.localdate(now)) if hit.staff_id == vera.pk and hit.rule == "nod"]
    assert [(hit.individual_id, hit.units) for hit in caught] == [(berit.pk, ("soder",))]


def test_an_emergency_opens_the_other_sphere_and_unit_too_for_one_person_and_changes_nothing(
    instance: ProcessInstance, anna: Staff, berit: Individual
) -> None:
    Profession.objects.filter(key="samordnare").update(sphere="sol")
    Profession.objects.create(key="ambulans", name="Ambulans", sphere="hsl")
    nils, task = at("soder", "nils", "ambulans"), pages.task(instance, "planera_besok")
    other = pages.start(pages.person("193902282387", "Doris"), anna)
    assert {seen(nils, one)["person"] for one in (instance, other)} == {404}
    assert opened(nils).status_code == 302
    assert set(seen(nils, instance).values()) == {200}
    assert set(seen(nils, other).values()) == {404}
    client = pages.logged_in(nils)
    assert client.post(f"/uppgifter/{task.public_id}/", pages.PLAN).status_code == 404
    assert client.get(f"/personer/{berit.ref}/plan/kontakt/").status_code == 404
    assert client.get(f"/personer/{berit.ref}/sparr/").status_code == 404
    assert UserTask.objects.get(pk=task.pk).state == "open"
    made = Emergency.objects.get()
    assert pages.logged_in(anna).post(f"/nodoppning/{made.public_id}/stang/").status_code == 404
    assert client.post(f"/nodoppning/{made.public_id}/stang/").status_code == 302
    assert set(seen(nils, instance).values()) == {404}


def test_who_works_with_nobody_opens_nobody_and_a_protected_person_is_nobody(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    it = pages.staff("ivar", "it_drift")
    assert pages.logged_in(it).get("/nodoppning/").status_code == 404
    assert opened(it).status_code == 404
    Individual.objects.filter(pk=berit.pk).update(protection="sekretessmarkering")
    nobody = opened(vera, personnummer="19610118-2803")
    assert pages.text(opened(vera)).count("Personen finns inte här") == pages.text(nobody).count("finns inte här") == 1
    assert not Emergency.objects.exists()


def test_a_session_meets_a_block_at_the_next_click_and_no_list_asks_more_for_it(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    pages.start(pages.person("193902282387", "Doris"), anna)
    client, address = pages.logged_in(vera), f"/arenden/{instance.public_id}/"
    assert client.get(address).status_code == 200
    asked = {one: cost.seen(client, one) for one in ("/uppgifter/", "/personer/", "/enhet/soder/")}
    close(berit, anna)
    assert client.get(address).status_code == 404
    assert {one: cost.seen(client, one) for one in asked} == asked
    blocks.lift(individual=berit, reason="Berit vill det.", by=anna, now=timezone.now())
    assert client.get(address).status_code == 200
