"""What is due is listed, decided by a person and destroyed; afterwards it can be found nowhere in the installation."""

from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as installed
from django.db import connection, models, transaction
from django.utils import timezone
from pytest_django import Settings

from disposal import files
from disposal.models import Run
from disposal.services import holds, remains, runs
from people.models import Contact, Individual, Staff
from people.services import access, plan
from tests import pages
from tests.disposing import CONTACT, LATER, MARK, ended, written_in
from tests.fakes.region import notice
from workflows import definitions
from workflows.attachments import shelf
from workflows.models import Attachment, InboxMessage, ProcessInstance, UserTask
from workflows.services import deployments, inbox, mending

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(tmp_path: Path, settings: Settings) -> Staff:
    settings.FORLOPP_FILES = tmp_path / "files"
    pages.publish()
    return pages.staff("anna", "samordnare")


@pytest.fixture
def archivist() -> Staff:
    return pages.staff("arvid", "arkivarie")


def told_by_the_region() -> ProcessInstance:
    """An ärende that a message began: raw as it came, understood, and answered by a call; then ended."""
    folder = Path(installed.FORLOPP_BPMN_DIR) / "trygg_hemgang"
    deployments.publish(folder=definitions.read(folder), by=None, now=timezone.now())
    raw = json.dumps(notice("m-1", inskrivning_id=f"{MARK}-1")).encode()
    assert inbox.receive(source="region", message_id="m-1", raw=raw, now=timezone.now()).message.state == "done"
    begun = ProcessInstance.objects.get(definition__key="trygg_hemgang")
    mending.cancel(instance=begun, reason=MARK, by=Staff.objects.get(username="anna"), now=timezone.now())
    return begun


