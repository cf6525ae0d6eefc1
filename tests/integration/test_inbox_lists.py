"""What the views of the inbox hold, what filters and searches find, and that no list reads all there is."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import AccessLog, Individual, Staff
from tasks import lists, worklist
from tasks.models import Comment, Watch
from tasks.wanted import FILTERS, Wanted
from tests import pages
from web import swedish
from workflows.models import ProcessInstance, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
ANSWERS = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
# A Wednesday noon in Sweden.
NOW = datetime.datetime(2026, 11, 25, 11, tzinfo=datetime.UTC)
DUE = {"forsenade": -1, "idag": 12, "veckan": 108, "later": 108.1, "utan": None}
"""A day and a week to their last moment: what is due at midnight is due by then."""


@pytest.fixture
def client(anna: Staff) -> Client:
    pages.publish()
    return pages.logged_in(anna)


def started(by: Staff, number: str = "193805142381", name: str = "Berit") -> UserTask:
    return pages.task(pages.start(pages.person(number, name), by), "planera_besok")


def listed(client: Client, query: str = "") -> int:
    return pages.text(client.get(f"/uppgifter/{query}")).count("data-task=")


def put(task: UserTask, hours: float | None) -> UserTask:
    due = None if hours is None else NOW + datetime.timedelta(hours=hours)
    UserTask.objects.filter(pk=task.pk).update(
        due_at=due, due_sort=due or datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
    )
    return task


def found(by: Staff, **asked: Any) -> list[int]:
    return [task.pk for task in lists.tasks(by, Wanted(**asked), limit=50, now=NOW)]


def test_what_is_due_within_the_hour_stands_by_itself_before_the_rest_of_the_day(anna: Staff, client: Client) -> None:
    dues = {"Försenade": -1, "Nu, inom en timme": 0.5, "I dag": 12, "Senare": 13}
    for hours in dues.values():
        put(started(anna), hours)
    sections = worklist.load(anna, Wanted(), now=NOW).sections
    assert [(section.title, len(section.rows)) for section in sections] == [(title, 1) for title in dues]


def test_a_row_names_the_profession_only_to_one_who_has_others(anna: Staff, client: Client) -> None:
    started(anna)
    assert [row.profession for row in worklist.load(anna, Wanted(), now=NOW).sections[0].rows] == [""]
    pages.join(anna, "sjukskoterska")
    both = Staff.objects.get(pk=anna.pk)
    assert [row.profession for row in worklist.load(both, Wanted(), now=NOW).sections[0].rows] == ["Samordnare"]


def test_by_time(anna: Staff, client: Client) -> None:
    tasks = {name: put(started(anna), hours).pk for name, hours in DUE.items()}
    assert found(anna, tid="forsenade") == [tasks["forsenade"]]
    assert found(anna, tid="idag") == [tasks["idag"]]
    assert found(anna, tid="veckan") == [tasks["idag"], tasks["veckan"]]
    assert found(anna, tid="utan") == [tasks["utan"]]
    assert found(anna) == list(tasks.values())


def test_by_forlopp_priority_profession_and_whether_taken(anna: Staff, siri: Staff, client: Client) -> None:
    high, taken, plain = started(anna), started(anna), started(anna)
    UserTask.objects.exclude(pk=high.pk).update(priority=2)
    user_tasks.claim(task=taken, by=anna, now=NOW)
    pages.join(anna, "it_drift")
    anna = Staff.objects.get(pk=anna.pk)
    assert found(anna, prioritet="1") == [high.pk]
    assert found(anna, tagen="ja") == [taken.pk] == found(anna, visa="mina")
    assert found(anna, tagen="nej") == [high.pk, plain.pk]
    assert len(found(anna, forlopp="hembesok")) == 3
    assert found(anna, forlopp="annat") == []
    assert len(found(anna, profession="samordnare")) == 3
    assert found(anna, profession="it_drift") == []
    assert found(anna, visa="mina", profession="it_drift") == []
    # A profession that one does not hold opens nobody else's inbox.
    assert "Ingen uppgift" not in pages.text(pages.logged_in(siri).get("/uppgifter/?profession=samordnare"))
    assert listed(pages.logged_in(siri), "?profession=samordnare") == 0


def test_what_others_are_to_do_in_arenden_where_i_have_done_something(anna: Staff, siri: Staff, client: Client) -> None:
    task = started(anna)
    started(anna, "193902282387", "Doris")
    assert found(anna, visa="vantar") == []
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=NOW)
    waiting = UserTask.objects.filter(instance=task.instance, state="open", group="sjukskoterska")
    assert set(found(anna, visa="vantar")) == {one.pk for one in waiting}
    page = pages.text(client.get("/uppgifter/?visa=vantar"))
    assert "Sjuksköterska" in page
    assert f"/arenden/{task.instance.public_id}/" in page, "it leads to the ärende, since the task is another's"
    assert f"/uppgifter/{waiting[0].public_id}/" not in page
    user_tasks.claim(task=waiting[0], by=siri, now=NOW)
    assert "Tagen av Siri Prov" in pages.text(client.get("/uppgifter/?visa=vantar"))


def test_what_others_do_is_shown_only_while_one_holds_the_profession(anna: Staff, client: Client) -> None:
    user_tasks.complete(task=started(anna), answers=dict(ANSWERS), by=anna, now=NOW)
    anna.assignments.all().delete()
    pages.join(anna, "it_drift")
    assert found(Staff.objects.get(pk=anna.pk), visa="vantar") == []


def test_a_task_that_a_colleague_of_the_group_has_taken_waits_on_another(anna: Staff, client: Client) -> None:
    both = pages.staff("bo", "samordnare")
    pages.join(both, "sjukskoterska")
    both = Staff.objects.get(pk=both.pk)
    task = started(both)
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=both, now=NOW)
    assert found(both, visa="vantar") == []
    next_one = UserTask.objects.filter(instance=task.instance, state="open").order_by("pk")[0]
    user_tasks.claim(task=next_one, by=pages.staff("siv", "sjukskoterska"), now=NOW)
    assert found(both, visa="vantar") == [next_one.pk]


def test_protected_persons_are_in_no_view_of_those_who_may_not_see_them(anna: Staff, client: Client) -> None:
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    pages.staff("siv", "sjukskoterska", may_see_protected=True)
    task = pages.task(
        pages.start(pages.person("193902282387", "Doris", "sekretessmarkering"), trusted), "planera_besok"
    )
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=trusted, now=NOW)
    assert found(trusted, visa="vantar")
    trusted.may_see_protected = False
    assert found(trusted, visa="vantar") == []
    assert lists.glance(trusted, most=100).held["vantar"] == 0


def test_a_hidden_name_is_not_found_either(anna: Staff, client: Client) -> None:
    task = started(anna, "193902282387", "Doris")
    Individual.objects.filter(pk=task.individual_id).update(protection="sekretessmarkering")
    assert found(anna, text="doris") == []
    assert found(anna, text="skyddade") == [task.pk]


def test_the_tabs_tell_how_many_and_stop_at_99(anna: Staff, client: Client) -> None:
    mine = started(anna)
    user_tasks.claim(task=mine, by=anna, now=NOW)
    started(anna)
    assert lists.glance(anna, most=100).held == {"": 2, "mina": 1, "vantar": 0, "bevakade": 0}
    copies(mine, 120)
    page = pages.text(client.get("/uppgifter/"))
    assert 'id="flik-alla">99+<' in page
    assert 'id="flik-mina">99+<' in page
    assert 'id="flik-vantar">0<' in page


def test_a_search_leaves_no_name_in_the_address_and_is_logged(anna: Staff, client: Client) -> None:
    started(anna)
    started(anna, "193902282387", "Åsa")
    answer = client.post("/uppgifter/sok/?prioritet=1&sortera=nyast", {"sok": "  ÅSA prov "})
    address = answer.headers["Location"]
    assert re.fullmatch(r"/uppgifter/\?prioritet=1&sortera=nyast&sok=[0-9a-f]{16}", address)
    page = pages.text(client.get(address))
    assert "Åsa Provsson" in page
    assert "Berit" not in page
    assert "”ÅSA prov”" in page
    assert AccessLog.objects.filter(staff=anna, action="search", object_type="inbox").count() == 1
    assert listed(client) == 2
    assert client.post("/uppgifter/sok/?sok=x&tid=utan", {"sok": " "}).headers["Location"] == "/uppgifter/?tid=utan"


def test_a_search_is_known_to_its_own_session_only(anna: Staff, client: Client) -> None:
    started(anna)
    address = client.post("/uppgifter/sok/", {"sok": "finns inte"}).headers["Location"]
    assert listed(client, address.partition("/uppgifter/")[2]) == 0
    assert listed(pages.logged_in(anna), address.partition("/uppgifter/")[2]) == 1


@pytest.mark.parametrize("text", ["planera", "PLANERA besöket", "prov BERIT", "besÖk"])
def test_one_searches_by_any_part_of_name_and_task_in_any_case(anna: Staff, client: Client, text: str) -> None:
    task = started(anna)
    assert found(anna, text=text) == [task.pk]
    assert found(anna, text=f"{text} doris") == []


def test_sorted_by_person_as_a_swedish_register(anna: Staff, client: Client) -> None:
    names = ["Örjan", "Adam", "Ärla", "Zoe", "åke"]
    numbers = ["193509212399", "193902282387", "193301252395", "192405062387", "194711082398"]
    for name, number in zip(names, numbers, strict=True):
        started(anna, number, name)
    tasks = lists.tasks(anna, Wanted(sortera="person"), limit=50, now=NOW)
    assert [task.individual.given_name for task in tasks] == ["Adam", "Zoe", "åke", "Ärla", "Örjan"]


def test_swedish_words_are_sorted_whatever_the_case() -> None:
    words = ["öl", "Zebra", "äpple", "Ål", "alm", "Bo"]
    assert sorted(words, key=swedish.sorting) == ["alm", "Bo", "Zebra", "Ål", "äpple", "öl"]


def test_newest_first(anna: Staff, client: Client) -> None:
    first, second = put(started(anna), 1), put(started(anna), 2)
    assert found(anna, sortera="nyast") == [second.pk, first.pk]
    assert "Nyast först" in pages.text(client.get("/uppgifter/?sortera=nyast"))


def test_what_the_list_is_narrowed_to_is_shown_and_let_go(anna: Staff, client: Client) -> None:
    started(anna)
    page = pages.text(client.get("/uppgifter/?forlopp=hembesok&prioritet=3&tid=forsenade"))
    assert "Ingen uppgift passar" in page
    assert 'href="/uppgifter/?forlopp=hembesok&amp;prioritet=3"' in page, "without the time"
    assert 'class="chips__clear" href="/uppgifter/?visa=alla"' in page


def test_nonsense_asks_for_nothing(anna: Staff, client: Client) -> None:
    started(anna)
    for query in (
        "tid=x",
        "prioritet=9",
        "tagen=kanske",
        "sortera='",
        "profession=x",
        "forlopp=%00<",
        "sok=1",
        "visa=x",
    ):
        assert listed(client, f"?{query}") == 1, query


def test_beyond_what_one_searches_among_the_page_says_so(anna: Staff, client: Client) -> None:
    for _ in range(3):
        started(anna)
    with mock.patch("tasks.lists.WITHIN", 2):
        page = pages.text(client.get("/uppgifter/?prioritet=1"))
        assert page.count("data-task=") == 2
        assert "bland de 2 000 uppgifter" in page
        assert "uppgifter som ska göras först" not in pages.text(client.get("/uppgifter/"))


# -- what it costs -----------------------------------------------------------------------------------------------------


def copies(task: UserTask, count: int, **changed: Any) -> None:
    values = {field.attname: getattr(task, field.attname) for field in UserTask._meta.local_concrete_fields}
    del values["id"]
    if task.claimed_by_id is None:
        task.refresh_from_db()
        values["claimed_by_id"] = task.claimed_by_id
    unique = [{"public_id": uuid.uuid4(), "engine_task_id": uuid.uuid4(), "action_id": None} for _ in range(count)]
    UserTask.objects.bulk_create([UserTask(**(values | changed | one)) for one in unique])


ASKED = [
    {},
    {"visa": "mina"},
    {"visa": "vantar"},
    {"tid": "idag"},
    {"enhet": "norr"},
    {"visa": "vantar", "enhet": "norr", "tid": "idag"},
    {"visa": "vantar", "tid": "forsenade"},
    {"prioritet": "1", "tagen": "nej", "forlopp": "hembesok"},
    {"text": "berit", "sortera": "person"},
    {"visa": "bevakade", "tid": "idag"},
    {"visa": "mina", "sortera": "nyast", "text": "x"},
]


def followed_by_many(task: UserTask, *staff: Staff) -> None:
    """Some of them are watched and asked about."""
    some = list(UserTask.objects.filter(state="open").exclude(pk=task.pk).order_by("pk")[:600])
    for number, one in enumerate(some):
        by, other = staff[number % 2], staff[(number + 1) % 2]
        Watch.objects.create(task=one, by=by, at=NOW)
        told = {"kind": "question", "text": "Vet du?", "mentioned": other, "action_id": uuid.uuid4()}
        Comment.objects.create(task=one, by=by, at=NOW, seen_at=NOW if number % 10 else None, **told)


@pytest.fixture
def crowded(anna: Staff, siri: Staff, client: Client) -> ProcessInstance:
    """Thousands of others' tasks in hundreds of ärenden beside a few of ours."""
    task = started(anna)
    one = {
        field.attname: getattr(task.instance, field.attname) for field in ProcessInstance._meta.local_concrete_fields
    }
    del one["id"]
    people = Individual.objects.bulk_create(Individual(family_name=f"Prov {number}") for number in range(400))
    others = [ProcessInstance(**(one | {"public_id": uuid.uuid4(), "individual_id": who.pk})) for who in people]
    ProcessInstance.objects.bulk_create(others)
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=NOW)
    other = started(anna, "193902282387", "Doris")
    done = UserTask.objects.get(pk=task.pk)
    for number, (who, instance) in enumerate(zip(people, others, strict=True)):
        about = {"instance_id": instance.pk, "individual_id": who.pk}
        copies(other, number % 2, **about)
        copies(other, 20, group="nagon_annan", claimed_by_id=siri.pk, **about)
        copies(done, 6, completed_by_id=siri.pk, **about)
    followed_by_many(other, anna, siri)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return task.instance


