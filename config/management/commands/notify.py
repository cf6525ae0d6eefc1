"""The telling process: `manage.py notify` sends what staff have chosen to be told of. Care never waits for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from followup.services import reports
from tasks.services import notifying, sending
from workflows.management.rounds import RoundsCommand

PAUSE_SECONDS = 10.0


class Command(RoundsCommand):
    help = "Skickar notiser till dem som har valt det, tills processen stoppas."
    pause_when_down = PAUSE_SECONDS

    def round(self, number: int) -> float:  # noqa: ARG002 - each round is like the others
        now = timezone.now()
        notifying.find(now=now)
        sending.send_due(now=now)
        notifying.purge(now=now)
        reports.tell_due(now=now, find=partial(notifying.letterbox, now=now))
        return PAUSE_SECONDS
