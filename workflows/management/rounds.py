"""A process that does its rounds until it is told to stop, also when the database is away for a while."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

log = logging.getLogger(__name__)


class RoundsCommand(BaseCommand):
    """What a round is, and how long one rests after it, is said by `round`, which gives the seconds."""

    pause_when_down = 5.0
    # Django's checks import every page: a second in which one that was killed is not back. `make check` and doctor ask.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Ett varv och sedan slut.")

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        number = 0
        while not stop.is_set():
            try:
                pause = self.round(number)
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer; trying again")
                close_old_connections()
                pause = self.pause_when_down
            number += 1
            if options["once"]:
                return
            stop.wait(pause)

    def round(self, number: int) -> float:
        raise NotImplementedError
