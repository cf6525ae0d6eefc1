"""The board of a unit: who has what, for those who work there, and no more of a person than each may see."""

import datetime

import pytest
from django.utils import timezone

from people.models import Assignment, Individual, Profession, Staff, Unit
from tests import pages
from tests.integration.test_pages_cost import seen
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
BOARD = "/enhet/norr/"


def also(member: Staff, profession: str, unit: str) -> None:
    role, _ = Profession.objects.get_or_create(key=profession, defaults={"name": profession.capitalize()})
    place, _ = Unit.objects.get_or_create(key=unit, defaults={"name": unit.capitalize()})
    Assignment.objects.create(staff=member, profession=role, unit=place, valid_from=datetime.date(2020, 1, 1))


def test_the_board_tells_who_has_what_and_what_nobody_has(anna: Staff, bo: Staff, task: UserTask) -> None:
    other = pages.task(pages.start(pages.person("194102032390", "Cia"), anna), "planera_besok")
    user_tasks.claim(task=task, by=bo, now=timezone.now())
    shown = pages.text(pages.logged_in(anna).get(BOARD))
    before, _, after = shown.partition("Vem har vad")
    assert str(other.public_id) in before
    assert str(task.public_id) not in before
    assert "Cia Provsson" in before
    hand = after.partition('aria-label="Bo Prov"')[2]
    assert "1 uppgift " in hand
    assert str(task.public_id) in hand


def test_what_is_late_is_counted(anna: Staff, task: UserTask) -> None:
    late = timezone.now() - datetime.timedelta(hours=2)
    UserTask.objects.update(due_at=late, due_sort=late)
    shown = pages.text(pages.logged_in(anna).get(BOARD))
    assert '<dt>Försenade</dt><dd class="high">1</dd>' in shown
    assert "1 försenad" in shown


def test_a_unit_of_others_is_as_one_that_does_not_exist(anna: Staff, siri: Staff) -> None:
    other, _ = Unit.objects.get_or_create(key="soder", defaults={"name": "Söder"})
    client = pages.logged_in(anna)
    assert client.get(f"/enhet/{other.key}/").status_code == 404
    assert client.get("/enhet/finns-inte/").status_code == 404
    siri.assignments.update(valid_to=datetime.date(2020, 2, 1))
    assert pages.logged_in(siri).get(BOARD).status_code == 404
    assert "hör inte till någon enhet" in pages.text(pages.logged_in(siri).get("/enhet/"))
    assert client.get("/enhet/")["Location"] == BOARD


def test_who_may_not_see_the_person_sees_only_that_the_task_is(anna: Staff, task: UserTask) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    erik = Staff.objects.create_user("erik", first_name="Erik", last_name="Prov")
    also(erik, "ekonomi", "norr")
    Profession.objects.filter(key="ekonomi").update(sphere="sol")
    shown = pages.text(pages.logged_in(erik).get(BOARD))
    assert task.name in shown
    assert "Berit" not in shown
    assert str(task.public_id) not in shown


def test_what_concerns_a_protected_person_is_not_even_counted_for_others(anna: Staff, bo: Staff) -> None:
    pages.publish()
    hidden = pages.person("193902282387", "Hemlig", protection="sekretessmarkering")
    Staff.objects.filter(pk=bo.pk).update(may_see_protected=True)
    bo.refresh_from_db()
    task = pages.task(pages.start(hidden, bo), "planera_besok")
    assert task.name not in pages.text(pages.logged_in(anna).get(BOARD))
    assert "Hemlig" in pages.text(pages.logged_in(bo).get(BOARD))


def test_the_head_takes_what_has_been_lifted(anna: Staff, task: UserTask) -> None:
    late = timezone.now() - datetime.timedelta(hours=3)
    UserTask.objects.filter(pk=task.pk).update(
        due_at=late, due_sort=late, escalate_at=late, escalation_group="enhetschef", claimed_by=anna
    )
    user_tasks.escalate_due(now=timezone.now())
    eva = Staff.objects.create_user("eva", first_name="Eva", last_name="Chef")
    also(eva, "enhetschef", "norr")
    client = pages.logged_in(eva)
    shown = pages.text(client.get(BOARD))
    assert "Lyft till dig" in shown
    assert "Lyftes <time" in shown
    assert "skulle ha varit klar" in shown
    assert "Tagen av Anna Prov" in shown
    client.post(f"/uppgifter/{task.public_id}/ta/", {"ta_over": "1"})
    task.refresh_from_db()
    assert task.claimed_by == eva
    assert "Tagen av dig" in pages.text(client.get(BOARD))
    assert "Lyft till dig" not in pages.text(pages.logged_in(anna).get(BOARD))


def test_the_board_asks_as_much_with_many_tasks_as_with_one(anna: Staff, bo: Staff, task: UserTask) -> None:
    client = pages.logged_in(anna)
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    few = seen(client, BOARD)
    for number in ("193509212399", "193902282387", "193301252395", "192405062387", "194711082398", "194908092382"):
        made = pages.task(pages.start(pages.person(number, "Fler"), anna), "planera_besok")
        if int(number) % 2:
            user_tasks.claim(task=made, by=bo, now=timezone.now())
    for index in range(3):
        pages.staff(f"fler{index}", "sjukskoterska")
    assert seen(client, BOARD) == few
    assert few <= 11


def test_more_than_fit_are_told_of(anna: Staff, berit: Individual) -> None:
    pages.publish()
    for _ in range(7):
        pages.start(berit, anna)
    shown = pages.text(pages.logged_in(anna).get(BOARD))
    assert "7 uppgifter" in shown
    assert "och 2 till" in shown
