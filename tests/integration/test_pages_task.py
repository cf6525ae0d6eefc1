"""The task page: whatever happens meanwhile, nothing that was typed is lost and nothing happens twice."""

import re
import uuid

import pytest
from django.utils import timezone

from people.models import AccessLog, Contact, Individual, Staff
from people.services import plan
from tasks import selectors
from tests import pages
from workflows import engine, published, sight
from workflows.models import Incident, ProcessInstance, TaskState, UserTask
from workflows.services import instances, settle, user_tasks

pytestmark = pytest.mark.django_db


def _url(task: UserTask) -> str:
    return f"/uppgifter/{task.public_id}/"


def _post(**changed: str) -> dict[str, str]:
    return {**pages.PLAN, "slutfor": "1", "action_id": str(uuid.uuid4()), **changed}


def test_the_page_tells_who_why_and_when(task: UserTask, anna: Staff) -> None:
    page = pages.text(pages.logged_in(anna).get(_url(task)))
    for words in ("Berit Provsson", "Ett hembesök har begärts", "Hembesök", "Senast", "Vilken dag?"):
        assert words in page


def test_the_person_can_be_called_from_the_task_and_from_their_page(
    task: UserTask, anna: Staff, berit: Individual
) -> None:
    Individual.objects.filter(pk=berit.pk).update(phone="070-174 06 10")
    client = pages.logged_in(anna)
    for address in (_url(task), f"/personer/{berit.ref}/"):
        assert '<a class="call" href="tel:0701740610">Ring 070-174 06 10</a>' in pages.text(client.get(address))


def test_how_one_talks_with_the_person_stands_where_it_is_done(task: UserTask, anna: Staff, berit: Individual) -> None:
    own = {"slag": "personen", "kontaktvag": "via_anhorig", "tolk": "finska", "fran": "2026-01-01"}
    guardian = {"slag": "god_man", "namn": "Gun Provman", "telefon": "070-174 06 11", "fran": "2026-01-01"}
    daughter = {"slag": "anhorig", "namn": "Dora Provsson", "relation": "Dotter", "fran": "2026-01-01"}
    ended = guardian | {"namn": "Förra Provman", "till": "2026-01-02"}
    unasked = {"slag": "annan", "namn": "Granne Prov", "fran": "2026-01-01"}
    for each in (own, guardian, daughter, ended, unasked):
        plan.add(Contact, individual=berit, told=each, by=anna, now=timezone.now())
    page = pages.text(pages.logged_in(anna).get(_url(task)))
    bar = re.sub(r"<[^>]+>", "", page.split('class="person-bar"')[1].split("</section>")[0])
    told = " ".join(bar.split())
    assert "Tolk: finska Nås helst: genom en anhörig God man: Gun Provman Ring 070-174 06 11" in told
    assert "Anhörig: Dora Provsson (dotter)" in told
    assert "Förra" not in told
    assert "Granne" not in told


def test_the_title_names_the_task_and_never_the_person(task: UserTask, anna: Staff) -> None:
    page = pages.text(pages.logged_in(anna).get(_url(task)))
    title = page.split("<title>")[1].split("</title>")[0]
    assert title == "Planera besöket – Förlopp"


def test_reading_a_task_is_logged_on_the_person(task: UserTask, anna: Staff, berit: Individual) -> None:
    pages.logged_in(anna).get(_url(task))
    entry = AccessLog.objects.get(individual=berit, object_type="user_task")
    assert (entry.staff, entry.action, entry.object_id) == (anna, "read", str(task.public_id))


def test_a_task_of_another_profession_and_one_that_does_not_exist_answer_alike(task: UserTask) -> None:
    client = pages.logged_in(pages.staff("ivar", "it_drift"))
    hidden, missing = client.get(_url(task)), client.get(f"/uppgifter/{uuid.uuid4()}/")
    assert hidden.status_code == missing.status_code == 404
    assert _without_token(hidden) == _without_token(missing)


def _without_token(answer: object) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", pages.text(answer))


def test_taking_shows_the_colleagues_who_does_it(task: UserTask, anna: Staff, bo: Staff) -> None:
    pages.logged_in(anna).post(f"{_url(task)}ta/")
    page = pages.text(pages.logged_in(bo).get(_url(task)))
    assert "Anna Prov" in page
    assert "Ta över uppgiften" in page


