"""Ärenden under way are moved to another version: all rows follow, nothing is lost, and each can be undone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Staff
from tests import forlopp, pages
from tests.bpmn.drawing import boundary, draw, handler, task
from tests.together import at_once
from tests.unit.engine_bpmn import process, service
from workflows import engine
from workflows.definitions import Folder
from workflows.models import (
    HistoryKind,
    InstanceMove,
    InstanceState,
    Migration,
    MigrationState,
    MoveState,
    ProcessInstance,
    ProcessVersion,
    TaskState,
    UserTask,
)
from workflows.services import deployments, instances, migration, settle, timers, trials, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
DIED = handler("dod", "message info", "dod_s > u8 > end_d")

pytestmark = pytest.mark.django_db(transaction=True)


def lanes(*names: str, samordnare: str = "u1") -> str:
    def lane(key: str, ids: tuple[str, ...]) -> str:
        return f'<lane id="lane_{key}">' + "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in ids) + "</lane>"

    return f'<laneSet id="b">{lane("samordnare", (samordnare,))}{lane("sjukskoterska", names)}</laneSet>'


RINGS = boundary("b1", "u1", "timer P2D", quiet=True)
OLD = draw(
    "s > u1 > u2 > r1 > end_a",
    "b1 > u9 > end_b",
    extra=lanes("u2", "u8", "u9")
    + task("u1", name="Ring hem")
    + RINGS
    + DIED
    + service("r1", "prov.ring", nr="s.svar"),
)
NEW = draw(
    "s > ring > u3 > end_a",
    "b1 > u9 > end_b",
    "b2 > u7 > end_c",
    extra=lanes("u3", "u7", "u8", "u9", samordnare="ring")
    + task("ring", name="Ring hem", kind="userTask")
    + RINGS.replace('"u1"', '"ring"')
    + boundary("b2", "ring", "timer P1D", quiet=True)
    + DIED,
)


def publish(body: str, *forms: str) -> ProcessVersion:
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in (*forms, "s")}
    config = {**forlopp.CONFIG, "messages": {"info": {"key": "nr", "value": "s.svar", "ttl": "P1D"}}}
    version, _ = deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())
    return version


@pytest.fixture
def by() -> Staff:
    return pages.staff("samordnare", "samordnare")


@pytest.fixture
def old(by: Staff) -> ProcessVersion:
    return publish(OLD, "u1", "u2", "u8", "u9")


@pytest.fixture
def new(old: ProcessVersion) -> ProcessVersion:
    return publish(NEW, "ring", "u3", "u7", "u8", "u9")


def started(by: Staff, svar: str = "1") -> ProcessInstance:
    answers = {"svar": svar}
    return instances.start(definition_key=forlopp.KEY, individual=pages.person(), by=by, now=NOW, answers=answers)


def begin(old: ProcessVersion, new: ProcessVersion) -> Migration:
    mapping = migration.default_mapping(old, new)
    return migration.start(from_version=old, to_version=new, mapping=mapping, by=None, now=LATER)


def run(found: Migration) -> None:
    while migration.run_batch(migration=found, now=LATER):
        pass
    found.refresh_from_db()


def rows(instance: ProcessInstance) -> dict[str, Any]:
    """What an instance waits for, as its rows tell, and its state."""
    instance.refresh_from_db()
    tasks = instance.user_tasks.filter(state=TaskState.OPEN).order_by("pk")
    return {
        "version": instance.version_id,
        "tasks": list(tasks.values_list("public_id", "element_id", "form_key", "group", "due_at", "claimed_by")),
        "timers": sorted(instance.timers.values_list("engine_task_id", "element_id", "due_at")),
        "messages": sorted(instance.subscriptions.values_list("engine_task_id", "element_id", "key_value")),
        "calls": sorted(instance.outbox.values_list("key", "element_id", "state")),
        "state": instance.engine_state,
    }


def only_task(instance: ProcessInstance) -> UserTask:
    return instance.user_tasks.get(state=TaskState.OPEN)


def test_everything_an_instance_waits_for_follows(by: Staff, old: ProcessVersion) -> None:
    instance = started(by)
    user_tasks.claim(task=only_task(instance), by=by, now=NOW)
    before = rows(instance)
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    found = begin(old, new)
    run(found)
    after = rows(instance)
    assert found.state == MigrationState.DONE
    assert after["version"] == new.pk
    key, _, _, *rest = before["tasks"][0]
    assert after["tasks"] == [(key, "ring", "ring", *rest)], "the same task, still taken"
    added = {element: due for _, element, due in after["timers"]}
    assert added == {"b1": NOW + timedelta(days=2), "b2": LATER + timedelta(days=1)}
    assert after["messages"] == before["messages"]
    moved = instance.history.get(kind=HistoryKind.MIGRATED)
    assert (moved.detail, moved.at) == ({"from": old.number, "to": new.number}, LATER)
    user_tasks.complete(task=only_task(instance), answers={"svar": "ja"}, by=by, now=LATER)
    assert (only_task(instance).element_id, instance.timers.count()) == ("u3", 0)
    assert timers.fire_due(now=LATER + timedelta(days=9)) == 0


def test_a_dry_run_says_what_the_run_then_does(by: Staff, old: ProcessVersion) -> None:
    siri = pages.staff("siri", "sjukskoterska")
    first, second, third = started(by, "1"), started(by, "2"), started(by, "3")
    user_tasks.complete(task=only_task(second), answers={"svar": "ja"}, by=by, now=NOW)
    user_tasks.complete(task=only_task(third), answers={"svar": "ja"}, by=by, now=NOW)
    user_tasks.complete(task=only_task(third), answers={"svar": "ja"}, by=siri, now=NOW)
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    before = [rows(instance) for instance in (second, third)]
    trial = trials.dry_run(old, new, migration.default_mapping(old, new), now=LATER)
    told = str(trial)
    assert told.startswith("1 flyttas, 2 kan inte, därför: ")
    assert "”u2”: Steget finns inte i den nya versionen. (1)" in told
    found = begin(old, new)
    run(found)
    assert migration.counts(found) == {"moved": 1, "refused": 2, "undone": 0, "left": 0}
    assert rows(first)["version"] == new.pk
    assert [rows(instance) for instance in (second, third)] == before
    refused = found.moves.get(instance=second)
    assert (refused.element_id, refused.reason) == ("u2", "”u2”: Steget finns inte i den nya versionen.")


def test_a_move_is_stopped_and_goes_on_and_one_that_is_broken_stops_nobody(by: Staff, old: ProcessVersion) -> None:
    all_of_them = [started(by, str(number)) for number in range(4)]
    ProcessInstance.objects.filter(pk=all_of_them[1].pk).update(engine_state={"format": 2, "scopes": "?"})
    found = begin(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    trial = trials.dry_run(old, found.to_version, found.mapping, now=LATER)
    assert (trial.moved, trial.reasons) == (3, [(migration.UNREADABLE, 1)])
    with pytest.raises(migration.AlreadyRunning):
        begin(old, found.to_version)
    assert migration.run_batch(migration=found, now=LATER, limit=2)
    migration.stop(migration=found)
    assert not migration.run_batch(migration=found, now=LATER)
    assert not migration.run_waiting(now=LATER)
    assert migration.counts(found) == {"moved": 1, "refused": 1, "undone": 0, "left": 2}
    migration.resume(migration=found)
    while migration.run_waiting(now=LATER):
        pass
    found.refresh_from_db()
    assert (found.state, found.ended_at) == (MigrationState.DONE, LATER)
    assert migration.counts(found) == {"moved": 3, "refused": 1, "undone": 0, "left": 0}


def test_one_that_fails_when_half_written_takes_none_of_those_moved_with_it_along(
    by: Staff, old: ProcessVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (started(by, str(number)) for number in range(3))
    before, write = rows(second), settle.settle

    def fail(instance: ProcessInstance, *given: Any, **more: Any) -> settle.Settled:
        settled = write(instance, *given, **more)
        if instance.pk == second.pk:
            raise engine.EngineError("u1", "prov", "Det gick inte.")
        return settled

    monkeypatch.setattr(settle, "settle", fail)
    found = begin(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    run(found)
    assert migration.counts(found) == {"moved": 2, "refused": 1, "undone": 0, "left": 0}
    assert found.moves.get(state=MoveState.REFUSED).reason == "Det gick inte."
    assert rows(second) == before
    assert [rows(instance)["version"] for instance in (first, third)] == [found.to_version_id] * 2


def test_ten_are_moved_in_one_transaction(by: Staff, old: ProcessVersion) -> None:
    for number in range(10):
        started(by, str(number))
    found = begin(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    migration.Change.of(found)  # what a process reads once
    with CaptureQueriesContext(connection) as queries:
        assert migration.run_batch(migration=found, now=LATER)
    assert migration.counts(found)["moved"] == 10
    assert [query["sql"] for query in queries].count("COMMIT") == 1
    assert len(queries) <= 40  # three for each: its state, a timer that is new and one that is called something else


def test_a_move_can_be_undone_until_the_instance_goes_on(by: Staff, old: ProcessVersion) -> None:
    one, other = started(by, "1"), started(by, "2")
    before = rows(one)
    found = begin(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    run(found)
    migration.undo(move=found.moves.get(instance=one), by=by, now=LATER)
    assert rows(one) == before
    assert found.moves.get(instance=one).state == MoveState.UNDONE
    user_tasks.complete(task=only_task(one), answers={"svar": "ja"}, by=by, now=LATER)
    assert only_task(one).element_id == "u2"
    user_tasks.complete(task=only_task(other), answers={"svar": "ja"}, by=by, now=LATER)
    for move in found.moves.all():
        with pytest.raises(migration.CannotUndo):
            migration.undo(move=move, by=by, now=LATER)
    assert migration.forget() == 1
    assert not InstanceMove.objects.filter(earlier__isnull=False).exists()


@pytest.mark.parametrize("time", range(4))
def test_a_task_that_is_completed_meanwhile_is_done_before_or_after(by: Staff, old: ProcessVersion, time: int) -> None:
    instance = started(by)
    shown = UserTask.objects.select_related("instance__version").get()
    found = begin(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    outcomes = at_once(
        partial(user_tasks.complete, task=shown, answers={"svar": "ja"}, by=by, now=LATER), partial(run, found)
    )
    assert sorted(outcomes) == ["Completed", "NoneType"]
    instance.refresh_from_db()
    move = found.moves.get()
    here = {MoveState.MOVED: ("ring", "u3"), MoveState.REFUSED: ("u1", "u2")}[MoveState(move.state)]
    variable, element = here
    assert instance.engine_state["variables"][variable] == {"svar": "ja"}
    assert only_task(instance).element_id == element
    assert instance.history.filter(kind=HistoryKind.COMPLETED, element_id=variable).count() == 1


def test_the_owner_tries_and_moves_on_a_page_and_others_see_nothing(by: Staff, old: ProcessVersion) -> None:
    started(by)
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    it = pages.logged_in(pages.staff("ingrid", "it_drift"))
    plan = f"/flytta/{forlopp.KEY}/{old.number}/{new.number}/"
    assert plan in pages.text(it.get("/flytta/"))
    page = pages.text(it.get(plan))
    assert '<option value="ring" selected>Ring hem</option>' in page
    here = it.post(plan, {"gor": "starta"})["Location"]
    assert "0 flyttade, 0 kan inte flyttas." in pages.text(it.get(here))
    assert "0 av 1 gjorda. Sidan läses om av sig själv." in pages.text(it.get(here))
    assert ("Refresh" in it.get(here), "Refresh" in it.get(here, {"visa": "moved"})) == (True, False)
    assert "pågår redan" in pages.text(it.post(plan, {"gor": "starta"}, follow=True))
    it.post(here, {"gor": "stoppa"})
    it.post(here, {"gor": "fortsatt"})
    assert migration.run_waiting(now=LATER)
    move = InstanceMove.objects.get()
    assert "Flytta tillbaka" in pages.text(it.get(here))
    assert "är tillbaka i version 1" in pages.text(
        it.post(here, {"gor": "angra", "flytt": str(move.public_id)}, follow=True)
    )
    assert it.post(here, {"gor": "angra", "flytt": "x"}).status_code == 404
    other = pages.logged_in(by)
    assert [other.get(address).status_code for address in ("/flytta/", plan, here)] == [404] * 3


def test_it_moves_by_command(by: Staff, old: ProcessVersion, capsys: pytest.CaptureFixture[str]) -> None:
    instance = started(by)
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    command = ("migrate_instances", forlopp.KEY, "--from", str(old.number), "--to", str(new.number))
    call_command(*command, "--dry-run")
    assert "1 flyttas, 0 kan inte" in capsys.readouterr().out
    assert rows(instance)["version"] == old.pk
    call_command(*command)
    assert "Klar: 1 flyttade, 0 kan inte, 0 kvar" in capsys.readouterr().out
    assert rows(instance)["version"] == new.pk
    assert instance.state == InstanceState.ACTIVE