def plan(by: Staff, asked: dict[str, str]) -> str:
    """How the database goes about every question of the list."""
    # The limit is as small beside these tasks as the real one is beside a million.
    with mock.patch("tasks.lists.WITHIN", 50), CaptureQueriesContext(connection) as queries:
        lists.tasks(by, Wanted(**asked), limit=51, now=NOW)  # type: ignore[arg-type]
        lists.is_full(by, Wanted(**asked), now=NOW)  # type: ignore[arg-type]
        lists.glance(by, most=100)
        lists.changes(by, "vantar")
        lists.changes(by, "bevakade")
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        told = []
        for query in queries.captured_queries:
            cursor.execute(f"{explain} {query['sql']}".replace("%", "%%"))
            told.append("\n".join(str(row) for row in cursor.fetchall()))
    return "\n\n".join(told)


@pytest.mark.usefixtures("crowded")
def test_no_list_reads_all_there_is(anna: Staff) -> None:
    reading_all = ("Seq Scan on workflows_usertask", "SCAN workflows_usertask", "SCAN task", "AUTOMATIC")
    for asked in ASKED:
        told = plan(anna, asked)
        assert [words for words in reading_all if words in told] == [], f"{asked}: {told}"


def test_every_filter_can_be_let_go() -> None:
    assert {"forlopp", "enhet", "profession", "tid", "prioritet", "tagen"} == set(FILTERS)
    assert timezone.is_aware(NOW)
