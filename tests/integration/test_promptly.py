"""What a webhook brings is stored before it is answered, and brought on at once by whoever comes to it first."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.medicingivare import intake
from integrations.models import Dispenser, DispenserEvent
from people.models import Individual
from tests import together
from tests.crash import load
from workflows import definitions
from workflows.models import InboxMessage, InboxState, ProcessInstance, UserTask
from workflows.services import deployments, inbox, promptly

pytestmark = pytest.mark.django_db(transaction=True)
VENDOR = "pahittad_givare"


@pytest.fixture(autouse=True)
def larm() -> None:
    folder = definitions.read(Path(settings.FORLOPP_BPMN_DIR) / "medicingivare_larm")
    deployments.publish(folder=folder, by=None, now=timezone.now())
    named = [Individual(identity_type="reservnummer", identity_number=f"prov-{number}") for number in range(30)]
    people = Individual.objects.bulk_create(named)
    Dispenser.objects.bulk_create(
        Dispenser(vendor=VENDOR, serial=f"G-{number}", individual=person) for number, person in enumerate(people)
    )


@pytest.fixture
def thread() -> Iterator[None]:
    promptly.begin()
    yield
    promptly.end()


def leave(_messages: object, **_more: object) -> None: ...


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has ended when it had answered."""
    monkeypatch.setattr(promptly, "handle", leave)


def take(call: load.Call) -> str:
    return intake.accept(call[0], call[1], json.loads(call[1]), now=timezone.now())


def alarm(number: int) -> load.Call:
    return load.alarm(f"G-{number}", minutes_ago=30)


def asked(act: Callable[[], object]) -> int:
    """Statements, the beginning and the end of a transaction not among them."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in queries)


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.usefixtures("left")
def test_what_is_done_before_the_answer_is_seven_statements_for_an_alarm_and_two_for_a_copy() -> None:
    take(alarm(0))
    call = alarm(1)

    assert asked(lambda: take(call)) == 7
    assert asked(lambda: take(call)) == 2
    assert asked(lambda: take(load.the_same_dose(call[1], "dos_tagen"))) <= 7
    assert InboxMessage.objects.get(message_id=call[0]).copies == 2
    assert not ProcessInstance.objects.exists()


@pytest.mark.usefixtures("left")
def test_the_worker_brings_on_what_a_process_stored_and_left() -> None:
    calls = [alarm(number) for number in range(3)]
    assert {take(call) for call in calls} == {"stored"}

    assert inbox.handle_received(now=timezone.now()) == 3
    assert inbox.handle_received(now=timezone.now()) == 0
    assert UserTask.objects.count() == 3


def test_a_message_is_handled_with_as_many_statements_the_tenth_time() -> None:
    def handled(number: int) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(promptly, "handle", leave)
            take(alarm(number))
        return asked(lambda: inbox.handle_received(now=timezone.now()))

    counts = [handled(number) for number in range(10)]
    assert counts[1] == counts[-1] <= 26


@pytest.mark.usefixtures("thread")
def test_an_alarm_is_a_task_at_once_without_the_worker() -> None:
    assert take(alarm(0)) == "stored"
    eventually(UserTask.objects.exists)


@pytest.mark.usefixtures("thread")
def test_of_a_storm_the_thread_takes_one_and_the_worker_the_rest_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promptly, "MOST", 2)
    entered, go_on, handle = threading.Event(), threading.Event(), inbox.handle_free

    def slow(message: InboxMessage, *, now: object) -> None:
        entered.set()
        assert go_on.wait(20)
        handle(message, now=timezone.now())

    monkeypatch.setattr(inbox, "handle_free", slow)
    take(alarm(0))
    assert entered.wait(20)
    for number in range(1, 6):
        take(alarm(number))
    go_on.set()
    # It has the one in hand; of the others nobody but the worker knows.
    promptly.end()

    assert UserTask.objects.count() == 1
    assert inbox.handle_received(now=timezone.now()) == 5
    assert UserTask.objects.count() == InboxMessage.objects.filter(state=InboxState.DONE).count() == 6


@pytest.mark.usefixtures("thread")
def test_while_the_database_is_away_what_is_stored_waits_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def down(_message: InboxMessage, *, now: object) -> None:
        tried.set()
        raise OperationalError("away")

    with monkeypatch.context() as away:
        away.setattr(inbox, "handle_free", down)
        take(alarm(0))
        assert tried.wait(20)
    promptly.end()

    inbox.handle_received(now=timezone.now())
    assert UserTask.objects.count() == 1


@pytest.mark.usefixtures("left")
def test_two_who_try_the_same_message_bring_it_once() -> None:
    for number in range(5):
        take(alarm(number))

    def round_() -> int:
        return inbox.handle_received(now=timezone.now())

    assert together.at_once(round_, round_, round_) == ["int"] * 3
    inbox.handle_received(now=timezone.now())
    assert ProcessInstance.objects.count() == UserTask.objects.count() == 5


@pytest.mark.usefixtures("left")
def test_of_an_alarm_and_its_all_clear_at_once_both_are_told() -> None:
    for number in range(5):
        missed = alarm(number)
        taken = load.the_same_dose(missed[1], "dos_tagen")
        acts = [lambda call=call: take(call) for call in (missed, taken, missed, taken)]
        assert together.at_once(*acts) == ["str"] * 4
        assert DispenserEvent.objects.filter(dispenser__serial=f"G-{number}").count() == 2
        told = InboxMessage.objects.filter(message_id__in=(missed[0], taken[0]))
        assert told.count() == 2, "the all-clear rests although there is an alarm"


def test_an_all_clear_before_its_alarm_ends_it_also_when_the_alarm_comes_much_later() -> None:
    missed = alarm(0)
    take(load.the_same_dose(missed[1], "dos_tagen"))
    DispenserEvent.objects.update(occurred_at=timezone.now() - timedelta(hours=30))
    take(missed)

    assert ProcessInstance.objects.get().outcome == "dos_tagen_sent"
