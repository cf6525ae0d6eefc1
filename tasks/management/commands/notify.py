"""The telling process: `manage.py notify` sends what staff have chosen to be told of. Care never waits for it."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from tasks.services import notifying, sending

log = logging.getLogger(__name__)

PAUSE_SECONDS = 10.0


class Command(BaseCommand):
    help = "Skickar notiser till dem som har valt det, tills processen stoppas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Ett varv och sedan slut.")

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            self._round()
            if options["once"]:
                return
            stop.wait(PAUSE_SECONDS)

    def _round(self) -> None:
        now = timezone.now()
        try:
            notifying.find(now=now)
            sending.send_due(now=now)
            notifying.purge(now=now)
        except (OperationalError, InterfaceError):
            log.warning("the database does not answer; trying again")
            close_old_connections()
