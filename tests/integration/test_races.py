"""Many at once: one wins, the others are told so plainly, and nobody is locked out."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from people.models import Staff
from tests import forlopp, pages
from tests.together import at_once, held_elsewhere
from workflows import engine
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    InboxMessage,
    InboxState,
    Incident,
    MessageDelivery,
    ProcessInstance,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import arrivals, inbox, instances, outbox, steps, timers, turns, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


@pytest.fixture
def staff() -> list[Staff]:
    return [pages.staff(f"kollega{number}", "samordnare") for number in range(4)]


def receive(typ: str, nr: str = "1", *, message_id: str = "", **content: Any) -> arrivals.Receipt:
    body = forlopp.message(typ, nr, **content)
    return inbox.receive(source="prov", message_id=message_id or str(uuid.uuid4()), raw=body, now=NOW)


def told(typ: str, nr: str) -> str:
    return receive(typ, nr).outcome


def first_task() -> UserTask:
    receive("borja")
    return UserTask.objects.get(element_id="a")


def complete(task: UserTask, by: Staff, action_id: uuid.UUID | None = None) -> Callable[[], object]:
    return lambda: user_tasks.complete(task=task, answers={"svar": by.username}, by=by, now=NOW, action_id=action_id)


def test_four_people_complete_one_task_and_one_wins(staff: list[Staff]) -> None:
    task = first_task()
    before = task.instance.revision
    outcomes = at_once(*(complete(task, member) for member in staff))
    assert Counter(outcomes) == {"Completed": 1, "AlreadyCompleted": 3}
    task.refresh_from_db()
    instance = task.instance
    assert task.completed_by is not None
    assert instance.engine_state["variables"]["a"] == {"svar": task.completed_by.username}
    assert instance.revision == before + 1
    assert HistoryEntry.objects.filter(kind=HistoryKind.COMPLETED, element_id="a").count() == 1
    assert instance.outbox.count() == 1


def test_four_clicks_of_one_person_are_one_action(staff: list[Staff]) -> None:
    task, action = first_task(), uuid.uuid4()
    assert at_once(*[complete(task, staff[0], action)] * 4) == ["Completed"] * 4
    assert HistoryEntry.objects.filter(kind=HistoryKind.COMPLETED, element_id="a").count() == 1


def test_four_people_claim_one_task_and_one_gets_it(staff: list[Staff]) -> None:
    task = first_task()
    acts = [partial(user_tasks.claim, task=task, by=member, now=NOW) for member in staff]
    assert Counter(at_once(*acts)) == {"UserTask": 1, "ClaimedByOther": 3}
    assert HistoryEntry.objects.filter(kind=HistoryKind.CLAIMED).count() == 1


def test_one_message_four_times_at_once_starts_one_instance() -> None:
    acts = [lambda: receive("borja", message_id="m1").outcome] * 4
    assert at_once(*acts) == ["str"] * 4
    assert ProcessInstance.objects.count() == 1
    assert InboxMessage.objects.get().copies == 4


def test_four_messages_about_one_stay_start_one_instance() -> None:
    at_once(*[lambda: receive("borja").outcome] * 4)
    assert ProcessInstance.objects.count() == 1
    states = Counter(InboxMessage.objects.values_list("state", flat=True))
    assert states == {InboxState.DONE: 1, InboxState.IGNORED: 3}


def waiting_for_info(by: Staff) -> ProcessInstance:
    """An instance whose next step is to hear `info`."""
    user_tasks.complete(task=first_task(), answers={"svar": "ja"}, by=by, now=NOW)
    (row,) = outbox.claim(worker="prov", now=NOW, lease=timedelta(minutes=1))
    outbox.succeed(key=row.key, token=row.token, result={}, now=NOW)
    return ProcessInstance.objects.get()


def test_four_messages_for_one_wait_are_taken_once_and_the_rest_are_kept(staff: list[Staff]) -> None:
    instance = waiting_for_info(staff[0])
    at_once(*[lambda: receive("info").outcome] * 4)
    assert MessageDelivery.objects.filter(instance=instance, element_id="vanta").count() == 1
    assert UserTask.objects.filter(element_id="b").count() == 1
    states = Counter(InboxMessage.objects.filter(name="info").values_list("state", flat=True))
    assert states == {InboxState.DONE: 1, InboxState.BUFFERED: 3}


@pytest.mark.parametrize("round_", range(4))
def test_a_message_and_the_step_that_waits_for_it_at_the_same_moment_meet(staff: list[Staff], round_: int) -> None:
    user_tasks.complete(task=first_task(), answers={"svar": "ja"}, by=staff[0], now=NOW)
    (row,) = outbox.claim(worker="prov", now=NOW, lease=timedelta(minutes=1))
    at_once(
        lambda: outbox.succeed(key=row.key, token=row.token, result={}, now=NOW),
        lambda: receive("info").outcome,
    )
    inbox.bring_waited_for(now=NOW)
    assert UserTask.objects.filter(element_id="b", state=TaskState.OPEN).count() == 1
    assert InboxMessage.objects.get(name="info").state == InboxState.DONE


def test_a_kept_message_that_someone_waits_for_is_brought(staff: list[Staff]) -> None:
    """What is left when neither saw the other, made by hand."""
    instance = waiting_for_info(staff[0])
    wait = instance.subscriptions.get(message_name="info")
    instance.subscriptions.filter(pk=wait.pk).delete()
    kept = receive("info").message
    assert kept.state == InboxState.BUFFERED
    wait.save(force_insert=True)
    assert inbox.bring_waited_for(now=NOW) == 1
    kept.refresh_from_db()
    assert kept.state == InboxState.DONE
    assert UserTask.objects.filter(element_id="b", state=TaskState.OPEN).count() == 1
    assert inbox.bring_waited_for(now=NOW) == 0


def test_everything_at_once_about_one_person_leaves_nobody_locked_out(staff: list[Staff]) -> None:
    """A person, an instance, a task and a message are held in every order that the product holds them."""
    for number in range(4):
        receive("borja", str(number), message_id=f"start-{number}")
    tasks = list(UserTask.objects.filter(element_id="a").order_by("pk"))
    acts: list[Callable[[], object]] = [
        lambda: receive("avliden", "x").outcome,
        lambda: timers.fire_due(now=NOW + timedelta(days=3)),
    ]
    for member, task in zip(staff, tasks, strict=True):
        nr = task.instance.business_key.partition(":")[2]
        acts += [
            partial(user_tasks.claim, task=task, by=member, now=NOW),
            complete(task, member),
            partial(told, "info", nr),
        ]
    outcomes = Counter(at_once(*acts))
    allowed = {"UserTask", "Completed", "str", "int", "TaskGone", "AlreadyCompleted"}
    assert set(outcomes) <= allowed, outcomes
    assert not InboxMessage.objects.filter(state=InboxState.RECEIVED).exists()
    # Whoever won, everyone who died has one task to wind up, and no other.
    open_tasks = UserTask.objects.filter(state=TaskState.OPEN)
    assert sorted(open_tasks.values_list("element_id", flat=True)) == ["stada"] * 4


def waiting_for_time(by: Staff, count: int) -> list[ProcessInstance]:
    """Instances with a timer on the task that is open."""
    found = []
    for number in range(count):
        receive("borja", str(number))
        task = UserTask.objects.get(element_id="a", state=TaskState.OPEN)
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=by, now=NOW)
        (row,) = outbox.claim(worker="prov", now=NOW, lease=timedelta(minutes=1))
        outbox.succeed(key=row.key, token=row.token, result={}, now=NOW)
        receive("info", str(number))
        found.append(task.instance)
    assert TimerJob.objects.count() == count
    return found


def test_workers_side_by_side_fire_each_timer_once(staff: list[Staff]) -> None:
    waiting_for_time(staff[0], 6)
    moved = []
    at_once(*[lambda: moved.append(timers.fire_due(now=NOW + timedelta(days=3)))] * 3)
    assert sum(moved) == 6
    assert UserTask.objects.filter(element_id="sen").count() == 6
    assert not TimerJob.objects.exists()


def test_a_timer_whose_instance_is_held_waits_for_the_next_round_and_the_others_fire(staff: list[Staff]) -> None:
    held, other = waiting_for_time(staff[0], 2)
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    with held_elsewhere(held):
        assert timers.fire_due(now=NOW + timedelta(days=3)) == 1
        assert UserTask.objects.get(element_id="sen").instance_id == other.pk
    assert timers.fire_due(now=NOW + timedelta(days=3)) == 1


def test_what_dies_while_it_fires_has_fired_nothing_of_what_it_had_in_hand(staff: list[Staff]) -> None:
    waiting_for_time(staff[0], 3)
    later, fire, begun = NOW + timedelta(days=3), engine.Execution.fire, []

    def dies_at_the_last(self: engine.Execution, *, now: datetime) -> None:
        begun.append(self)
        if len(begun) == 3:
            raise SystemExit
        fire(self, now=now)

    with mock.patch.object(engine.Execution, "fire", dies_at_the_last), pytest.raises(SystemExit):
        timers.fire_due(now=later)
    left = TimerJob.objects.count()
    assert left == (1 if connection.features.has_select_for_update_skip_locked else 3)
    assert fired() == 3 - left
    assert timers.fire_due(now=later) == left
    assert (fired(), TimerJob.objects.count()) == (3, 0)
    assert UserTask.objects.filter(element_id="sen").values("instance").distinct().count() == 3


def fired() -> int:
    """Reminders that came, each with its history and no more."""
    came = UserTask.objects.filter(element_id="sen").count()
    assert HistoryEntry.objects.filter(element_id="t", kind=HistoryKind.COMPLETED).count() == came
    return came


@pytest.mark.parametrize("error", [engine.EngineError("t", "prov", "Det går inte."), RecursionError("oväntat")])
def test_a_poisoned_timer_stops_alone_and_is_tried_ever_more_seldom(staff: list[Staff], error: Exception) -> None:
    poisoned, _ = waiting_for_time(staff[0], 2)
    later = NOW + timedelta(days=3)
    with mock.patch.object(engine.Execution, "fire", fails_for(poisoned, engine.Execution.fire, error)):
        assert timers.fire_due(now=later) == 1
        assert timers.fire_due(now=later) == 0
        assert timers.fire_due(now=later + timedelta(minutes=1)) == 0
    job = TimerJob.objects.get()
    assert (job.instance_id, job.failures) == (poisoned.pk, 2)
    assert job.due_at == later + timedelta(minutes=6)
    (incident,) = Incident.objects.all()
    assert (incident.instance_id, incident.attempts) == (poisoned.pk, 2)
    assert timers.fire_due(now=later + timedelta(minutes=6)) == 1


def fails_for(instance: ProcessInstance, fire: Callable[..., None], error: Exception) -> Callable[..., None]:
    """The engine cannot take this instance on."""
    ref = str(instance.public_id)

    def act(self: engine.Execution, *, now: datetime) -> None:
        if self.variables["arende"]["ref"] == ref:
            raise error
        fire(self, now=now)

    return act


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL chooses between two who wait")
def test_who_stands_in_another_s_way_begins_again(staff: list[Staff]) -> None:
    receive("borja", "1")
    receive("borja", "2")
    one, other = ProcessInstance.objects.order_by("pk")
    meet = threading.Barrier(2)
    tries: Counter[int] = Counter()

    @turns.again
    def crosswise(first: ProcessInstance, second: ProcessInstance) -> str:

        tries[first.pk] += 1
        with transaction.atomic():
            steps.locked(first.pk)
            if tries[first.pk] == 1:
                meet.wait(10)
            steps.locked(second.pk)
        return "klar"

    assert at_once(lambda: crosswise(one, other), lambda: crosswise(other, one)) == ["str", "str"]
    assert sorted(tries.values()) == [1, 2]


def test_a_cancelled_instance_and_a_completed_task_at_once(staff: list[Staff]) -> None:
    task = first_task()
    outcomes = at_once(
        complete(task, staff[0]),
        lambda: instances.cancel(instance=task.instance, reason="prov", by=staff[1], now=NOW),
    )
    assert set(outcomes) <= {"Completed", "ProcessInstance", "TaskGone"}
    assert "ProcessInstance" in outcomes
    assert not UserTask.objects.filter(state=TaskState.OPEN).exists()
