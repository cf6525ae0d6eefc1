"""Drafts: what one types stays, one's own and a colleague's, whatever happens to the page, the session and the task."""

import datetime
import json
import re
import uuid
from functools import partial
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import AccessLog, Staff
from tasks.models import Draft
from tasks.services import drafts
from tests import pages
from tests.together import at_once
from workflows.models import TaskState, UserTask
from workflows.services import instances, user_tasks

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
WRITTEN = {"besoksdag": "i morgon", "plats": "annan", "annan_plats": "Biblioteket", "hinder": [], "tolk": ""}


class Page:
    """The page of a task as one browser has it open."""

    def __init__(self, member: Staff, task: UserTask) -> None:
        self.client, self.url = pages.logged_in(member), f"/uppgifter/{task.public_id}/"
        self.open()

    def open(self) -> None:
        self.html = pages.text(self.client.get(self.url))
        self.kept = dict(re.findall(r'name="(action_id|utkast_sett)" value="([^"]*)"', self.html))

    def saves(self, text: str, number: str = "", **changed: str) -> int:
        """As the script does it; the status of the answer."""
        data = {**self.kept, "annan_plats": text, "utkast_nummer": number, "action": "utkast", **changed}
        return self.client.post(self.url, data, headers=SCRIPT).status_code

    def presses(self, **data: str) -> object:
        return self.client.post(self.url, {**self.kept, **data})


def save(
    task: UserTask, by: Staff, text: str = "Biblioteket", *, page: uuid.UUID | None = None, number: int = 1
) -> None:
    drafts.save(
        task=task,
        written={**WRITTEN, "annan_plats": text},
        by=by,
        page=page or uuid.uuid4(),
        number=number,
        seen=None,
        now=timezone.now(),
    )


def kept(task: UserTask, by: Staff) -> str | None:
    draft = Draft.objects.filter(task=task, by=by).first()
    return draft.written["annan_plats"] if draft else None


