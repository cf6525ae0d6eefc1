"""A mailbox is emptied: stored first, acknowledged after, and garbage neither stops it nor comes back as noise."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from integrations import jobs, polling, systems
from integrations.jobs import JobFailed, Scheduled
from integrations.models import SystemState
from integrations.runner.polls import STOCKHOLM, Watch
from integrations.systems import Job, System
from tests.fakes.region import Mailbox, notice
from workflows.connectors import PermanentError, TransientError
from workflows.models import InboxMessage, InboxState, Incident
from workflows.services import inbox

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DOWN = TransientError("inget_svar", "Systemet svarade inte.")
Empty = Callable[[Mailbox], polling.Tally]

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Empty:
    """The region's job, with a mailbox in place of the region; what it counted."""

    def run(mailbox: Mailbox) -> polling.Tally:
        counted: list[polling.Tally] = []

        def do() -> None:
            counted.append(polling.empty("region", mailbox, clock=lambda: NOW))

        monkeypatch.setitem(systems._systems, "region", System("region", "Regionen", jobs=(Job("hamta", "", do),)))
        jobs.run("region", "hamta", clock=lambda: NOW)
        return counted[0]

    return run


def test_what_lies_waiting_is_stored_and_then_acknowledged(empty: Empty) -> None:
    mailbox = Mailbox([notice("m-1"), notice("m-2", inskrivning_id="vard-2")])

    tally = empty(mailbox)

    assert (tally.stored, tally.duplicates, tally.stuck) == (2, 0, 0)
    assert mailbox.receipts == [("m-1", "mottagen"), ("m-2", "mottagen")]
    assert InboxMessage.objects.filter(source="region", name="inskrivningsmeddelande").count() == 2


def test_nothing_is_acknowledged_that_could_not_be_stored(empty: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_rest: object) -> None:
        raise RuntimeError("193805142381")

    monkeypatch.setattr(inbox, "receive", broken)
    mailbox = Mailbox([notice()])

    with pytest.raises(JobFailed) as problem:
        empty(mailbox)

    assert mailbox.receipts == []
    assert str(problem.value) == "RuntimeError"
    assert problem.value.__suppress_context__


def test_a_message_whose_receipt_was_lost_is_taken_once_and_acknowledged_next_time(empty: Empty) -> None:
    mailbox = Mailbox([notice("m-1"), notice("m-2")], refuses=DOWN)
    with pytest.raises(JobFailed, match="inget_svar"):
        empty(mailbox)
    assert InboxMessage.objects.count() == 2

    mailbox.refuses = None
    tally = empty(mailbox)

    assert (tally.stored, tally.duplicates) == (0, 2)
    assert InboxMessage.objects.count() == 2
    assert mailbox.items == []


def test_garbage_becomes_one_stop_however_often_it_is_fetched(empty: Empty) -> None:
    garbage: list[Any] = ["skräp", None, 7, {"meddelande_id": ""}, {"meddelande_id": "a b"}, {"x": [1]}]
    mailbox = Mailbox([*garbage, notice()])

    first, second = empty(mailbox), empty(mailbox)

    assert (first.stored, first.stuck) == (7, 6)
    assert (second.stored, second.duplicates, second.stuck) == (0, 6, 6)
    assert mailbox.items == garbage
    assert Incident.objects.count() == 6
    assert InboxMessage.objects.filter(message_id__startswith="utan-id-", state=InboxState.STOPPED).count() == 6


def test_what_has_an_id_is_acknowledged_even_when_it_cannot_be_understood(empty: Empty) -> None:
    mailbox = Mailbox([notice(skickad_dt="2026-11-23T08:55:00")])

    empty(mailbox)

    assert mailbox.receipts == [("m-1", "mottagen")]
    assert Incident.objects.get().code == "naiv_tid"


