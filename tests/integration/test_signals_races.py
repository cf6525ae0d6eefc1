"""Signals and everything else at the same moment: each is heard once by each, and nobody is locked out."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from django.db import connection

from people.models import Staff
from tests import pages
from tests.bpmn.drawing import handler
from tests.signalling import NOW, bring_all, open_in, person, place, publish, sender, start, started_by
from tests.together import at_once, held_elsewhere
from workflows.models import (
    Heard,
    HistoryEntry,
    HistoryKind,
    Incident,
    InstanceState,
    ProcessInstance,
    Signal,
    SignalDelivery,
    UserTask,
)
from workflows.services import bringing, instances, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by() -> Staff:
    return pages.staff("kollega", "samordnare")


def receivers(count: int, where: str) -> list[ProcessInstance]:
    publish("mottagare", place(where, "sig_alla"))
    return [start("mottagare", person(f"P{number}")) for number in range(count)]


def complete(instance: ProcessInstance, by: Staff) -> user_tasks.Completed:
    task = UserTask.objects.get(instance=instance, element_id="u1")
    return user_tasks.complete(task=task, answers={}, by=by, now=NOW)


def throwers(count: int) -> list[ProcessInstance]:
    publish("sandare", sender("sig_alla"))
    return [start("sandare", person(f"S{number}")) for number in range(count)]


def test_two_throws_at_once_are_heard_twice_by_each(by: Staff) -> None:
    waiting, thrown = receivers(4, "event sub-process beside"), throwers(2)
    assert at_once(*(partial(complete, instance, by) for instance in thrown)) == ["Completed"] * 2
    at_once(*[partial(bringing.bring_waiting, now=NOW)] * 3)
    bring_all()
    assert [open_in(instance) for instance in waiting] == [["u1", "u9", "u9"]] * 4
    assert HistoryEntry.objects.filter(kind=HistoryKind.SIGNAL).count() == 8


def test_workers_side_by_side_bring_it_once_to_each(by: Staff) -> None:
    waiting = receivers(8, "event sub-process beside")
    complete(throwers(1)[0], by)
    publish("ett", started_by("sig_alla"))
    assert at_once(*[partial(bringing.bring_waiting, now=NOW)] * 4) == ["bool"] * 4
    bring_all()
    assert [open_in(instance) for instance in waiting] == [["u1", "u9"]] * 8
    assert ProcessInstance.objects.filter(definition__key="ett").count() == 1
    assert Counter(SignalDelivery.objects.values_list("state", flat=True)) == {Heard.HEARD: 8, Heard.STARTED: 1}


@pytest.mark.parametrize("round_", range(3))
def test_a_receiver_that_is_completed_as_the_signal_comes_ends_or_hears_it(by: Staff, round_: int) -> None:
    waiting = receivers(4, "edge")
    complete(throwers(1)[0], by)
    outcomes = at_once(
        partial(bringing.bring_waiting, now=NOW),
        partial(bringing.bring_waiting, now=NOW),
        *(partial(complete, instance, by) for instance in waiting),
    )
    assert set(outcomes) <= {"bool", "Completed", "TaskGone"}, outcomes
    bring_all()
    for instance in waiting:
        instance.refresh_from_db()
        done = instance.state == InstanceState.COMPLETED
        assert (done and instance.outcome == "a") != (open_in(instance) == ["u9"])
    assert not Incident.objects.exists()


def test_a_receiver_that_is_cancelled_as_the_signal_comes_is_in_nobodys_way(by: Staff) -> None:
    waiting = receivers(4, "event sub-process beside")
    complete(throwers(1)[0], by)
    at_once(
        partial(bringing.bring_waiting, now=NOW),
        *(partial(instances.cancel, instance=row, reason="prov", by=by, now=NOW) for row in waiting[:2]),
    )
    bring_all()
    assert [open_in(instance) for instance in waiting] == [[], [], ["u1", "u9"], ["u1", "u9"]]
    assert set(Signal.objects.values_list("state", flat=True)) == {"done"}


def test_who_waits_for_each_others_signals_is_not_locked_out(by: Staff) -> None:
    """Each holds itself while it throws, and both would want the other."""
    publish("dialog", sender("sig_alla") + handler("h", "signal sig_alla", "h_s > u9 > e9", quiet=True))
    both = [start("dialog", person("A")), start("dialog", person("B"))]
    assert at_once(*(partial(complete, instance, by) for instance in both)) == ["Completed"] * 2
    at_once(*[partial(bringing.bring_waiting, now=NOW)] * 2)
    bring_all()
    assert [open_in(instance) for instance in both] == [["u2", "u9", "u9"]] * 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_one_that_somebody_holds_waits_for_the_next_round_and_the_others_hear(by: Staff) -> None:
    held, *others = receivers(3, "catch")
    complete(throwers(1)[0], by)
    with held_elsewhere(held):
        assert bringing.bring_waiting(now=NOW)
        assert not bringing.bring_waiting(now=NOW)  # no busy waiting for the one that is held
        assert [open_in(instance) for instance in (held, *others)] == [[], ["u9"], ["u9"]]
    bring_all()
    assert open_in(held) == ["u9"]
