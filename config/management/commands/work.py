"""The engine worker: lets time pass, handles what a dead process left, clears what is old. Safe to run several."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from people.services import sessions
from tasks.services import drafts, shifts, watching
from workflows.services import absences, attachments, bringing, held, inbox, migration, timers, trials, user_tasks

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5
BATCH = 100  # timers between two looks at the rest
PAUSE_WHEN_DOWN = 5.0
ROUNDS_BETWEEN_SLOW = 20


class Command(BaseCommand):
    help = "Kör motorns bevakningar tills processen stoppas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Ett varv och sedan slut.")

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        rounds = 0
        while not stop.is_set():
            pause = self._round(is_slow=rounds % ROUNDS_BETWEEN_SLOW == 0 or settings.FORLOPP_PRACTICE)
            rounds += 1
            if options["once"]:
                return
            stop.wait(pause)

    def _round(self, *, is_slow: bool) -> float:
        now = timezone.now()
        try:
            more = timers.fire_due(now=now, limit=BATCH) == BATCH
            inbox.handle_received(now=now)
            more = bringing.bring_waiting(now=now) or more
            more = migration.run_waiting(now=now) or more
            more = trials.run_waiting(now=now) or more
            if is_slow:
                user_tasks.escalate_due(now=now)
                more = absences.reroute(now=now, limit=BATCH) == BATCH or more
                inbox.bring_waited_for(now=now)
                held.release_all(now=now)
                inbox.expire_buffered(now=now)
                migration.forget()
                drafts.purge(now=now)
                shifts.purge(now=now)
                watching.purge(now=now)
                sessions.purge(now=now)
                attachments.scan_waiting()
                if not settings.FORLOPP_PRACTICE:  # its clock says nothing of how old a file is
                    attachments.tidy(now=now)
            if settings.FORLOPP_PRACTICE and not more:
                from practice import passing

                more = passing.go_on(now=now)
        except (OperationalError, InterfaceError):
            log.warning("the database does not answer; trying again")
            close_old_connections()
            return PAUSE_WHEN_DOWN
        return 0 if more else PAUSE_SECONDS
