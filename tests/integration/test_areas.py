"""A unit looks at its own tasks: by the person's area, which the postal code tells or somebody says."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from people import selectors
from people.models import AccessLog, Assignment, Individual, Profession, ServedArea, Staff, Unit
from people.services import individuals
from tasks import lists
from tasks.wanted import NEVER, Wanted
from tests import pages
from workflows.models import UserTask
from workflows.services import areas, user_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def units() -> None:
    pages.publish()
    for key, area, codes in (("norra", "Norr", "703 7051"), ("sodra", "Söder", "70 705"), ("alla", "", "")):
        Unit.objects.create(key=key, name=f"Hemtjänsten {area}", area=area, postal_codes=codes)


def living(postal_code: str, number: str = "193805142381", protection: str = "ingen") -> Individual:
    person, _ = individuals.find_or_create(
        identity_type="personnummer",
        identity_number=number,
        given_name="Berit",
        family_name="Provsson",
        postal_code=postal_code,
        protection=protection,
        now=timezone.now(),
    )
    return person


def started(person: Individual, by: Staff) -> UserTask:
    return pages.task(pages.start(person, by), "planera_besok")


def found(by: Staff, **asked: str) -> set[int]:
    return {task.pk for task in lists.tasks(by, Wanted(**asked), limit=50, now=timezone.now())}  # type: ignore[arg-type]


def test_the_longest_beginning_of_a_postal_code_tells_the_area() -> None:
    told = ("703 12", "70512", "705 99", "701 00", "111 11", "")
    assert [selectors.area_of(code) for code in told] == ["Norr", "Norr", "Söder", "Söder", "", ""]


def test_a_unit_sees_its_own_and_what_nobody_has_placed(anna: Staff) -> None:
    north = started(living("703 12"), anna).pk
    south = started(living("705 99", "194102032390"), anna).pk
    nowhere = started(living("", "193509212399"), anna).pk
    assert found(anna) == {north, south, nowhere}
    assert found(anna, enhet="norra") == {north, nowhere}
    assert found(anna, enhet="sodra") == {south, nowhere}
    assert found(anna, enhet="finns-inte") == {nowhere}
    UserTask.objects.update(claimed_by=anna, due_at=None, due_sort=NEVER)
    assert found(anna, enhet="norra", visa="mina") == {north, nowhere}
    assert found(anna, enhet="norra", tid="utan", tagen="ja", sortera="person") == {north, nowhere}


def test_what_others_do_is_by_unit_too(anna: Staff, siri: Staff) -> None:
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    for person in (living("703 12"), living("705 99", "194102032390")):
        user_tasks.complete(task=started(person, anna), answers=dict(answers), by=anna, now=timezone.now())
    waiting = UserTask.objects.filter(group="sjukskoterska", state="open", area="Norr")
    assert found(anna, visa="vantar", enhet="norra") == {task.pk for task in waiting} != set()
    waiting.update(due_at=None, due_sort=NEVER)
    assert found(anna, visa="vantar", enhet="norra", tid="utan") == {task.pk for task in waiting}


def test_the_page_offers_units_with_an_area_and_says_which_one_looks_at(anna: Staff) -> None:
    started(living("703 12"), anna)
    page = pages.text(pages.logged_in(anna).get("/uppgifter/?enhet=sodra"))
    assert "Hemtjänsten Söder</option>" in page
    assert 'value="alla"' not in page
    assert "Ingen uppgift passar" in page
    assert " · Norr" in pages.text(pages.logged_in(anna).get("/uppgifter/"))


def test_open_tasks_follow_a_person_who_is_placed_by_hand(anna: Staff) -> None:
    person = living("")
    task = started(person, anna)
    client = pages.logged_in(anna)
    address = f"/personer/{person.ref}/omrade/"
    assert "Inget område" in pages.text(client.get(address))
    assert client.post(address, {"omrade": "Väster"}).status_code == 404
    assert client.post(address, {"omrade": "Norr"}).status_code == 302
    task.refresh_from_db()
    assert task.area == "Norr"
    assert started(Individual.objects.get(pk=person.pk), anna).area == "Norr"
    assert AccessLog.objects.filter(action="place", individual=person, staff=anna).count() == 1
    assert "Område: Norr" in pages.text(client.get(f"/personer/{person.ref}/"))


def test_of_a_protected_person_no_area_is_told(anna: Staff) -> None:
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    person = living("703 12", protection="sekretessmarkering")
    task = started(person, trusted)
    assert task.area == ""
    areas.follow(individual=person, now=timezone.now())
    task.refresh_from_db()
    assert task.area == ""
    assert pages.logged_in(trusted).get(f"/personer/{person.ref}/omrade/").status_code == 404
    assert pages.logged_in(anna).get(f"/personer/{person.ref}/omrade/").status_code == 404


def say(by: Staff, key: str, area: str, codes: str, **more: str) -> Any:
    told = {"omrade": area, "postnummer": codes, "action_id": str(uuid.uuid4()), **more}
    last = ServedArea.objects.filter(unit__key=key).first()
    return pages.logged_in(by).post(f"/omraden/{key}/", {"sist": str(last.pk if last else 0), **told})


def test_a_coordinator_says_what_every_unit_has_and_a_head_what_the_own_has(anna: Staff, siri: Staff) -> None:
    eva = Staff.objects.create_user("eva")
    head, _ = Profession.objects.get_or_create(key="enhetschef", defaults={"name": "Enhetschef"})
    norra = Unit.objects.get(key="norra")
    Assignment.objects.create(staff=eva, profession=head, unit=norra, valid_from=datetime.date(2020, 1, 1))
    assert pages.logged_in(siri).get("/omraden/").status_code == 404
    assert {say(siri, key, "Norr", "703").status_code for key in ("norra", "finns-inte")} == {404}
    assert say(eva, "sodra", "Söder", "70").status_code == 404
    assert say(eva, "norra", "Norr", "703, 7051 70399").status_code == 302
    assert say(anna, "alla", "Väster", "706").status_code == 302
    page = pages.text(pages.logged_in(eva).get("/omraden/"))
    assert "703, 70399, 7051" in page
    assert ("/omraden/norra/" in page, "/omraden/sodra/" in page) == (True, False)
    assert selectors.area_of("706 10") == "Väster"
    told = ServedArea.objects.get(unit=norra)
    assert (told.postal_codes, told.by) == ("703 70399 7051", eva)
    assert "703 70399 7051" in pages.text(pages.logged_in(eva).get("/omraden/norra/"))
    with pytest.raises(DatabaseError), transaction.atomic():
        ServedArea.objects.update(area="Annat")


@pytest.mark.parametrize(
    ("area", "codes", "told"),
    [
        ("Norr", "703 51x", "51x är inget postnummer"),
        ("Norr", "703510", "703510 är inget postnummer"),
        ("", "703", "Skriv vad området heter"),
        ("Norr", "703 705", "705 hör redan till Söder (Hemtjänsten Söder)"),
        ("N" * 121, "", "Områdets namn är för långt"),
        ("Norr", " ".join(str(code) for code in range(10_000, 10_150)), "för många postnummer"),
    ],
)
def test_what_cannot_be_is_told_and_kept_on_the_page(anna: Staff, area: str, codes: str, told: str) -> None:
    answer = say(anna, "norra", area, codes)
    assert answer.status_code == 422
    assert told in pages.text(answer)
    assert codes in pages.text(answer)
    assert Unit.objects.get(key="norra").postal_codes == "703 7051"


def test_of_two_who_change_one_unit_one_is_told_and_a_double_click_writes_once(anna: Staff, bo: Staff) -> None:
    action = str(uuid.uuid4())
    assert say(anna, "norra", "Norr", "703", action_id=action).status_code == 302
    assert say(anna, "norra", "Norr", "703", action_id=action, sist="0").status_code == 302
    late = say(bo, "norra", "Norr", "704", sist="0")
    assert (late.status_code, "En kollega har ändrat" in pages.text(late)) == (422, True)
    assert ServedArea.objects.count() == 1


def test_a_new_name_takes_persons_and_open_tasks_along_unless_another_unit_has_the_old_one(anna: Staff) -> None:
    task = started(living("703 12"), anna)
    Unit.objects.create(key="hemsjukvard", name="Hemsjukvården", area="Norr")
    say(anna, "norra", "Norra staden", "703")
    task.refresh_from_db()
    assert task.area == "Norr"
    say(anna, "hemsjukvard", "Norra staden", "")
    task.refresh_from_db()
    assert (task.area, Individual.objects.get().area) == ("Norra staden", "Norra staden")
