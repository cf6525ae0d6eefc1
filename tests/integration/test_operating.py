"""What IT does with a system: corrects, replays, takes over and pauses; nothing is doubled and nothing lost."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from people.models import Staff
from tests import forlopp, pages
from tests.together import at_once
from workflows import connectors
from workflows.connectors import PermanentError, TransientError, Unreadable
from workflows.models import (
    Correction,
    HistoryEntry,
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    Replay,
    ReplayState,
    SystemPause,
    TaskState,
    UserTask,
)
from workflows.services import inbox, incidents, instances, mending, outbox, pausing, repeating, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TITLES = {"prov": "Provsystemet"}
pytestmark = pytest.mark.django_db
race = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


@pytest.fixture
def it() -> Staff:
    member = pages.staff("iris", "it_drift")
    pages.join(member, "samordnare")
    return member


def receive(raw: bytes, message_id: str = "m1", now: datetime = NOW) -> InboxMessage:
    return inbox.receive(source="prov", message_id=message_id, raw=raw, now=now).message


def broken(nr: str = "1") -> bytes:
    return json.dumps({"nr": nr, "skickad_dt": "2026-11-23T08:00:00+01:00"}).encode()


def called(by: Staff, nr: str = "1") -> OutboxMessage:
    """A call that waits to be made."""
    receive(forlopp.message("borja", nr), f"start-{nr}")
    task = UserTask.objects.get(element_id="a", state=TaskState.OPEN)
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=by, now=NOW)
    return OutboxMessage.objects.get(instance=task.instance)


def claimed(now: datetime = NOW) -> list[outbox.Claimed]:
    return outbox.claim(worker="prov", now=now, lease=timedelta(minutes=1))


def by_hand(row: OutboxMessage) -> list[UserTask]:
    return list(UserTask.objects.filter(engine_task_id=row.engine_task_id, state=TaskState.OPEN))


# -- correct -----------------------------------------------------------------------------------------------------------


def test_a_corrected_message_has_its_effect_and_what_came_is_kept(it: Staff) -> None:
    message = receive(broken())
    assert message.state == InboxState.STOPPED

    repeating.correct(message=message, raw=forlopp.message("borja"), reason="Typ saknades", by=it, now=LATER)

    message.refresh_from_db()
    assert (message.state, bytes(message.raw)) == (InboxState.DONE, broken())
    correction = Correction.objects.get()
    assert (correction.number, correction.by, correction.reason) == (1, it, "Typ saknades")
    assert Incident.objects.get().note == "Rättades: Typ saknades"
    assert ProcessInstance.objects.count() == 1
    # The sender sends what it sent: still the same message.
    assert inbox.receive(source="prov", message_id="m1", raw=broken(), now=LATER).outcome == "duplicate"
    assert ProcessInstance.objects.count() == 1


def test_a_correction_that_cannot_be_read_changes_nothing(it: Staff) -> None:
    message = receive(broken())
    with pytest.raises(Unreadable):
        repeating.correct(message=message, raw=b"{", reason="Prov", by=it, now=LATER)
    with pytest.raises(repeating.Unchanged):
        repeating.correct(message=message, raw=broken(), reason="Prov", by=it, now=LATER)
    assert not Correction.objects.exists()
    assert Incident.objects.get().state == IncidentState.OPEN


def test_trying_again_uses_what_was_corrected(it: Staff) -> None:
    """It could be read, but its förlopp could not start; later it can."""
    message = receive(broken())
    wrong = forlopp.message("borja", person="trasigt")
    with pytest.raises(Unreadable):
        repeating.correct(message=message, raw=wrong, reason="Prov", by=it, now=LATER)
    # Nobody waits for it and no förlopp knows it long: read, and kept or ignored as any other.
    repeating.correct(message=message, raw=forlopp.message("info", "9"), reason="Fel typ", by=it, now=LATER)
    message.refresh_from_db()
    assert (message.state, message.name) == (InboxState.BUFFERED, "info")
    inbox.expire_buffered(now=LATER + timedelta(days=8))
    stop = Incident.objects.get(state=IncidentState.OPEN)
    receive(forlopp.message("borja", "9"), "m2")
    incidents.retry(incident=stop, by=it, now=LATER + timedelta(days=9))
    message.refresh_from_db()
    assert message.name == "info"


@race
def test_two_who_correct_and_one_who_dismisses_at_once_have_one_effect(it: Staff) -> None:
    message = receive(broken())
    outcomes = at_once(
        lambda: repeating.correct(message=message, raw=forlopp.message("borja"), reason="A", by=it, now=LATER),
        lambda: repeating.correct(message=message, raw=forlopp.message("borja", "2"), reason="B", by=it, now=LATER),
        lambda: inbox.dismiss(message=message, reason="C", by=it, now=LATER),
    )
    assert Counter(outcomes) == {"InboxMessage": 1, "AlreadyResolved": 2}
    message.refresh_from_db()
    is_done = message.state == InboxState.DONE
    assert (ProcessInstance.objects.count(), Correction.objects.count()) == ((1, 1) if is_done else (0, 0))


# -- replay ------------------------------------------------------------------------------------------------------------


def replay(by: Staff, *, is_trial: bool, with_ignored: bool = False) -> Replay:
    return repeating.begin(
        source="prov",
        since=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=1),
        with_ignored=with_ignored,
        is_trial=is_trial,
        reason="Översättaren är rättad",
        by=by,
        now=LATER,
    )


def run(row: Replay, *, limit: int = 2) -> Replay:
    for _ in range(50):
        if not repeating.run_waiting(now=LATER, limit=limit):
            break
    row.refresh_from_db()
    assert row.state == ReplayState.DONE
    return row


def stopped(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Messages that came while the translator was at fault."""
    with monkeypatch.context() as patch:
        patch.setattr(connectors, "get_translator", lambda _source: _fails)
        for number in range(count):
            receive(forlopp.message("borja", f"s{number}"), f"s{number}")