def test_the_same_id_with_another_content_is_refused_in_the_receipt(empty: Empty) -> None:
    empty(Mailbox([notice()]))
    mailbox = Mailbox([notice(inskrivning_id="vard-9")])

    assert empty(mailbox).conflicts == 1
    assert mailbox.receipts == [("m-1", "avvisad")]
    assert Incident.objects.filter(code="conflict").count() == 1


def test_a_head_of_garbage_does_not_hide_what_is_behind_it(empty: Empty) -> None:
    mailbox = Mailbox([*({"nr": number} for number in range(polling.BATCH + 10)), notice()])

    empty(mailbox)

    assert mailbox.receipts == [("m-1", "mottagen")]


def test_a_receipt_the_system_does_not_want_stops_nothing(empty: Empty) -> None:
    mailbox = Mailbox([notice("m-1"), notice("m-2")], refuses=PermanentError("avvisat", "Nej."))

    tally = empty(mailbox)

    assert (tally.stored, tally.stuck) == (2, 2)


def test_how_the_system_is_doing_is_remembered(empty: Empty) -> None:
    with pytest.raises(JobFailed):
        empty(Mailbox([notice()], refuses=DOWN))
    state = SystemState.objects.get(system="region", job="hamta")
    assert (state.failures, state.error_code, state.asked_at, state.answered_at) == (1, "inget_svar", NOW, None)

    empty(Mailbox([]))

    state.refresh_from_db()
    assert (state.failures, state.error_code, state.answered_at) == (0, "", NOW)


@responses.activate
@pytest.mark.parametrize("body", ["<html>Logga in</html>", '{"meddelanden": "inga"}', "[]", '{"meddelanden": [{"a":'])
def test_an_answer_that_is_no_mailbox_is_a_failure_and_stores_nothing(body: str) -> None:
    responses.get(re.compile(".*/api/meddelanden"), body=body)

    with pytest.raises(JobFailed, match="ovantat_svar"):
        jobs.run("region", "hamta", clock=lambda: NOW)

    assert not InboxMessage.objects.exists()


@responses.activate
def test_the_region_is_asked_and_answered_over_http() -> None:
    responses.get(re.compile(r".*/api/meddelanden\?max=50"), json={"meddelanden": [notice()]})
    receipt = responses.post(re.compile(".*/api/kvittenser"), json={})

    jobs.run("region", "hamta", clock=lambda: NOW)

    assert InboxMessage.objects.count() == 1
    assert b'"status": "mottagen"' in receipt.calls[0].request.body


