"""A task handed over, a colleague asked: told to the one it concerns, kept with the task, and never in two hands."""

from __future__ import annotations

import datetime
import uuid
from typing import cast

import pytest
from django.http import HttpResponse
from django.utils import timezone

from people import reading
from people.models import Absence, AccessLog, Staff
from tasks.models import Comment, CommentKind
from tests import pages
from workflows import rights
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db


def url(task: UserTask, what: str = "") -> str:
    return f"/uppgifter/{task.public_id}/{what}"


def post(task: UserTask, by: Staff, what: str, **data: object) -> HttpResponse:
    given = {"action_id": str(uuid.uuid4()), **{name: str(value) for name, value in data.items()}}
    return cast("HttpResponse", pages.logged_in(by).post(url(task, what), given))


def hand(task: UserTask, by: Staff, to: object, note: str = "Ring dottern.", **more: object) -> HttpResponse:
    return post(task, by, "lamna-over/", till=to, anteckning=note, **more)


def ask(task: UserTask, by: Staff, to: object, text: str = "Är hon hemma?", **more: object) -> HttpResponse:
    return post(task, by, "fraga/", till=to, anteckning=text, **more)


def page(task: UserTask, by: Staff, what: str = "") -> str:
    return pages.text(pages.logged_in(by).get(url(task, what)))


def inbox(by: Staff, query: str = "") -> str:
    return pages.text(pages.logged_in(by).get(f"/uppgifter/{query}"))


def complete(task: UserTask, by: Staff) -> None:
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=by, now=timezone.now())


