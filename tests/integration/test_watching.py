"""A task that one follows: listed and counted while one may see it, told of once when it has ended, dropped."""

from __future__ import annotations

import pytest
from django.utils import timezone

from people.models import Staff
from tasks.models import Watch
from tasks.services import watching
from tests import pages
from workflows.models import UserTask
from workflows.services import instances, user_tasks

pytestmark = pytest.mark.django_db
ANSWERS = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
VIEW = "/uppgifter/?visa=bevakade"


def watch(task: UserTask, by: Staff, **more: str) -> int:
    return pages.logged_in(by).post(f"/uppgifter/{task.public_id}/bevaka/", more).status_code


def shown(by: Staff, address: str = VIEW) -> str:
    return pages.text(pages.logged_in(by).get(address))


def test_it_is_followed_by_those_who_may_see_it_until_they_stop(task: UserTask, anna: Staff, siri: Staff) -> None:
    assert "Du bevakar inga uppgifter" in shown(siri)
    assert [watch(task, siri), watch(task, siri)] == [302, 302]
    assert Watch.objects.count() == 1
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    page = shown(siri)
    assert 'id="flik-bevakade">1<' in page
    assert f'href="/uppgifter/{task.public_id}/"' in page
    assert "Tagen av Anna Prov" in page
    assert "Sluta bevaka" in shown(siri, f"/uppgifter/{task.public_id}/")
    assert 'id="flik-bevakade">0<' in shown(anna, "/uppgifter/")
    watch(task, siri, sluta="1")
    assert not Watch.objects.exists()
    assert ">Bevaka<" in shown(siri, f"/uppgifter/{task.public_id}/")


def test_what_has_ended_is_told_once_and_stays_until_it_is_dropped(task: UserTask, anna: Staff, siri: Staff) -> None:
    gone = pages.task(pages.start(task.individual, anna), "planera_besok")
    for one in (task, gone):
        watch(one, siri)
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=timezone.now())
    instances.cancel(instance=gone.instance, reason="Flyttat", by=anna, now=timezone.now())
    assert 'id="flik-bevakade">2<' in shown(siri, "/uppgifter/")
    page = shown(siri)
    assert "Klar av Anna Prov" in page
    assert "Inte längre aktuell" in page
    assert page.count(">Nytt<") == 2
    again = shown(siri)
    assert 'id="flik-bevakade">0<' in again
    assert "Klar av Anna Prov" in again
    assert ">Nytt<" not in again
    pages.logged_in(siri).post("/uppgifter/bevakade/klara/")
    assert "Klar av Anna Prov" not in shown(siri)
    assert not Watch.objects.exists()


def test_to_follow_gives_no_right_to_see(task: UserTask, anna: Staff, siri: Staff) -> None:
    outside = pages.staff("olle", "annan")
    assert watch(task, outside) == 404
    watch(task, siri)
    siri.assignments.all().delete()
    assert "Berit" not in shown(siri)
    assert 'id="flik-bevakade">0<' in shown(siri, "/uppgifter/")
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=timezone.now())
    assert "Berit" not in shown(siri)
    watching.begin(task=task, by=outside, now=timezone.now())
    assert "Berit" not in shown(outside)


def test_a_person_who_becomes_protected_is_not_told_of(task: UserTask, siri: Staff) -> None:
    watch(task, siri)
    UserTask.objects.filter(pk=task.pk).update(is_restricted=True)
    assert str(task.public_id) not in shown(siri)


def test_an_open_page_sees_what_happens_to_what_one_follows(task: UserTask, anna: Staff, siri: Staff) -> None:
    watch(task, siri)
    client = pages.logged_in(siri)
    stamp = pages.text(client.get(VIEW)).split("stampel=")[1].split('"')[0]
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    answer = client.get(f"/uppgifter/lista/?visa=bevakade&stampel={stamp}")
    assert answer.status_code == 200
    assert "Tagen av Anna Prov" in pages.text(answer)


def test_what_was_told_long_ago_is_forgotten(task: UserTask, anna: Staff, siri: Staff) -> None:
    kept = pages.task(pages.start(task.individual, anna), "planera_besok")
    for one in (task, kept):
        watch(one, siri)
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=timezone.now())
    shown(siri)
    assert watching.purge(now=timezone.now()) == 0
    assert watching.purge(now=timezone.now() + watching.KEPT) == 1
    assert Watch.objects.get().task == kept
