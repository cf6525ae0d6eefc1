"""Delivers the outbox: claims what is due, a few times a second, and hands each to a lane."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import FrameType

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from integrations import configuration, systems
from integrations.runner import house
from integrations.runner.attempt import LEASE, Attempt
from integrations.runner.breaker import Breaker
from integrations.runner.lane import Lane
from workflows.services import outbox
from workflows.services.outbox import Claimed

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
TROUBLE_SECONDS = 2.0


class Executor:
    """One of any number, side by side; the lease and its token keep them apart."""

    def __init__(self, *, run: Callable[[Attempt], None], slots: int, clock: Callable[[], datetime]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._run = run
        self._slots = slots
        self._free = threading.Semaphore(slots)
        self._clock = clock
        self._breaker = Breaker()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="delivery")

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished."""
        self._stopping.set()

    def serve(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self.once()
            except (DatabaseError, InterfaceError) as problem:
                log.warning("executor: the database does not answer: %s", type(problem).__name__)
                house.close_connections()
                self._stopping.wait(TROUBLE_SECONDS)
                continue
            if not worked:
                self._stopping.wait(POLL_SECONDS)
        self._pool.shutdown(wait=True)
        house.close_connections()

    def once(self) -> int:
        """Claim as many as there are free hands for, and start them; how many."""
        now = self._clock()
        # A plain read: on SQLite a claim takes the write lock even when there is nothing to claim.
        if not outbox.is_waiting(now=now):
            return 0
        hands = self._free_hands()
        claimed: list[Claimed] = []
        try:
            claimed = (
                outbox.claim(worker=self.name, now=now, lease=LEASE, limit=hands, at_once=at_once()) if hands else []
            )
        finally:
            # Also when the database does not answer: a hand that is not given back is lost for good.
            for _unused in range(hands - len(claimed)):
                self._free.release()
        for one in claimed:
            self._pool.submit(self._deliver, one)
        return len(claimed)

    def _free_hands(self) -> int:
        """Taken here, given back when a delivery ends; waits for the first one rather than spin."""
        if not self._free.acquire(timeout=POLL_SECONDS):
            return 0
        hands = 1
        while hands < self._slots and self._free.acquire(blocking=False):
            hands += 1
        return hands

    def _deliver(self, claimed: Claimed) -> None:
        try:
            self._run(Attempt(claimed, clock=self._clock, breaker=self._breaker))
        except Exception as problem:  # noqa: BLE001 - the row keeps its lease and is taken again when that ends
            kind = type(problem).__name__
            log.error("delivery %s: outcome not stored: %s", claimed.key, kind)  # noqa: TRY400 - nothing of the content
        finally:
            house.close_connections()
            self._free.release()


def at_once() -> dict[str, int]:
    """How many calls IT allows each system at the same time."""
    return {system.key: configuration.of(system.key).at_once for system in systems.systems()}


def slots() -> int:
    """SQLite has one writer, and Prefect on SQLite stalls for seconds from two runs at once."""
    return 1 if connection.vendor == "sqlite" else 4


def main(api_url: str) -> None:
    """Until SIGTERM or SIGINT."""
    lane = Lane(api_url)
    lane.warm_up()
    executor = Executor(run=lane.run, slots=slots(), clock=timezone.now)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        executor.stop()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    executor.serve()
    lane.stop()
