"""A system that has been given a profession does its tasks over the API, and nobody else's."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from people.models import AccessLog, Staff
from tests import api, forlopp, pages
from workflows.models import HistoryEntry, Incident, UserTask
from workflows.services import instances, mending, user_tasks

pytestmark = pytest.mark.django_db

PLAN = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


def opened(**wanted: Any) -> tuple[api.Caller, str]:
    """A client with the profession of the first task, and the task of an ärende that it has started."""
    caller = api.calling(professions=["samordnare"], **wanted)
    caller.start()
    return caller, caller.get("/tasks").json()["tasks"][0]["id"]


def test_a_system_finds_its_task_reads_the_form_takes_it_and_does_it() -> None:
    caller, task = opened()
    whole = caller.get(f"/tasks/{task}").json()
    assert (whole["profession"], whole["taken_by"], whole["needs_signatures"]) == ("samordnare", None, False)
    assert {"besoksdag", "plats", "tolk"} <= set(whole["form"]["properties"])
    assert caller.post(f"/tasks/{task}/claim", None).json()["taken_by"] == "you"
    done = caller.post(f"/tasks/{task}/complete", {"answers": PLAN}, key="klar-0001")
    assert (done.status_code, done.json()["state"]) == (200, "completed")
    again = caller.post(f"/tasks/{task}/complete", {"answers": PLAN}, key="klar-0001")
    assert again.json() == done.json()
    row = UserTask.objects.get(public_id=task)
    assert (str(row.completed_by), row.completed_by and row.completed_by.kind) == ("Hjalpmedel", "system")
    assert HistoryEntry.objects.get(instance=row.instance, element_id="planera_besok", kind="completed").by
    assert UserTask.objects.get(element_id="gor_besok").group == "sjukskoterska"
    assert caller.get("/tasks").json() == {"next": None, "tasks": []}
    looked = AccessLog.objects.filter(object_type="task").values_list("action", flat=True)
    assert {"list", "read", "claim", "complete"} <= set(looked)


def test_what_the_form_refuses_is_told_at_its_fields_and_nothing_is_done() -> None:
    caller, task = opened()
    answer = caller.post(f"/tasks/{task}/complete", {"answers": PLAN | {"besoksdag": "2026-13-45"}}, key="klar-0002")
    assert answer.status_code == 422
    assert "/answers/besoksdag" in [wrong["pointer"] for wrong in answer.json()["errors"]]
    assert UserTask.objects.get(public_id=task).is_open
    assert caller.post(f"/tasks/{task}/complete", {"answers": PLAN}, key="klar-0002").status_code == 200


def test_a_client_without_the_profession_meets_no_task_whatever_its_rights() -> None:
    _, task = opened()
    other = api.Caller(api.added("annan", professions=[])[1])
    assert other.get("/tasks").json()["tasks"] == []
    answers = [other.get(f"/tasks/{task}")]
    answers += [other.post(f"/tasks/{task}/{act}", {"answers": PLAN}) for act in ("complete", "claim", "release")]
    assert {answer.status_code for answer in answers} == {404}
    reading = api.Caller(api.added("laser", professions=[("samordnare", "norr")], scopes=["uppgifter:read"])[1])
    assert reading.get(f"/tasks/{task}").status_code == 200
    assert reading.post(f"/tasks/{task}/complete", {"answers": PLAN}).status_code == 404


def test_what_a_colleague_has_taken_or_done_is_not_the_systems_and_nobody_is_named(anna: Staff) -> None:
    caller, task = opened()
    row = UserTask.objects.get(public_id=task)
    user_tasks.claim(task=row, by=anna, now=timezone.now())
    taken = caller.post(f"/tasks/{task}/complete", {"answers": PLAN})
    assert (taken.status_code, taken.json()["code"]) == (409, "tagen")
    assert caller.post(f"/tasks/{task}/claim", None).json()["code"] == "tagen"
    assert caller.get(f"/tasks/{task}").json()["taken_by"] == "other"
    assert "Anna" not in taken.content.decode()
    user_tasks.complete(task=row, answers=PLAN, by=anna, now=timezone.now())
    assert caller.post(f"/tasks/{task}/complete", {"answers": PLAN}).json()["code"] == "redan-klar"


def test_a_task_that_stands_still_or_is_gone_says_so(anna: Staff) -> None:
    caller, task = opened()
    instance = UserTask.objects.get(public_id=task).instance
    mending.suspend(instance=instance, reason="Väntar.", by=anna, now=timezone.now())
    assert caller.post(f"/tasks/{task}/complete", {"answers": PLAN}).json()["code"] == "pausat"
    instances.cancel(instance=instance, reason="Slut.", by=anna, now=timezone.now())
    assert caller.post(f"/tasks/{task}/complete", {"answers": PLAN}).json()["code"] == "inte-aktuell"


def test_a_step_that_cannot_be_taken_becomes_a_stopp_and_the_task_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows import engine
    from workflows.services import steps

    caller, task = opened()

    def broken(*_args: object, **_options: object) -> None:
        raise engine.EngineError("grind", "no-way", "Inget flöde stämmer.")

    monkeypatch.setattr(steps, "move", broken)
    answer = caller.post(f"/tasks/{task}/complete", {"answers": PLAN}, key="klar-0003")
    assert (answer.status_code, answer.json()["code"]) == (409, "stopp")
    assert Incident.objects.get().code == "no-way"
    monkeypatch.undo()
    assert caller.post(f"/tasks/{task}/complete", {"answers": PLAN}, key="klar-0003").status_code == 200


def test_pages_of_tasks_hold_each_once_by_when_they_are_due() -> None:
    forlopp.publish()
    pages.staff("kollega", "samordnare")
    caller = api.Caller(api.added(professions=[("samordnare", "norr")])[1])
    for number in range(7):
        body = {"name": "borja", "payload": {"nr": str(number)}, "person": {"number": "19610118-2803"}}
        assert caller.post("/messages", body).json()["state"] == "done"
    seen: list[str] = []
    cursor = ""
    while True:
        page = caller.get("/tasks", limit=3, cursor=cursor).json()
        seen += [one["id"] for one in page["tasks"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert seen == [str(one.public_id) for one in UserTask.objects.order_by("due_sort", "pk")]
    assert caller.get("/tasks", cursor="MTIz").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_systems_that_do_the_same_task_at_once_are_not_both_told_that_they_did_it() -> None:
    caller, task = opened()
    other = api.Caller(api.added("annan", professions=[("samordnare", "norr")])[1])
    answers: list[tuple[int, str]] = []

    def send(token: str) -> None:
        answer = api.Caller(token).post(f"/tasks/{task}/complete", {"answers": PLAN})
        answers.append((answer.status_code, answer.json().get("code", "")))
        connection.close()

    threads = [threading.Thread(target=send, args=(token,)) for token in (caller.token, other.token) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [(200, ""), (409, "redan-klar"), (409, "redan-klar"), (409, "redan-klar")]
