"""Prefect's lane beside ours: a thread with an event loop of its own, and a cheap way to know whether it is open."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import requests

from integrations.runner import house
from integrations.runner.attempt import Attempt

log = logging.getLogger(__name__)

PROBE_SECONDS = 5.0
PROBE_TIMEOUT = 0.5
BEGIN_SECONDS = 3.0
FINISH_SECONDS = 5.0
CLOSED_SECONDS = 30.0
END_SECONDS = 5.0


class Probe:
    """Does the Prefect API answer? Asked every few seconds at most: a dead server costs nothing per delivery."""

    def __init__(self, api_url: str) -> None:
        self._url = f"{api_url.rstrip('/')}/health"
        self._session = requests.Session()
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._closed_until = float("-inf")
        self._answers = False

    def answers(self) -> bool:
        now = time.monotonic()
        if now < self._closed_until:
            return False
        with self._lock:
            if now - self._asked >= PROBE_SECONDS:
                self._answers, self._asked = self._ask(), time.monotonic()
            return self._answers

    def close(self) -> None:
        """It answers but does not do its work: leave it alone for a while."""
        self._closed_until = time.monotonic() + CLOSED_SECONDS

    def _ask(self) -> bool:
        try:
            return self._session.get(self._url, timeout=PROBE_TIMEOUT, allow_redirects=False).status_code == 200
        except requests.RequestException:
            return False


class Loop:
    """An event loop in a thread. Not the main thread: there Prefect's flow engine takes over SIGTERM."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="prefect", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """What runs is told to end and gets a moment to tell Prefect so; else its runs would look alive for ever."""
        try:
            asyncio.run_coroutine_threadsafe(_end_others(), self._loop).result(timeout=END_SECONDS + 1)
        except TimeoutError:
            log.warning("Prefect did not end in time")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)
        if not self._loop.is_running():
            self._loop.close()


async def _end_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=END_SECONDS)


class Lane:
    """Runs attempts as Prefect flows while Prefect can, and as plain calls while it cannot."""

    def __init__(self, api_url: str) -> None:
        self._probe = Probe(api_url)
        self._loop = Loop()
        self._is_loaded = False

    def warm_up(self) -> None:
        """Import Prefect (2 s of CPU) before anything waits for it. One that cannot be imported is one that is down."""
        house.prepare_prefect()
        try:
            from integrations.runner import flows  # noqa: F401
        except Exception:
            log.exception("Prefect cannot be loaded; every delivery is made without it")
        else:
            self._is_loaded = True

    def run(self, attempt: Attempt) -> None:
        """Returns when the outcome is in the outbox."""
        if self._is_loaded and self._probe.answers():
            self._run_as_flow(attempt)
        attempt.run()
        attempt.ended.wait()

    def stop(self) -> None:
        self._loop.stop()

    def _run_as_flow(self, attempt: Attempt) -> None:
        """Give Prefect a moment to begin; after that the call is made without it, and a late start does nothing."""
        from integrations.runner import flows

        key = attempt.claimed.key
        flows.attempts[key] = attempt
        running = self._loop.start(self._flow(str(key)))
        try:
            deadline = time.monotonic() + BEGIN_SECONDS
            while not attempt.begun.wait(0.02) and not running.done() and time.monotonic() < deadline:
                pass
            if not attempt.begun.is_set():
                self._probe.close()
                log.warning("delivery %s: Prefect did not begin; delivered without it", key)
                return
            attempt.ended.wait()
            self._finish(running)
        finally:
            flows.attempts.pop(key, None)

    async def _flow(self, key: str) -> None:
        from integrations.runner import flows

        await flows.deliver(key)

    def _finish(self, running: Future[None]) -> None:
        """Let Prefect write down how it went, but not for long."""
        from integrations.runner import flows

        try:
            running.result(timeout=FINISH_SECONDS)
        except flows.DeliveryFailed:
            pass
        except TimeoutError:
            running.cancel()
            self._probe.close()
        except Exception as problem:  # noqa: BLE001 - the outcome is stored; only the record in Prefect is lost
            self._probe.close()
            log.warning("Prefect could not record a delivery: %s", type(problem).__name__)
