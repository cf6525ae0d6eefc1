"""The engine worker: lets time pass, handles what a dead process left, clears what is old. Safe to run several."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings
from django.utils import timezone

from api import teller
from api.services import repeats
from audit.services import rounds, sealing
from disposal.services import remains, runs
from followup.services import counting, forecasts, reports, screens
from integrations import systems, volume
from people.services import attempts, sessions
from tasks.services import drafts, shifts, watching
from workbench.services import publishing, replays
from workflows.management.rounds import RoundsCommand
from workflows.services import (
    absences,
    attachments,
    bringing,
    held,
    inbox,
    migration,
    pausing,
    repeating,
    timers,
    trials,
    user_tasks,
)

PAUSE_SECONDS = 0.5
BATCH = 100  # timers between two looks at the rest
ROUNDS_BETWEEN_SLOW = 20
ROUNDS_BETWEEN_COUNTS = 120
ROUNDS_BETWEEN_REMAINS = 20_000  # some hours


class Command(RoundsCommand):
    help = "Kör motorns bevakningar, och skickar händelser till dem som prenumererar, tills processen stoppas."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if settings.FORLOPP_WEBHOOKS != "off" and not options["once"]:
            teller.start(stop)
        try:
            super().handle(*args, **options)
        finally:
            stop.set()

    def round(self, number: int) -> float:
        now = timezone.now()
        more = timers.fire_due(now=now, limit=BATCH) == BATCH
        more = inbox.handle_received(now=now, limit=BATCH) == BATCH or more
        more = bringing.bring_waiting(now=now) or more
        more = migration.run_waiting(now=now) or more
        more = trials.run_waiting(now=now) or more
        more = publishing.run_due(now=now) or more
        more = replays.run_waiting(now=now) or more
        more = repeating.run_waiting(now=now) or more
        pausing.hand_over(titles=systems.titles(), now=now)
        if number % ROUNDS_BETWEEN_REMAINS == 0 and remains.may_remove():
            remains.remove_due(now=now)
        if number % ROUNDS_BETWEEN_COUNTS == 0:
            volume.roll_up(now=now)
        if number % ROUNDS_BETWEEN_SLOW == 0 or settings.FORLOPP_PRACTICE:
            user_tasks.escalate_due(now=now)
            more = counting.run_waiting(now=now) or more
            more = absences.reroute(now=now, limit=BATCH) == BATCH or more
            inbox.bring_waited_for(now=now)
            held.release_all(now=now)
            inbox.expire_buffered(now=now)
            migration.forget()
            drafts.purge(now=now)
            shifts.purge(now=now)
            screens.purge(now=now)
            forecasts.reckon_due(now=now)
            if not settings.FORLOPP_PRACTICE:  # its clock jumps over months that nobody asks for
                reports.make_due(now=now)
            watching.purge(now=now)
            sessions.purge(now=now)
            attempts.purge(now=now)
            sealing.seal_due(now=now)
            rounds.sweep_due(now=now)
            rounds.sample_due(now=now)
            runs.propose_due(now=now)
            more = runs.carry_out_due(now=now) or more
            repeats.purge(now=now)
            attachments.scan_waiting()
            if not settings.FORLOPP_PRACTICE:  # its clock says nothing of how old a file is
                attachments.tidy(now=now)
        if settings.FORLOPP_PRACTICE and not more:
            from practice import passing

            more = passing.go_on(now=now)
        return 0 if more else PAUSE_SECONDS
