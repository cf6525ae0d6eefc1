"""The outbox is delivered at least once under one key, through Prefect or without, and outlives a killed executor."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from integrations.runner.attempt import LEASE, Attempt
from integrations.runner.breaker import FAILURES, Breaker
from integrations.runner.executor import Executor
from integrations.runner.lane import Lane
from tests import forlopp, pages
from tests.crash.installation import eventually
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, Json, Operation, PermanentError, TransientError
from workflows.models import OutboxMessage, OutboxState, TaskKind, UserTask
from workflows.services import inbox, outbox, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9/api"
Answer = Callable[[Delivery], Json]


@pytest.fixture
def row(transactional_db: None) -> OutboxMessage:
    """A call that waits to be made."""
    forlopp.publish()
    inbox.receive(source="prov", message_id="m-1", raw=forlopp.message("borja"), now=NOW)
    by = pages.staff("samordnare", "samordnare")
    user_tasks.complete(task=UserTask.objects.get(element_id="a"), answers={"svar": "ja"}, by=by, now=NOW)
    return OutboxMessage.objects.get()


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[Delivery]]:
    """Decides what the system answers; gives the list of calls."""

    def install(answer: Answer) -> list[Delivery]:
        calls: list[Delivery] = []

        def run(delivery: Delivery) -> Json:
            calls.append(delivery)
            return answer(delivery)

        known = connectors.get_operation("prov.ring")
        made = Operation(known.name, known.title, known.params, known.example, run)
        monkeypatch.setitem(connectors._registry.operations, "prov.ring", made)
        return calls

    return install


def failing(error: Exception) -> Answer:
    def answer(_delivery: Delivery) -> Json:
        raise error

    return answer


def attempt(now: datetime = NOW) -> Attempt:
    (claimed,) = outbox.claim(worker="prov", now=now, lease=LEASE, limit=1)
    return Attempt(claimed, clock=lambda: now)


def test_an_answer_that_the_database_cannot_take_yet_is_kept_and_not_asked_for_again(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = ring(lambda _delivery: {"ok": True})
    monkeypatch.setattr("integrations.runner.attempt.STORE_AGAIN_SECONDS", 0)
    succeed, away = outbox.succeed, [OperationalError("borta"), InterfaceError("borta")]

    def when_back(**outcome: Any) -> bool:
        if away:
            raise away.pop()
        return succeed(**outcome)

    monkeypatch.setattr(outbox, "succeed", when_back)
    assert attempt().run()
    row.refresh_from_db()
    assert (row.state, len(calls)) == (OutboxState.DONE, 1)


def test_an_answer_takes_the_case_on(row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]) -> None:
    calls = ring(lambda _delivery: {"ok": True})

    assert attempt().run()

    row.refresh_from_db()
    assert (row.state, row.result) == (OutboxState.DONE, {"ok": True})
    assert [(call.key, call.individual_ref) for call in calls] == [(row.key, pages_ref(row))]


def pages_ref(row: OutboxMessage) -> object:
    return row.individual.ref if row.individual else None


def test_the_key_is_the_same_at_every_attempt_until_a_person_takes_over(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]
) -> None:
    calls = ring(failing(TransientError("inget_svar", "Systemet svarade inte.")))

    for number in range(outbox.MAX_ATTEMPTS):
        attempt(NOW + timedelta(hours=number)).run()

    row.refresh_from_db()
    assert {call.key for call in calls} == {row.key}
    assert [call.attempt for call in calls] == list(range(1, outbox.MAX_ATTEMPTS + 1))
    assert row.state == OutboxState.FAILED
    assert UserTask.objects.filter(kind=TaskKind.FALLBACK).count() == 1


@pytest.mark.parametrize("error", [PermanentError("avvisat", "Nej."), BusinessError("okand", "Nej.")])
def test_a_no_goes_to_a_person_at_once(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]], error: Exception
) -> None:
    calls = ring(failing(error))

    attempt().run()

    row.refresh_from_db()
    assert (len(calls), row.state) == (1, OutboxState.FAILED)


def test_a_connector_that_breaks_is_tried_again_and_its_text_is_kept_nowhere(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]], caplog: pytest.LogCaptureFixture
) -> None:
    ring(failing(ValueError("193805142381")))

    attempt().run()

    row.refresh_from_db()
    assert (row.state, row.error_code) == (OutboxState.PENDING, "internt_fel")
    assert "193805142381" not in caplog.text + row.error_text


def test_however_many_start_an_attempt_the_call_is_made_once(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]
) -> None:
    calls = ring(lambda _delivery: {"ok": True})
    one = attempt()

    assert [one.run(), one.run()] == [True, False]
    assert len(calls) == 1


def test_an_answer_after_the_lease_was_lost_changes_nothing(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]], caplog: pytest.LogCaptureFixture
) -> None:
    ring(lambda delivery: {"attempt": delivery.attempt})
    slow = attempt(NOW)
    fast = attempt(NOW + LEASE)

    fast.run()
    slow.run()

    row.refresh_from_db()
    assert row.result == {"attempt": 2}
    assert "someone else" in caplog.text


def test_a_dead_prefect_costs_no_time(row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]) -> None:
    calls = ring(lambda _delivery: {"ok": True})
    lane = Lane(NOBODY)
    lane._is_loaded = True
    one, began = attempt(), time.monotonic()

    lane.run(one)
    lane.stop()

    assert time.monotonic() - began < 10  # it would be asked again and again for longer
    assert len(calls) == 1


def run_once(one: Attempt) -> None:
    one.run()


def test_executors_side_by_side_make_each_call_once(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]
) -> None:
    calls = ring(lambda _delivery: {"ok": True})
    executors = [Executor(run=run_once, slots=2, clock=lambda: NOW) for _ in range(3)]
    threads = [threading.Thread(target=executor.serve) for executor in executors]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while OutboxMessage.objects.get().state != OutboxState.DONE and time.monotonic() < deadline:
        time.sleep(0.05)
    for executor in executors:
        executor.stop()
    for thread in threads:
        thread.join()

    assert OutboxMessage.objects.get().state == OutboxState.DONE
    assert len(calls) == 1


class System(ThreadingHTTPServer):
    """Takes a call, tells the test its key, and answers only when it may."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.keys: queue.Queue[str] = queue.Queue()
        self.may_answer = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: System

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.put(self.headers["Idempotency-Key"])
        self.server.may_answer.wait(20)
        try:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"ok": true}')
        except OSError:
            return

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def system() -> Iterator[System]:
    server = System()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()


