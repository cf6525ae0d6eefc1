"""D4: clocks that change twice a year, are put right by hours, or stood still: nothing early, nothing twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests import forlopp, invariants, pages
from tests.unit.engine_bpmn import chain, process
from workflows.connectors import TransientError
from workflows.definitions import Folder
from workflows.engine.clock import ZONE
from workflows.models import HistoryEntry, OutboxMessage, OutboxState, TimerJob, UserTask
from workflows.services import deployments, inbox, instances, outbox, timers, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(minutes=1)
HOURS = timedelta(hours=5)
SECOND = timedelta(seconds=1)
CHANGES = [datetime(2027, 3, 28, 8, tzinfo=ZONE), datetime(2026, 10, 25, 8, tzinfo=ZONE)]
pytestmark = pytest.mark.django_db(transaction=True)


def watch(cycle: str, *, since: datetime) -> None:
    """An ärende whose only step is reminded of, each time in a task of its own."""
    body = (
        '<laneSet id="lanes"><lane id="lane_samordnare" name="Samordnare"><flowNodeRef>vakt</flowNodeRef>'
        "<flowNodeRef>pamin</flowNodeRef></lane></laneSet>"
        '<startEvent id="s"/><userTask id="vakt" name="Vakt"/><endEvent id="end_klar"/><endEvent id="end_pamind"/>'
        '<boundaryEvent id="t" name="Var gång" attachedToRef="vakt" cancelActivity="false"><timerEventDefinition>'
        f"<timeCycle>{cycle}</timeCycle></timerEventDefinition></boundaryEvent>"
        '<userTask id="pamin" name="Påminnelse"/>' + chain("s", "vakt", "end_klar") + chain("t", "pamin", "end_pamind")
    )
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in ("vakt", "pamin")}
    config = forlopp.CONFIG | {"key": "klocka", "messages": {}}
    deployments.publish(folder=Folder(config, sources), by=None, now=since)
    anna = pages.staff("anna", "samordnare")
    instances.start(definition_key="klocka", individual=pages.person(), by=anna, now=since)


def reminders() -> int:
    return UserTask.objects.filter(element_id="pamin").count()


@pytest.mark.parametrize("changes_on", CHANGES, ids=["summer", "winter"])
def test_eight_in_the_morning_stays_eight_when_the_clock_is_changed(changes_on: datetime) -> None:
    days = [changes_on + timedelta(days=number) for number in (-1, 0, 1, 2)]
    watch(f"R/{days[0]:%Y-%m-%dT08:00}/P1D", since=(days[0] - timedelta(days=1)).astimezone(UTC))
    for count, eight in enumerate(days):
        moment = eight.astimezone(UTC)
        assert timers.fire_due(now=moment - SECOND) == 0
        assert reminders() == count
        assert timers.fire_due(now=moment) == 1
        assert timers.fire_due(now=moment) == 0
        assert reminders() == count + 1
    assert len({eight.utcoffset() for eight in days}) == 2
    assert invariants.broken(at_rest=True) == []


def test_after_ten_hours_of_standstill_one_reminder_comes_that_says_how_many_did_not() -> None:
    watch("R/PT1H", since=NOW)
    assert timers.fire_due(now=NOW + timedelta(hours=1)) == 1
    awake = NOW + timedelta(hours=11, minutes=20)
    assert timers.fire_due(now=awake) == 1
    assert timers.fire_due(now=awake) == 0
    first, second = UserTask.objects.filter(element_id="pamin").order_by("pk")
    assert first.why == ""
    assert second.why == "Den kommer en gång: 9 till skulle ha kommit medan systemet stod still."
    told = HistoryEntry.objects.filter(element_id="t").order_by("pk").values_list("detail", flat=True)
    assert list(told) == [{}, {"missed": 9}]
    # And it keeps its step.
    assert TimerJob.objects.get().due_at == NOW + timedelta(hours=12)
    assert timers.fire_due(now=NOW + timedelta(hours=12)) == 1
    assert UserTask.objects.filter(element_id="pamin").order_by("-pk")[0].why == ""


def test_a_clock_put_back_or_ahead_fires_nothing_twice() -> None:
    watch("R3/PT6H", since=NOW)
    due = NOW + timedelta(hours=6)
    assert timers.fire_due(now=due) == 1
    for moment in (due - HOURS, due - SECOND, due, due + HOURS):
        assert timers.fire_due(now=moment) == 0
    assert timers.fire_due(now=due + timedelta(hours=6)) == 1
    assert reminders() == 2


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def call() -> OutboxMessage:
    """A call that waits to be made since NOW."""
    forlopp.publish()
    inbox.receive(source="prov", message_id="m-1", raw=forlopp.message("borja"), now=NOW)
    by = pages.staff("anna", "samordnare")
    user_tasks.complete(task=UserTask.objects.get(element_id="a"), answers={"svar": "ja"}, by=by, now=NOW)
    return OutboxMessage.objects.get()


def claim(now: datetime) -> list[outbox.Claimed]:
    return outbox.claim(worker="w", now=now, lease=LEASE)


@pytest.mark.usefixtures("call")
def test_what_a_dead_executor_held_is_taken_over_also_when_the_clock_is_put_back() -> None:
    assert len(claim(NOW)) == 1
    assert claim(NOW + LEASE / 2) == []
    assert claim(NOW - LEASE / 2) == []
    assert outbox.pending(now=NOW - HOURS) == 1
    assert len(claim(NOW - HOURS)) == 1


def test_a_call_whose_next_try_a_faster_clock_set_does_not_wait_for_hours(call: OutboxMessage) -> None:
    (mine,) = claim(NOW)
    assert outbox.fail(key=mine.key, token=mine.token, error=TransientError("nere", "Nere."), now=NOW)
    call.refresh_from_db()
    assert claim(call.next_try_at - SECOND) == []
    assert len(claim(NOW - HOURS)) == 1


def test_a_clock_put_ahead_lets_another_take_over_and_only_one_answer_counts(call: OutboxMessage) -> None:
    (mine,) = claim(NOW)
    (theirs,) = claim(NOW + HOURS)
    assert not outbox.succeed(key=mine.key, token=mine.token, result={"ok": True, "vem": "jag"}, now=NOW + HOURS)
    assert outbox.succeed(key=theirs.key, token=theirs.token, result={"ok": True, "vem": "de"}, now=NOW + HOURS)
    call.refresh_from_db()
    assert (call.state, call.result) == (OutboxState.DONE, {"ok": True, "vem": "de"})
    assert invariants.broken(at_rest=True) == []


@pytest.mark.usefixtures("call")
def test_a_task_is_lifted_as_late_once_whatever_the_clock_does() -> None:
    UserTask.objects.all().delete()
    inbox.receive(source="prov", message_id="m-2", raw=forlopp.message("borja", "2"), now=NOW)
    late = NOW + timedelta(hours=4)
    assert user_tasks.escalate_due(now=late - SECOND) == 0
    assert user_tasks.escalate_due(now=late) == 1
    for moment in (late - HOURS, late, late + HOURS):
        assert user_tasks.escalate_due(now=moment) == 0