class TestWatch:
    """When a mailbox is emptied without Prefect."""

    job = Scheduled(System("region", "Regionen"), Job("hamta", "", lambda: None), {"every_seconds": 15})

    def overdue(self, seconds: float, **rest: Any) -> bool:
        asked_at = rest.pop("asked_at", NOW)
        since = NOW - timedelta(hours=1)
        return Watch(**rest).overdue(self.job, asked_at=asked_at, since=since, now=NOW + timedelta(seconds=seconds))

    def plan(self, *, is_active: bool = True, seconds: float | None = 15, cron: str = "") -> dict[str, Any]:
        from integrations.runner.schedule import Plan

        plan = Plan(deployment_id=None, is_active=is_active, seconds=seconds, cron=cron)  # type: ignore[arg-type]
        return {"region/hamta": plan}

    def test_prefect_gets_an_interval_and_three_seconds(self) -> None:
        assert not self.overdue(17.9)
        assert self.overdue(18.1)

    def test_a_mailbox_never_asked_gets_an_interval_from_the_start(self) -> None:
        watch = Watch()
        assert not watch.overdue(self.job, asked_at=None, since=NOW, now=NOW + timedelta(seconds=17))
        assert watch.overdue(self.job, asked_at=None, since=NOW, now=NOW + timedelta(seconds=19))

    def test_the_interval_that_it_has_chosen_is_the_one_that_counts(self) -> None:
        assert not self.overdue(60, plans=self.plan(seconds=300), is_reachable=True)
        assert self.overdue(304, plans=self.plan(seconds=300), is_reachable=True)

    def test_what_it_has_paused_stays_paused_also_when_prefect_is_down(self) -> None:
        assert not self.overdue(3600, plans=self.plan(is_active=False), is_reachable=True)
        assert not self.overdue(3600, plans=self.plan(is_active=False), is_reachable=False)

    def test_workers_that_start_a_container_first_get_longer(self) -> None:
        grace = timedelta(seconds=60)
        assert not self.overdue(74, grace=grace)
        assert self.overdue(76, grace=grace)

    def test_a_schedule_that_only_prefect_knows_is_prefects_while_it_answers_and_ours_when_it_does_not(self) -> None:
        assert not self.overdue(3600, plans=self.plan(seconds=None), is_reachable=True)
        assert self.overdue(3600, plans=self.plan(seconds=None), is_reachable=False)

    def test_a_job_that_goes_by_the_clock_is_done_without_prefect_on_the_night_the_clock_changes(self) -> None:
        night = Scheduled(System("region", "Regionen"), Job("natt", "", lambda: None), {"cron": "30 2 * * *"})
        asked_at = datetime(2027, 3, 27, 2, 30, tzinfo=STOCKHOLM)

        def overdue(hour: int, minute: int, *, is_reachable: bool = False) -> bool:
            now = datetime(2027, 3, 28, hour, minute, tzinfo=STOCKHOLM)
            return Watch(is_reachable=is_reachable).overdue(night, asked_at=asked_at, since=asked_at, now=now)

        # 02:30 does not exist that night: it is done at 03:00, once.
        assert not overdue(1, 59)
        assert overdue(3, 4)

    def test_a_clock_that_it_has_chosen_in_prefect_counts_from_when_it_was_chosen(self) -> None:
        job = Scheduled(System("region", "Regionen"), Job("hamta", "", lambda: None), {"cron": "0 3 * * *"})
        watch, asked_at = Watch(is_reachable=True), datetime(2027, 3, 10, 3, tzinfo=STOCKHOLM)
        watch.follow(self.plan(seconds=None, cron="0 3 * * *"), now=asked_at)

        def overdue(day: int, hour: int, minute: int = 4) -> bool:
            now = datetime(2027, 3, day, hour, minute, tzinfo=STOCKHOLM)
            return watch.overdue(job, asked_at=asked_at, since=asked_at, now=now)

        assert overdue(11, 3)
        watch.follow(self.plan(seconds=None, cron="0 5 * * *"), now=datetime(2027, 3, 10, 12, tzinfo=STOCKHOLM))
        assert not overdue(10, 12)
        assert not overdue(11, 3)
        # Nobody in the pool began it: Prefect answers, and still it is done.
        assert overdue(11, 5)
        watch.is_reachable = False
        assert overdue(11, 5)

    def test_what_begins_a_moment_before_its_minute_has_begun(self) -> None:
        job = Scheduled(System("region", "Regionen"), Job("hamta", "", lambda: None), {"cron": "0 3 * * *"})
        begun = datetime(2027, 3, 10, 2, 59, 59, tzinfo=STOCKHOLM)
        assert not Watch().overdue(job, asked_at=begun, since=begun, now=begun + timedelta(hours=1))


def test_a_job_that_another_process_is_at_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    inner = System("region", "Regionen", jobs=(Job("hamta", "", lambda: done.append(1)),))

    def outer() -> None:
        monkeypatch.setitem(systems._systems, "region", inner)
        jobs.run("region", "hamta")

    monkeypatch.setitem(systems._systems, "region", System("region", "Regionen", jobs=(Job("hamta", "", outer),)))
    jobs.run("region", "hamta")
    assert done == []

    # A process that died in the middle of it holds it a little longer.
    SystemState.objects.update(held_until=NOW + jobs.HOLD)
    jobs.run("region", "hamta", clock=lambda: NOW)
    assert done == []
    jobs.run("region", "hamta", clock=lambda: NOW + jobs.HOLD)
    assert done == [1]
