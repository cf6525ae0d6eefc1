"""What a page costs: as many statements with many tasks, persons and much history as with few."""

import contextlib
import re
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Individual, Staff
from tests import pages
from workflows.models import ProcessInstance, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db

MOST = {
    "inbox": 5,
    "mine": 5,
    "others": 6,
    "narrowed": 6,
    "list": 4,
    "task": 6,
    "draft": 3,
    "answer": 10,
    "done": 6,
    "finished": 6,
    "person": 17,
    "instance": 18,
}
"""Statements of each page, all told: session, staff, rights, access log and menu among them."""

PARTS = {
    "besoksdag": "2026-12-01",
    "plats": "hemma",
    "tolk": False,
}


def planned(instance: ProcessInstance, by: Staff) -> UserTask:
    """The first task, done."""
    task = pages.task(instance, "planera_besok")
    user_tasks.complete(task=task, answers=dict(PARTS), by=by, now=timezone.now())
    return UserTask.objects.get(pk=task.pk)


class Page:
    """One page of an ärende, asked for by one who may see it."""

    def __init__(self, by: Staff, individual: Individual) -> None:
        self.client = pages.logged_in(by)
        self.instance = pages.start(individual, by)
        self.open = pages.task(self.instance, "planera_besok")
        self.done = planned(pages.start(pages.person("194102032390", "Done"), by), by)

    def addresses(self) -> dict[str, str]:
        return {
            "inbox": "/uppgifter/",
            "mine": "/uppgifter/?visa=mina",
            "others": "/uppgifter/?visa=vantar",
            "narrowed": "/uppgifter/?forlopp=hembesok&prioritet=2&tagen=nej&tid=utan&sortera=person",
            "list": "/uppgifter/lista/",
            "task": f"/uppgifter/{self.open.public_id}/",
            "done": f"/uppgifter/?klar={self.done.public_id}",
            "finished": f"/uppgifter/{self.done.public_id}/",
            "person": f"/personer/{self.instance.individual.ref}/",
            "instance": f"/arenden/{self.instance.public_id}/",
        }


def asked(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def seen(client: Client, address: str) -> int:
    with TestCase.captureOnCommitCallbacks(execute=True):  # what is stored is remembered
        client.get(address)  # what a process reads once is read

    def ask() -> None:
        assert client.get(address).status_code == 200

    return asked(ask)


def answered(client: Client, task: UserTask) -> int:
    address = f"/uppgifter/{task.public_id}/"
    action = re.search(r'name="action_id" value="([^"]+)"', pages.text(client.get(address)))
    assert action is not None
    given = {**pages.PLAN, "action_id": action[1]}

    def ask() -> None:
        assert client.post(address, given).status_code == 302

    return asked(ask)


def drafted(client: Client, task: UserTask) -> int:
    data = {"action": "utkast", "action_id": str(task.public_id), "plats": "hemma"}

    def ask() -> None:
        address, asks = f"/uppgifter/{task.public_id}/", {"Accept": "application/json"}
        assert client.post(address, data, headers=asks).status_code == 200

    return asked(ask)


NUMBERS = ("193509212399", "193902282387", "193301252395", "192405062387", "194711082398", "194908092382")


def test_every_page_asks_as_much_of_the_database_with_many_tasks_as_with_one() -> None:
    pages.publish()
    by = pages.staff("anna", "samordnare")
    pages.join(by, "sjukskoterska")
    page = Page(by, pages.person())
    few = {name: seen(page.client, address) for name, address in page.addresses().items()}
    for number in NUMBERS:
        planned(pages.start(pages.person(number, "Fler"), by), by)
    for number in ("194204122396", "196109732393"):
        pages.start(pages.person(number, "Fler"), by)
    many = {name: seen(page.client, address) for name, address in page.addresses().items()}
    many["draft"] = drafted(page.client, page.open)
    many["answer"] = answered(page.client, page.open)
    assert few == {name: many[name] for name in few}
    assert {name: count for name, count in many.items() if count > MOST[name]} == {}


def test_a_right_that_is_taken_back_is_gone_at_the_next_request() -> None:
    pages.publish()
    by = pages.staff("anna", "samordnare")
    page = Page(by, pages.person())
    assert page.client.get(f"/uppgifter/{page.open.public_id}/").status_code == 200
    by.assignments.all().delete()
    assert page.client.get(f"/uppgifter/{page.open.public_id}/").status_code == 404
    assert str(page.open.public_id) not in pages.text(page.client.get("/uppgifter/"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="there is no server to lose")
@pytest.mark.django_db(transaction=True)
def test_a_page_comes_although_the_database_has_been_away_since_the_one_before() -> None:
    pages.publish()
    by = pages.staff("anna", "samordnare")
    client = pages.logged_in(by)
    assert client.get("/uppgifter/").status_code == 200
    with connection.cursor() as cursor, contextlib.suppress(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert client.get("/uppgifter/").status_code == 200
