"""The inbox: what is listed for whom, in which order, and how the open page learns of changes."""

import datetime
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from people.models import AccessLog, Individual, Staff
from tests import pages
from workflows.models import ProcessInstance, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def ongoing(anna: Staff, berit: Individual) -> ProcessInstance:
    pages.publish()
    return pages.start(berit, anna)


def _due(task: UserTask, hours: float) -> None:
    due = timezone.now() + datetime.timedelta(hours=hours)
    UserTask.objects.filter(pk=task.pk).update(due_at=due, due_sort=due)


def test_the_way_in_leads_to_log_in_and_then_to_the_inbox(anna: Staff) -> None:
    assert Client().get("/").headers["Location"] == "/logga-in/"
    assert pages.logged_in(anna).get("/").headers["Location"] == "/uppgifter/"


@pytest.mark.usefixtures("ongoing")
def test_a_task_is_listed_for_its_profession_only(anna: Staff, siri: Staff) -> None:
    assert "Planera besöket" in pages.text(pages.logged_in(anna).get("/uppgifter/"))
    assert "Planera besöket" not in pages.text(pages.logged_in(siri).get("/uppgifter/"))


def test_a_late_task_says_so_in_words(ongoing: ProcessInstance, anna: Staff) -> None:
    _due(pages.task(ongoing, "planera_besok"), hours=-2.1)
    page = pages.text(pages.logged_in(anna).get("/uppgifter/"))
    assert "Försenade" in page
    assert "för 2 timmar sedan" in page


def test_an_empty_inbox_says_what_to_do_next(siri: Staff) -> None:
    page = pages.text(pages.logged_in(siri).get("/uppgifter/"))
    assert "Inget att göra just nu" in page
    assert 'href="/personer/"' in page


def test_a_task_taken_by_a_colleague_stays_visible_with_the_name(ongoing: ProcessInstance, anna: Staff) -> None:
    other = pages.staff("bo", "samordnare")
    user_tasks.claim(task=pages.task(ongoing, "planera_besok"), by=other, now=timezone.now())
    assert "Tagen av Bo Prov" in pages.text(pages.logged_in(anna).get("/uppgifter/"))
    assert "Tagen av dig" in pages.text(pages.logged_in(other).get("/uppgifter/?visa=mina"))


def test_a_protected_persons_task_is_not_listed_for_everyone(anna: Staff) -> None:
    pages.publish()
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    pages.start(pages.person("193902282387", "Doris", protection="sekretessmarkering"), trusted)
    assert "Planera besöket" not in pages.text(pages.logged_in(anna).get("/uppgifter/"))
    assert "Doris Provsson" in pages.text(pages.logged_in(trusted).get("/uppgifter/"))


def polled(page: str) -> str:
    """The address that the open list asks each second."""
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    return unescape(found[1])


def test_the_open_page_is_told_nothing_until_something_changes(ongoing: ProcessInstance, anna: Staff) -> None:
    client = pages.logged_in(anna)
    poll = polled(pages.text(client.get("/uppgifter/")))
    assert client.get(poll).status_code == 204
    user_tasks.claim(task=pages.task(ongoing, "planera_besok"), by=anna, now=timezone.now())
    changed = client.get(poll)
    assert changed.status_code == 200
    assert "Tagen av dig" in pages.text(changed)
    assert "<html" not in pages.text(changed)


def test_an_open_page_whose_session_has_ended_reloads_instead_of_showing_a_form_in_the_list() -> None:
    answer = Client().get("/uppgifter/lista/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_more_than_a_page_is_offered_with_show_more(anna: Staff) -> None:
    pages.publish()
    for _ in range(51):
        pages.start(pages.person(), anna)
    client = pages.logged_in(anna)
    first = pages.text(client.get("/uppgifter/"))
    assert first.count("data-task=") == 50
    assert "Visa fler" in first
    rest = pages.text(client.get("/uppgifter/?antal=100"))
    assert rest.count("data-task=") == 51
    assert "Visa fler" not in rest


def test_nonsense_in_the_address_is_no_error(ongoing: ProcessInstance, anna: Staff) -> None:
    client = pages.logged_in(anna)
    for query in ("antal=99999999999999", "antal=-1", "antal=x", "klar=x", f"klar={ongoing.public_id}", "visa=allt"):
        assert client.get(f"/uppgifter/?{query}").status_code == 200


@pytest.mark.usefixtures("ongoing")
def test_looking_at_the_list_is_logged(anna: Staff) -> None:
    pages.logged_in(anna).get("/uppgifter/")
    assert AccessLog.objects.filter(staff=anna, action="list", object_type="inbox").count() == 1


@pytest.mark.usefixtures("ongoing")
def test_pages_are_kept_by_no_cache(anna: Staff) -> None:
    assert "no-store" in pages.logged_in(anna).get("/uppgifter/").headers["Cache-Control"]
