"""Many tasks taken or given out at once: what can be is, the rest is told of, and a repeated press is one action."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Staff
from tasks.services import handovers
from tests import pages
from workflows import rights
from workflows.models import HistoryEntry, HistoryKind, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
ANSWERS = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


@pytest.fixture
def tasks(task: UserTask, anna: Staff) -> list[UserTask]:
    """Anna's and Bo's."""
    return [task, *(pages.task(pages.start(task.individual, anna), "planera_besok") for _ in range(5))]


def send(by: Staff, tasks: Sequence[UserTask], what: str, to: object = "", action: uuid.UUID | None = None) -> str:
    data = {
        "val": [str(task.public_id) for task in tasks],
        "gor": what,
        "till": str(to),
        "action_id": str(action or uuid.uuid4()),
    }
    answer = cast("HttpResponse", pages.logged_in(by).post("/uppgifter/valj/", data, follow=True))
    return pages.text(answer)


def holders(tasks: Sequence[UserTask]) -> list[str]:
    found = UserTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by("pk").select_related("claimed_by")
    return [one.claimed_by.username if one.claimed_by else "" for one in found]


def test_what_can_be_is_given_and_the_rest_is_told_of(tasks: list[UserTask], anna: Staff, bo: Staff) -> None:
    siv = pages.staff("siv", "samordnare")
    user_tasks.claim(task=tasks[0], by=siv, now=timezone.now())
    user_tasks.claim(task=tasks[1], by=siv, now=timezone.now())
    user_tasks.claim(task=tasks[2], by=anna, now=timezone.now())
    user_tasks.complete(task=tasks[3], answers=dict(ANSWERS), by=siv, now=timezone.now())
    page = send(anna, tasks, "tilldela", bo.public_id)
    assert "3 uppgifter tilldelade Bo Prov." in page
    assert "2 var redan tagna av Siv Prov; 1 var redan klara, av Siv Prov." in page
    assert holders(tasks) == ["siv", "siv", "bo", "siv", "bo", "bo"]
    told = HistoryEntry.objects.filter(kind=HistoryKind.HANDED)
    assert [(row.by, row.detail["to_name"]) for row in told] == [(anna, "Bo Prov")] * 3
    assert "Anna Prov lämnade över uppgiften till dig" in pages.text(pages.logged_in(bo).get("/uppgifter/"))


def test_taken_by_oneself_calls_nobody(tasks: list[UserTask], anna: Staff) -> None:
    assert "Du har tagit 6 uppgifter." in send(anna, tasks, "ta")
    assert set(holders(tasks)) == {"anna"}
    assert HistoryEntry.objects.filter(kind=HistoryKind.CLAIMED).count() == 6
    assert "till dig" not in pages.text(pages.logged_in(anna).get("/uppgifter/"))


def test_the_same_press_twice_says_the_same_and_does_nothing_more(
    tasks: list[UserTask], anna: Staff, bo: Staff
) -> None:
    action = uuid.uuid4()
    first = send(anna, tasks, "tilldela", bo.public_id, action)
    handovers.hand_over(
        task=tasks[0], to=str(anna.public_id), note="Hann inte.", by=bo, now=timezone.now(), action_id=uuid.uuid4()
    )
    assert "6 uppgifter tilldelade Bo Prov." in first
    assert "6 uppgifter tilldelade Bo Prov." in send(anna, tasks, "tilldela", bo.public_id, action)
    assert holders(tasks)[0] == "anna", "what has happened since stays as it is"
    assert HistoryEntry.objects.filter(kind=HistoryKind.HANDED).count() == 7


def test_nobody_is_given_what_they_may_not_do(tasks: list[UserTask], anna: Staff, siri: Staff) -> None:
    pages.join(siri, "mottagare")
    UserTask.objects.filter(pk=tasks[0].pk).update(escalated_to="mottagare")
    page = send(anna, tasks[:3], "tilldela", siri.public_id)
    assert "1 uppgift tilldelad Siri Prov." in page
    assert "2 kan Siri Prov inte göra." in page
    assert holders(tasks[:3]) == ["siri", "", ""]
    assert "kan inte göra någon av uppgifterna" in send(anna, tasks[1:3], "tilldela", siri.public_id)


def test_a_protected_person_s_task_is_not_given_to_who_may_not_see(tasks: list[UserTask], bo: Staff) -> None:
    tove = pages.staff("tove", "samordnare", may_see_protected=True)
    doris = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    shielded = pages.task(pages.start(doris, tove), "planera_besok")
    page = send(tove, [tasks[0], shielded], "tilldela", bo.public_id)
    assert "1 kan Bo Prov inte göra." in page
    shielded.refresh_from_db()
    assert shielded.claimed_by is None
    assert "1 fanns inte längre bland dina" in send(bo, [tasks[0], shielded], "ta"), "as if there were none"


def test_what_is_missing_is_asked_for_and_what_was_ticked_stays(tasks: list[UserTask], anna: Staff) -> None:
    assert "Välj minst en uppgift." in send(anna, [], "ta")
    assert "Välj minst en uppgift." in pages.text(pages.logged_in(anna).post("/uppgifter/valj/", {"val": ["x", "1"]}))
    page = send(anna, tasks[:2], "tilldela")
    assert "Välj vem uppgifterna ska tilldelas." in page
    assert len(re.findall(r'name="val"[^>]* checked', page)) == 2
    assert holders(tasks) == [""] * 6


def test_only_those_who_give_out_work_choose_many(tasks: list[UserTask], anna: Staff, siri: Staff) -> None:
    assert rights.COORDINATOR in anna.professions
    assert "/uppgifter/valj/" in pages.text(pages.logged_in(anna).get("/uppgifter/"))
    assert "/uppgifter/valj/" not in pages.text(pages.logged_in(siri).get("/uppgifter/"))
    assert pages.logged_in(siri).get("/uppgifter/valj/").status_code == 404
    assert pages.logged_in(siri).post("/uppgifter/valj/", {"val": [str(tasks[0].public_id)]}).status_code == 404
    with pytest.raises(user_tasks.NotAllowed):
        handovers.give_out(tasks=tasks, to=siri, by=siri, now=timezone.now(), action_id=uuid.uuid4())


def test_the_list_is_narrowed_as_it_was_and_all_of_it_can_be_ticked(tasks: list[UserTask], anna: Staff) -> None:
    UserTask.objects.filter(pk=tasks[0].pk).update(priority=3)
    client = pages.logged_in(anna)
    assert "/uppgifter/valj/?prioritet=3" in pages.text(client.get("/uppgifter/?prioritet=3"))
    page = pages.text(client.get("/uppgifter/valj/?prioritet=3&alla=1"))
    assert "Låg prioritet" in page
    assert len(re.findall(r'name="val"[^>]* checked', page)) == 1
    assert page.count('name="val"') == 1


def test_many_ask_as_much_of_the_database_as_few(tasks: list[UserTask], anna: Staff, bo: Staff) -> None:
    asked = []
    for some in (tasks[:1], tasks[1:]):
        with CaptureQueriesContext(connection) as queries:
            send(anna, some, "tilldela", bo.public_id)
        asked.append(len(queries))
    assert asked[0] == asked[1]