def database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def start(system: System, tmp_path: Path) -> subprocess.Popen[bytes]:
    # The other process has the machine's own clock.
    OutboxMessage.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    file = Path(settings.BASE_DIR) / "tests" / "fakes" / "executor.py"
    address = f"http://127.0.0.1:{system.server_address[1]}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()}
    return subprocess.Popen([sys.executable, str(file), address, NOBODY], env=environment, cwd=tmp_path)


def nobody_else_is_at_work() -> bool:
    """PostgreSQL goes on with what a dead client had begun, as a lease that it renewed, and keeps its locks."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])


def test_an_executor_killed_between_the_call_and_its_report_is_taken_over_under_the_same_key(
    row: OutboxMessage, system: System, tmp_path: Path, ring: Callable[[Answer], list[Delivery]]
) -> None:
    victim = start(system, tmp_path)
    try:
        first = system.keys.get(timeout=40)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        eventually(nobody_else_is_at_work, seconds=120, what="what the dead one had begun has ended")
    row.refresh_from_db()
    assert (row.state, row.attempt) == (OutboxState.PENDING, 1)
    assert row.lease_until is not None
    before, after = row.lease_until - timedelta(seconds=1), row.lease_until + timedelta(seconds=1)
    assert outbox.claim(worker="prov", now=before, lease=LEASE) == []

    calls = ring(lambda _delivery: {"ok": True})
    attempt(after).run()

    row.refresh_from_db()
    assert (row.state, row.attempt) == (OutboxState.DONE, 2)
    assert [str(call.key) for call in calls] == [first] == [str(row.key)]


def test_an_executor_told_to_stop_finishes_what_it_has_begun(
    row: OutboxMessage, system: System, tmp_path: Path
) -> None:
    process = start(system, tmp_path)
    system.keys.get(timeout=40)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    system.may_answer.set()

    assert process.wait(timeout=30) == 0
    row.refresh_from_db()
    assert (row.state, row.result) == (OutboxState.DONE, {"ok": True})


@pytest.mark.any_database
def test_the_web_process_never_loads_prefect(tmp_path: Path) -> None:
    code = "import sys, config.wsgi; sys.exit(any(name.split('.')[0] in ('prefect', 'fhir') for name in sys.modules))"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "FORLOPP_VAR": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR, check=False)

    assert done.returncode == 0


def test_hands_are_free_again_when_the_database_did_not_answer(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(lambda _delivery: {"ok": True})
    executor = Executor(run=lambda _attempt: None, slots=2, clock=lambda: NOW)

    def away(**_asked: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(outbox, "claim", away)
    for _ in range(3):
        with pytest.raises(OperationalError):
            executor.once()
    monkeypatch.setattr(outbox, "claim", lambda **asked: [] if asked["limit"] == 2 else pytest.fail("a hand is lost"))
    assert executor.once() == 0


def test_what_waits_for_a_system_goes_as_soon_as_it_answers(
    row: OutboxMessage, ring: Callable[[Answer], list[Delivery]]
) -> None:
    breaker, clock = Breaker(), [NOW]

    def attempted() -> Attempt:
        (claimed,) = outbox.claim(worker="prov", now=clock[0], lease=LEASE, limit=1)
        return Attempt(claimed, clock=lambda: clock[0], breaker=breaker)

    calls = ring(failing(TransientError("inget_svar", "Systemet svarade inte.")))
    for _ in range(FAILURES + 1):
        attempted().run()
        row.refresh_from_db()
        clock[0] = row.next_try_at
    # It is known to be down: the last try was not made, and counted, so that a person gets it in time.
    assert (len(calls), row.attempt, row.error_code) == (FAILURES, FAILURES + 1, "nere")

    assert outbox.claim(worker="prov", now=NOW + timedelta(minutes=2), lease=LEASE) == []
    assert outbox.wake(system="annat", now=NOW) == 0
    assert outbox.wake(system="prov", now=NOW + timedelta(minutes=2)) == 1
    assert outbox.claim(worker="prov", now=NOW + timedelta(minutes=2), lease=LEASE) != []