def test_a_colleague_who_is_handed_the_task_has_it_is_told_and_can_hand_it_back(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    assert "lamna-over" in page(task, anna)
    assert hand(task, anna, bo.public_id).status_code == 302
    task.refresh_from_db()
    assert task.claimed_by == bo
    assert "Anna Prov lämnade över uppgiften till dig" in inbox(bo)
    assert "Tagen av Bo Prov" in inbox(anna)
    seen = page(task, bo)
    assert "Överlämnad av Anna Prov" in seen
    assert "Ring dottern." in seen
    assert f"till={anna.public_id}" in seen
    assert "lämnade över uppgiften till dig" not in inbox(bo), "told until it has been opened"
    back = page(task, bo, f"lamna-over/?till={anna.public_id}")
    assert f'<option value="{anna.public_id}" selected>' in back
    hand(task, bo, anna.public_id, "Hann inte.")
    task.refresh_from_db()
    assert task.claimed_by == anna
    handed = HistoryEntry.objects.filter(kind=HistoryKind.HANDED)
    assert [(row.by, row.detail["to_name"]) for row in handed] == [(anna, "Bo Prov"), (bo, "Anna Prov")]
    arende = pages.text(pages.logged_in(anna).get(f"/arenden/{task.instance.public_id}/"))
    assert f"Lämnades över: {task.name} till Bo Prov" in arende
    assert AccessLog.objects.filter(action="hand_over", individual=task.individual).count() == 2


def test_back_to_the_group_with_a_word_or_without(task: UserTask, anna: Staff, bo: Staff) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    assert hand(task, anna, "gruppen", "").status_code == 302
    task.refresh_from_db()
    assert task.claimed_by is None
    assert not Comment.objects.exists()
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    hand(task, anna, "gruppen", "Hon är på sjukhus till fredag.")
    assert "Hon är på sjukhus till fredag." in page(task, bo)
    assert HistoryEntry.objects.filter(kind=HistoryKind.RELEASED).count() == 2


def test_what_cannot_be_handed_over_comes_back_with_the_reason_and_the_text(
    task: UserTask, anna: Staff, bo: Staff, siri: Staff
) -> None:
    for to, note, reason in (
        ("", "Ring.", "Välj vem du lämnar över till."),
        (bo.public_id, "  ", "Skriv vad kollegan behöver veta."),
        (bo.public_id, "x" * 2001, "högst 2000 tecken"),
        (bo.public_id, "noll\0", "inte går att spara"),
        (siri.public_id, "Ring.", "kan inte göra uppgiften"),
        (anna.public_id, "Ring.", "kan inte göra uppgiften"),
        ("x", "Ring.", "kan inte göra uppgiften"),
    ):
        answer = hand(task, anna, to, note)
        assert answer.status_code == 422, reason
        assert reason in pages.text(answer)
        assert note.strip().replace("\0", "") in pages.text(answer).replace("\0", "")
    task.refresh_from_db()
    assert task.claimed_by is None
    assert not Comment.objects.exists()
    assert not HistoryEntry.objects.filter(kind=HistoryKind.HANDED).exists()


def test_the_same_press_twice_hands_over_once(task: UserTask, anna: Staff, bo: Staff) -> None:
    same = uuid.uuid4()
    assert [hand(task, anna, bo.public_id, action_id=same).status_code for _ in range(2)] == [302, 302]
    assert Comment.objects.count() == 1
    assert HistoryEntry.objects.filter(kind=HistoryKind.HANDED).count() == 1


def test_what_a_colleague_has_or_has_done_is_not_handed_over_and_the_text_is_kept(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    siv = pages.staff("siv", "samordnare")
    user_tasks.claim(task=task, by=siv, now=timezone.now())
    assert "lamna-over" not in page(task, anna)
    late = hand(task, anna, bo.public_id, "Ring dottern.")
    assert late.status_code == 409
    assert "Siv Prov hann få uppgiften." in pages.text(late)
    assert "Ring dottern." in pages.text(late)
    complete(task, siv)
    assert "Siv Prov hann göra uppgiften klar." in pages.text(hand(task, anna, bo.public_id))
    assert not Comment.objects.exists()


def test_who_may_not_do_the_task_hands_nothing_over_and_asks_nothing(task: UserTask, bo: Staff, siri: Staff) -> None:
    seeing = pages.staff("mats", "it_drift")
    for member in (siri, seeing):
        assert [hand(task, member, bo.public_id).status_code, ask(task, member, bo.public_id).status_code] == [404, 404]
        assert pages.logged_in(member).get(url(task, "lamna-over/")).status_code == 404
        assert pages.logged_in(member).get(url(task, "fraga/")).status_code == 404


def test_a_colleague_is_asked_answers_and_the_one_who_asked_is_told(task: UserTask, anna: Staff, siri: Staff) -> None:
    assert ask(task, anna, siri.public_id).status_code == 302
    task.refresh_from_db()
    assert task.claimed_by == anna, "it stays with the one who asked"
    assert "Väntar på svar från Siri Prov" in page(task, anna)
    assert "Anna Prov frågar dig" in inbox(siri)
    shown = page(task, siri)
    assert "Är hon hemma?" in shown
    assert "Skicka svaret" in shown
    assert "Slutför uppgiften" not in shown, "who may only see it is not asked to do it"
    assert "Anna Prov frågar dig" in inbox(siri), "until it is answered"
    question = Comment.objects.get(kind=CommentKind.QUESTION)
    assert post(task, siri, "svara/", fraga=question.pk, anteckning=" ").status_code == 422
    assert post(task, siri, "svara/", fraga=question.pk, anteckning="Ja, efter tre.").status_code == 302
    assert "frågar dig" not in inbox(siri)
    assert "Siri Prov svarade på din fråga" in inbox(anna)
    told = page(task, anna)
    assert "Ja, efter tre." in told
    assert "Väntar på svar" not in told
    assert "svarade på din fråga" not in inbox(anna)


def test_what_waits_for_an_answer_is_among_what_waits_on_others(
    task: UserTask, anna: Staff, bo: Staff, siri: Staff
) -> None:
    ask(task, anna, siri.public_id)
    waiting = inbox(anna, "?visa=vantar")
    assert f"/uppgifter/{task.public_id}/" in waiting
    assert "Väntar på svar från Siri Prov" in waiting
    assert 'id="flik-vantar">1<' in waiting
    assert "Väntar på svar från Siri Prov" in inbox(bo), "the group sees why it stands still"
    question = Comment.objects.get()
    pages.logged_in(anna).post(url(task, "anteckningar/ta-bort/"), {"anteckning": str(question.pk)})
    assert 'id="flik-vantar">0<' in inbox(anna)
    assert "frågar dig" not in inbox(siri)
    late = post(task, siri, "svara/", fraga=question.pk, anteckning="Ja, efter tre.")
    assert late.status_code == 409
    assert "Frågan är tillbakatagen." in pages.text(late)
    assert "Ja, efter tre." in pages.text(late)


def test_a_question_about_what_is_done_asks_nobody(task: UserTask, anna: Staff, siri: Staff) -> None:
    ask(task, anna, siri.public_id)
    complete(task, anna)
    assert "frågar dig" not in inbox(siri)
    assert 'id="flik-vantar">' in inbox(anna)
    assert "Väntar på svar" not in inbox(anna, "?visa=vantar")


def test_one_is_asked_once_at_a_time_and_only_by_those_who_see(task: UserTask, anna: Staff, siri: Staff) -> None:
    outside = pages.staff("olle", "annan")
    assert str(outside.public_id) not in page(task, anna, "fraga/")
    for to, text, reason in (
        ("", "Är hon hemma?", "Välj vem du vill fråga."),
        (siri.public_id, " ", "Skriv vad du undrar."),
        (outside.public_id, "Är hon hemma?", "får inte se ärendet"),
        (anna.public_id, "Är hon hemma?", "får inte se ärendet"),
    ):
        answer = ask(task, anna, to, text)
        assert answer.status_code == 422
        assert reason in pages.text(answer)
    same = uuid.uuid4()
    assert [ask(task, anna, siri.public_id, action_id=same).status_code for _ in range(2)] == [302, 302]
    again = ask(task, anna, siri.public_id, "Och i morgon?")
    assert again.status_code == 422
    assert "inte är besvarad" in pages.text(again)
    assert "Och i morgon?" in pages.text(again)
    assert Comment.objects.count() == 1


def test_nobody_answers_for_another_and_nobody_twice(task: UserTask, anna: Staff, bo: Staff, siri: Staff) -> None:
    ask(task, anna, siri.public_id)
    number, same = Comment.objects.get().pk, uuid.uuid4()
    assert post(task, bo, "svara/", fraga=number, anteckning="Ja").status_code == 404
    assert post(task, siri, "svara/", fraga="x", anteckning="Ja").status_code == 404
    for _ in range(2):
        assert post(task, siri, "svara/", fraga=number, anteckning="Ja", action_id=same).status_code == 302
    assert post(task, siri, "svara/", fraga=number, anteckning="Nej").status_code == 409
    assert Comment.objects.filter(kind=CommentKind.ANSWER).count() == 1


def test_about_a_protected_person_only_those_with_the_right_are_offered_handed_asked_and_told(siri: Staff) -> None:
    pages.publish()
    tove, bo = pages.staff("tove", "samordnare", may_see_protected=True), pages.staff("bo", "samordnare")
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    task = pages.task(pages.start(doris, tove), "planera_besok")
    for what in ("lamna-over/", "fraga/"):
        shown = page(task, tove, what)
        assert [str(one.public_id) in shown for one in (bo, siri)] == [False, False]
    assert [hand(task, tove, bo.public_id).status_code, ask(task, tove, siri.public_id).status_code] == [422, 422]
    Staff.objects.filter(pk=siri.pk).update(may_see_protected=True)
    ask(task, tove, siri.public_id)
    assert "frågar dig" in inbox(siri)
    Staff.objects.filter(pk=siri.pk).update(may_see_protected=False)
    assert "frågar dig" not in inbox(siri)


def test_lists_know_who_may_see_an_arende_as_the_pages_do(task: UserTask, anna: Staff, siri: Staff) -> None:
    """`rights.seeing` in SQL against `rights.may_see`, for every way to have the right and for none."""
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    shielded = pages.task(pages.start(doris, trusted), "planera_besok")
    nobody = Staff.objects.create_user("noll")
    outside, escalated = pages.staff("olle", "annan"), pages.staff("eva", "annan2")
    UserTask.objects.filter(pk=task.pk).update(escalated_to="annan2")
    for one in (task, shielded):
        instance = ProcessInstance.objects.get(pk=one.instance_id)
        for member in (anna, siri, trusted, nobody, outside, escalated):
            text, values = rights.seeing(member, "task")
            rows = reading.rows(f"SELECT 1 FROM workflows_usertask task WHERE id = %s AND {text}", [one.pk, *values])  # noqa: S608
            assert bool(rows) == rights.may_see(member, instance), (member, one)


def test_a_colleague_who_is_away_is_offered_as_such(task: UserTask, anna: Staff, bo: Staff) -> None:
    today = timezone.localdate()
    Absence.objects.create(
        staff=bo,
        first_on=today,
        last_on=datetime.date(2199, 12, 3),
        starts_at=timezone.now(),
        registered_by=anna,
        registered_at=timezone.now(),
        action_id=uuid.uuid4(),
    )
    for what in ("lamna-over/", "fraga/"):
        assert "Bo Prov (borta till 3 december 2199)</option>" in page(task, anna, what)
    assert "Bo Prov (borta till 3 december 2199)</option>" in pages.text(pages.logged_in(anna).get("/uppgifter/valj/"))
