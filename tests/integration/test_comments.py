"""Comments on a task: told to colleagues, taken back by the one who wrote, and a call that is answered by opening."""

import uuid

import pytest
from django.utils import timezone

from people.models import Staff
from tasks.models import Comment
from tasks.models.comment import MAX_LENGTH
from tests import pages
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db


def url(task: UserTask) -> str:
    return f"/uppgifter/{task.public_id}/"


def write(task: UserTask, by: Staff, text: str, **more: str) -> object:
    data = {"anteckning": text, "action_id": str(uuid.uuid4()), **more}
    return pages.logged_in(by).post(f"{url(task)}anteckningar/", data)


def page(task: UserTask, by: Staff) -> str:
    return pages.text(pages.logged_in(by).get(url(task)))


def test_a_comment_is_read_by_colleagues_also_when_the_task_is_done(task: UserTask, anna: Staff, bo: Staff) -> None:
    assert "Skriv inte journalanteckningar här" in page(task, anna)
    write(task, anna, "Ring <b>dottern</b> först.\nHon svarar efter tre.")
    assert "Ring &lt;b&gt;dottern&lt;/b&gt; först." in page(task, bo)
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=anna, now=timezone.now())
    assert "Hon svarar efter tre." in page(task, bo)


def test_the_same_press_twice_writes_once(task: UserTask, anna: Staff) -> None:
    same = str(uuid.uuid4())
    assert [getattr(write(task, anna, "En gång", action_id=same), "status_code") for _ in range(2)] == [302, 302]  # noqa: B009
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (MAX_LENGTH + 1), "noll\0"])
def test_what_cannot_be_taken_comes_back_with_the_reason(task: UserTask, anna: Staff, text: str) -> None:
    answer = write(task, anna, text)
    assert getattr(answer, "status_code") == 422  # noqa: B009
    assert 'id="anteckning-fel"' in pages.text(answer)
    assert text.strip().replace("\0", "") in pages.text(answer).replace("\0", "")
    assert Comment.objects.count() == 0


def test_one_may_withdraw_ones_own_and_its_text_is_gone(task: UserTask, anna: Staff, bo: Staff) -> None:
    write(task, anna, "Fel person")
    address, data = f"{url(task)}anteckningar/ta-bort/", {"anteckning": str(Comment.objects.get().pk)}
    pages.logged_in(bo).post(address, data)
    assert "Fel person" in page(task, bo)
    pages.logged_in(anna).post(address, data)
    assert Comment.objects.get().text == ""
    assert "Fel person" not in page(task, bo)
    assert "Borttagen av Anna Prov" in page(task, bo)


def test_a_colleague_who_is_mentioned_finds_the_task_until_it_has_been_opened(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    write(task, anna, "Vet du?", namnd=str(bo.public_id))
    inbox = pages.text(pages.logged_in(bo).get("/uppgifter/"))
    assert "Från kollegor" in inbox
    assert "Anna Prov skrev till dig" in inbox
    assert "Från kollegor" not in pages.text(pages.logged_in(anna).get("/uppgifter/"))
    page(task, anna)
    assert "Från kollegor" in pages.text(pages.logged_in(bo).get("/uppgifter/"))
    assert "till <strong>Bo Prov</strong>" in page(task, bo)
    assert "Från kollegor" not in pages.text(pages.logged_in(bo).get("/uppgifter/"))


def test_only_those_who_may_do_the_task_can_be_mentioned(task: UserTask, anna: Staff, bo: Staff, siri: Staff) -> None:
    shown = page(task, anna)
    assert str(bo.public_id) in shown
    assert str(siri.public_id) not in shown
    for wrong in (str(siri.public_id), str(anna.public_id), "x"):
        assert getattr(write(task, anna, "Hej", namnd=wrong), "status_code") == 422  # noqa: B009
    assert Comment.objects.count() == 0


def test_about_a_protected_person_only_those_with_the_right_are_offered_and_called(anna: Staff, bo: Staff) -> None:
    pages.publish()
    tove = pages.staff("tove", "samordnare", may_see_protected=True)
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    task = pages.task(pages.start(doris, tove), "planera_besok")
    assert str(bo.public_id) not in page(task, tove)
    bo.may_see_protected = True
    bo.save()
    write(task, tove, "Vet du?", namnd=str(bo.public_id))
    assert "Doris" in pages.text(pages.logged_in(bo).get("/uppgifter/"))
    Staff.objects.filter(pk=bo.pk).update(may_see_protected=False)
    assert "Från kollegor" not in pages.text(pages.logged_in(bo).get("/uppgifter/"))


def test_who_may_see_the_arende_but_not_do_the_task_reads_and_writes_nothing(task: UserTask, anna: Staff) -> None:
    siri = pages.staff("siri", "sjukskoterska")
    write(task, anna, "Ring dottern")
    assert "Skicka anteckningen" not in page(task, siri)
    assert getattr(write(task, siri, "Hej"), "status_code") == 404  # noqa: B009