def everything() -> Iterator[tuple[str, str]]:
    """Each row of each table as text, also what is packed."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                yield table, " ".join(map(_text, row))


def _text(value: object) -> str:
    if isinstance(value, memoryview):
        value = value.tobytes()
    if isinstance(value, bytes):
        value = gzip.decompress(value) if value[:2] == b"\x1f\x8b" else value
        return value.decode("utf-8", "replace")
    return str(value).encode().decode("unicode_escape", "replace") if "\\u" in str(value) else str(value)


def tables_with(text: str) -> set[str]:
    return {table for table, row in everything() if text in row}


def disposed(by: Staff, now: datetime.datetime) -> Run:
    run = runs.propose(now=now)
    assert run is not None
    runs.approve(run=run, decision="Dokumenthanteringsplan 2026", by=by, now=now)
    while runs.carry_out_due(now=now):
        pass
    run.refresh_from_db()
    return run


def test_what_is_destroyed_is_found_nowhere(anna: Staff, archivist: Staff) -> None:
    individual = pages.person()
    begun = written_in(individual, anna)
    region = told_by_the_region()
    before = tables_with(MARK)
    assert {"workflows_usertask", "tasks_comment", "workflows_historyentry", "workflows_incident"} <= before
    assert "workflows_amendment" in before
    assert {"workflows_attachment", "workflows_inboxmessage", "workflows_processinstance"} <= before
    kept = Attachment.objects.get()
    assert shelf.path_of(kept.public_id).exists()
    Individual.objects.update(born_on=datetime.date(1938, 5, 14))
    run = disposed(archivist, timezone.now() + LATER)
    assert run.state == "done"
    assert tables_with(MARK) == set()
    assert not shelf.path_of(kept.public_id).exists()
    told = {course["arende"] for item in run.items.all() for course in item.courses}
    assert told == {str(begun.public_id), str(region.public_id)}
    assert {item.outcome for item in run.items.all() if item.individual is None} == {"destroyed"}
    assert not run.items.exclude(individual=None).exists()
    row = next(item.rows for item in run.items.all() if item.rows.get("filer"))
    assert row["workflows.ProcessInstance"] == 1


def test_nothing_of_others_is_touched(anna: Staff, archivist: Staff) -> None:
    ended(pages.person(), anna)
    doris = pages.start(pages.person("193902282387", "Doris"), anna)
    before = {table: sum(1 for each, _ in everything() if each == table) for table in ("workflows_usertask",)}
    disposed(archivist, timezone.now() + LATER)
    assert list(ProcessInstance.objects.all()) == [doris]
    assert UserTask.objects.filter(instance=doris).exists()
    assert before["workflows_usertask"] == 2


def test_a_file_is_due_when_the_time_of_its_last_note_is_out(anna: Staff) -> None:
    ended(pages.person(), anna)
    last = timezone.localdate()
    due = last.replace(year=last.year + 1)
    assert [file.due_on for file in files.due(due)] == [due]
    assert list(files.due(due - datetime.timedelta(days=1))) == []


def test_a_file_under_way_is_never_due(anna: Staff) -> None:
    berit = pages.person()
    ended(berit, anna)
    pages.start(berit, anna)
    assert list(files.due(timezone.localdate() + LATER)) == []


@pytest.mark.parametrize(
    ("born", "sphere", "is_preserved"),
    [
        (datetime.date(1938, 5, 5), "sol", True),
        (datetime.date(1938, 5, 15), "sol", True),
        (datetime.date(1938, 5, 25), "bada", True),
        (datetime.date(1938, 5, 14), "sol", False),
        (datetime.date(1938, 5, 25), "hsl", False),
        (None, "sol", True),
        (None, "hsl", False),
    ],
)
def test_social_files_of_some_birthdays_are_kept_for_research(
    born: datetime.date | None, sphere: str, is_preserved: bool
) -> None:
    day = datetime.date(2026, 11, 28)
    file = files.File(individual=Individual(born_on=born), sphere=sphere, courses=[], last_on=day, due_on=day)
    assert file.is_preserved is is_preserved


def test_what_is_kept_is_counted_and_not_listed(anna: Staff, archivist: Staff) -> None:
    born, held = pages.person(), pages.person("193902282387", "Doris")
    for individual in (born, held, pages.person("196101182803", "Birgitta")):
        ended(individual, anna)
    Individual.objects.filter(pk=born.pk).update(born_on=datetime.date(1938, 5, 15))
    holds.place(individual=held, reason="Tillsyn", by=archivist, now=timezone.now())
    run = runs.propose(now=timezone.now() + LATER)
    assert run is not None
    assert (run.preserved, run.held, run.items.count()) == (1, 1, 1)


def test_what_happens_after_the_list_was_made_keeps_the_file(anna: Staff, archivist: Staff) -> None:
    berit, doris = pages.person(), pages.person("193902282387", "Doris")
    for individual in (berit, doris):
        ended(individual, anna)
    now = timezone.now() + LATER
    run = runs.propose(now=now)
    assert run is not None
    runs.approve(run=run, decision="Planen", by=archivist, now=now)
    pages.start(berit, anna)
    holds.place(individual=doris, reason="Tvist", by=archivist, now=now)
    runs.carry_out_due(now=now)
    run.refresh_from_db()
    assert run.state == "done"
    assert sorted(run.items.values_list("outcome", "why_kept")) == [
        ("kept", "Gallringsstopp"),
        ("kept", "Något har hänt i akten sedan den listades"),
    ]
    assert ProcessInstance.objects.count() == 3


def test_nothing_is_destroyed_without_a_decision(anna: Staff, archivist: Staff) -> None:
    ended(pages.person(), anna)
    now = timezone.now() + LATER
    run = runs.propose_due(now=now)
    assert run is not None
    assert runs.propose_due(now=now) is None
    assert not runs.carry_out_due(now=now)
    assert ProcessInstance.objects.exists()
    with pytest.raises(runs.SaysNotWhy):
        runs.approve(run=run, decision=" ", by=archivist, now=now)
    runs.approve(run=run, decision="Planen", by=archivist, now=now)
    with pytest.raises(runs.NotProposed):
        runs.approve(run=run, decision="Planen", by=archivist, now=now)


def test_a_message_that_another_course_has_read_stays(anna: Staff, archivist: Staff) -> None:
    first, second = ended(pages.person(), anna), pages.start(pages.person("193902282387", "Doris"), anna)
    message = InboxMessage.objects.create(
        source="region", message_id="1", digest="0" * 64, raw=b"{}", received_at=timezone.now(), state="done"
    )
    for instance in (first, second):
        message.deliveries.create(instance=instance, element_id="x", at=timezone.now())
    disposed(archivist, timezone.now() + LATER)
    assert InboxMessage.objects.filter(pk=message.pk).exists()
    assert list(message.deliveries.values_list("instance", flat=True)) == [second.pk]


def test_a_person_without_course_is_forgotten_and_the_name_goes_with_the_log(
    anna: Staff, archivist: Staff, settings: Settings
) -> None:
    long_ago = timezone.now() - LATER
    berit = pages.person()
    Individual.objects.update(created_at=long_ago, updated_at=long_ago)
    plan.add(Contact, individual=berit, told=CONTACT, by=anna, now=long_ago)  # its row in the log is as old
    access.record(
        staff=anna, individual=berit, action="read", object_type="individual", object_id="x", now=timezone.now()
    )
    assert tables_with(MARK) == {"people_contact"}
    remains.remove_due(now=timezone.now())
    assert tables_with(MARK) == set()
    assert Individual.objects.filter(pk=berit.pk).exists()  # somebody read about her today, and the log tells whom
    log_is_old()
    remains.remove_due(now=timezone.now())
    assert tables_with("Provsson") == set()


def log_is_old() -> None:
    """Without five years of waiting: the log is emptied, as its own disposal would."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM people_accesslog")


def test_a_person_whom_something_was_written_about_lately_stays(anna: Staff) -> None:
    berit = pages.person()
    Individual.objects.update(created_at=timezone.now() - LATER, updated_at=timezone.now() - LATER)
    plan.add(Contact, individual=berit, told=CONTACT, by=anna, now=timezone.now())
    remains.remove_due(now=timezone.now())
    assert Contact.objects.exists()


LISTED = {model for model, _, _ in remains.OF_PERSONS}
ELSEWHERE = {"ProcessInstance", "UserTask", "AccessLog", "Pick", "Item", "Hold", "Handover"}
"""Part of a file, or of the log, or the record of disposal itself."""


def test_every_table_that_points_to_a_person_is_thought_of() -> None:
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Individual
    }
    assert {model.__name__ for model in pointing - LISTED} == ELSEWHERE


def test_everything_of_a_course_goes_with_it() -> None:
    """A new table that points to an ärende either goes with it or has been thought of here."""
    loose = {
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model in (ProcessInstance, UserTask)
        and field.remote_field.on_delete is not models.CASCADE
    }
    assert loose == {("Signal", "sender")}
