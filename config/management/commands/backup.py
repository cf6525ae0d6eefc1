"""Copies the database to a file while everything runs."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backup


class Command(BaseCommand):
    help = "Säkerhetskopierar databasen till en fil, medan allt kör. Kopian innehåller personuppgifter."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Filen som skrivs; den får inte finnas.")

    def handle(self, *_args: Any, **options: Any) -> None:
        started, file = time.monotonic(), options["file"]
        try:
            backup.save(file)
        except backup.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        size = file.stat().st_size / 1_000_000
        self.stdout.write(f"{file}: {size:.1f} MB på {time.monotonic() - started:.1f} s")
