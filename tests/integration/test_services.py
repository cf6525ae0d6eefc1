"""The promises of the services: one commit per action, nothing lost, nothing twice, every failure at a person."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people.models import Staff
from tasks import lists
from tasks.wanted import Wanted
from tests import forlopp, pages
from workflows import connectors, engine
from workflows.models import (
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    InstanceState,
    OutboxMessage,
    OutboxState,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    StartSubscription,
    TaskKind,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import arrivals, inbox, incidents, instances, outbox, timers, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(minutes=1)
pages.PROFESSIONS.setdefault("enhetschef", "Enhetschef")


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _published() -> None:
    forlopp.publish()


@pytest.fixture
def coordinator() -> Staff:
    return pages.staff("samordnare", "samordnare")


@pytest.fixture
def nurse() -> Staff:
    return pages.staff("sjukskoterska", "sjukskoterska")


def receive(typ: str, nr: str = "1", *, message_id: str = "", **content: Any) -> arrivals.Receipt:
    body = forlopp.message(typ, nr, **content)
    return inbox.receive(source="prov", message_id=message_id or str(uuid.uuid4()), raw=body, now=NOW)


def open_task(element_id: str) -> UserTask:
    return UserTask.objects.get(element_id=element_id, state=TaskState.OPEN)


def to_service(by: Staff) -> OutboxMessage:
    receive("borja")
    user_tasks.complete(task=open_task("a"), answers={"svar": "ja"}, by=by, now=NOW)
    return OutboxMessage.objects.get()


def test_a_message_starts_an_instance_and_a_task_appears_with_due_time_and_reason() -> None:
    receive("borja")
    task = open_task("a")
    assert task.group == "samordnare"
    assert task.due_at == NOW + timedelta(hours=4)
    assert task.why == "Ärende 1 väntar på dig."


def test_the_same_message_twice_has_one_effect() -> None:
    first = receive("borja", message_id="m1")
    second = receive("borja", message_id="m1")
    assert (first.outcome, second.outcome) == ("stored", "duplicate")
    assert ProcessInstance.objects.count() == 1
    assert InboxMessage.objects.get().copies == 2


def test_the_same_id_with_another_body_is_a_stopp_and_changes_nothing() -> None:
    receive("borja", message_id="m1")
    assert receive("borja", message_id="m1", annat="x").outcome == "conflict"
    assert ProcessInstance.objects.count() == 1
    assert Incident.objects.get().code == "conflict"


def test_another_notice_of_the_same_case_starts_no_second_instance() -> None:
    receive("borja")
    assert receive("borja").message.state == InboxState.IGNORED
    assert ProcessInstance.objects.count() == 1


def test_an_early_message_is_kept_until_its_instance_waits_for_it(coordinator: Staff) -> None:
    early = receive("info", text="före").message
    assert early.state == InboxState.BUFFERED
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    assert outbox.succeed(key=row.key, token=claimed.token, result={"ok": True}, now=NOW)
    early.refresh_from_db()
    assert early.state == InboxState.DONE
    assert open_task("b").instance.engine_state["variables"]["info"]["text"] == "före"


def test_an_early_message_that_nobody_ever_waits_for_becomes_a_stopp() -> None:
    row = receive("info").message
    inbox.expire_buffered(now=NOW + timedelta(days=6))
    row.refresh_from_db()
    assert row.state == InboxState.BUFFERED
    inbox.expire_buffered(now=NOW + timedelta(days=8))
    assert Incident.objects.get(message=row).code == "unmatched"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{", b"[1]", b"null", b'{"typ": 1, "typ": 2}', b'{"a": NaN}', b"{}", b"[" * 100_000],
)
def test_what_cannot_be_read_is_kept_raw_as_a_stopp(raw: bytes) -> None:
    receipt = inbox.receive(source="prov", message_id="x", raw=raw, now=NOW)
    assert receipt.message.state == InboxState.STOPPED
    assert bytes(receipt.message.raw) == raw
    assert Incident.objects.get().message == receipt.message


def test_an_unknown_person_is_matched_by_hand_and_the_message_has_its_effect(coordinator: Staff) -> None:
    row = receive("borja", person="trasigt").message
    assert row.state == InboxState.STOPPED
    inbox.match(message=row, individual=pages.person(), by=coordinator, now=NOW)
    row.refresh_from_db()
    assert row.state == InboxState.DONE
    assert open_task("a").individual == pages.person()
    assert Incident.objects.get().state == "resolved"


def test_a_message_from_an_unknown_sender_is_kept_as_a_stopp() -> None:
    row = inbox.receive(source="nagon", message_id="1", raw=b"{}", now=NOW).message
    assert row.state == InboxState.STOPPED


def test_an_older_version_that_comes_late_has_no_effect(coordinator: Staff) -> None:
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    receive("info", version=2, text="ny")
    assert receive("info", version=1, text="gammal").message.state == InboxState.IGNORED
    outbox.succeed(key=row.key, token=claimed.token, result={}, now=NOW)
    assert open_task("b").instance.engine_state["variables"]["info"]["text"] == "ny"


def test_completing_moves_on_in_one_commit_and_says_who(coordinator: Staff) -> None:
    receive("borja")
    done = user_tasks.complete(task=open_task("a"), answers={"svar": "ja"}, by=coordinator, now=NOW)
    assert done.task.completed_by == coordinator
    instance = ProcessInstance.objects.get()
    assert instance.engine_state["variables"]["a"] == {"svar": "ja"}
    assert instance.history.get(element_id="a").by == coordinator
    assert OutboxMessage.objects.get().params == {"nr": "1"}


def test_bad_answers_change_nothing(coordinator: Staff) -> None:
    receive("borja")
    with pytest.raises(user_tasks.InvalidAnswers):
        user_tasks.complete(task=open_task("a"), answers={}, by=coordinator, now=NOW)
    assert open_task("a").is_open


def test_a_repeated_click_gives_the_earlier_answer(coordinator: Staff) -> None:
    receive("borja")
    task, action = open_task("a"), uuid.uuid4()
    for _ in range(2):
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=coordinator, now=NOW, action_id=action)
    assert OutboxMessage.objects.count() == 1


def test_two_complete_the_same_task_and_the_second_reads_who_was_first(coordinator: Staff) -> None:
    receive("borja")
    task = open_task("a")
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=coordinator, now=NOW)
    other = pages.staff("samordnare2", "samordnare")
    with pytest.raises(user_tasks.AlreadyCompleted) as caught:
        user_tasks.complete(task=task, answers={"svar": "nej"}, by=other, now=NOW)
    assert caught.value.by_name == str(coordinator)


def test_another_profession_may_not(nurse: Staff) -> None:
    receive("borja")
    with pytest.raises(user_tasks.NotAllowed):
        user_tasks.claim(task=open_task("a"), by=nurse, now=NOW)


def test_a_taken_task_is_taken_over_only_on_purpose(coordinator: Staff) -> None:
    receive("borja")
    other = pages.staff("samordnare2", "samordnare")
    task = user_tasks.claim(task=open_task("a"), by=coordinator, now=NOW)
    with pytest.raises(user_tasks.ClaimedByOther):
        user_tasks.claim(task=task, by=other, now=NOW)
    assert user_tasks.claim(task=task, by=other, now=NOW, take_over=True).claimed_by == other


def test_a_late_task_is_also_shown_to_the_profession_that_helps_out() -> None:
    receive("borja")
    assert user_tasks.escalate_due(now=NOW + timedelta(hours=3)) == 0
    assert user_tasks.escalate_due(now=NOW + timedelta(hours=5)) == 1
    assert user_tasks.escalate_due(now=NOW + timedelta(hours=6)) == 0
    assert open_task("a").escalated_to == "enhetschef"


def test_a_transient_failure_is_tried_again_with_the_same_key_and_then_done_by_a_person(coordinator: Staff) -> None:
    row = to_service(coordinator)
    now, keys = NOW, set()
    for _ in range(outbox.MAX_ATTEMPTS):
        (claimed,) = outbox.claim(worker="w", now=now, lease=LEASE)
        keys.add(claimed.key)
        outbox.fail(key=row.key, token=claimed.token, error=connectors.TransientError("down", "Nere."), now=now)
        now += timedelta(hours=1)
    assert keys == {row.key}
    by_hand = open_task("ring")
    assert by_hand.kind == TaskKind.FALLBACK
    assert by_hand.group == "samordnare"
    assert Incident.objects.get().group == incidents.IT
    user_tasks.complete(task=by_hand, answers={"vad": "Ringde."}, by=coordinator, now=now)
    assert ProcessInstance.objects.get().engine_state["variables"]["svar"] == {"manuellt": True, "vad": "Ringde."}


def test_a_late_machine_answer_is_kept_but_changes_nothing(coordinator: Staff) -> None:
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    outbox.fail(key=row.key, token=claimed.token, error=connectors.PermanentError("fel", "Fel."), now=NOW)
    user_tasks.complete(task=open_task("ring"), answers={"vad": "x"}, by=coordinator, now=NOW)
    assert outbox.succeed(key=row.key, token=claimed.token, result={"sent": 1}, now=NOW) is False
    row.refresh_from_db()
    assert row.late_result == {"sent": 1}
    assert ProcessInstance.objects.get().engine_state["variables"]["svar"]["manuellt"] is True


def test_a_business_no_goes_the_way_the_diagram_says(coordinator: Staff) -> None:
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    outbox.fail(key=row.key, token=claimed.token, error=connectors.BusinessError("nej", "Nej."), now=NOW)
    assert ProcessInstance.objects.get().outcome == "nekad"


def test_an_expired_lease_is_taken_over_and_the_first_worker_is_fenced_off(coordinator: Staff) -> None:
    row = to_service(coordinator)
    (first,) = outbox.claim(worker="one", now=NOW, lease=LEASE)
    assert outbox.claim(worker="two", now=NOW, lease=LEASE) == []
    (second,) = outbox.claim(worker="two", now=NOW + 2 * LEASE, lease=LEASE)
    assert outbox.succeed(key=row.key, token=first.token, result={}, now=NOW) is False
    assert outbox.succeed(key=row.key, token=second.token, result={}, now=NOW) is True
    row.refresh_from_db()
    assert row.state == OutboxState.DONE


def test_death_withdraws_what_has_not_gone_out_and_cancels_tasks(coordinator: Staff) -> None:
    to_service(coordinator)
    receive("avliden", "annat")
    assert OutboxMessage.objects.get().state == OutboxState.WITHDRAWN
    assert [task.element_id for task in UserTask.objects.filter(state=TaskState.OPEN)] == ["stada"]


def test_time_passes_only_for_what_is_due(coordinator: Staff) -> None:
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    outbox.succeed(key=row.key, token=claimed.token, result={}, now=NOW)
    receive("info")
    assert TimerJob.objects.get().due_at == NOW + timedelta(days=2)
    assert timers.fire_due(now=NOW + timedelta(days=1)) == 0
    assert timers.fire_due(now=NOW + timedelta(days=3)) == 1
    assert open_task("sen").group == "sjukskoterska"
    assert TimerJob.objects.count() == 0


def test_a_cancelled_case_leaves_nothing_waiting(coordinator: Staff) -> None:
    to_service(coordinator)
    instance = instances.cancel(instance=ProcessInstance.objects.get(), reason="fel person", by=coordinator, now=NOW)
    assert instance.state == InstanceState.CANCELLED
    assert not UserTask.objects.filter(state=TaskState.OPEN).exists()
    assert instance.subscriptions.count() == 0
    assert OutboxMessage.objects.get().state == OutboxState.WITHDRAWN


def test_a_message_after_the_end_is_noted_without_effect(coordinator: Staff) -> None:
    to_service(coordinator)
    instances.cancel(instance=ProcessInstance.objects.get(), reason="x", by=coordinator, now=NOW)
    assert receive("info").message.state == InboxState.IGNORED


def test_a_thrown_message_that_nobody_waits_for_is_kept_and_then_a_stopp(coordinator: Staff) -> None:
    to_service(coordinator)
    thrown = engine.Thrown("kasta", "info", {"nr": "2", "text": "till ett annat ärende"})
    row = inbox.throw(sender=ProcessInstance.objects.get(), thrown=thrown, now=NOW)
    assert row.state == InboxState.BUFFERED
    inbox.expire_buffered(now=NOW + timedelta(days=8))
    assert Incident.objects.get(message=row).code == "unmatched"


def test_an_early_message_whose_case_ends_meanwhile_is_no_stopp(coordinator: Staff) -> None:
    to_service(coordinator)
    row = receive("klar").message
    assert row.state == InboxState.BUFFERED
    instances.cancel(instance=ProcessInstance.objects.get(), reason="x", by=coordinator, now=NOW)
    inbox.expire_buffered(now=NOW + timedelta(days=8))
    row.refresh_from_db()
    assert row.state == InboxState.IGNORED
    assert not row.buffered_keys.exists()
    assert not Incident.objects.exists()


def test_a_message_that_a_step_takes_as_its_time_runs_out_is_no_stopp(monkeypatch: pytest.MonkeyPatch) -> None:
    row = receive("info").message
    expire = inbox._expire

    def taken_first(message: InboxMessage, *, now: datetime) -> bool:
        message.buffered_keys.all().delete()
        InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.DONE, expires_at=None)
        return expire(message, now=now)

    monkeypatch.setattr(inbox, "_expire", taken_first)
    assert inbox.expire_buffered(now=NOW + timedelta(days=8)) == 0
    row.refresh_from_db()
    assert row.state == InboxState.DONE
    assert not Incident.objects.exists()


def test_a_message_that_tells_of_protection_hides_what_is_open_already() -> None:
    receive("borja")
    assert open_task("a").is_restricted is False
    receive("info", skyddad=True)
    assert open_task("a").is_restricted is True


def test_a_protected_person_is_done_by_someone_who_may_see_her_when_the_profession_may_not(coordinator: Staff) -> None:
    leader = pages.staff("chef", "enhetschef", may_see_protected=True)
    receive("borja", skyddad=True)
    task = open_task("a")
    assert (task.group, task.escalated_to) == ("samordnare", "enhetschef")
    assert [item.pk for item in lists.tasks(leader, Wanted(), limit=9, now=NOW)] == [task.pk]
    assert lists.tasks(coordinator, Wanted(), limit=9, now=NOW) == []
    user_tasks.complete(task=task, answers={"svar": "ja"}, by=leader, now=NOW)


@pytest.mark.parametrize(
    "error", [engine.EngineError("ring", "expression", "Uttrycket gick inte att räkna ut."), KeyError("unforeseen")]
)
def test_an_answer_the_case_could_not_take_is_kept_and_given_to_it_again(
    coordinator: Staff, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    row = to_service(coordinator)
    (claimed,) = outbox.claim(worker="w", now=NOW, lease=LEASE)
    with monkeypatch.context() as broken:

        def stop(*_args: object, **_kwargs: object) -> None:
            raise error

        broken.setattr(engine.Execution, "answer", stop)
        outbox.succeed(key=row.key, token=claimed.token, result={"ok": True}, now=NOW)
    incident = Incident.objects.get()
    assert incident.state == "open"
    assert "svar" not in ProcessInstance.objects.get().engine_state["variables"]
    incidents.retry(incident=incident, by=coordinator, now=NOW)
    assert ProcessInstance.objects.get().engine_state["variables"]["svar"] == {"ok": True}
    assert Incident.objects.get().state == "resolved"


def test_no_identity_is_stored_with_the_instance() -> None:
    receive("borja")
    instance = ProcessInstance.objects.get()
    told = str(instance.engine_state) + str(InboxMessage.objects.get().payload)
    assert "196101182803" not in told
    assert "påhittad" not in told


def test_a_forlopp_that_cannot_start_is_a_stopp_and_those_who_wait_get_the_message(coordinator: Staff) -> None:
    to_service(coordinator)
    broken = ProcessDefinition.objects.create(key="annat", title="Annat")
    version = ProcessVersion.objects.get()
    version.pk, version.public_id, version.definition = None, uuid.uuid4(), broken
    version.save()
    ProcessDefinition.objects.filter(pk=broken.pk).update(current=version)
    StartSubscription.objects.create(
        definition=broken, version=version, message_name="avliden", start_event="finns_inte"
    )
    for _ in range(2):
        receive("avliden", "1", message_id="m1")
        assert [task.element_id for task in UserTask.objects.filter(state=TaskState.OPEN)] == ["stada"]
        assert InboxMessage.objects.get(name="avliden").state == InboxState.STOPPED
        incident = Incident.objects.get(state=IncidentState.OPEN)
        assert "skulle ha startat" in incident.text
        incidents.retry(incident=incident, by=coordinator, now=NOW)
