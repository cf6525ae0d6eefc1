"""The pages of one who mends: what they offer, to whom, and what everyone sees of an ärende that stands still."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from people.models import Staff
from tests import pages
from workflows.models import HistoryKind, Incident, IncidentState, InstanceState, ProcessInstance, TaskState
from workflows.services import incidents, mending

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance(anna: Staff) -> ProcessInstance:
    pages.publish()
    return pages.start(pages.person(), anna)


def url(instance: ProcessInstance, page: str = "atgarda/") -> str:
    return f"/arenden/{instance.public_id}/{page}"


def stopped(instance: ProcessInstance, group: str = "samordnare") -> Incident:
    return incidents.open_incident(
        code="down",
        text="Svarar inte.",
        group=group,
        now=timezone.now(),
        instance=instance,
        element_id="planera_besok",
    )


def pause(instance: ProcessInstance, by: Staff) -> None:
    mending.suspend(instance=instance, reason="Utreds", by=by, now=timezone.now())


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found[1] if found else pytest.fail(name)


def test_a_step_is_skipped_from_the_page_and_the_case_tells_who_and_why(instance: ProcessInstance, anna: Staff) -> None:
    client, stop = pages.logged_in(anna), stopped(instance)
    page = pages.text(client.get(f"/stopp/{stop.public_id}/"))
    assert "<dd>Planera besöket</dd>" in page
    assert "först när någon provar igen" in page
    address = f"{url(instance)}?stopp={stop.public_id}"
    form = {"plats": field(pages.text(client.get(address)), "plats"), "gor": "hoppa"}
    refused = client.post(address, form)
    assert (refused.status_code, "Skriv ett skäl." in pages.text(refused)) == (422, True)
    told = pages.text(client.post(address, form | {"skal": "Gjort per telefon"}, follow=True))
    assert "Överhoppad" in told
    assert "Gjort per telefon" in told
    stop.refresh_from_db()
    assert stop.state == IncidentState.RESOLVED


def test_a_token_is_moved_from_the_page(instance: ProcessInstance, anna: Staff) -> None:
    client = pages.logged_in(anna)
    page = pages.text(client.get(url(instance)))
    assert '<option value="gor_besok">' not in page  # in one branch of two, which both meet
    form = {"plats": field(page, "plats"), "gor": "flytta", "till": "dela", "skal": "Redan planerat"}
    client.post(url(instance), form)
    now = instance.user_tasks.filter(state=TaskState.OPEN).values_list("element_id", flat=True)
    assert set(now) == {"gor_besok", "bekrafta_mal"}
    assert client.post(url(instance), form).status_code == 422  # it stands there no more


def test_every_page_says_that_an_case_is_paused_and_its_task_keeps_what_was_typed(
    instance: ProcessInstance, anna: Staff
) -> None:
    client, task = pages.logged_in(anna), pages.task(instance, "planera_besok")
    stopped(instance)
    client.post(url(instance), {"gor": "pausa", "skal": "Utreds"})
    for address in (
        "/uppgifter/",
        f"/uppgifter/{task.public_id}/",
        f"/personer/{instance.individual.ref}/",
        url(instance, ""),
        "/stopp/",
    ):
        assert re.search(r"Pausa[dt]\b", pages.text(client.get(address))), address
    assert "Slutför uppgiften" not in pages.text(client.get(f"/uppgifter/{task.public_id}/"))
    late = client.post(f"/uppgifter/{task.public_id}/", pages.PLAN | {"slutfor": "1"})
    assert (late.status_code, "1 december 2026" in pages.text(late)) == (409, True)
    assert pages.task(instance, "planera_besok").is_open
    client.post(url(instance), {"gor": "ateruppta", "skal": "Klart"})
    assert client.post(f"/uppgifter/{task.public_id}/", pages.PLAN | {"slutfor": "1"}).status_code == 302


def test_values_are_changed_by_those_who_see_the_case_and_shown_to_nobody_else(
    instance: ProcessInstance, anna: Staff
) -> None:
    client = pages.logged_in(anna)
    page = pages.text(client.get(url(instance, "andra/")))
    assert "Yrsel på morgonen" in page
    assert 'name="v_person"' not in page
    form = {"revision": field(page, "revision"), "nytt_namn": "plats", "nytt_varde": "{", "skal": "Fel ort"}
    assert client.post(url(instance, "andra/"), form).status_code == 422
    client.post(url(instance, "andra/"), form | {"nytt_varde": '"hemma"'})
    assert instance.history.get(kind=HistoryKind.CHANGED).detail["after"] == {"plats": "hemma"}
    operator = pages.logged_in(pages.staff("ida", "it_drift"))
    assert operator.get(url(instance, "andra/")).status_code == 404
    seen = pages.text(operator.get(url(instance)))
    assert "Hoppa över steget" in seen
    assert "Berit" not in seen
    other = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    assert (other.get(url(instance)).status_code, other.post(url(instance), {"gor": "avbryt"}).status_code) == (
        404,
        404,
    )


def test_an_case_is_cancelled_and_its_pages_say_so(instance: ProcessInstance, anna: Staff) -> None:
    client, task = pages.logged_in(anna), pages.task(instance, "planera_besok")
    client.post(url(instance), {"gor": "avbryt", "skal": "Startades av misstag"})
    assert ProcessInstance.objects.get().state == InstanceState.CANCELLED
    assert client.get(f"/uppgifter/{task.public_id}/").status_code == 410
    assert "Startades av misstag" in pages.text(client.get(url(instance, "")))
    assert "Det finns inget mer att göra här" in pages.text(client.get(url(instance)))


def test_several_are_tried_first_and_then_done_some_at_a_time(
    instance: ProcessInstance, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.views.bulk.AT_A_TIME", 2)
    others = [pages.start(pages.person(), anna) for _ in range(3)]
    paused = pages.start(pages.person(), anna)
    stops = [stopped(each) for each in (instance, *others, paused)]
    pause(paused, anna)
    client = pages.logged_in(anna)
    assert "Gör samma sak med flera" in pages.text(client.get("/stopp/"))
    form: dict[str, Any] = {"stopp": [str(stop.public_id) for stop in stops], "gor": "skip", "skal": "Gjort ändå"}
    tried = pages.text(client.post("/stopp/flera/", form))
    assert "4 går, 1 går inte" in tried
    assert "Ärendet är pausat." in tried
    assert Incident.objects.filter(state=IncidentState.OPEN).count() == 5
    wanted = re.findall(r'name="stopp" value="([^"]+)"', tried)
    more = {"steg": "gor", "action_id": field(tried, "action_id"), "antal": "4", "misslyckade": "0"}
    half = pages.text(client.post("/stopp/flera/", form | more | {"stopp": wanted}))
    assert "2 av 4 är klara" in half
    left = re.findall(r'name="stopp" value="([^"]+)"', half)
    done = pages.text(client.post("/stopp/flera/", form | more | {"stopp": left}, follow=True))
    assert "4 av 4 gick" in done
    assert [stop.instance for stop in Incident.objects.filter(state=IncidentState.OPEN)] == [paused]