def test_what_one_wrote_is_there_on_another_device_with_a_way_to_throw_it_away(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    rows = {"_rows:hinder": "1", "hinder-0-vad": "Hög tröskel", "besoksdag": "i morgon", "plats": "annan"}
    assert page.saves("Biblioteket", **rows) == 200
    other = Page(anna, task)
    for words in ("Biblioteket", "Hög tröskel", "i morgon", "Ditt utkast från", "Släng utkastet"):
        assert words in other.html
    answer = other.client.post(f"{other.url}utkast/slang/", follow=True)
    assert "Biblioteket" not in pages.text(answer)
    assert not Draft.objects.exists()


def test_the_button_keeps_it_without_script_and_never_completes(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    answer = page.client.post(page.url, {**page.kept, **pages.PLAN, "action": "utkast", "slutfor": "1"}, follow=True)
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert "Utkastet sparades" in pages.text(answer)
    assert Draft.objects.get().written["besoksdag"] == "2026-12-01"


def test_a_save_that_is_overtaken_on_the_way_changes_nothing(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    assert [page.saves("två", "2"), page.saves("ett", "1")] == [200, 200]
    assert kept(task, anna) == "två"


def test_a_page_left_open_writes_over_nothing_that_was_written_elsewhere(task: UserTask, anna: Staff) -> None:
    desk, phone = Page(anna, task), Page(anna, task)
    assert phone.saves("i telefonen") == 200
    assert desk.saves("vid skrivbordet") == 409
    assert kept(task, anna) == "i telefonen"
    answer = pages.text(desk.presses(annan_plats="vid skrivbordet", action="utkast"))
    assert "nyare utkast" in answer
    assert "vid skrivbordet" in answer
    desk.open()
    assert desk.saves("vid skrivbordet igen") == 200


def test_a_draft_may_be_wrong_but_not_without_end(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    assert page.saves("Biblioteket", besoksdag="30 februari", tolk="kanske") == 200
    assert page.saves("x" * (drafts.MAX_TEXT + 1)) == 422
    assert page.saves("tecken\0noll") == 422
    assert kept(task, anna) == "Biblioteket"


def test_what_is_no_answer_to_the_form_is_not_kept(task: UserTask, anna: Staff) -> None:
    Page(anna, task).saves("Biblioteket", len="1", annat="x")
    assert set(Draft.objects.get().written) == set(WRITTEN)


def test_a_colleagues_draft_is_shown_and_fills_what_one_has_not_answered(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    Page(bo, task).saves("Bos plats", plats="annan", besoksdag="i morgon", tolk="false")
    page = Page(anna, task)
    assert "Bo Prov</strong> har ett utkast från" in page.html
    assert "Bos plats" in page.html
    assert "<dd>Nej</dd>" in page.html
    assert page.saves("Annas plats") == 200
    number = str(Draft.objects.get(by=bo).pk)
    page.client.post(f"{page.url}utkast/ta-over/", {"utkast": number})
    assert (kept(task, anna), kept(task, bo)) == ("Annas plats", "Bos plats")
    mine = Draft.objects.get(by=anna).written
    assert [mine[key] for key in ("plats", "besoksdag", "tolk")] == ["annan", "i morgon", "false"]
    # The page from before does not write over what was taken over.
    assert page.saves("för sent") == 409


def test_a_draft_of_another_task_cannot_be_taken_over(task: UserTask, anna: Staff, bo: Staff) -> None:
    other = pages.task(pages.start(pages.person("193902282387", "Doris"), anna), "planera_besok")
    save(other, bo)
    number = str(Draft.objects.get().pk)
    for wrong in (number, "x", "", "9" * 30):
        Page(anna, task).client.post(f"/uppgifter/{task.public_id}/utkast/ta-over/", {"utkast": wrong})
    assert kept(task, anna) is None


def test_completing_removes_ones_own_draft_and_leaves_a_colleagues(task: UserTask, anna: Staff, bo: Staff) -> None:
    save(task, bo, "Bos plats")
    page = Page(anna, task)
    page.saves("Annas plats")
    page.presses(**pages.PLAN)
    assert (kept(task, anna), kept(task, bo)) == (None, "Bos plats")
    assert page.saves("en som var på väg") == 409
    assert kept(task, anna) is None
    assert "Bos plats" not in pages.text(page.client.get(page.url))
    bos = Page(bo, task)
    assert "Bos plats" in bos.html
    assert "Släng utkastet" in bos.html


def test_a_step_that_fails_keeps_the_draft(task: UserTask, anna: Staff) -> None:
    save(task, anna)

    def broken() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        user_tasks.complete(
            task=task,
            answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False},
            by=anna,
            now=timezone.now(),
            also=broken,
        )
    task.refresh_from_db()
    assert (task.state, kept(task, anna)) == (TaskState.OPEN, "Biblioteket")


def test_when_a_colleague_was_first_what_i_sent_stays_until_i_throw_it_away(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    page = Page(anna, task)
    Page(bo, task).presses(**pages.PLAN)
    assert "Det du skrev är kvar" in pages.text(
        page.presses(**{**pages.PLAN, "plats": "annan", "annan_plats": "Biblioteket"})
    )
    page.open()
    assert "Biblioteket" in page.html
    page.client.post(f"{page.url}utkast/slang/")
    page.open()
    assert "Biblioteket" not in page.html


def test_what_was_written_under_a_question_that_is_left_out_comes_back_with_it_and_is_never_sent(
    task: UserTask, anna: Staff
) -> None:
    page = Page(anna, task)
    page.presses(**{**pages.PLAN, "plats": "hemma", "annan_plats": "Biblioteket", "action": "utkast"})
    page.open()
    assert 'value="Biblioteket"' in page.html, "it is there again when the place is another one"
    page.presses(**{**pages.PLAN, "plats": "hemma", "annan_plats": "Biblioteket"})
    task.refresh_from_db()
    assert task.state == TaskState.COMPLETED
    assert "Biblioteket" not in json.dumps([task.answers, task.instance.engine_state], ensure_ascii=False)
    assert not Draft.objects.exists()


def test_what_i_wrote_tells_no_question_that_my_own_answers_leave_out_or_that_i_left_blank(
    task: UserTask, anna: Staff, bo: Staff
) -> None:
    label = "Vilken plats?"
    page = Page(anna, task)
    page.presses(**{**pages.PLAN, "annan_plats": "Biblioteket", "action": "utkast"})
    theirs = Page(bo, task).html.split("Visa utkastet")[1].split("</details>")[0]
    assert "Var sker besöket?" in theirs
    assert label not in theirs
    Page(bo, task).presses(**pages.PLAN)
    page.open()
    mine = page.html.split("<h2>Det du skrev</h2>")[1].split("</form>")[0]
    assert "Var sker besöket?" in mine
    assert label not in mine
    assert "Inte angivet" not in mine


def test_a_save_after_a_colleague_completed_is_kept_and_says_so(task: UserTask, anna: Staff, bo: Staff) -> None:
    page = Page(anna, task)
    Page(bo, task).presses(**pages.PLAN)
    answer = page.client.post(page.url, {**page.kept, "annan_plats": "sent", "action": "utkast"}, headers=SCRIPT)
    assert answer.status_code == 409
    assert "Bo Prov har slutfört uppgiften" in json.loads(answer.content)["meddelande"]
    assert kept(task, anna) == "sent"


def test_what_was_written_in_a_task_of_a_cancelled_arende_stays_too(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    instances.cancel(instance=task.instance, reason="Flyttat", by=anna, now=timezone.now())
    assert page.saves("sent", plats="annan") == 409
    page.open()
    assert "sent" in page.html


def test_other_professions_and_those_without_the_right_to_the_person_reach_nothing(anna: Staff) -> None:
    pages.publish()
    tove = pages.staff("tove", "samordnare", may_see_protected=True)
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    task = pages.task(pages.start(doris, tove), "planera_besok")
    Page(tove, task).saves("hemlig plats")
    number = str(Draft.objects.get().pk)
    for member in (anna, pages.staff("ivar", "it_drift")):
        client = pages.logged_in(member)
        for address in ("", "utkast/slang/", "utkast/ta-over/", "anteckningar/", "anteckningar/ta-bort/"):
            data = {"action": "utkast", "utkast": number, "anteckning": "1"}
            answer = client.post(f"/uppgifter/{task.public_id}/{address}", data)
            assert (answer.status_code, "hemlig" in pages.text(answer)) == (404, False)
    assert Draft.objects.count() == 1


def test_who_may_see_the_arende_but_not_do_the_task_sees_no_drafts(task: UserTask, anna: Staff) -> None:
    save(task, anna)
    siri = pages.staff("siri", "sjukskoterska")
    page = Page(siri, task)
    assert "Berit Provsson" in page.html
    assert "Biblioteket" not in page.html
    assert page.saves("Siris") == 404


def test_nothing_of_it_is_taken_without_a_token(task: UserTask, anna: Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    answer = client.post(f"/uppgifter/{task.public_id}/", {"action": "utkast", "annan_plats": "x"}, headers=SCRIPT)
    assert (answer.status_code, Draft.objects.count()) == (403, 0)


def test_a_session_that_has_ended_leads_back_to_the_task(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    page.client.logout()
    answer = page.client.post(page.url, {"action": "utkast"}, headers=SCRIPT)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/logga-in/?next={quote(page.url, safe='')}")


def test_a_save_costs_four_statements_and_is_written_down_once_for_a_page(task: UserTask, anna: Staff) -> None:
    page = Page(anna, task)
    page.saves("först", "1", utkast_forsta="1")
    with CaptureQueriesContext(connection) as queries:
        assert page.saves("sedan", "2") == 200
    assert len(queries) <= 4
    assert not [query for query in queries if "engine_state" in query["sql"]]
    assert AccessLog.objects.filter(action="draft", object_id=str(task.public_id)).count() == 1


def test_drafts_of_tasks_that_ended_are_removed_after_thirty_days(task: UserTask, anna: Staff, bo: Staff) -> None:
    long_ago = timezone.now() - drafts.KEPT - datetime.timedelta(days=1)
    save(task, bo)
    Draft.objects.update(changed_at=long_ago)
    call_command("work", once=True)
    assert kept(task, bo), "an open task keeps its drafts"
    user_tasks.complete(
        task=task, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    call_command("work", once=True)
    assert kept(task, bo), "it ended today"
    UserTask.objects.filter(pk=task.pk).update(ended_at=long_ago)
    call_command("work", once=True)
    assert not Draft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saves_of_a_page_at_once_end_with_the_last(task: UserTask, anna: Staff) -> None:
    page = uuid.uuid4()
    saves = (partial(save, task, anna, f"text {number}", page=page, number=number) for number in range(6))
    assert at_once(*saves) == ["NoneType"] * 6
    assert kept(task, anna) == "text 5"


@pytest.mark.django_db(transaction=True)
def test_no_draft_of_ones_own_outlives_a_completion_at_the_same_time(task: UserTask, anna: Staff) -> None:
    def finish() -> None:
        user_tasks.complete(
            task=task,
            answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False},
            by=anna,
            now=timezone.now(),
            also=lambda: drafts.discard(task=task, by=anna),
        )

    def write() -> None:
        try:
            for number in range(20):
                save(task, anna, page=page, number=number)
        except drafts.Done:
            pass

    page = uuid.uuid4()
    assert at_once(finish, write) == ["NoneType"] * 2
    task.refresh_from_db()
    assert (task.state, kept(task, anna)) == (TaskState.COMPLETED, None)
