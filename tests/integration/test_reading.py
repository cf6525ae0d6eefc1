"""Reads kept as text: the rows are those that Django's own queries give."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import reading
from people.models import Individual, Staff
from people.reading import EVERY, NOTHING, Reading
from tasks import selectors, worklist
from tasks.wanted import Wanted
from tests import pages
from workflows import sight
from workflows.models import ProcessInstance, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Staff:
    pages.publish()
    return pages.staff("anna", "samordnare")


@pytest.fixture
def done(anna: Staff) -> UserTask:
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    user_tasks.complete(
        task=task, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    return UserTask.objects.get(pk=task.pk)


def columns(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_every_column_of_a_row_and_of_those_it_points_to_is_what_django_reads(done: UserTask) -> None:
    read = Reading(UserTask, "task", EVERY, instance=EVERY, instance__version=EVERY, individual=EVERY).one(
        "WHERE task.public_id = %s AND task.ended_at = %s", [done.public_id, done.ended_at]
    )
    assert read is not None
    with CaptureQueriesContext(connection) as queries:
        found = [columns(row) for row in (read, read.instance, read.instance.version, read.individual)]
    wanted = (done, done.instance, done.instance.version, done.individual)
    assert found == [columns(row) for row in wanted]
    assert len(queries) == 0
    assert read == done


def test_a_relation_that_points_nowhere_is_none_without_asking(anna: Staff) -> None:
    pages.start(pages.person(), anna)
    read = Reading(UserTask, "task", EVERY, claimed_by=("username",), completed_by=EVERY).one("")
    assert read is not None
    with CaptureQueriesContext(connection) as queries:
        assert (read.claimed_by, read.completed_by) == (None, None)
    assert len(queries) == 0


def test_a_column_that_was_left_out_is_asked_for_when_needed_and_a_row_can_be_saved(done: UserTask) -> None:
    read = Reading(Individual, "person", ("given_name",)).one("WHERE person.id = %s", [done.individual_id])
    assert read is not None
    assert (read.given_name, read.family_name) == ("Berit", "Provsson")
    read.city = "Kumla"
    read.save(update_fields=["city"])
    assert Individual.objects.get().city == "Kumla"


def test_what_is_only_joined_serves_conditions_and_extra_columns(done: UserTask) -> None:
    titled = Reading(
        UserTask, "task", ("name",), extra={"title": "definition.title"}, instance=NOTHING, instance__definition=NOTHING
    )
    rest = "WHERE instance.started_by_id = %s AND definition.key = %s ORDER BY task.id"
    rows = titled.rows(rest, [done.completed_by_id, "hembesok"])
    assert {vars(row)["title"] for row in rows} == {done.instance.definition.title}
    assert [row.pk for row in rows] == list(UserTask.objects.order_by("pk").values_list("pk", flat=True))


def test_nothing_found_is_none(done: UserTask) -> None:
    reading = Reading(ProcessInstance, "instance")
    assert reading.one("WHERE instance.id = %s", [done.instance_id + 1]) is None
    assert reading.rows("WHERE instance.id = %s", [done.instance_id + 1]) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans once as it is")
def test_the_inbox_is_planned_once_however_long_one_has_worked(done: UserTask, anna: Staff) -> None:
    for _ in range(12):
        worklist.load(anna, Wanted(), now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(generic_plans), sum(custom_plans) FROM pg_prepared_statements
            WHERE statement LIKE %s OR statement LIKE %s""",
            ["%string_agg%", "%JOIN (SELECT * FROM (%"],
        )
        generic, custom = cursor.fetchone()
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)
    assert generic > 5
    assert custom == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plan between values")
def test_a_plan_that_is_kept_from_when_the_tables_were_small_walks_along_an_index(anna: Staff) -> None:
    text = "EXPLAIN SELECT id FROM workflows_usertask WHERE state = 'open' AND \"group\" = %s ORDER BY due_sort LIMIT 9"
    with reading.kept_plans():
        kept = str(reading.rows(text, ["ssk"]))
    assert "Index" in kept
    assert "Seq Scan" not in kept
    assert reading.rows("SELECT current_setting('enable_seqscan'), current_setting('enable_bitmapscan')") == [
        ("on", "on")
    ]
    driver: Any = connection.connection
    assert driver.prepare_threshold == 5


def test_what_fails_while_plans_are_kept_is_told_as_itself(anna: Staff) -> None:
    failure = ProgrammingError if connection.vendor == "postgresql" else OperationalError
    with pytest.raises(failure), transaction.atomic(), reading.kept_plans():
        reading.rows("SELECT nothing FROM nowhere")
    assert reading.rows("SELECT 1") == [(1,)]


def test_what_an_aged_arende_already_knows_is_told_so_far_and_that_there_is_more(done: UserTask, anna: Staff) -> None:
    seen = sight.of(anna, done.individual)
    assert selectors.known(done.instance, seen).has_older is False
    with mock.patch.object(selectors, "MOST_KNOWN", 0):
        assert selectors.known(done.instance, seen) == ({}, True)
