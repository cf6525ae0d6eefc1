"""A person steps in when an ärende has stopped: one action, one row of history with the reason, or all as before."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from people.models import Staff
from tests import forlopp, pages
from workflows import engine
from workflows.models import (
    HeldMessage,
    HistoryEntry,
    HistoryKind,
    InboxState,
    Incident,
    IncidentState,
    InstanceState,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import (
    arrivals,
    bulk,
    held,
    inbox,
    incidents,
    mending,
    outbox,
    settle,
    steps,
    timers,
    user_tasks,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
LEASE = timedelta(minutes=1)
pages.PROFESSIONS.setdefault("enhetschef", "Enhetschef")
pages.PROFESSIONS.setdefault("processagare", "Processägare")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


@pytest.fixture
def anna() -> Staff:
    return pages.staff("anna", "samordnare")


@pytest.fixture
def nurse() -> Staff:
    return pages.staff("siri", "sjukskoterska")


def receive(typ: str, nr: str = "1", **content: Any) -> arrivals.Receipt:
    return inbox.receive(source="prov", message_id=str(uuid.uuid4()), raw=forlopp.message(typ, nr, **content), now=NOW)


def started(nr: str = "1") -> ProcessInstance:
    receive("borja", nr)
    return ProcessInstance.objects.order_by("pk").last() or pytest.fail("nothing started")


def to_call(by: Staff, nr: str = "1") -> ProcessInstance:
    instance = started(nr)
    user_tasks.complete(task=instance.user_tasks.get(element_id="a"), answers={"svar": "ja"}, by=by, now=NOW)
    return instance


def to_message(by: Staff) -> ProcessInstance:
    instance = to_call(by)
    answer(instance)
    return instance


def answer(instance: ProcessInstance) -> None:
    (call,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    outbox.succeed(key=call.key, token=call.token, result={"ok": True}, now=NOW)


def open_tasks(instance: ProcessInstance) -> list[str]:
    return list(instance.user_tasks.filter(state=TaskState.OPEN).values_list("element_id", flat=True))


def place(instance: ProcessInstance, element_id: str) -> engine.Place:
    row = ProcessInstance.objects.select_related("version").get(pk=instance.pk)
    return next(item for item in mending.places(row) if item.element.id == element_id)


def why(**more: Any) -> dict[str, Any]:
    return {"reason": "Systemet är nere", "now": NOW, **more}


def state(instance: ProcessInstance) -> tuple[Any, ...]:
    row = ProcessInstance.objects.get(pk=instance.pk)
    return (row.engine_state, row.revision, row.state, row.suspended_at, open_tasks(instance), row.history.count())


def test_a_step_is_skipped_once_however_often_one_clicks_and_its_call_is_withdrawn(anna: Staff) -> None:
    instance = to_call(anna)
    stop = incidents.open_incident(
        code="down", text="Svarar inte.", group="it_drift", now=NOW, instance=instance, element_id="ring"
    )
    action = uuid.uuid4()
    for _ in range(2):
        mending.skip(instance=instance, element_id="ring", by=anna, action_id=action, stop=stop, **why())
    assert OutboxMessage.objects.get().state == OutboxState.WITHDRAWN
    assert instance.subscriptions.filter(message_name="info").count() == 1
    entry = instance.history.get(kind=HistoryKind.SKIPPED)
    assert (entry.by, entry.element_id, entry.detail["reason"]) == (anna, "ring", "Systemet är nere")
    assert not instance.history.filter(kind=HistoryKind.COMPLETED, element_id="ring").exists()
    stop.refresh_from_db()
    assert (stop.state, stop.resolved_by) == (IncidentState.RESOLVED, anna)


def test_a_token_is_moved_and_the_task_it_left_is_gone(anna: Staff) -> None:
    instance = started()
    mending.move(instance=instance, task_id=place(instance, "a").id, target="b", by=anna, **why())
    assert open_tasks(instance) == ["b"]
    entry = instance.history.get(kind=HistoryKind.MOVED)
    assert (entry.element_id, entry.detail["to"], entry.detail["to_name"]) == ("a", "b", "Andra uppgiften")
    assert not instance.history.filter(kind=HistoryKind.CANCELLED).exists()


def test_changed_values_are_kept_before_and_after_and_only_what_differs(anna: Staff) -> None:
    instance = started()
    texts = {"borja": '{"nr": "2"}', "parametrar": '{"dagar": 14}', "ny": "[1, 2.5]"}
    changes = mending.read_values(texts)
    mending.change(instance=instance, changes=changes, revision=instance.revision, by=anna, **why())
    assert steps.variables_of(ProcessInstance.objects.get())["borja"] == {"nr": "2"}
    detail = instance.history.get(kind=HistoryKind.CHANGED).detail
    assert set(detail["after"]) == {"borja", "ny"}
    assert set(detail["before"]) == {"borja"}
    with pytest.raises(settle.Conflict):
        mending.change(instance=instance, changes={"ny": 1}, revision=instance.revision, by=anna, **why())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ny", "{"),
        ("ny", '{"a": 1, "a": 2}'),
        ("ny", "NaN"),
        ("ny", "1e999"),
        ("ny", '"' + "x" * mending.MOST_BYTES + '"'),
        ("ny", "[" * 50_000),
        ("ny", r'"\u0000"'),
        ("ny", r'"\ud800"'),
        ("person", "{}"),
        ("två ord", "1"),
    ],
)
def test_a_value_that_is_wrong_or_not_to_be_changed_is_refused_and_nothing_is_written(
    anna: Staff, name: str, text: str
) -> None:
    instance = started()
    before = state(instance)
    with pytest.raises(mending.InvalidChange) as refused:
        mending.change(
            instance=instance, changes=mending.read_values({name: text}), revision=instance.revision, by=anna, **why()
        )
    assert refused.value.name == name
    assert state(instance) == before


def test_only_those_who_may_step_in_and_only_with_a_reason(anna: Staff, nurse: Staff) -> None:
    instance = started()
    before = state(instance)
    acts: list[tuple[Any, dict[str, Any]]] = [
        (mending.skip, {"element_id": "a"}),
        (mending.move, {"task_id": place(instance, "a").id, "target": "b"}),
        (mending.change, {"changes": {"ny": 1}, "revision": instance.revision}),
        (mending.suspend, {}),
        (mending.cancel, {}),
    ]
    operator = pages.staff("ida", "it_drift")
    for act, more in acts:
        with pytest.raises(mending.NotAllowed):
            act(instance=instance, by=nurse, **why(), **more)
        with pytest.raises(mending.NoReason):
            act(instance=instance, by=anna, **why(reason=" "), **more)
    with pytest.raises(mending.NotAllowed):  # who does not see the ärende does not write in it
        mending.change(instance=instance, changes={"ny": 1}, revision=instance.revision, by=operator, **why())
    assert state(instance) == before
    mending.suspend(instance=instance, by=pages.staff("petra", "processagare"), **why())
    mending.resume(instance=instance, by=operator, **why())


@pytest.mark.parametrize("target", ["ring", "finns_inte", "stada"])
def test_what_fails_leaves_everything_as_before(anna: Staff, target: str) -> None:
    instance = started()
    before = state(instance)
    poisoned = mock.patch.object(engine.Execution, "_run", side_effect=engine.EngineError("ring", "x", "Gick inte."))
    with poisoned, pytest.raises(engine.EngineError):
        mending.move(instance=instance, task_id=place(instance, "a").id, target=target, by=anna, **why())
    assert state(instance) == before


def test_a_paused_instance_takes_nothing_and_gets_everything_in_order_when_it_goes_on(anna: Staff) -> None:
    instance = to_message(anna)
    mending.suspend(instance=instance, by=anna, **why())
    kept = receive("info", text="under pausen").message
    assert (kept.state, HeldMessage.objects.get().message) == (InboxState.DONE, kept)
    assert open_tasks(instance) == []
    assert receive("info", nr="2").message.state == InboxState.BUFFERED
    with pytest.raises(steps.Suspended):
        mending.skip(instance=instance, element_id="vanta", by=anna, **why())
    with pytest.raises(steps.Suspended):
        mending.suspend(instance=instance, by=anna, **why())
    mending.resume(instance=instance, by=anna, **why())
    assert open_tasks(instance) == ["b"]
    assert HeldMessage.objects.count() == 0
    assert steps.variables_of(ProcessInstance.objects.get())["info"]["text"] == "under pausen"
    kinds = [HistoryKind.SUSPENDED, HistoryKind.RESUMED]
    assert instance.history.filter(kind__in=kinds).count() == 2


def test_a_task_of_a_paused_instance_is_not_completed_and_its_timers_and_escalation_wait(
    anna: Staff, nurse: Staff
) -> None:
    instance = to_message(anna)
    receive("info")
    task = instance.user_tasks.get(element_id="b")
    UserTask.objects.filter(pk=task.pk).update(escalate_at=NOW, escalation_group="enhetschef")
    mending.suspend(instance=instance, by=anna, **why())
    with pytest.raises(steps.Suspended):
        user_tasks.complete(task=task, answers={"svar": "x"}, by=nurse, now=NOW)
    assert (timers.fire_due(now=LATER), user_tasks.escalate_due(now=LATER)) == (0, 0)
    assert TimerJob.objects.get().failures == 0
    assert not Incident.objects.exists()
    mending.resume(instance=instance, by=anna, **why(now=LATER))
    assert sorted(open_tasks(instance)) == ["b", "sen"]


def test_a_tick_does_not_walk_past_the_timers_of_paused_instances(anna: Staff) -> None:
    instance = to_message(anna)
    receive("info")
    mending.suspend(instance=instance, by=anna, **why())
    (overdue,) = TimerJob.objects.all()
    assert overdue.is_paused
    copies = [
        TimerJob(
            instance=instance,
            engine_task_id=uuid.UUID(int=number),
            element_id="x",
            due_at=overdue.due_at,
            is_paused=True,
        )
        for number in range(2_000)
    ]
    TimerJob.objects.bulk_create(copies)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(f"{explain} {timers.claim_text()}", [LATER, 1])
        plan = str(cursor.fetchall())
    assert "timer_due" in plan
    assert "SCAN" not in plan
    mending.resume(instance=instance, by=anna, **why())
    assert not TimerJob.objects.filter(is_paused=True).exists()


def test_a_call_is_not_made_while_paused_and_an_answer_that_comes_is_kept(anna: Staff) -> None:
    instance = to_call(anna)
    (call,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    other = to_call(anna, "2")
    mending.suspend(instance=other, by=anna, **why())
    mending.suspend(instance=instance, by=anna, **why())
    assert outbox.claim(worker="w", now=LATER, lease=LEASE) == []
    outbox.succeed(key=call.key, token=call.token, result={"ok": True}, now=NOW)
    assert not instance.subscriptions.filter(message_name="info").exists()
    mending.resume(instance=instance, by=anna, **why())
    assert instance.subscriptions.filter(message_name="info").exists()
    assert not Incident.objects.exists()


def test_a_held_message_that_nobody_waits_for_any_more_is_an_early_one_again(anna: Staff) -> None:
    instance = to_message(anna)
    mending.suspend(instance=instance, by=anna, **why())
    message = receive("info").message
    ProcessInstance.objects.update(suspended_at=None)  # a process died before it gave out what was kept
    mending.skip(instance=instance, element_id="vanta", by=anna, **why())
    assert held.release_all(now=NOW) == 1
    message.refresh_from_db()
    assert (message.state, HeldMessage.objects.count()) == (InboxState.BUFFERED, 0)


def test_a_paused_instance_is_cancelled_with_its_stops(anna: Staff) -> None:
    instance = to_message(anna)
    incidents.open_incident(code="x", text="x", group="it_drift", now=NOW, instance=instance)
    mending.suspend(instance=instance, by=anna, **why())
    receive("info")
    action = uuid.uuid4()
    for _ in range(2):
        mending.cancel(instance=instance, by=anna, action_id=action, **why())
    row = ProcessInstance.objects.get()
    assert (row.state, row.suspended_at, HeldMessage.objects.count()) == (InstanceState.CANCELLED, None, 0)
    assert Incident.objects.get().state == IncidentState.RESOLVED
    assert receive("info").message.state == InboxState.IGNORED


def test_an_instance_whose_state_is_broken_stops_alone(anna: Staff) -> None:
    broken, well = to_message(anna), to_call(anna, "2")
    answer(well)
    receive("info"), receive("info", nr="2")
    row = ProcessInstance.objects.get(pk=broken.pk)
    row.engine_state["scopes"][0]["tokens"][0]["at"] = "finns_inte"
    row.save()
    assert timers.fire_due(now=LATER) == 1
    stop = Incident.objects.get()
    assert (stop.instance, stop.code) == (broken, "state")


def stops(*instances: ProcessInstance) -> list[Incident]:
    return [
        incidents.open_incident(
            code="down", text="Svarar inte.", group="it_drift", now=NOW, instance=instance, element_id="ring"
        )
        for instance in instances
    ]


def test_many_are_tried_out_without_a_trace_and_then_done_each_by_itself(anna: Staff) -> None:
    well, gone, also = (to_call(anna, nr) for nr in "123")
    chosen = stops(well, gone, also)
    mending.suspend(instance=gone, by=anna, **why())
    before = [state(instance) for instance in (well, gone, also)]
    tried = bulk.try_out(stops=chosen, action="skip", by=anna, **why())
    assert [bool(found.problem) for found in tried] == [False, True, False]
    assert tried[1].problem == "Ärendet är pausat."
    assert [state(instance) for instance in (well, gone, also)] == before
    assert Incident.objects.filter(state=IncidentState.OPEN).count() == 3
    action = uuid.uuid4()
    for _ in range(2):
        done = bulk.carry_out(stops=chosen, action="skip", by=anna, action_id=action, **why())
        assert [bool(found.problem) for found in done] == [False, True, False]
    assert [stop.instance for stop in Incident.objects.filter(state=IncidentState.OPEN)] == [gone]
    assert HistoryEntry.objects.filter(kind=HistoryKind.SKIPPED).count() == 2


def test_a_new_try_of_many_says_which_would_stop_again(anna: Staff) -> None:
    one, two = to_call(anna, "1"), to_call(anna, "2")
    chosen = stops(one, two)

    def fire(execution: engine.Execution, *, now: datetime) -> None:
        if execution.variables["borja"]["nr"] == "2":
            raise engine.EngineError("ring", "down", f"Går inte än ({now:%H}).")

    with mock.patch.object(engine.Execution, "fire", fire):
        tried = bulk.try_out(stops=chosen, action="retry", by=anna, **why())
        assert [found.problem for found in tried] == ["", "Går inte än (08)."]
    assert Incident.objects.filter(state=IncidentState.OPEN).count() == 2


def test_those_that_are_not_alike_or_too_many_are_refused(anna: Staff) -> None:
    one, two = stops(started("1"), started("2"))
    two.element_id = "annat"
    for chosen in ([one, two], [], [one] * (bulk.MOST + 1)):
        with pytest.raises(bulk.NotAlike):
            bulk.try_out(stops=chosen, action="retry", by=anna, **why())
