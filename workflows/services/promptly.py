"""Brings what has been stored on at once, while who sent it has its receipt already: by one thread of each web worker.

The engine's worker is who guarantees it: whatever is left here, because the process ended or much came at once, it
finds at its next look. Whoever takes a message first, the other passes by. See docs/decisions/0037-at-once.md.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue

from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone

from workflows.models import InboxMessage
from workflows.services import inbox

log = logging.getLogger(__name__)

MOST = 3
"""So many waiting in one process are a storm, and to take it in goes before handling it: the worker has them."""
REST_SECONDS = 0.5
_LOOK_SECONDS = 0.5
_thread: _Thread | None = None


def handle(messages: Iterable[InboxMessage], *, now: datetime) -> None:
    """Messages that are stored and committed, in the order they are to be handled; here and now where no thread is."""
    for message in messages:
        if _thread is None:
            inbox.handle(message=message, now=now)
        elif _thread.waiting.qsize() < MOST:
            _thread.waiting.put(message)


def begin() -> None:
    """This process answers people and systems: what it stores it leaves to a thread."""
    global _thread  # noqa: PLW0603 - one of each process, as its answer to whether there is one
    _thread = _Thread()
    _thread.start()


def end() -> None:
    """What is in hand is done, the rest is the worker's."""
    global _thread  # noqa: PLW0603
    if _thread is not None:
        _thread.ended.set()
        _thread.join()
        _thread = None


class _Thread(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="promptly", daemon=True)
        self.waiting: SimpleQueue[InboxMessage] = SimpleQueue()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                message = self.waiting.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
            self._handle(message)
            if self.waiting.qsize() >= MOST:
                self._leave()
                self.ended.wait(REST_SECONDS)
        connections.close_all()

    def _leave(self) -> None:
        with suppress(Empty):
            while True:
                self.waiting.get_nowait()

    def _handle(self, message: InboxMessage) -> None:
        close_old_connections()
        try:
            inbox.handle_free(message, now=timezone.now())
        except (OperationalError, InterfaceError):
            log.warning("the database does not answer; the worker takes what is stored when it does")
            close_old_connections()