def _fails(_payload: object, *, now: datetime) -> None:
    raise Unreadable("fel", "Okänd typ.")


def test_a_period_is_tried_without_effect_and_then_replayed_once(it: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(monkeypatch, 5)
    receive(forlopp.message("borja", "klar"), "klar")
    receive(broken(), "trasig")
    receive(forlopp.message("borja", "utanfor"), "utanfor", now=NOW - timedelta(days=2))
    before = (ProcessInstance.objects.count(), Incident.objects.count())

    trial = run(replay(it, is_trial=True))

    expected = {"done": 5, "already": 1, "unreadable": 1}
    assert (trial.total, trial.counts, trial.reasons) == (7, expected, {"Typ saknas.": 1})
    assert (ProcessInstance.objects.count(), Incident.objects.count()) == before
    assert InboxMessage.objects.filter(state=InboxState.STOPPED).count() == 6

    done = run(replay(it, is_trial=False))

    assert done.counts == expected
    assert ProcessInstance.objects.count() == before[0] + 5
    assert Incident.objects.filter(state=IncidentState.OPEN).count() == 1
    again = run(replay(it, is_trial=False, with_ignored=True))
    assert again.counts == {"already": 6, "unreadable": 1}
    assert ProcessInstance.objects.count() == before[0] + 5


@race
def test_workers_side_by_side_replay_each_message_once(it: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(monkeypatch, 8)
    row = replay(it, is_trial=False)
    at_once(*[lambda: repeating.run_waiting(now=LATER, limit=8)] * 3)
    assert run(row).counts == {"done": 8}
    assert ProcessInstance.objects.count() == 8


def test_a_replay_starts_no_second_course_for_a_key_that_has_had_one(it: Staff) -> None:
    """The first ärende is over; a message that had no effect beside it would start another."""
    receive(forlopp.message("borja"), "m1")
    assert receive(forlopp.message("borja"), "m2").state == InboxState.IGNORED
    instances.cancel(instance=ProcessInstance.objects.get(), reason="Klart", by=it, now=NOW)
    assert run(replay(it, is_trial=False, with_ignored=True)).counts == {"already": 1, "ignored": 1}
    assert ProcessInstance.objects.count() == 1


def test_one_poisoned_message_stops_no_replay(it: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(monkeypatch, 3)
    poisoned, through = InboxMessage.objects.get(message_id="s1"), inbox.go_through

    def fails(row: InboxMessage, **more: object) -> None:
        if row.pk == poisoned.pk:
            raise ZeroDivisionError
        through(row, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "go_through", fails)
    assert run(replay(it, is_trial=False)).counts == {"done": 2, "broken": 1}
    assert Incident.objects.get(state=IncidentState.OPEN).message == poisoned


# -- pause -------------------------------------------------------------------------------------------------------------


def hand_over(now: datetime = LATER) -> int:
    return pausing.hand_over(titles=TITLES, now=now)


def test_what_waits_for_a_paused_system_becomes_tasks_and_what_is_left_goes_on(it: Staff) -> None:
    before = called(it)
    pausing.pause(system="prov", reason="De byter server", by=it, now=NOW)
    after = called(it, "2")
    assert claimed() == []

    assert (hand_over(), hand_over()) == (2, 0)

    (task,), (taken,) = by_hand(before), by_hand(after)
    assert "IT har pausat Provsystemet sedan" in task.why
    assert "De byter server" in task.why
    assert not Incident.objects.exists()
    user_tasks.claim(task=taken, by=pages.staff("bo", "samordnare"), now=LATER)

    assert pausing.resume(system="prov", reason="Klart", send_left=True, by=it, now=LATER) == 1

    (call,) = claimed(LATER)
    assert call.key == before.key
    outbox.succeed(key=call.key, token=call.token, result={"ok": True}, now=LATER)
    assert by_hand(before) == []
    assert by_hand(after) == [taken]
    row = SystemPause.objects.get()
    assert (row.paused_by, row.resumed_by, row.resume_reason) == (it, it, "Klart")


def test_what_comes_in_is_taken_while_the_system_is_paused(it: Staff) -> None:
    pausing.pause(system="prov", reason="", by=it, now=NOW)
    assert receive(forlopp.message("borja")).state == InboxState.DONE
    assert UserTask.objects.filter(element_id="a", state=TaskState.OPEN).count() == 1


def test_a_call_under_way_is_answered_and_one_that_fails_is_handed_over(it: Staff) -> None:
    one, other = called(it), called(it, "2")
    # As if another's: of one person's calls to a system one is out at a time.
    OutboxMessage.objects.filter(pk=other.pk).update(individual=None)
    first, second = claimed()
    pausing.pause(system="prov", reason="", by=it, now=NOW)
    assert hand_over(NOW) == 0
    outbox.succeed(key=first.key, token=first.token, result={"ok": True}, now=NOW)
    outbox.fail(key=second.key, token=second.token, error=TransientError("upptaget", "Upptaget."), now=NOW)
    assert hand_over(NOW) == 1
    rows = {row.key: row for row in (one, other)}
    assert by_hand(rows[first.key]) == []
    assert len(by_hand(rows[second.key])) == 1


def test_a_paused_instance_keeps_its_call_until_it_goes_on(it: Staff) -> None:
    row = called(it)
    mending.suspend(instance=row.instance, reason="Utreds", by=it, now=NOW)
    pausing.pause(system="prov", reason="", by=it, now=NOW)
    assert hand_over() == 0
    mending.resume(instance=row.instance, reason="Klart", by=it, now=LATER)
    assert hand_over() == 1


@race
def test_a_system_is_paused_and_resumed_once(it: Staff) -> None:
    pauses = at_once(*[lambda: pausing.pause(system="prov", reason="", by=it, now=NOW)] * 3)
    assert Counter(pauses) == {"SystemPause": 1, "AlreadyPaused": 2}
    resumes = at_once(*[lambda: pausing.resume(system="prov", reason="", send_left=True, by=it, now=LATER)] * 3)
    assert Counter(resumes) == {"int": 1, "NotPaused": 2}
    pausing.pause(system="prov", reason="", by=it, now=LATER)


@race
def test_workers_that_hand_over_while_the_system_is_resumed_lose_and_double_nothing(it: Staff) -> None:
    rows = [called(it, str(number)) for number in range(6)]
    pausing.pause(system="prov", reason="", by=it, now=NOW)
    at_once(
        hand_over,
        hand_over,
        lambda: pausing.resume(system="prov", reason="", send_left=False, by=it, now=LATER),
    )
    states = dict(OutboxMessage.objects.values_list("key", "state"))
    for row in rows:
        # Either a person has it, or it will be sent.
        assert len(by_hand(row)) == (states[row.key] == OutboxState.FAILED)


# -- one call ----------------------------------------------------------------------------------------------------------


@race
def test_a_call_is_taken_over_by_hand_once_and_a_late_answer_is_kept(it: Staff) -> None:
    row = called(it)
    (call,) = claimed()
    action = uuid.uuid4()

    def take_over() -> None:
        outbox.take_over(row=row, reason="De svarar aldrig", by=it, now=LATER, action_id=action)

    assert at_once(take_over, take_over) == ["NoneType"] * 2
    (task,) = by_hand(row)
    assert "De svarar aldrig" in task.why
    outbox.succeed(key=call.key, token=call.token, result={"ok": True}, now=LATER)
    row.refresh_from_db()
    assert (row.state, row.late_result) == (OutboxState.FAILED, {"ok": True})
    assert HistoryEntry.objects.filter(kind="by_hand", by=it, detail__reason="De svarar aldrig").count() == 1
    with pytest.raises(outbox.AlreadyEnded):
        outbox.take_over(row=row, reason="Igen", by=it, now=LATER)


def test_a_call_is_sent_at_once_instead_of_later_and_its_stop_is_closed(it: Staff) -> None:
    row = called(it)
    (call,) = claimed()
    outbox.fail(key=call.key, token=call.token, error=TransientError("upptaget", "Upptaget."), now=NOW)
    assert claimed() == []
    outbox.hurry(row=row, by=it, now=NOW)
    (call,) = claimed()
    outbox.fail(key=call.key, token=call.token, error=PermanentError("avvisat", "Nej."), now=NOW)
    assert Incident.objects.filter(state=IncidentState.OPEN).count() == 1
    outbox.hurry(row=row, by=it, now=LATER)
    assert not Incident.objects.filter(state=IncidentState.OPEN).exists()
    assert len(claimed(LATER)) == 1
