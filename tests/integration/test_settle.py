"""A step is written down by difference and in few statements; what is kept beside the state is what the rows hold."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from people import statements
from people.backends import working
from people.models import Staff
from tests import forlopp
from workflows import engine
from workflows.models import HistoryEntry, HistoryKind, OutboxMessage, OutboxState, ProcessInstance, UserTask
from workflows.services import inbox, outbox, steps, user_tasks, waits

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


def started(nr: str = "1") -> UserTask:
    inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=forlopp.message("borja", nr), now=NOW)
    return UserTask.objects.get(instance__business_key=f"nr:{nr}", element_id="a")


def test_a_completion_asks_the_database_the_same_few_things_however_much_waits(anna: Staff) -> None:
    counts = []
    for number in range(3):
        task = started(str(number))
        with CaptureQueriesContext(connection) as queries:
            by = working(anna.pk)  # as a request reads them
            assert by is not None
            user_tasks.complete(task=task, answers={"svar": "ja"}, by=by, now=NOW)
        counts.append(len(queries))
    assert max(counts) <= 10
    assert len(set(counts)) == 1


def test_a_state_that_was_stored_before_its_rows_were_kept_with_it_goes_on(anna: Staff) -> None:
    task = started()
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=anna, now=NOW)
    instance = ProcessInstance.objects.get()
    state = instance.engine_state
    del state[waits.KEY]
    ProcessInstance.objects.filter(pk=instance.pk).update(engine_state=state)
    (call,) = outbox.claim(worker="prov", now=NOW, lease=timedelta(minutes=1))
    outbox.succeed(key=call.key, token=call.token, result={}, now=NOW)
    assert OutboxMessage.objects.get().state == OutboxState.DONE
    instance.refresh_from_db()
    kept = waits.Rows.of(instance)
    assert waits.KEY in instance.engine_state
    assert kept.messages
    assert kept == waits.Rows.read(instance)


def test_a_row_read_and_written_as_text_is_the_row_that_django_reads() -> None:
    task = started()
    instance = ProcessInstance.objects.get()
    with transaction.atomic():
        read = steps.locked(instance.pk)
    for name in (field.attname for field in ProcessInstance._meta.concrete_fields):
        assert getattr(read, name) == getattr(instance, name), name
    assert read.individual == instance.individual
    assert read.individual.is_protected == instance.individual.is_protected
    assert read.version.public_id == instance.version.public_id
    assert (task.why, task.due_at) == ("Ärende 1 väntar på dig.", NOW + timedelta(hours=4))


def test_a_step_that_fails_leaves_the_task_as_the_caller_has_it(anna: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    task = started()

    def fail(*_: object, **__: object) -> None:
        raise engine.EngineError("a", "prov", "Det gick inte.")

    monkeypatch.setattr(engine.Execution, "complete", fail)
    with pytest.raises(engine.EngineError):
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=anna, now=NOW)
    assert task.is_open
    task.refresh_from_db()
    assert task.is_open


def test_more_rows_than_a_statement_takes_are_all_inserted_and_know_their_keys() -> None:
    instance = started().instance
    count = statements.BATCH + 1
    rows = [HistoryEntry(instance=instance, at=NOW, kind=HistoryKind.NOTED, name=str(n)) for n in range(count)]
    statements.insert(rows, with_keys=True)
    found = instance.history.filter(kind=HistoryKind.NOTED).in_bulk()
    assert {row.pk: row.name for row in rows} == {key: entry.name for key, entry in found.items()}
    assert len(found) == count