def test_a_colleague_can_take_over(task: UserTask, anna: Staff, bo: Staff) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    pages.logged_in(bo).post(f"{_url(task)}ta/", {"ta_over": "1"})
    task.refresh_from_db()
    assert task.claimed_by == bo


def test_handing_back_leads_to_the_inbox(task: UserTask, anna: Staff) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    answer = pages.logged_in(anna).post(f"{_url(task)}lamna/")
    task.refresh_from_db()
    assert (answer.headers["Location"], task.claimed_by) == ("/uppgifter/", None)


def test_completing_moves_the_arende_on_and_confirms(task: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    page = pages.text(client.post(_url(task), _post(), follow=True))
    task.refresh_from_db()
    assert (task.state, task.completed_by) == (TaskState.COMPLETED, anna)
    assert "Klart:</strong> Planera besöket" in page


def test_the_next_task_for_the_same_person_is_one_click_away(task: UserTask, anna: Staff, berit: Individual) -> None:
    other = pages.task(pages.start(berit, anna), "planera_besok")
    page = pages.text(pages.logged_in(anna).post(_url(task), _post(), follow=True))
    assert "Nästa för samma person" in page
    assert f"/uppgifter/{other.public_id}/" in page


def test_bad_input_comes_back_with_a_summary_and_everything_typed(task: UserTask, anna: Staff) -> None:
    answer = pages.logged_in(anna).post(_url(task), _post(besoksdag="", plats="annan", annan_plats="Biblioteket"))
    page = pages.text(answer)
    assert answer.status_code == 422
    assert 'class="error-summary"' in page
    assert 'href="#id_besoksdag"' in page
    assert "Biblioteket" in page
    assert "<title>Fel: " in page


def test_adding_a_row_asks_for_nothing_and_keeps_what_is_typed(task: UserTask, anna: Staff) -> None:
    answer = pages.logged_in(anna).post(_url(task), {"plats": "hemma", "_add:hinder": "1", "_rows:hinder": "0"})
    page = pages.text(answer)
    assert answer.status_code == 200
    assert "Vad är det för hinder?" in page
    assert 'class="error-summary"' not in page


def test_a_second_press_gives_the_same_answer_and_no_second_effect(task: UserTask, anna: Staff) -> None:
    client, data = pages.logged_in(anna), _post()
    first, second = client.post(_url(task), data), client.post(_url(task), data)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert UserTask.objects.filter(instance=task.instance, element_id="gor_besok").count() == 1


def test_when_a_colleague_was_first_it_says_who_and_keeps_what_i_typed(task: UserTask, anna: Staff, bo: Staff) -> None:
    pages.logged_in(bo).post(_url(task), _post())
    answer = pages.logged_in(anna).post(_url(task), _post(plats="annan", annan_plats="Biblioteket"))
    page = pages.text(answer)
    assert answer.status_code == 409
    assert "Redan klar</strong>, av Bo Prov" in page
    assert "Biblioteket" in page


def test_a_colleague_who_took_it_meanwhile_is_named_and_my_answers_stay(task: UserTask, anna: Staff, bo: Staff) -> None:
    user_tasks.claim(task=task, by=bo, now=timezone.now())
    answer = pages.logged_in(anna).post(_url(task), _post(plats="annan", annan_plats="Biblioteket"))
    page = pages.text(answer)
    assert answer.status_code == 409
    assert "Bo Prov" in page
    assert "Biblioteket" in page
    assert "Ta över uppgiften" in page


def test_a_task_of_a_cancelled_arende_is_gone_in_words(task: UserTask, anna: Staff) -> None:
    instances.cancel(instance=task.instance, reason="Flyttat", by=anna, now=timezone.now())
    client = pages.logged_in(anna)
    read, wrote = client.get(_url(task)), client.post(_url(task), _post(plats="annan", annan_plats="Biblioteket"))
    assert read.status_code == wrote.status_code == 410
    assert "inte längre aktuell" in pages.text(read)
    assert "Biblioteket" in pages.text(wrote)


def test_earlier_answers_are_shown_to_the_next_profession(task: UserTask, anna: Staff) -> None:
    user_tasks.complete(
        task=task, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    siri = pages.staff("siri", "sjukskoterska")
    page = pages.text(pages.logged_in(siri).get(_url(pages.task(task.instance, "gor_besok"))))
    assert "Det här vet vi redan" in page
    assert "Hemma hos personen" in page
    assert "Besöket är planerat till 2026-12-01." in page


def test_what_is_known_is_told_in_the_words_of_the_question_and_never_as_a_code(
    task: UserTask, anna: Staff, siri: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.logged_in(anna).post(_url(task), _post(plats="annan", annan_plats="hemma"))
    known = [{"label": "Plats", "value": "planera_besok.plats"}, {"label": "Saknas", "value": "ingenstans"}]
    monkeypatch.setitem(published.of(task.instance.version.public_id).config, "known", known)
    told = selectors.told(task.instance, sight.of(siri, task.instance.individual), now=timezone.now())
    assert [(one.label, one.value) for one in told] == [("Plats", "På en annan plats")]


def test_who_is_known_by_an_hsa_id_is_told_by_name(
    task: UserTask, anna: Staff, siri: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    Staff.objects.filter(pk=anna.pk).update(hsa_id="SE2321000016-1003")
    known = [
        {"label": label, "value": f'"{key}"'}
        for label, key in (("Vem", "SE2321000016-1003"), ("Okänd", "SE2321000016-9"))
    ]
    monkeypatch.setitem(published.of(task.instance.version.public_id).config, "known", known)
    told = selectors.told(task.instance, sight.of(siri, task.instance.individual), now=timezone.now())
    assert [one.value for one in told] == ["Anna Prov, SE2321000016-1003", "SE2321000016-9"]


def test_a_completed_task_shows_what_was_answered_and_by_whom(task: UserTask, anna: Staff, bo: Staff) -> None:
    pages.logged_in(anna).post(_url(task), _post())
    page = pages.text(pages.logged_in(bo).get(_url(task)))
    assert "Redan klar</strong>, av Anna Prov" in page
    assert "Hemma hos personen" in page


def test_a_protected_person_is_not_reachable_by_address(anna: Staff) -> None:
    pages.publish()
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    instance: ProcessInstance = pages.start(doris, trusted)
    client = pages.logged_in(anna)
    for url in (
        _url(pages.task(instance, "planera_besok")),
        f"/arenden/{instance.public_id}/",
        f"/arenden/{instance.public_id}/diagram.bpmn",
        f"/personer/{doris.ref}/",
        f"/arenden/starta/hembesok/{doris.ref}/",
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert "Doris" not in pages.text(answer)


def test_a_step_that_cannot_be_taken_becomes_a_stop_and_keeps_what_was_typed(
    task: UserTask, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_arguments: object) -> None:
        raise engine.EngineError("gor_besok", "due", "Förfallotiden gick inte att räkna ut.")

    monkeypatch.setattr(user_tasks, "complete", broken)
    answer = pages.logged_in(anna).post(_url(task), _post(plats="annan", annan_plats="Biblioteket"))
    page = pages.text(answer)
    assert answer.status_code == 409
    assert "ingenting sparades" in page
    assert "Biblioteket" in page
    assert Incident.objects.get().instance == task.instance


def test_a_change_in_the_same_moment_asks_for_one_more_press(
    task: UserTask, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**_arguments: object) -> None:
        raise settle.Conflict

    monkeypatch.setattr(user_tasks, "complete", lost)
    answer = pages.logged_in(anna).post(_url(task), _post(plats="annan", annan_plats="Biblioteket"))
    assert answer.status_code == 409
    assert "skicka en gång till" in pages.text(answer)
    assert "Biblioteket" in pages.text(answer)


def test_the_page_tells_what_the_task_came_of_and_what_comes_then(task: UserTask, anna: Staff, siri: Staff) -> None:
    pages.logged_in(anna).post(_url(task), _post())
    following = pages.task(task.instance, "gor_besok")
    assert following.because.startswith("Därför att ”Planera besöket” blev klar ")
    assert following.because.endswith(" (Anna Prov).")
    page = pages.text(pages.logged_in(siri).get(_url(following)))
    assert following.because in page
    assert "Vad händer sedan?" in page
    assert "När det som pågår samtidigt är klart" in page
    assert "Ärendet avslutas" in page
