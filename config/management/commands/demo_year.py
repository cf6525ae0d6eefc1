"""manage.py demo_year: a year of invented data for a town, so that every page and benchmark has something to show."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import supervision
from config.year import making, profiles

MOST = 10


class Command(BaseCommand):
    help = "Fyller demon med ett påhittat år för en kommun med 100 000 invånare. Kan avbrytas och köras om."

    stealth_options = ("is_held",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--share", type=float, default=1.0, help="Hur stort: 0.1 är en tiondel av allt som bpmn/*/aret.toml säger."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError("Bara i demoläge: ett påhittat år hör inte hemma bland riktiga ärenden.")
        share = options["share"]
        if not 0 < share <= MOST:
            raise CommandError(f"--share ska vara mer än 0 och högst {MOST}.")
        if not options.get("is_held") and supervision.is_running():
            raise CommandError("Stoppa demon först: dess arbetare skulle låta årets bevakningar lösa ut nu.")
        self.began = self.told = time.monotonic()
        try:
            made = making.make(Path(settings.FORLOPP_BPMN_DIR), share, now=timezone.now(), tell=self.progress)
        except profiles.Unreadable as problem:
            raise CommandError(str(problem)) from None
        for told in made.stuck[:20]:
            self.stderr.write(told)
        seconds = time.monotonic() - self.began
        self.stdout.write(f"Året är klart: {made.of} ärenden spelade på {seconds:.0f} s.")

    def progress(self, made: making.Made) -> None:
        now = time.monotonic()
        if now - self.told < 5 and made.done < made.of:
            return
        self.told = now
        left = (now - self.began) / made.done * (made.of - made.done)
        self.stdout.write(f"  {made.done} av {made.of} ärenden, ungefär {left:.0f} s kvar")
        self.stdout.flush()
