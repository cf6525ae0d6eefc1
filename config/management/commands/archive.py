"""Follows PostgreSQL and the files of tasks second by second, so that one can go back to a moment."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import archive, postgresql


class Command(BaseCommand):
    help = "Följer PostgreSQL och uppgifternas filer tills den stoppas: allt läggs i FORLOPP_BACKUP. Personuppgifter."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", action="store_true", help="Ta en ny baskopia, en gång i veckan, och sluta.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.FORLOPP_BACKUP:
            raise CommandError("Sätt FORLOPP_BACKUP till mappen som kopian ska ligga i.")
        folder, stop = Path(settings.FORLOPP_BACKUP), threading.Event()
        os.umask(0o077)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        try:
            if options["base"]:
                self.stdout.write(f"{archive.take_base(folder, now=timezone.now()).path}")
            else:
                archive.follow(folder, stop)
        except postgresql.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"Det gick inte att skriva i {folder}: {problem.strerror}.") from None
