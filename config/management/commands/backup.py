"""Copies the database, and the files of tasks, while everything runs."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import backup, backup_files, postgresql


class Command(BaseCommand):
    help = "Säkerhetskopierar databasen till en fil, och uppgifternas filer till en till. Innehåller personuppgifter."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="Filen som skrivs; den får inte finnas. Utan den läggs en fil med dagens datum i FORLOPP_BACKUP.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        started, file = time.monotonic(), options["file"]
        if file is None and not settings.FORLOPP_BACKUP:
            raise CommandError("Säg vilken fil som ska skrivas, eller sätt FORLOPP_BACKUP.")
        try:
            if file is None:
                file = backup.save_in(Path(settings.FORLOPP_BACKUP), now=timezone.now())
            else:
                backup.save(file)
        except postgresql.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        seconds = f"{time.monotonic() - started:.1f} s"
        for written in (file, backup_files.beside(file)):
            if written.exists():
                self.stdout.write(f"{written}: {written.stat().st_size / 1_000_000:.1f} MB på {seconds}")
